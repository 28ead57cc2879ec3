"""Frames: requests and answers as JSON objects, one to a WebSocket message; docs/protocol.md describes each."""

import json
import re
from typing import Any, Final, NoReturn, get_args

import msgspec

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Hello, Request
from klatch.core.events import Entry
from klatch.core.refusals import Refused

FRAME_MOST: Final = 262_144
NESTS_MOST: Final = 64  # lists and objects in one frame
REF_MOST: Final = 64

_decoder: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Request)
encode = msgspec.json.Encoder().encode
_answer_decoder: Final[msgspec.json.Decoder[AnyAnswer | Entry]] = msgspec.json.Decoder(AnyAnswer | Entry)

_NUMBER_MOST: Final = 2**63
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


class _Marks(msgspec.Struct):
    cid: str | None = None
    ref: str | None = None


_decode_marks = msgspec.json.Decoder(_Marks).decode


def read(frame: bytes) -> Request:
    """The request in a frame. Refuses what is not exactly one of docs/protocol.md."""
    _check_size(frame)
    try:
        request = _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        _refuse(frame, str(fault))
    except RecursionError:
        raise Refused("bad_json", "The frame is not JSON that can be read.") from None
    _check_keys(frame, request)
    _check_numbers(frame, request)
    if len(getattr(request, "ref", None) or "") > REF_MOST:
        raise Refused("too_long", f"A ref has at most {REF_MOST} characters.", field="ref")
    return request


def marks(frame: bytes) -> tuple[str | None, str | None]:
    """The cid and ref of a frame that was refused, if they can be made out, so that the sender knows which it was."""
    try:
        found = _decode_marks(frame)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None, None
    return _short(found.cid), _short(found.ref)


def read_answer(frame: bytes | str) -> AnyAnswer | Entry:
    """The answer or entry in a frame of the server: what a client does."""
    return _answer_decoder.decode(frame)


def _short(mark: str | None) -> str | None:
    return mark if mark is not None and len(mark) <= REF_MOST else None


def _check_size(frame: bytes) -> None:
    """Before decoding: nesting costs the decoder its stack, and no request nests."""
    if len(frame) > FRAME_MOST:
        raise Refused("too_big", f"A frame may have {FRAME_MOST:,} bytes; this one has {len(frame):,}.")
    if _nests(frame) > NESTS_MOST and _nests(_outside_texts(frame)) > NESTS_MOST:
        raise Refused("bad_json", f"The frame holds more than {NESTS_MOST} lists and objects.")


def _nests(frame: bytes) -> int:
    return frame.count(b"[") + frame.count(b"{")


def _outside_texts(frame: bytes) -> bytes:
    """What of a frame is not within quotes; takes time in proportion to its length, whatever it holds."""
    return b"".join(frame.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])


def _check_keys(frame: bytes, request: Request) -> None:
    """A field given twice is refused. When the frame has just as many `":` as fields were read, none can be."""
    if frame.count(b'":') == _fields_given(request) and _LOOSE.search(frame) is None:
        return
    json.loads(frame, object_pairs_hook=_unique)


def _fields_given(request: Request) -> int:
    required, optional = _FIELDS[type(request)]
    given = required
    for name, default in optional:
        if getattr(request, name) != default:
            given += 1
    return given


def _fields_of(kind: type[msgspec.Struct]) -> tuple[int, list[tuple[str, Any]]]:
    """How many fields a frame of this kind must have, its op among them, and the others with their defaults."""
    fields = msgspec.structs.fields(kind)
    optional = [(field.name, field.default) for field in fields if not field.required]
    return 1 + len(fields) - len(optional), optional


_FIELDS: Final = {kind: _fields_of(kind) for kind in get_args(Request)}


def _check_numbers(frame: bytes, request: Request) -> None:
    """Whole numbers have 64 bits, and zero has no sign: other languages could not read back what was meant."""
    for name in _NUMERIC[type(request)]:
        _check_number(frame, name, getattr(request, name))
    if type(request) is Hello and request.cursors is not None and request.cursors.rooms:
        seqs = set(request.cursors.rooms.values())
        for seq in {min(seqs), max(seqs)} | ({0} & seqs):  # not each: a zero costs a look through the frame
            _check_number(frame, "cursors", seq)


def _check_number(frame: bytes, name: str, number: int | None) -> None:
    if number is None:
        return
    if not -_NUMBER_MOST <= number < _NUMBER_MOST:
        raise Refused("number", f"The number {name} does not fit into 64 bits.", field=name)
    if number == 0 and b"-0" in frame and _MINUS_ZERO.search(_outside_texts(frame)):
        raise Refused("number", f"The number {name} is a zero with a sign; write 0.", field=name)


def _numeric_of(kind: type[msgspec.Struct]) -> list[str]:
    """The fields of this kind of frame that hold whole numbers."""
    return [field.name for field in msgspec.structs.fields(kind) if field.type in (int, int | None)]


_NUMERIC: Final = {kind: _numeric_of(kind) for kind in get_args(Request)}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise Refused("bad_json", f"The field {name[:64]!a} is given twice.")
        seen[name] = value
    return seen


def _refuse(frame: bytes, fault: str) -> NoReturn:
    """Says what is wrong with a frame in words that name the field."""
    try:
        frame.decode()
    except UnicodeDecodeError as bad:
        raise Refused("utf8", f"The frame is not UTF-8: byte {bad.start} cannot be read.") from None
    path = _PATH.search(fault)
    field = path[1] if path else None
    if "missing required field" in fault:
        name = found[1] if (found := _FIELD.search(fault)) else None
        if name == "op":
            raise Refused("unknown_op", "The frame has no op.", field="op")
        raise Refused("missing_field", f"The field {name} is missing.", field=name)
    if "unknown field" in fault:
        name = ascii(found[1][:64])[1:-1] if (found := _FIELD.search(fault)) else None
        raise Refused("unknown_field", f"The field {name} is not known here.", field=name)
    if field == "op" or fault.startswith("Invalid value"):
        raise Refused("unknown_op", "The op is not one that is known; docs/protocol.md lists them.", field="op")
    if "out of range" in fault.lower():
        raise Refused("number", "A number is out of range.", field=field)
    if "Expected" in fault:
        if not frame.lstrip().startswith(b"{"):
            raise Refused("bad_json", "The frame must be one JSON object.")
        raise Refused("type", _wrong_type(fault, field), field=field)
    if re.search(rb"[:,\[]\s*-?(NaN|Infinity)", frame):
        raise Refused("number", "A number must be finite: NaN and Infinity are not JSON.")
    if ("surrogate" in fault or "truncated" in fault) and _HALF_PAIR.search(frame):
        raise Refused("control_char", "A text holds half of a surrogate pair.")
    at = int(found[1]) if (found := _BYTE.search(fault)) else len(frame)
    if "trailing" in fault:
        at -= 1  # msgspec tells the byte after the first that is too much
    raise Refused("bad_json", f"The frame is not whole JSON: it cannot be read from byte {at} on.")


def _wrong_type(fault: str, field: str | None) -> str:
    subject = f"The field {field}" if field else "The frame"
    found = _TYPES.search(fault)
    if found is None:
        return f"{subject} has the wrong type."
    wanted = " or ".join(_TYPE_NAMES.get(kind, kind) for kind in found[1].split(" | "))
    return f"{subject} must be {wanted}, not {_TYPE_NAMES.get(found[2], found[2])}."
