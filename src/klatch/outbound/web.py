"""The one function that reaches out to the web. The address that a name led to is checked, and that very one is
connected to; so it is for each redirection. Nothing is remembered or sent that would tell who asks."""

import asyncio
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore2

from klatch.outbound.addresses import is_public
from klatch.outbound.names import look_up
from klatch.outbound.port import Fetched, Unreachable

WITHIN: Final = 5.0  # seconds, for all of it
MOST: Final = 1_048_576  # bytes
_REDIRECTIONS_MOST: Final = 4
_AT_ONCE: Final = 16
_URL_MOST: Final = 2_048
_CHARSET_MOST: Final = 40
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTED: Final = frozenset({301, 302, 303, 307, 308})
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
_AGENT: Final = b"Klatch (link previews)"


class Web:
    """What the world has, as far as `permits` does not extend it: an address, private or not, that may be reached on
    any port."""

    def __init__(self, permits: Callable[[str], bool] = lambda _address: False) -> None:
        self._permits = permits
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._trust: ssl.SSLContext | None = None  # reading what the system trusts takes a while

    async def fetch(self, url: str, media_types: tuple[str, ...]) -> Fetched:
        """What is at `url`, if it is of one of these types. Raises Unreachable."""
        async with self._turn:
            try:
                async with asyncio.timeout(WITHIN), self._line() as line:
                    return await self._follow(line, url, media_types)
            except TimeoutError:
                raise Unreachable("it took too long") from None
            except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, ValueError) as fault:
                raise Unreachable(str(fault) or type(fault).__name__) from fault

    def _line(self) -> httpcore2.AsyncConnectionPool:
        if self._trust is None:
            self._trust = httpcore2.default_ssl_context()
        return httpcore2.AsyncConnectionPool(self._trust, network_backend=_Guarded(self._permits))

    async def _follow(self, line: httpcore2.AsyncConnectionPool, url: str, media_types: tuple[str, ...]) -> Fetched:
        for _ in range(_REDIRECTIONS_MOST + 1):
            url = normalise(url)
            async with line.stream("GET", url, headers=_headers(url, media_types)) as answer:
                found = _as_texts(answer.headers)
                if answer.status in _REDIRECTED and "location" in found:
                    url = urljoin(url, found["location"])
                    continue
                if answer.status != 200:
                    raise Unreachable(f"it answers {answer.status}")
                return await _take(answer, url, found, media_types)
        raise Unreachable("it leads on and on")


def normalise(url: str) -> str:
    """An address of the web in ASCII, without what only its reader needs. Raises Unreachable."""
    parts = urlsplit(url)
    if len(url) > _URL_MOST or parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        raise Unreachable("it is no address of the web")
    host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
    place = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _PORTS[parts.scheme]:
        place = f"{place}:{parts.port}"
    return urlunsplit((parts.scheme, place, _in_ascii(parts.path) or "/", _in_ascii(parts.query), ""))


class _Guarded(httpcore2.AsyncNetworkBackend):
    """Connects to what is public, and to what is permitted."""

    def __init__(self, permits: Callable[[str], bool]) -> None:
        self._permits = permits
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - so the library has it
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connects to one of the addresses that the host has just now."""
        reachable = [each for each in await look_up(host) if self._may_reach(each, port)]
        if not reachable:
            raise Unreachable("it is in a private network, or on a port that is not the web's")
        for address in reachable[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore2.NetworkError:
                continue
        return await self._inner.connect_tcp(reachable[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_args: Any, **_more: Any) -> httpcore2.AsyncNetworkStream:
        """Never."""
        raise Unreachable("it is no address of the web")

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    def _may_reach(self, address: str, port: int) -> bool:
        return (port in _PORTS.values() and is_public(address)) or self._permits(address)


async def _take(answer: Any, url: str, headers: dict[str, str], media_types: tuple[str, ...]) -> Fetched:
    kind, _, parameters = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind not in media_types:
        raise Unreachable(f"it is of the type {kind[:64] or 'none'}")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Unreachable("it is packed, though that was not asked for")
    body, whole = bytearray(), True
    async for piece in answer.aiter_stream():
        body += piece
        if len(body) > MOST:
            whole = False
            break
    return Fetched(url, kind, _charset(parameters), bytes(body[:MOST]), whole)


def _headers(url: str, media_types: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", urlsplit(url).netloc.encode()),
        (b"User-Agent", _AGENT),
        (b"Accept", ", ".join(media_types).encode()),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
    ]


def _as_texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _charset(parameters: str) -> str:
    for each in parameters.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()[:_CHARSET_MOST]
    return ""


def _in_ascii(text: str) -> str:
    return "".join(each if "!" <= each <= "~" else "".join(f"%{byte:02X}" for byte in each.encode()) for each in text)
