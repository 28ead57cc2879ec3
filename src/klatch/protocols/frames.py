"""Frames: requests and answers as JSON objects, one to a WebSocket message; docs/protocol.md describes each."""

from typing import Final

import msgspec

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Hello, Request
from klatch.core.credentials import claimed
from klatch.core.events import Entry
from klatch.core.refusals import Refused
from klatch.protocols import strict

FRAME_MOST: Final = strict.BYTES_MOST
NESTS_MOST: Final = strict.NESTS_MOST
REF_MOST: Final = 64

_frames: Final[strict.Strict[Request]] = strict.Strict(Request, "frame")
encode = msgspec.json.Encoder().encode
_answer_decoder: Final[msgspec.json.Decoder[AnyAnswer | Entry]] = msgspec.json.Decoder(AnyAnswer | Entry)


class _Marks(msgspec.Struct):
    cid: str | None = None
    ref: str | None = None


_decode_marks = msgspec.json.Decoder(_Marks).decode


def read(frame: bytes) -> Request:
    """The request in a frame. Refuses what is not exactly one of docs/protocol.md."""
    request = _frames.read(frame)
    if type(request) is Hello:
        claimed(request, cookie="")  # whether a browser shows one, the door knows
        if request.cursors is not None and request.cursors.rooms:
            seqs = set(request.cursors.rooms.values())
            for seq in {min(seqs), max(seqs)} | ({0} & seqs):  # not each: a zero costs a look through the frame
                strict.check_number(frame, "cursors", seq)
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
