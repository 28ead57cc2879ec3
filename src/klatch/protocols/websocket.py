"""WebSocket frames as RFC 6455 (section 5) lays them out: the server's wrapped, a client's told apart.

Nearly all that a client sends is whole text messages, which are read here; everything else is left to the well-kept
state machine of `websockets`.
"""

import sys
from typing import Final

from websockets.frames import apply_mask  # type: ignore[attr-defined] # in C where it was built, else in Python

_TEXT: Final = 0x81  # a whole text message, uncompressed
_MASKED: Final = 0x80
_FINAL: Final = 0x80
_CONTROL: Final = 0x08  # opcodes from here on are never in pieces
_MASK_BYTES: Final = 4


def wrap(payload: bytes) -> bytes:
    """A text message of the server: whole, unmasked, uncompressed."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((size,)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


class Splitter:
    """Tells whole text messages, which it unmasks, from all other bytes, which it hands on as they came."""

    __slots__ = ("_begun", "_in_pieces", "_most", "_owed")

    def __init__(self, most: int) -> None:
        """Begins between two frames; a message of more than `most` bytes is handed on."""
        self._most = most
        self._begun = b""  # of a frame whose length is not known yet
        self._owed = 0  # bytes of a frame whose beginning was handed on
        self._in_pieces = False  # a message whose end has not come

    def split(self, data: bytes) -> list[tuple[bool, bytes]]:
        """The parts of `data` in order: True with a text message, False with bytes for the state machine."""
        parts: list[tuple[bool, bytes]] = []
        if self._owed:
            rest = data[: self._owed]
            self._owed -= len(rest)
            parts.append((False, rest))
            data = data[len(rest) :]
        if self._begun:
            data, self._begun = self._begun + data, b""
        told = at = 0  # what of the data is in a part already, and what is looked at
        end = len(data)
        while at < end:
            begins = _payload_of(data, at, end)
            if begins is None:
                break
            first, (start, size) = data[at], begins
            stop = start + size
            if not data[at + 1] & _MASKED:
                stop = sys.maxsize  # no client may: the state machine ends it here
            elif start > end and size <= self._most:
                break
            if first == _TEXT and stop <= end and size <= self._most and not self._in_pieces:
                if told < at:
                    parts.append((False, data[told:at]))
                parts.append((True, apply_mask(data[start:stop], data[start - _MASK_BYTES : start])))
                told = stop
            elif not first & _CONTROL:
                self._in_pieces = not first & _FINAL
            at = stop
        if told < min(at, end):
            parts.append((False, data[told:at]))
        self._owed = max(self._owed, at - end)
        self._begun = data[at:]
        return parts


def _payload_of(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `at` begins, after its mask, and how long it is; None if this cannot be told
    yet."""
    if end - at < 2:
        return None
    size = data[at + 1] & 0x7F
    start = at + 2
    if size >= 126:
        start += 2 if size == 126 else 8
        if end < start:
            return None
        size = int.from_bytes(data[at + 2 : start])
    return start + _MASK_BYTES, size
