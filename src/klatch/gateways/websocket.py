"""The WebSocket door: frames of JSON, on the fast path.

The well-kept sans-I/O state machine of `websockets` does the handshake and reads what is not a whole text message; what
goes out is prebuilt, shared by all who listen, and written straight to the transport.
"""

import asyncio
from http import HTTPStatus
from typing import Final, cast

from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Request as Asked
from klatch.core.events import Entry
from klatch.core.refusals import CODES, Refused
from klatch.engine.engine import Engine
from klatch.gateways.conversation import Conversation, Peer
from klatch.gateways.cookies import read_cookie
from klatch.gateways.trust import Trust, is_encrypted, peer_address
from klatch.protocols import frames
from klatch.protocols.api import EXPOSED, find_token
from klatch.protocols.websocket import Splitter, wrap

PATH: Final = "/ws"
VERSION: Final = "13"  # of the WebSocket protocol
WINDOW: Final = 256  # commands of one peer under way at once
_CLOSE_WITHIN: Final = 5.0  # seconds a peer has to take what is left and say goodbye
_MESSAGE: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_PINGS_MOST: Final = 100  # pings within _PINGS_WITHIN seconds
_PINGS_WITHIN: Final = 1.0
_ONCE: Final = ("Host", "Origin", "Sec-WebSocket-Version")


class FrameDialect:
    """Frames as every WebSocket peer speaks them: one object for all, so that all share what is spelled."""

    window = WINDOW
    patient = False
    forgives: frozenset[str] = frozenset()
    switches = False

    def read(self, message: bytes) -> Asked:
        """The request in a frame."""
        return frames.read(message)

    def marks(self, message: bytes) -> tuple[str | None, str | None]:
        """The cid and ref of a frame that was refused."""
        return frames.marks(message)

    def spell(self, answer: AnyAnswer) -> bytes:
        """An answer as a WebSocket message."""
        return wrap(frames.encode(answer))

    def spell_entries(self, entries: list[Entry]) -> bytes:
        """Entries as WebSocket messages, one each."""
        return b"".join([wrap(frames.encode(entry)) for entry in entries])

    def follow_up(self, answer: AnyAnswer) -> list[Asked]:  # noqa: ARG002 - frames ask for everything themselves
        """Frames ask for nothing by themselves."""
        return []


FRAMES: Final = FrameDialect()


