"""JSON read strictly: one object of a known kind, each field once, in numbers that every language can read back."""

import json
import re
from typing import Any, Final, Generic, NoReturn, TypeVar, get_args

import msgspec

from klatch.core.refusals import Refused

BYTES_MOST: Final = 262_144
NESTS_MOST: Final = 64  # lists and objects in one document

NUMBER_MOST: Final = 2**63
_MINUS_ZERO: Final = re.compile(rb"-0(?![.\deE])")
# Half of a pair: a high one without its low one, or a low one without its high one.
_HALF_PAIR: Final = re.compile(
    rb"\\u[dD](?:[89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u[dD])[c-fC-F]..)", re.DOTALL
)
_BYTE: Final = re.compile(r"\(byte (\d+)\)")
_FIELD: Final = re.compile(r"field `([^`]*)`")
_PATH: Final = re.compile(r"at `\$\.([^`]*)`")
_TYPES: Final = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
_TYPE_NAMES: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_LOOSE: Final = re.compile(rb'"[ \t\n\r]')

T = TypeVar("T")


class Strict(Generic[T]):
    """Reads documents of one kind, or of one of several told apart by their `op`.

    `what` is what people call such a document: a frame, a body.
    """

    def __init__(self, kind: Any, what: str) -> None:
        self.what = what
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)
        kinds = get_args(kind) or (kind,)
        self._fields = {each: _fields_of(each) for each in kinds}
        self._numeric = {each: _numeric_of(each) for each in kinds}

    def read(self, data: bytes) -> T:
        """The document. Refuses what is not exactly one of its kind."""
        self._check_size(data)
        try:
            document = self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            _refuse(data, str(fault), self.what)
        except RecursionError:
            raise Refused("bad_json", f"The {self.what} is not JSON that can be read.") from None
        self._check_keys(data, document)
        for name in self._numeric[type(document)]:
            check_number(data, name, getattr(document, name))
        return document

    def _check_size(self, data: bytes) -> None:
        """Before decoding: nesting costs the decoder its stack, and nothing that is read nests."""
        if len(data) > BYTES_MOST:
            raise Refused("too_big", f"A {self.what} may have {BYTES_MOST:,} bytes; this one has {len(data):,}.")
        if _nests(data) > NESTS_MOST and _nests(_outside_texts(data)) > NESTS_MOST:
            raise Refused("bad_json", f"The {self.what} holds more than {NESTS_MOST} lists and objects.")

    def _check_keys(self, data: bytes, document: T) -> None:
        """A field given twice is refused. When there are just as many `":` as fields were read, none can be."""
        if data.count(b'":') == self._fields_given(document) and _LOOSE.search(data) is None:
            return
        json.loads(data, object_pairs_hook=_unique)

    def _fields_given(self, document: T) -> int:
        required, optional = self._fields[type(document)]
        given = required
        for name, default in optional:
            if getattr(document, name) != default:
                given += 1
        return given


def check_number(data: bytes, name: str, number: int | None) -> None:
    """Whole numbers have 64 bits, and zero has no sign: other languages could not read back what was meant."""
    if number is None:
        return
    if not -NUMBER_MOST <= number < NUMBER_MOST:
        raise Refused("number", f"The number {name} does not fit into 64 bits.", field=name)
    if number == 0 and b"-0" in data and _MINUS_ZERO.search(_outside_texts(data)):
        raise Refused("number", f"The number {name} is a zero with a sign; write 0.", field=name)


def _nests(data: bytes) -> int:
    return data.count(b"[") + data.count(b"{")


def _outside_texts(data: bytes) -> bytes:
    """What is not within quotes; takes time in proportion to its length, whatever it holds."""
    return b"".join(data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])


def _fields_of(kind: type[msgspec.Struct]) -> tuple[int, list[tuple[str, Any]]]:
    """How many fields a document of this kind must have, its op among them, and the others with their defaults."""
    fields = msgspec.structs.fields(kind)
    optional = [(field.name, field.default) for field in fields if not field.required]
    tagged = kind.__struct_config__.tag is not None
    return tagged + len(fields) - len(optional), optional


def _numeric_of(kind: type[msgspec.Struct]) -> list[str]:
    """The fields of this kind of document that hold whole numbers."""
    return [field.name for field in msgspec.structs.fields(kind) if field.type in (int, int | None)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise Refused("bad_json", f"The field {name[:64]!a} is given twice.")
        seen[name] = value
    return seen


def _refuse(data: bytes, fault: str, what: str) -> NoReturn:
    """Says what is wrong with a document in words that name the field."""
    try:
        data.decode()
    except UnicodeDecodeError as bad:
        raise Refused("utf8", f"The {what} is not UTF-8: byte {bad.start} cannot be read.") from None
    path = _PATH.search(fault)
    field = path[1] if path else None
    if "missing required field" in fault:
        name = found[1] if (found := _FIELD.search(fault)) else None
        if name == "op":
            raise Refused("unknown_op", f"The {what} has no op.", field="op")
        raise Refused("missing_field", f"The field {name} is missing.", field=name)
    if "unknown field" in fault:
        name = ascii(found[1][:64])[1:-1] if (found := _FIELD.search(fault)) else None
        raise Refused("unknown_field", f"The field {name} is not known here.", field=name)
    if field == "op" or fault.startswith("Invalid value"):
        raise Refused("unknown_op", "The op is not one that is known; docs/protocol.md lists them.", field="op")
    if "out of range" in fault.lower():
        raise Refused("number", "A number is out of range.", field=field)
    if "Expected" in fault:
        if not data.lstrip().startswith(b"{"):
            raise Refused("bad_json", f"The {what} must be one JSON object.")
        raise Refused("type", _wrong_type(fault, field, what), field=field)
    if re.search(rb"[:,\[]\s*-?(NaN|Infinity)", data):
        raise Refused("number", "A number must be finite: NaN and Infinity are not JSON.")
    if ("surrogate" in fault or "truncated" in fault) and _HALF_PAIR.search(data):
        raise Refused("control_char", "A text holds half of a surrogate pair.")
    at = int(found[1]) if (found := _BYTE.search(fault)) else len(data)
    if "trailing" in fault:
        at -= 1  # msgspec tells the byte after the first that is too much
    raise Refused("bad_json", f"The {what} is not whole JSON: it cannot be read from byte {at} on.")


def _wrong_type(fault: str, field: str | None, what: str) -> str:
    subject = f"The field {field}" if field else f"The {what}"
    found = _TYPES.search(fault)
    if found is None:
        return f"{subject} has the wrong type."
    wanted = " or ".join(_TYPE_NAMES.get(kind, kind) for kind in found[1].split(" | "))
    return f"{subject} must be {wanted}, not {_TYPE_NAMES.get(found[2], found[2])}."
