"""Whom a door lets in without a password, and which pages may speak through a browser."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from klatch.core.addresses import is_loopback

# A request that carries one of these came through a proxy: the peer's address is the proxy's.
_FORWARDING: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


class Trust(msgspec.Struct, frozen=True):
    """`guests`: True lets guests in from everywhere, False from nowhere, None only from this machine itself."""

    guests: bool | None = None

    def lets_guests_in(self, address: str, headers: Mapping[str, str]) -> bool:
        """Whether a guest may come in from this address, with these headers of its request (none at other doors)."""
        if self.guests is not None:
            return self.guests
        return is_loopback(address) and not any(name in headers for name in _FORWARDING)


def is_same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a page that a browser names as origin is one of this server's own. Other programs name none."""
    if origin is None:
        return True
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()
