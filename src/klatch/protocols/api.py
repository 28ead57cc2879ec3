"""The HTTP API as a table: each route stands for a command or query, is read into it, and its answer is spelled."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, Generic, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec

from klatch.core.answers import Ack
from klatch.core.commands import Command, Query
from klatch.core.credentials import is_token
from klatch.core.permissions import scope_of
from klatch.core.refusals import Refused
from klatch.protocols.strict import NUMBER_MOST, Strict

WITHOUT_BODY: Final = frozenset({"GET", "DELETE"})
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_TOKENS: Final = frozenset({"token", "access_token"})
EXPOSED: Final = "A token in a URL is known to too many; it was revoked. Send it in a header."
_OP: Final = re.compile(rb'\{"op":"[a-z_]+",?')
_encode: Final = msgspec.json.Encoder().encode

T = TypeVar("T")


class Route(msgspec.Struct, frozen=True):
    """One row of the table.

    `path` has its parameters in braces; a parameter is the field of `kind` of that name, or of the name that `into`
    gives; `fixed` fields are what the route itself says, and of those that are `made` the caller need give none. The
    other fields come in the query string of GET and DELETE,
    else in the body. `status` is told when it is done; `scope` is what a token must allow, None where nobody needs to
    be signed in; `answer` is what is told.
    """

    method: str
    path: str
    kind: type[msgspec.Struct]
    answer: type[msgspec.Struct]
    does: str
    scope: str | None = None
    status: int = 200
    into: Mapping[str, str] = {}
    fixed: Mapping[str, Any] = {}
    made: frozenset[str] = frozenset()

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the path in order, with the fields they fill."""
        return {name: self.into.get(name, name) for name in re.findall(r"\{(\w+)\}", self.path)}

    @property
    def others(self) -> list[msgspec.structs.FieldInfo]:
        """The fields that the path leaves open. A `ref` ties frames together and means nothing here; a `cid` may be
        left out."""
        taken = {*self.parameters.values(), *self.fixed, "ref"}
        return [field for field in msgspec.structs.fields(self.kind) if field.name not in taken]

    @property
    def counts(self) -> bool:
        """Whether it reads by the numbers of entries, which mean something within one epoch only."""
        numbers = {field.name for field in self.others if field.type in (int, int | None)}
        return self.scope == "read" and bool(numbers & {"before", "after"})


def look(method: str, path: str, kind: type[Query], answer: type[msgspec.Struct], does: str, **more: Any) -> Route:
    """A row that reads."""
    return Route(method, path, kind, answer, does, scope_of(_tag(kind), reads=True), **more)


def act(method: str, path: str, kind: type[Command], does: str, **more: Any) -> Route:
    """A row that changes something."""
    answer = more.pop("answer", Ack)
    return Route(method, path, kind, answer, does, scope_of(_tag(kind), reads=False), **more)


def _tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def body_of(route: Route) -> type[msgspec.Struct]:
    """What the body of a route holds, as a struct of its own; the same for routes that ask for the same."""
    return _body_of(route.kind, tuple(field.name for field in route.others), route.made)


@cache
def _body_of(kind: type[msgspec.Struct], names: tuple[str, ...], made: frozenset[str]) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        if field.name not in names:
            continue
        if field.name == "cid" or field.name in made:
            fields.append((field.name, str | None, None))
        elif field.required:
            fields.append((field.name, field.type))
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((field.name, field.type, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, field.type, field.default))
    return msgspec.defstruct(f"{kind.__name__}Body", fields, frozen=True, kw_only=True, forbid_unknown_fields=True)


class Asked(msgspec.Struct, frozen=True):
    """A request for a route: what its path holds, its query string, its body, and its Idempotency-Key."""

    parameters: Mapping[str, str] = {}
    query: str = ""
    body: bytes = b""
    key: str | None = None


