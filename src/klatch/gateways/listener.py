"""The socket that HTTP and WebSockets share: uvicorn, bounded, with the project's own WebSocket door."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final, cast

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from klatch.core.refusals import Refused
from klatch.engine.engine import Engine
from klatch.gateways.trust import ORIGIN, READ, WIRE, Origin, Trust, peer_address
from klatch.gateways.websocket import WebSocketDoor

HEADERS_MOST: Final = 100
HEADER_BYTES_MOST: Final = 16_384
PIPELINE_MOST: Final = 8  # requests that wait for the answer to another
BACKLOG: Final = 2_048
HEADERS_WITHIN: Final = 10.0  # seconds, from the connection or the last answer to the end of the headers
_PROGRESS_WITHIN: Final = 10.0  # seconds from one piece of a request to the next
_ANSWER_WITHIN: Final = 20.0  # seconds from the end of a request to its answer; the API gives up before that
_TURNED_AWAY_WITHIN: Final = 1.0  # seconds in which a peer may read why
_VERSIONS: Final = frozenset({"1.0", "1.1"})
_READ: Final = frozenset(name.encode() for name in READ)
_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})


def _answer(status: str, words: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n{words}\n".encode()


_TOO_LARGE: Final = _answer(
    "431 Request Header Fields Too Large", "The request's headers are larger than 16 KiB or more than 100."
)
_TOO_OLD: Final = _answer("426 Upgrade Required", "WebSockets need HTTP/1.1.")
_WITH_BODY: Final = _answer("400 Bad Request", "A request for a WebSocket has no body.")
_TOO_EARLY: Final = _answer("400 Bad Request", "A request for a WebSocket comes after all answers before it.")
_OTHER_VERSION: Final = _answer("400 Bad Request", "This server speaks HTTP/1.1.")
_MANY_HOSTS: Final = _answer("400 Bad Request", "The request has more than one Host header.")
_NO_HOST: Final = _answer("400 Bad Request", "The request has no Host header.")
_NONSENSE: Final = _answer("400 Bad Request", "The request could not be read.")


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with the bounds that its own leaves open: on the connections of an address, on the size,
    number and time of headers, and on the requests that wait. One deadline or another always runs."""

    def __init__(self, engine: Engine, trust: Trust, **uvicorn: Any) -> None:
        """`uvicorn`: what it makes its own protocol with."""
        super().__init__(**uvicorn)
        self._engine = engine
        self._trust = trust
        self._peer = ""
        self._counted: str | None = None  # the address among whose connections this one is
        self._turned_away = False
        self._header_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """The connection is there; its first request must come in time."""
        super().connection_made(transport)
        self._peer = peer_address(transport)
        self._expect_more(HEADERS_WITHIN)
        if not self._trust.is_proxy(self._peer):  # a proxy's connection is its client's, request by request
            self._count_in(self._peer)

    def _count_in(self, address: str) -> None:
        """Counts the connection among those of an address, and turns it away if there are too many."""
        if address == self._counted:
            return
        self._leave()
        try:
            self._engine.sessions.knock(address)
        except Refused as refused:
            self._engine.observer.refused("http", refused.code, address)
            self._turned_away = True
            self.transport.write(_answer("429 Too Many Requests", refused.message))
            self.transport.pause_reading()
            self._expect_more(_TURNED_AWAY_WITHIN)  # closed at once, a reset could overtake the answer
        else:
            self._counted = address

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop_waiting()
        self._leave()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        if not self.transport.is_closing():
            super().on_message_begin()
            self._header_bytes = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        if not self.transport.is_closing():
            self._count(len(url))
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if self.transport.is_closing():
            return
        self._count(len(name) + len(value))
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MOST:
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The headers are whole."""
        if self._is_over():
            return
        self._expect_more(_PROGRESS_WITHIN)
        if (wrong := self._find_fault()) is not None:
            self._refuse(wrong)
            return
        if not self._find_origin():
            return
        if self._should_upgrade():
            if any(name in _BODY for name, _ in self.headers):
                self._refuse(_WITH_BODY)
            elif self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]  # at first
                self._refuse(_TOO_EARLY)
        if not self.transport.is_closing():
            super().on_headers_complete()
        if len(self.pipeline) > PIPELINE_MOST:
            self.transport.close()

    def _find_fault(self) -> bytes | None:
        """What the parser leaves open: the version of HTTP, and which server is meant (RFC 9112, sections 2.3, 3.2)."""
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if version not in _VERSIONS:
            return _OTHER_VERSION
        if hosts > 1:
            return _MANY_HOSTS
        return _NO_HOST if hosts == 0 and version != "1.0" else None

    def _find_origin(self) -> bool:
        """Tells the application where the request comes from; False if too many do."""
        headers = [(name.decode(), value.decode("latin-1")) for name, value in self.headers if name in _READ]
        origin: Origin = self._trust.trace(self._peer, headers, encrypted=self.scheme == "https")
        self.scope["client"] = (
            origin.address,
            0 if origin.address != self._peer or not self.client else self.client[1],
        )
        self.scope["scheme"] = "https" if origin.encrypted else "http"
        self.scope[WIRE] = self  # type: ignore[typeddict-unknown-key]  # ours
        self.scope[ORIGIN] = origin  # type: ignore[typeddict-unknown-key]  # ours
        if self._counted != self._peer:
            self._count_in(origin.address)
        return not self._turned_away

    def on_body(self, body: bytes) -> None:
        """A piece of the body; what belongs to a request that is answered already is no progress."""
        if self._is_over():
            return
        if not self.cycle.response_complete:
            self._expect_more(_PROGRESS_WITHIN)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._is_over():
            return
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]  # at first
            self._expect_more(_ANSWER_WITHIN)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request is answered; another may come."""
        if not self.transport.is_closing():
            self._expect_more(HEADERS_WITHIN)
            if self._trust.is_proxy(self._peer):
                self._leave()  # the proxy's next request may be another client's
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._is_over():
            return
        try:
            super().data_received(data)
        except Exception as failure:  # noqa: BLE001 - what one peer sends must not end in a traceback
            self._engine.observer.defect("http", failure)
            self._refuse(_NONSENSE)

    def handle_websocket_upgrade(self) -> None:
        """The connection becomes a WebSocket, which is counted anew; this protocol has nothing more to do with it."""
        if self._is_over():
            return
        if self.parser.get_http_version() == "1.1":
            self._stop_waiting()
            self._leave()
            super().handle_websocket_upgrade()
        else:
            self._refuse(_TOO_OLD)

    def be_patient(self, seconds: float) -> bool:
        """The next sign of progress may come so late; False if the peer is gone."""
        if self._is_over():
            return False
        self._expect_more(seconds)
        return True

    def cut(self) -> None:
        """Ends the connection at once."""
        self.transport.abort()

    def _is_over(self) -> bool:
        return self._turned_away or self.transport.is_closing()

    def _leave(self) -> None:
        """Counts among no address any more."""
        if self._counted is not None:
            self._engine.sessions.part(self._counted)
            self._counted = None

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _expect_more(self, within: float) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(within, self._give_up)

    def _give_up(self) -> None:
        """Nothing came in time; a peer that does not take what is left either is dropped."""
        if self.transport.is_closing():
            self.transport.abort()
            return
        self.transport.close()
        self._expect_more(_PROGRESS_WITHIN)

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > HEADER_BYTES_MOST:
            self._refuse(_TOO_LARGE)

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


