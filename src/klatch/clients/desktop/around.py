"""The servers around, and the keys that they show."""

import asyncio

from klatch.clients.desktop.scene import Found, KeyShown
from klatch.clients.sdk import BadAddress, CannotKeep, Unreachable
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.pins import keep_pin
from klatch.clients.sdk.trusting import fetch_key


async def look_around() -> Found:
    """Which servers announce themselves on the local network."""
    from klatch.clients.sdk.finding import find  # noqa: PLC0415 - it takes a while, and many never need it

    try:
        found = await find()
    except Unreachable:
        found = []
    return Found([(each.name, each.server) for each in found])


async def look_at_key(server: str) -> KeyShown:
    """The key that a server shows now."""
    try:
        address = read_address(server)
        found = await asyncio.to_thread(fetch_key, address)
    except (BadAddress, Unreachable) as fault:
        return KeyShown(server, "", str(fault))
    if address.fingerprint not in (None, found):
        fault_words = f"{address.url} shows another key than the one in the address, {found}. Nothing was changed."
        return KeyShown(address.url, found, fault_words)
    return KeyShown(address.url, found)


def trust_key(server: str, fingerprint: str) -> KeyShown | None:
    """Takes a key for the right one of a server, in place of any other; gives why that cannot be, or None."""
    try:
        keep_pin(read_address(server), fingerprint)
    except (BadAddress, CannotKeep) as fault:
        return KeyShown(server, "", str(fault))
    return None
