"""A WebSocket peer for load: as cheap as can be, so that the server is what is measured."""

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any, cast

_KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
_MARKS = (b'{"op":"ack"', b'{"op":"entry"', b'{"op":"error"', b'{"op":"welcome"')
_NO_MASK = b"\0\0\0\0"  # a mask of zeros leaves the payload as it is


class Peer(asyncio.Protocol):
    """Says hello and counts what comes: acks, entries and refusals, by looking for their ops in the bytes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.secret = os.urandom(16).hex()
        self.acks = self.entries = self.errors = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_acks: Callable[[int], None] = lambda _acks: None
        self._tail = b""
        self._upgraded = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(
            b"GET /ws HTTP/1.1\r\nHost: klatch\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + _KEY + b"\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        if not self._upgraded:
            _, found, data = data.partition(b"\r\n\r\n")
            if not found:
                return
            self._upgraded = True
            self.say({"op": "hello", "name": self.name, "secret": self.secret})
        seen = self._tail + data
        acks = seen.count(b'{"op":"ack"')
        self.entries += seen.count(b'{"op":"entry"')
        self.errors += seen.count(b'{"op":"error"')
        if not self.ready.done() and b'{"op":"welcome"' in seen:
            self.ready.set_result(None)
        self._tail = _cut_mark(seen)
        if acks:
            self.acks += acks
            self.on_acks(acks)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"{self.name} was turned away: {exc}"))

    def say(self, frame: dict[str, Any]) -> None:
        """Sends one frame."""
        self.write(frame_bytes(frame))

    def write(self, data: bytes) -> None:
        """Sends frames that were spelled before."""
        self._transport.write(data)

    def close(self) -> None:
        """Ends the connection."""
        self._transport.abort()


def frame_bytes(frame: dict[str, Any]) -> bytes:
    """One frame as a client sends it."""
    payload = json.dumps(frame, separators=(",", ":")).encode()
    size = len(payload)
    head = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
    return b"\x81" + head + _NO_MASK + payload


async def connect(port: int, name: str) -> Peer:
    """A peer that has been welcomed."""
    loop = asyncio.get_running_loop()
    _, peer = await loop.create_connection(lambda: Peer(name), "127.0.0.1", port)
    await peer.ready
    return peer


def _cut_mark(seen: bytes) -> bytes:
    """The start of an op's mark that the data may have been cut in."""
    at = seen.rfind(b"{", -16)
    if at < 0:
        return b""
    start = seen[at:]
    return start if any(mark.startswith(start) and mark != start for mark in _MARKS) else b""
