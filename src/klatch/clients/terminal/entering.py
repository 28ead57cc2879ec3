"""How one comes in: as a guest, with a password, by a token, or by the login that was saved; and who is near by."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from klatch.clients.sdk import Client, Unreachable
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.logins import Login, keep_login, read_login
from klatch.clients.terminal.ways import Near, Way
from klatch.core.names import username_key


def settle(way: Way) -> Way:
    """The same with the saved login of that server, unless it is for another name. Raises BadAddress, or CannotKeep."""
    if not way.url or way.token or way.password:
        return way
    saved = read_login(read_address(way.url))
    if saved is None or (way.name and username_key(way.name) != username_key(saved.name)):
        return way
    return msgspec.structs.replace(way, name=saved.name, token=saved.token)


def make_client(way: Way, **listeners: Callable[..., None]) -> Client:
    """The client for a way. Raises BadAddress, CannotKeep, or Refused for what no server would take."""
    way = settle(way)
    options: dict[str, Any] = {"program": "klatch-chat", "outbox": True, **listeners}
    if way.token:
        return Client(way.url, token=way.token, **options)
    if way.password:
        return Client(way.url, name=way.name, password=way.password, **options)
    return Client(way.url, name=way.name, **options)


def keep(client: Client) -> None:
    """Saves the login of one who came with a password. Raises CannotKeep."""
    if client.token is not None:
        keep_login(client.address, Login(client.account.name, client.token))


async def look_around(tell: Callable[[Sequence[Near]], None]) -> None:
    """Tells which servers are announced on the local network."""
    # Loaded only where somebody is asked where to: it takes a while.
    from klatch.clients.sdk.finding import find  # noqa: PLC0415

    try:
        found = await find()
    except Unreachable:
        return
    tell([Near(each.server, each.name) for each in found])
