"""Whom a door lets in without a password, and which pages may speak through a browser."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import msgspec

from klatch.core.addresses import is_loopback

# A request that carries one of these came through a proxy: the peer's address is the proxy's.
_FORWARDING: Final = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Via",
)
_PORTS: Final = {"http": 80, "https": 443}


class Trust(msgspec.Struct, frozen=True):
    """`guests`: True lets guests in from everywhere, False from nowhere, None only from this machine itself."""

    guests: bool | None = None

    def lets_guests_in(self, address: str, headers: Mapping[str, str]) -> bool:
        """Whether a guest may come in from this address, with these headers of its request (none at other doors)."""
        if self.guests is not None:
            return self.guests
        if not is_loopback(address) or any(name in headers for name in _FORWARDING):
            return False
        return "Origin" not in headers or _is_beyond_rebinding(headers.get("Host", ""))


def is_same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a page that a browser names as origin is one of this server's own. Other programs name none.

    Raises ValueError if one of the two cannot be read.
    """
    if origin is None:
        return True
    page = urlsplit(origin)
    if host is None or page.hostname is None or page.scheme not in _PORTS:
        return False
    server = urlsplit(f"{page.scheme}://{host}")
    usual = _PORTS[page.scheme]
    return (page.hostname, page.port or usual) == (server.hostname, server.port or usual)


def _is_beyond_rebinding(host: str) -> bool:
    """Whether no foreign name server can have led a browser to this machine under that name: any other name may be one
    that an attacker's name server answers with 127.0.0.1, which makes the attacker's page one of this server's own."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, section 6.3: never asked of a name server
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