class Form(Generic[T]):
    """How the requests of one route are read."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.takes_body = route.method not in WITHOUT_BODY
        self._types = {field.name: field.type for field in msgspec.structs.fields(route.kind)}
        self._others = {field.name: field for field in route.others}
        self._body: Strict[msgspec.Struct] = Strict(body_of(route), "body")

    def read(self, asked: Asked, make: Callable[[type[msgspec.Struct], str], str]) -> T:
        """The command or query that a request stands for. `make` gives a new value for a field of a kind: for the cid
        of a command that has none, and for what else a route makes for its caller."""
        fields = self._read_body(asked.body) if self.takes_body else {}
        fields |= self._read_query(asked.query)
        fields |= self.route.fixed
        for name, field in self.route.parameters.items():
            fields[field] = _read_value(field, self._types[field], asked.parameters[name])
        if "cid" in self._types:
            cid = _choose_cid(fields.get("cid"), asked.key)
            fields["cid"] = make(self.route.kind, "cid") if cid is None else cid
            for name in self.route.made:
                if fields[name] is None:
                    self._check_made(name, cid)
                    fields[name] = make(self.route.kind, name)
        return self.route.kind(**fields)  # type: ignore[return-value] # the form is of this kind

    @staticmethod
    def _check_made(name: str, cid: str | None) -> None:
        """Whoever tries again under one id must say the same again: what was made the first time is told once only."""
        if cid is not None:
            raise Refused(
                "missing_field", f"With a cid or an Idempotency-Key, make the field {name} yourself.", field=name
            )

    def _read_body(self, body: bytes) -> dict[str, Any]:
        document = self._body.read(body or b"{}")
        return {name: getattr(document, name) for name in self._others}

    def _read_query(self, query: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = {} if self.takes_body else self._others
        for name, text in read_query(query):
            if name == "epoch" and self.route.counts:
                continue  # the door compares it with the server's
            if name not in known:
                raise Refused("unknown_field", f"The parameter {ascii(name[:64])[1:-1]} is not known here.", field=name)
            found[name] = _read_value(name, known[name].type, text)
        for name, field in known.items():
            if name not in found and name != "cid" and field.required:
                raise Refused("missing_field", f"The parameter {name} is missing.", field=name)
        return found


class Table:
    """All routes, found by method and path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._by_length: dict[int, list[tuple[list[str], dict[str, Form[Any]]]]] = {}
        shapes: dict[str, dict[str, Form[Any]]] = {}
        for route in routes:
            shapes.setdefault(route.path, {})[route.method] = Form(route)
        for path in sorted(shapes, key=lambda path: path.count("{")):  # words before parameters
            words = path.strip("/").split("/")
            self._by_length.setdefault(len(words), []).append((words, shapes[path]))

    def find(self, method: str, path: str) -> tuple[Form[Any], dict[str, str]]:
        """The form of a route and what the path, as it came, holds for it.

        Refuses with `no_such_route`; with `bad_method`, whose `allow` names the methods that there are.
        """
        parts = split(path)
        for words, forms in self._by_length.get(len(parts), ()):
            if all(word[0] == "{" or word == part for word, part in zip(words, parts, strict=True)):
                form = forms.get("GET" if method == "HEAD" else method)
                if form is None:
                    raise BadMethod(path, allowed(forms))
                return form, {w[1:-1]: part for w, part in zip(words, parts, strict=True) if w[0] == "{"}
        raise Refused("no_such_route", "There is nothing at this path; /openapi.json lists all that there is.")


class BadMethod(Refused):
    """A path that does not take the method; `allow` are those it takes, as the header of that name lists them."""

    def __init__(self, path: str, allow: str) -> None:
        super().__init__("bad_method", f"This path takes {allow.replace(', ', ' or ')}.")
        self.path = path
        self.allow = allow


def allowed(methods: Mapping[str, Any]) -> str:
    """The methods of a path as the header Allow lists them."""
    return ", ".join(each for each in _METHODS if each in methods or (each == "HEAD" and "GET" in methods))


def read_query(query: str) -> list[tuple[str, str]]:
    """The parameters of a query string, each once. Refuses what is no text."""
    pairs: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, _, value = (_unescape(piece.replace("+", " ")) for piece in part.partition("="))
        if name is None or value is None:
            raise Refused("utf8", "The query string cannot be read: after each % come two digits, as UTF-8 has them.")
        if name in pairs:
            raise Refused("type", f"The parameter {ascii(name[:64])[1:-1]} is given twice.", field=name)
        pairs[name] = value
    return list(pairs.items())


def find_token(query: str) -> str | None:
    """The token in a query string, where none belongs."""
    for part in query.split("&"):
        name, _, value = part.partition("=")
        text = _unescape(value) or ""
        if name in _TOKENS or is_token(text):
            return text
    return None


def spell(answer: object) -> bytes:
    """An answer as the body of a response: as in frames, without the `op`, which the path has told already."""
    # Within texts each quote has a backslash before it, so that this is found between them alone.
    return _OP.sub(b"{", _encode(answer))


def spell_refusal(refused: Refused) -> bytes:
    """A refusal as the body of a response."""
    told = {"field": refused.field, "retry_after": refused.retry_after}
    error = {"code": refused.code, "message": refused.message}
    return _encode({"error": error | {name: value for name, value in told.items() if value is not None}})


def split(path: str) -> list[str]:
    """The parts of a path. Whatever could be read as another path is no path: nothing is made of it."""
    parts = [_unescape(part) for part in path.removeprefix("/").split("/")]
    if "\\" in path or any(part is None or part in ("", ".", "..") or "/" in part or "\0" in part for part in parts):
        raise Refused("no_such_route", "There is nothing at this path; /openapi.json lists all that there is.")
    return [part for part in parts if part is not None]


def _unescape(text: str) -> str | None:
    if "%" not in text:
        return text
    if _ESCAPE.search(text):
        return None
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        return None


def _read_value(name: str, kind: Any, text: str) -> Any:
    """A field from a path or query string, where everything is text."""
    if kind in (int, int | None):
        code = "limit" if name == "limit" else "cursor"
        if _WHOLE.fullmatch(text) is None or text == "-0":
            raise Refused(code, f"The parameter {name} must be a whole number, written with digits alone.", field=name)
        if not -NUMBER_MOST <= int(text) < NUMBER_MOST:
            raise Refused(code, f"The parameter {name} does not fit into 64 bits.", field=name)
        return int(text)
    if kind in (bool, bool | None):
        if text not in ("true", "false"):
            raise Refused("type", f"The parameter {name} must be true or false.", field=name)
        return text == "true"
    return text


def _choose_cid(given: str | None, key: str | None) -> str | None:
    """The id of a command, given in the request or as Idempotency-Key (which may stand in quotes)."""
    if key is None:
        return given
    key = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if given is not None and given != key:
        raise Refused("cid", "The cid and the Idempotency-Key differ; give one of them.", field="cid")
    return key