class WebSocketDoor(asyncio.Protocol):
    """One WebSocket connection, from the HTTP request that asks for it to its close.

    uvicorn makes it in place of its own when a request asks to upgrade, and hands it the request's bytes again.
    """

    __slots__ = (
        "_asked",
        "_closing",
        "_conversation",
        "_engine",
        "_fragments",
        "_heard",
        "_pings",
        "_protocol",
        "_splitter",
        "_transport",
        "_trust",
        "_watch",
    )

    def __init__(self, engine: Engine, trust: Trust) -> None:
        """`trust` tells whether a guest is let in."""
        self._engine = engine
        self._trust = trust
        self._protocol: ServerProtocol | None = ServerProtocol(max_size=frames.FRAME_MOST)
        self._conversation: Conversation | None = None
        self._transport: asyncio.Transport  # set before anything else is called
        self._watch: asyncio.TimerHandle | None = None
        self._closing = False
        self._splitter: Splitter | None = None
        self._fragments: bytearray | None = None  # of a message that comes in pieces
        self._heard = 0.0
        self._asked = 0.0  # for a sign of life
        self._pings = 0

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are of no asyncio class

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        protocol = self._protocol
        if protocol is None:
            return
        self._heard = asyncio.get_running_loop().time()
        if self._splitter is None:
            self._receive(protocol, data)
            if self._conversation is not None and data.endswith(b"\r\n\r\n"):
                self._splitter = Splitter(frames.FRAME_MOST)  # the next byte is the first of a frame
            return
        for is_text, part in self._splitter.split(data):
            if not is_text:
                self._receive(protocol, part)
            elif protocol.state is State.OPEN and self._conversation is not None:
                self._conversation.hear(part)

    def _receive(self, protocol: ServerProtocol, data: bytes) -> None:
        """Has the state machine read bytes, and does what it says."""
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
            elif isinstance(event, Request):
                self._shake_hands(protocol, event)
        self._send_out()

    def eof_received(self) -> bool:
        """The peer sends nothing more."""
        if self._protocol is not None:
            self._protocol.receive_eof()
            self._send_out()
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it was lost changes nothing
        """The connection is gone."""
        if self._watch is not None:
            self._watch.cancel()
        self._protocol = None
        if self._conversation is not None:
            self._conversation.lose()
            self._conversation = None

    # What uvicorn tells.

    def shutdown(self) -> None:
        """The server stops; the engine has said goodbye already."""
        self._transport.close()

    # What the conversation needs.

    def write(self, data: bytes) -> None:
        """Sends bytes, now or as soon as the peer takes them."""
        self._transport.write(data)

    def unsent(self) -> int:
        """How many bytes the peer has not taken yet."""
        return self._transport.get_write_buffer_size()

    def fall_behind(self) -> None:
        """The peer has too much to read: it is told to come back, and is given a moment to hear it."""
        self._engine.observer.refused("websocket", "too_slow")
        self.close("too_slow")

    def pause(self) -> None:
        """Reads nothing more for now."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Reads on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self, code: str) -> None:
        """Ends the connection with the close code of a row of CODES, once what was written is sent."""
        if self._closing or self._protocol is None:
            return
        self._closing = True
        row = CODES.get(code)
        if self._protocol.state is State.OPEN:
            self._protocol.send_close((row and row.close) or 1000, code)
        self._send_out()
        if self._watch is not None:
            self._watch.cancel()
        self._watch = asyncio.get_running_loop().call_later(_CLOSE_WITHIN, self._transport.abort)

    # Frames.

    def _take(self, frame: Frame) -> None:
        conversation, opcode = self._conversation, frame.opcode
        if conversation is None:
            return
        if opcode is Opcode.TEXT and frame.fin:  # nearly always; continuations come as CONT
            conversation.hear(bytes(frame.data))
        elif opcode in _MESSAGE:
            self._gather(frame, conversation)
        elif opcode is Opcode.PING:
            self._count_ping()

    def _gather(self, frame: Frame, conversation: Conversation) -> None:
        """A piece of a message; the state machine sees to their order and to their size together."""
        if self._fragments is None:
            self._fragments = bytearray()
        self._fragments += frame.data
        if frame.fin:
            message, self._fragments = bytes(self._fragments), None
            conversation.hear(message)

    def _shake_hands(self, protocol: ServerProtocol, request: Request) -> None:
        response = self._check(protocol, request) or protocol.accept(request)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            try:
                peer = self._peer(request)
                self._conversation = Conversation(self._engine, FRAMES, self, peer)
            except Refused as refused:
                response = protocol.reject(HTTPStatus.TOO_MANY_REQUESTS, refused.message + "\n")
        protocol.send_response(response)
        self._heard = asyncio.get_running_loop().time()
        self._look_after()

    def _check(self, protocol: ServerProtocol, request: Request) -> Response | None:
        """What the state machine leaves open: the path, the version's own status, and that another site's page must
        not speak here in the name of whoever looks at it."""
        if request.path.partition("?")[0] != PATH:
            return protocol.reject(HTTPStatus.NOT_FOUND, f"WebSockets are at {PATH}.\n")
        if (token := find_token(request.path.partition("?")[2])) is not None:
            self._engine.expose(token, lambda _outcome: None)
            return protocol.reject(HTTPStatus.UNAUTHORIZED, f"{EXPOSED}\n")
        for name in _ONCE:
            if len(request.headers.get_all(name)) > 1:
                return protocol.reject(HTTPStatus.BAD_REQUEST, f"The request has more than one {name} header.\n")
        try:
            same = self._trust.is_own_page(request.headers.get("Origin"), request.headers.get("Host"))
        except ValueError:
            return protocol.reject(HTTPStatus.BAD_REQUEST, "The Origin or the Host header cannot be read.\n")
        if not same:
            return protocol.reject(HTTPStatus.FORBIDDEN, "Pages of other sites may not connect here.\n")
        if request.headers.get("Sec-WebSocket-Version", VERSION) != VERSION:
            response = protocol.reject(HTTPStatus.UPGRADE_REQUIRED, f"This server speaks version {VERSION}.\n")
            response.headers["Sec-WebSocket-Version"] = VERSION  # RFC 6455, section 4.4
            return response
        return None

    def _peer(self, request: Request) -> Peer:
        encrypted = is_encrypted(self._transport)
        origin = self._trust.trace(peer_address(self._transport), request.headers.raw_items(), encrypted=encrypted)
        cookie = read_cookie("; ".join(request.headers.get_all("Cookie")), encrypted=origin.encrypted)
        return Peer("websocket", origin.address, origin.here, cookie=cookie)

    def _send_out(self) -> None:
        """Sends what the state machine has to say; an empty piece of it means the end."""
        protocol = self._protocol
        if protocol is None:
            return
        pieces = protocol.data_to_send()
        # Twice the limit, for whoever is only slow has up to the limit from its backlog, and is told so.
        if pieces and self.unsent() > 2 * self._engine.limits.backlog:
            self._transport.abort()  # it asks for pongs and takes none
            return
        for piece in pieces:
            if piece:
                self._transport.write(piece)
            else:
                self._transport.close()
        if protocol.state is State.CLOSED or isinstance(protocol.parser_exc, ConnectionClosed):
            self._transport.close()

    def _count_ping(self) -> None:
        """A peer that pings a hundred times a second is up to no good."""
        if not self._pings:
            asyncio.get_running_loop().call_later(_PINGS_WITHIN, self._forget_pings)
        self._pings += 1
        if self._pings >= _PINGS_MOST and self._conversation is not None:
            self._conversation.end("too_many_errors", f"{self._pings} pings in a second are too many.")

    def _forget_pings(self) -> None:
        self._pings = 0

    def _look_after(self) -> None:
        """Finds out whether a silent peer is still there."""
        if self._closing or self._protocol is None:
            return
        loop = asyncio.get_running_loop()
        every = self._engine.limits.ping_after / 1000
        if self._asked > self._heard:
            self._transport.abort()  # it was asked a whole turn ago
            return
        # Half a turn: whoever answered the last ping has been silent for a little less than a whole one.
        if loop.time() - self._heard >= every / 2 and self._protocol.state is State.OPEN:
            self._asked = loop.time()
            self._protocol.send_ping(b"")
            self._send_out()
        self._watch = loop.call_later(every, self._look_after)
