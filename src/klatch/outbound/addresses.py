"""Which addresses are public: everybody's to reach, and nobody's house, cloud or machine."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

# On networks without IPv4 its addresses are reached within these (RFC 6052).
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
# Tunnels into IPv4 that nobody needs any more (RFC 7526, RFC 4380), and what is some network's own (RFC 8215, RFC 9602,
# RFC 3879), beside what Python's tables know of.
_REFUSED: Final[tuple[IPv4Network | IPv6Network, ...]] = (
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("5f00::/16"),
    IPv6Network("fec0::/10"),
)


def is_public(text: str) -> bool:
    """Whether this is an address that the whole internet reaches."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address in _TRANSLATED):
        address = IPv4Address(int(address) & 0xFFFF_FFFF)
    special = address.is_multicast or address.is_reserved or any(address in network for network in _REFUSED)
    return address.is_global and not special
