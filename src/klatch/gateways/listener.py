"""The socket that HTTP and WebSockets share: uvicorn, bounded, with the project's own WebSocket door."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from klatch.engine.engine import Engine
from klatch.gateways.trust import Trust
from klatch.gateways.websocket import WebSocketDoor

HEADERS_MOST: Final = 100
HEADER_BYTES_MOST: Final = 16_384
BACKLOG: Final = 2_048
HEADERS_WITHIN: Final = 10.0  # seconds
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n"
    b"The request's headers are larger than 16 KiB or more than 100.\n"
)
_TOO_OLD: Final = (
    b"HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\nWebSockets need HTTP/1.1.\n"
)


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with bounds on the size, number and time of headers, which its own leaves open."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """The connection is there; its first request must come in time."""
        super().connection_made(transport)
        self._header_bytes = 0
        self._deadline = self.loop.call_later(HEADERS_WITHIN, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._deadline.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._header_bytes = 0
        self._deadline.cancel()
        self._deadline = self.loop.call_later(HEADERS_WITHIN, self.transport.close)

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MOST:
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The headers are whole."""
        self._deadline.cancel()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if not self.transport.is_closing():
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if not self.transport.is_closing():
            super().data_received(data)

    def handle_websocket_upgrade(self) -> None:
        """The connection becomes a WebSocket; this protocol has nothing more to do with it."""
        self._deadline.cancel()
        if self.parser.get_http_version() == "1.1":
            super().handle_websocket_upgrade()
        else:
            self._refuse(_TOO_OLD)

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


def make_server(app: ASGIApp, engine: Engine, trust: Trust) -> HttpServer:
    """The server for one listening socket; `serve(sockets=[...])` runs it until `should_exit` is set."""

    class Door(WebSocketDoor):
        """As uvicorn makes it: with its own arguments, which are not needed."""

        def __init__(self, **_uvicorn: Any) -> None:
            super().__init__(engine, trust)

    config = Config(
        app,
        http=BoundedHttp,
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
    """A listening socket; raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
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