class HttpServer(Server):
    """A uvicorn server that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield

    def make_protocol(self) -> asyncio.Protocol:
        """What speaks HTTP on one connection that somebody else accepted."""
        if not self.config.loaded:
            self.config.load()
        make = cast("type[BoundedHttp]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state={})  # type: ignore[call-arg]


def make_server(app: ASGIApp, engine: Engine, trust: Trust) -> HttpServer:
    """The server for one listening socket; `serve(sockets=[...])` runs it until `should_exit` is set."""

    class Http(BoundedHttp):
        """As uvicorn makes it: with its own arguments only."""

        def __init__(self, **uvicorn: Any) -> None:
            super().__init__(engine, trust, **uvicorn)

    class Door(WebSocketDoor):
        """As uvicorn makes it: with its own arguments, which are not needed."""

        def __init__(self, **_uvicorn: Any) -> None:
            super().__init__(engine, trust)

    config = Config(
        app,
        http=Http,
        ws=Door,  # any class that uvicorn can make and feed will do
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=2,
        backlog=BACKLOG,
    )
    return HttpServer(config)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; `host` empty: on all addresses, of IPv6 too where there is one. Raises OSError."""
    if not host:
        if socket.has_dualstack_ipv6():
            with contextlib.suppress(OSError):  # where IPv6 is switched off
                return _bind(socket.AF_INET6, 0, ("::", port), both=True)
        host = "0.0.0.0"  # noqa: S104 - asked for
    family, _, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return _bind(family, protocol, address)


def _bind(family: int, protocol: int, address: Any, *, both: bool = False) -> socket.socket:
    """`both`: IPv4 comes in through a socket of IPv6."""
    listener = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        if both:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: its SO_REUSEADDR would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)  # from now on nobody is turned away: who comes before the door opens waits
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
