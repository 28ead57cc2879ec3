"""Addresses of machines: which of them are this machine itself."""

from ipaddress import ip_address


def is_loopback(address: str) -> bool:
    """Whether an address is this machine itself."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback
