"""The line door: a name, then lines, over a bare socket."""

import asyncio
import os
import secrets
import socket
import struct
import sys
from typing import Final, cast

from klatch.core.commands import Quit
from klatch.core.refusals import Refused
from klatch.engine.engine import Engine
from klatch.gateways.conversation import Conversation, Peer
from klatch.gateways.trust import Trust, is_encrypted, peer_address
from klatch.protocols.line import GREETING, LineDialect
from klatch.protocols.lines import LineSplitter, TelnetFilter

if sys.platform == "linux":
    import fcntl
    import termios

_CLOSE_WITHIN: Final = 5.0  # seconds a peer has to take what is left
_PART_AFTER: Final = 0.3  # seconds a peer has to end its half, once it has all
_SILENCE: Final = 0.2  # seconds after which --classic takes input without a line end as a line


class LineDoor(asyncio.Protocol):
    """One connection to the line door."""

    def __init__(self, engine: Engine, trust: Trust, *, classic: bool = False, page: str = "") -> None:
        """`classic`: input without a line end counts as a line after 200 ms of silence, as the old programs sent it.
        `page` is where HTTP is, for files."""
        self._engine = engine
        self._trust = trust
        self._classic = classic
        self._page = page
        self._lines = LineSplitter()
        self._telnet = TelnetFilter()
        self._conversation: Conversation | None = None
        self._transport: asyncio.Transport  # set before anything else is called
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there: asks for a name."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are of no asyncio class
        address = peer_address(self._transport)
        dialect = LineDialect(self._engine.clock, _make_cid, telnet=self._telnet, server=self._page)
        peer = Peer("line", address, self._trust.trace(address).here, lasting=False)
        try:
            self._conversation = Conversation(self._engine, dialect, self, peer)
        except Refused as refused:
            self._transport.write(f"! {refused.message}\n".encode())
            self._transport.close()
            return
        self._transport.write(GREETING.encode())
        self._engine.observer.said(f"* Somebody connected from {address}.")

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        conversation = self._conversation
        if conversation is None or self._closing:
            return
        text, answer = self._telnet.feed(data)
        if answer:
            if self.unsent() > self._engine.limits.backlog:
                self._transport.abort()  # it asks and takes no answer
                return
            self._transport.write(answer)
        for line in self._lines.feed(text):
            if isinstance(line, Refused):
                conversation.refuse(line)
            else:
                conversation.hear(line)
        if self._classic:
            self._await_silence()

    def eof_received(self) -> bool:
        """The peer sends nothing more: what it sent is done, then it leaves."""
        if self._conversation is None or self._closing:
            return False
        if rest := self._lines.take_rest():
            self._conversation.hear(rest)
        self._conversation.take(Quit())
        return not is_encrypted(self._transport)  # TLS knows no half that is still open

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it was lost changes nothing
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
        if self._conversation is not None:
            if self._conversation.session is None:
                self._engine.observer.said("* Somebody left without a name.")
            self._conversation.lose()
            self._conversation = None

    # What the conversation needs.

    def write(self, data: bytes) -> None:
        """Sends bytes, now or as soon as the peer takes them."""
        self._transport.write(data)

    def unsent(self) -> int:
        """How many bytes the peer has not taken yet."""
        return self._transport.get_write_buffer_size()

    def fall_behind(self) -> None:
        """The peer has too much to read."""
        self._engine.observer.refused("line", "too_slow")
        self._transport.write(b"! You read too slowly, so the connection ends. Come back: nothing is lost.\n")
        self.close("too_slow")

    def pause(self) -> None:
        """Reads nothing more for now."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Reads on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self, code: str) -> None:  # noqa: ARG002 - lines have no close codes
        """Ends the connection once what was written is sent: says so, and waits a moment for the peer to end it too."""
        if self._closing or self._transport.is_closing():
            return
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        if is_encrypted(self._transport):
            self._transport.close()
            self._timer = loop.call_later(_CLOSE_WITHIN, self._transport.abort)
            return
        self._transport.write_eof()
        self._timer = loop.call_later(_PART_AFTER, self._part, loop.time() + _CLOSE_WITHIN)

    def _part(self, deadline: float) -> None:
        """The peer has not ended the connection. An nc at a keyboard never does: only a reset makes it end."""
        loop = asyncio.get_running_loop()
        if (self.unsent() or _is_on_its_way(self._transport)) and loop.time() < deadline:
            self._timer = loop.call_later(_PART_AFTER, self._part, deadline)
            return
        _reset_at_close(self._transport)
        self._transport.abort()

    def _await_silence(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._lines.has_rest:
            self._timer = asyncio.get_running_loop().call_later(_SILENCE, self._take_rest)

    def _take_rest(self) -> None:
        self._timer = None
        if self._conversation is not None and (rest := self._lines.take_rest()):
            self._conversation.hear(rest)


def _is_on_its_way(transport: asyncio.Transport) -> bool:
    """Whether the peer's machine has not confirmed all bytes yet, where the system tells that."""
    if sys.platform != "linux":
        return False
    unsent = bytearray(4)
    fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, unsent)
    return any(unsent)


def _reset_at_close(transport: asyncio.Transport) -> None:
    """Has the closing socket tell the peer that nobody listens any more; where it is unknown what arrived, it must not,
    for a reset throws away what is on its way."""
    if sys.platform == "linux":
        with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _make_cid() -> str:
    return secrets.token_urlsafe(16)
