"""The API as an OpenAPI 3.1 document, made from the table of routes and the structs they read and tell."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from klatch.core.commands import CID, PAGE_DEFAULT, Command
from klatch.core.credentials import PASSWORD_LEAST, PASSWORD_MOST
from klatch.core.durations import SECONDS_MOST
from klatch.core.members import ROLES
from klatch.core.preferences import ARRANGED_MOST, NOTIFY
from klatch.core.refusals import CODES
from klatch.core.texts import MESSAGE_LIMIT, REASON_LIMIT, STATUS_LIMIT, TOPIC_LIMIT
from klatch.protocols.api import WITHOUT_BODY, Route, body_of

Schema = dict[str, Any]

_REF: Final = "#/components/schemas/{name}"
_NUMBER_LAST: Final = 2**63 - 1
_LINE: Final = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
_USER: Final = r"[A-Za-z_.\[\]{}\\|^`][A-Za-z0-9_.\[\]{}\\|^`-]{0,31}"
_ROOM: Final = rf"([0-9]{{1,18}}|#[A-Za-z0-9_.-]{{1,50}}|@{_USER}(,{_USER}){{0,18}})"
_BLANK: Final = r"\s\u0000\u200b-\u200d\u2060\ufeff"

# What the types do not say of a field that is sent. The names of rooms and people are those in ASCII; others may be
# letters of any one script, which no pattern tells.
_HINTS: Final[dict[str, Schema]] = {
    "cid": {"pattern": f"^{CID.pattern}$"},
    "room": {"pattern": f"^{_ROOM}$", "examples": ["#lobby"]},
    "user": {"pattern": f"^@?{_USER}$", "examples": ["bob"]},
    "emoji": {"examples": ["👍"]},
    "limit": {"minimum": 1, "default": PAGE_DEFAULT},
    "before": {"minimum": 1},
    "after": {"minimum": 0},
    "seq": {"minimum": 0},
    "text": {"pattern": rf"^[^\u0000]*[^{_BLANK}][^\u0000]*$", "minLength": 1},
    "topic": {"pattern": _LINE},
    "reason": {"pattern": _LINE},
    "password": {"minLength": PASSWORD_LEAST, "maxLength": PASSWORD_MOST},
    "role": {"enum": list(ROLES)},
    "seconds": {"minimum": 1, "maximum": SECONDS_MOST},
    "notify": {"enum": list(NOTIFY)},
    "rooms": {"items": {"type": "string", "pattern": f"^{_ROOM}$"}, "maxItems": ARRANGED_MOST},
}
# Where a field of that name is something else.
_HINTS_OF_KIND: Final[dict[tuple[str, str], Schema]] = {
    ("SetStatusBody", "text"): {"pattern": _LINE},
    ("QuietBody", "seconds"): {"minimum": 0, "maximum": SECONDS_MOST},
}
_LATER: Final = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until it may succeed."}}
_SAYS: Final = {
    "room": "An id, `#name` (its `#` written as `%23`) or `@user`.",
    "user": "A username.",
    "seq": "The number of an entry of the room.",
    "emoji": "One emoji, percent-encoded.",
    "limit": "How many at most; more than 200 is taken as 200.",
    "before": "Ends before this number; without it, at the end of the room.",
    "after": "Begins after this number.",
    "cid": "The command's id; sent again, the same is done once. It may stand as `cid` in the body instead.",
    "reason": f"Why, in at most {REASON_LIMIT} characters.",
    "text": f"At most {MESSAGE_LIMIT:,} characters; a status {STATUS_LIMIT}.",
    "topic": f"At most {TOPIC_LIMIT} characters.",
    "reply_to": "The number of the message answered.",
    "action": "Whether it is what `/me` says.",
    "until": "When it passes, in milliseconds UTC.",
    "expires": "When it ends, in milliseconds UTC.",
    "secret": "Made at random by the caller; where none is given, the server makes one and tells it.",
    "scopes": "Some of `read`, `write` and `admin`.",
    "password": f"{PASSWORD_LEAST} to {PASSWORD_MOST} characters.",
    "closed": "Seen and joined by invitation only.",
    "epoch": "Of /api/me: refuses numbers that one knows from before the history was restored.",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong, and what to do. `field` is the one at fault; the same may succeed after `retry_after`
    milliseconds."""

    code: str
    message: str
    field: str | None = None
    retry_after: int | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked will not be done."""

    error: Fault


def describe(routes: Sequence[Route], version: str) -> Schema:
    """The document, ready to be spelled as JSON."""
    bodies = [body_of(route) for route in routes if route.method not in WITHOUT_BODY]
    answers = dict.fromkeys(route.answer for route in routes)
    _, schemas = msgspec.json.schema_components([*bodies, *answers, Refusal], ref_template=_REF)
    for schema in schemas.values():
        _forget_op(schema)
    for body in bodies:
        _hint(schemas[body.__name__])
        schemas[body.__name__]["properties"].pop("cid", None)  # once is enough: as Idempotency-Key
    schemas["Fault"]["properties"]["code"] = {"type": "string", "enum": sorted(CODES)}
    paths: Schema = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Klatch",
            "version": version,
            "summary": "Rooms, messages and people of a Klatch server.",
            "description": "docs/api.md says how to sign in, docs/protocol.md what the words mean.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {"Refused": _told("What was asked will not be done.", "Refusal") | {"headers": _LATER}},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A token of POST /api/sessions."},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "klatch",
                    "description": "The same for pages; over TLS its name is `__Host-klatch`.",
                },
            },
        },
    }


def _operation(route: Route) -> Schema:
    refused = {"$ref": "#/components/responses/Refused"}
    done = _told("Done.", route.answer.__name__)
    operation: Schema = {
        "operationId": _name(route),
        "summary": route.does,
        "tags": [route.path.split("/")[2]],
        "parameters": _parameters(route),
        "responses": {str(route.status): done, "4XX": refused, "5XX": refused},
    }
    if route.method not in WITHOUT_BODY:
        needed = any(field.required and field.name not in {"cid", *route.made} for field in route.others)
        operation["requestBody"] = {"required": needed, "content": _json(body_of(route).__name__)}
    operation["security"] = [{"bearer": [route.scope]}, {"cookie": []}] if route.scope else []
    return operation


def _name(route: Route) -> str:
    words = [word.strip("{}") for word in route.path.split("/")[2:]]
    return "_".join([route.method.lower(), *words])


def _parameters(route: Route) -> list[Schema]:
    types = {field.name: field for field in msgspec.structs.fields(route.kind)}
    path = [_parameter("path", name, types[field], required=True) for name, field in route.parameters.items()]
    query = [] if route.method not in WITHOUT_BODY else [field for field in route.others if field.name != "cid"]
    listed = path + [_parameter("query", field.name, field, required=field.required) for field in query]
    if route.counts:
        epoch = {"type": "string", "minLength": 1}
        listed.append(
            {"name": "epoch", "in": "query", "required": False, "schema": epoch, "description": _SAYS["epoch"]}
        )
    if issubclass(route.kind, Command) and not route.made:  # where it has one, the secret must be the caller's own
        key = {"type": "string", "description": _SAYS["cid"], **_HINTS["cid"]}
        listed.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return listed


def _parameter(place: str, name: str, field: msgspec.structs.FieldInfo, *, required: bool) -> Schema:
    schema = msgspec.json.schema(field.type)
    choices = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    schema = _bounded(choices[0]) | _HINTS.get(field.name, {})
    if schema["type"] == "string" and place == "path":
        schema["minLength"] = 1
    told: Schema = {"name": name, "in": place, "required": required, "schema": schema}
    if field.name in _SAYS:
        told["description"] = _SAYS[field.name]
    return told


def _hint(schema: Schema) -> None:
    """Adds to the fields of a body what their types do not say."""
    for name, field in schema["properties"].items():
        hints = _HINTS_OF_KIND.get((schema["title"], name), _HINTS.get(name, {}))
        if name in _SAYS:
            field["description"] = _SAYS[name]
        for choice in field.get("anyOf", [field]):
            if choice.get("type") in ("string", "integer", "array"):
                choice.update(_bounded(choice) | hints)


def _bounded(schema: Schema) -> Schema:
    if schema["type"] != "integer":
        return schema
    return {"minimum": -_NUMBER_LAST - 1, "maximum": _NUMBER_LAST, "format": "int64", **schema}


def _forget_op(schema: Schema) -> None:
    """In frames the op tells what one is, and the ref what it answers; here the path has told it."""
    if schema.get("properties", {}).pop("op", None) is not None:
        schema["required"].remove("op")
        schema["properties"].pop("ref", None)


def _told(description: str, name: str) -> Schema:
    return {"description": description, "content": _json(name)}


def _json(name: str) -> Schema:
    return {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}
