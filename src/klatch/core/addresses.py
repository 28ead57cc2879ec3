"""Addresses of machines: which of them are this machine itself, and which are of a network like it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, without its zone; one of IPv4 that is written as one of IPv6 is one of IPv4. None if it is none."""
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def normalise(text: str) -> str:
    """An address written as all others are; what is none stays as it is."""
    return str(parse_address(text) or text)


@lru_cache(maxsize=4_096)
def household(text: str) -> str:
    """Whom an address is counted as: of IPv6 the network of 64 bits that a household or a machine is given whole."""
    parsed = parse_address(text)
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else text


def is_loopback(text: str) -> bool:
    """Whether an address is this machine itself."""
    parsed = parse_address(text)
    return parsed is not None and parsed.is_loopback


def is_private(text: str) -> bool:
    """Whether an address is of a private network, such as that of a house or a school."""
    parsed = parse_address(text)
    return parsed is not None and parsed.is_private


def parse_network(text: str) -> Network:
    """An address or a network, such as 10.0.0.1 or 10.0.0.0/8. Raises ValueError."""
    return ip_network(text.strip(), strict=False)


def is_within(text: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address is in one of these networks."""
    parsed = parse_address(text)
    return parsed is not None and any(parsed in network for network in networks)
