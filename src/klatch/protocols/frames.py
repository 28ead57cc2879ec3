"""Frames: requests and answers as JSON objects, one to a WebSocket message; docs/protocol.md describes each."""

import json
import re
from typing import Any, Final, NoReturn

import msgspec

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Request
from klatch.core.events import Entry
from klatch.core.refusals import Refused

FRAME_MOST: Final = 262_144
DEPTH_MOST: Final = 64

_decoder: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Request)
encode = msgspec.json.Encoder().encode
_answer_decoder: Final[msgspec.json.Decoder[AnyAnswer | Entry]] = msgspec.json.Decoder(AnyAnswer | Entry)

_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
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
_LOOSE: Final = (b'" ', b'"\t', b'"\n', b'"\r')


class _Marks(msgspec.Struct):
    cid: str | None = None
    ref: str | None = None


_decode_marks = msgspec.json.Decoder(_Marks).decode


def read(frame: bytes) -> Request:
    """The request in a frame. Refuses what is not exactly one of docs/protocol.md."""
    _check_depth(frame)
    try:
        request = _decoder.decode(frame)
    except msgspec.DecodeError as fault:
        _refuse(frame, str(fault))
    except (RecursionError, UnicodeDecodeError):
        raise Refused("bad_json", "The frame is not JSON that can be read.") from None
    _check_keys(frame, request)
    return request


def marks(frame: bytes) -> tuple[str | None, str | None]:
    """The cid and ref of a frame that was refused, if they can be made out, so that the sender knows which it was."""
    try:
        found = _decode_marks(frame)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None, None
    return found.cid, found.ref


def read_answer(frame: bytes | str) -> AnyAnswer | Entry:
    """The answer or entry in a frame of the server: what a client does."""
    return _answer_decoder.decode(frame)


def _check_depth(frame: bytes) -> None:
    """Deep nesting can exhaust the stack of the decoder: count before decoding."""
    if len(frame) > FRAME_MOST:
        raise Refused("too_big", f"A frame may have {FRAME_MOST:,} bytes; this one has {len(frame):,}.")
    if frame.count(b"[") + frame.count(b"{") <= DEPTH_MOST:
        return
    depth = deepest = 0
    for mark in re.findall(rb"[\[\]{}]", _STRING.sub(b"", frame)):
        depth += 1 if mark in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > DEPTH_MOST:
        raise Refused("bad_json", f"The frame is nested deeper than {DEPTH_MOST}.")


def _check_keys(frame: bytes, request: Request) -> None:
    """A field given twice is refused. When the frame has just as many `":` as fields were read, none can be."""
    if frame.count(b'":') == _fields_given(request) and not any(gap in frame for gap in _LOOSE):
        return
    json.loads(frame, object_pairs_hook=_unique)


def _fields_given(request: Request) -> int:
    given = 1  # the op
    for name, default in _defaults(type(request)):
        if getattr(request, name) != default:
            given += 1
    return given


def _defaults(kind: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    known = _DEFAULTS.get(kind)
    if known is None:
        known = _DEFAULTS[kind] = [(field.name, field.default) for field in msgspec.structs.fields(kind)]
    return known


_DEFAULTS: Final[dict[type[msgspec.Struct], list[tuple[str, Any]]]] = {}


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
        name = found[1][:64] if (found := _FIELD.search(fault)) else None
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
    if "surrogate" in fault:
        raise Refused("control_char", "A text holds half of a surrogate pair.")
    at = found[1] if (found := _BYTE.search(fault)) else str(len(frame))
    raise Refused("bad_json", f"The frame is not whole JSON: it cannot be read from byte {at} on.")


def _wrong_type(fault: str, field: str | None) -> str:
    subject = f"The field {field}" if field else "The frame"
    found = _TYPES.search(fault)
    if found is None:
        return f"{subject} has the wrong type."
    wanted = " or ".join(_TYPE_NAMES.get(kind, kind) for kind in found[1].split(" | "))
    return f"{subject} must be {wanted}, not {_TYPE_NAMES.get(found[2], found[2])}."
