"""Where a request comes from, and which pages may speak through a browser."""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from klatch.core.addresses import Network, is_loopback, is_within, normalise, parse_address

# A request that carries one of these came through a proxy: the peer's address is the proxy's.
_FORWARDING: Final = frozenset(
    {
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "via",
    }
)
READ: Final = _FORWARDING | {"origin", "host"}  # the headers that matter here
_PORTS: Final = {"http": 80, "https": 443}
ORIGIN: Final = "klatch.origin"  # where in the scope of a request the application finds its Origin
WIRE: Final = "klatch.wire"  # and there its Wire


class Wire(Protocol):
    """The connection on which a request came, for answers that take their time."""

    def be_patient(self, seconds: float) -> bool:
        """The next sign of progress may come so late; False if the peer is gone."""

    def cut(self) -> None:
        """Ends it at once, so that nobody takes what was sent for all."""


class Origin(msgspec.Struct, frozen=True):
    """Where a request comes from: its client's address, whether that is this machine itself, beyond doubt (`here`),
    whether it was encrypted on its way to this server or to the proxy before it, and whether the address is certain:
    that of a proxy that is not trusted says nothing about the client."""

    address: str
    here: bool
    encrypted: bool = False
    certain: bool = True


class Trust(msgspec.Struct, frozen=True):
    """`proxies`: whose word on a client's address is taken; `public_url`: where people find this server, if set."""

    proxies: tuple[Network, ...] = ()
    public_url: str = ""

    def trace(self, peer: str, headers: Iterable[tuple[str, str]] = (), *, encrypted: bool = False) -> Origin:
        """Where a request with these headers (none at other doors) comes from, if `peer` is who is connected.

        Of proxies that are trusted, X-Forwarded-For and X-Forwarded-Proto are read; of all others nothing is.
        """
        found: dict[str, list[str]] = {}
        for name, value in headers:
            if (key := name.lower()) in READ:
                found.setdefault(key, []).append(value)
        came_through_proxy = not _FORWARDING.isdisjoint(found)
        client: str | None = peer
        if came_through_proxy:
            client = None
            if self.is_proxy(peer):
                peer, client = self._unwind(peer, found.get("x-forwarded-for", []))
                protocols = ",".join(found.get("x-forwarded-proto", [])).split(",")
                encrypted = protocols[-1].strip().lower() == "https" if protocols != [""] else encrypted
        return Origin(peer, self._is_here(client, found), encrypted, client is not None)

    def is_proxy(self, address: str) -> bool:
        """Whether the word of this address is taken on whom it speaks for."""
        return bool(self.proxies) and is_within(address, self.proxies)

    def is_own_page(self, origin: str | None, host: str | None) -> bool:
        """Whether a page that a browser names as origin is one of this server's own. Other programs name none.

        Raises ValueError if one of the two cannot be read.
        """
        return is_same_origin(origin, host) or (bool(self.public_url) and _site(origin or "") == _site(self.public_url))

    def _unwind(self, proxy: str, forwarded: list[str]) -> tuple[str, str | None]:
        """The address that the last trusted hop saw, and once more if it is the client's; a hop that gives none that
        can be read counts for its client."""
        seen = proxy
        for hop in reversed([hop for line in forwarded for hop in line.split(",")]):
            address = _read_hop(hop)
            if address is None:
                return seen, None
            seen = address
            if not self.is_proxy(address):
                break
        return seen, seen if forwarded else None

    def _is_here(self, client: str | None, headers: dict[str, list[str]]) -> bool:
        if client is None or not is_loopback(client):
            return False
        return "origin" not in headers or self._is_beyond_rebinding(headers.get("host", [""])[0])

    def _is_beyond_rebinding(self, host: str) -> bool:
        """Whether no foreign name server can have led a browser to this machine under that name: any other name may be
        one that an attacker's name server answers with 127.0.0.1, which makes the attacker's page one of this
        server's own."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, section 6.3: never asked of a name server
            return True
        return parse_address(name) is not None or (bool(name) and name == urlsplit(self.public_url).hostname)


def peer_address(transport: asyncio.BaseTransport) -> str:
    """The address of who is connected; `local` where it has none."""
    name = transport.get_extra_info("peername")
    return normalise(name[0]) if isinstance(name, tuple) else "local"


def is_encrypted(transport: asyncio.BaseTransport) -> bool:
    """Whether a connection speaks TLS."""
    return transport.get_extra_info("sslcontext") is not None


def is_same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a page that a browser names as origin comes from the host that it asks. Other programs name none.

    Raises ValueError if one of the two cannot be read.
    """
    if origin is None:
        return True
    page = _site(origin)
    return page is not None and host is not None and page == _site(f"{page[0]}://{host}")


def _site(url: str) -> tuple[str, str, int] | None:
    """The scheme, host and port of a page's address; raises ValueError if it cannot be read."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or parts.hostname is None:
        return None
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _read_hop(hop: str) -> str | None:
    """The address of one hop of X-Forwarded-For, which some proxies write with its port."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    parsed = parse_address(text)
    return None if parsed is None else str(parsed)
