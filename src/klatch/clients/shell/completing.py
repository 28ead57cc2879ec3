"""What a shell may complete: the rooms and people of a server that one has been to before."""

import asyncio
import contextlib
from collections.abc import Iterable

from klatch.clients.sdk import BadAddress, CannotKeep, Client, Refused, Unanswered, Unreachable, Unreadable, Untrusted
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.folders import secrets_folder
from klatch.clients.sdk.logins import read_login
from klatch.clients.sdk.secrets import Secrets
from klatch.clients.shell.entering import make_client, name_of_login

_FAULTS = (BadAddress, CannotKeep, Refused, Unanswered, Unreachable, Unreadable, Untrusted, OSError, TimeoutError)


async def complete_room(
    begun: str, server: str, name: str | None, token: str | None, within: float
) -> list[tuple[str, str]]:
    """Rooms, or after an @ people, that begin so, each with what it is about; none where that takes too long.

    Nobody becomes a guest by pressing Tab: who is not known to the server is told nothing.
    """
    with contextlib.suppress(*_FAULTS):
        async with asyncio.timeout(within):
            if _is_known(server, name, token):
                async with make_client(server, name, token, "klatch-completion", lambda _: None) as klatch:
                    return await (_people(klatch, begun) if begun.startswith("@") else _rooms(klatch, begun))
    return []


def _is_known(server: str, name: str | None, token: str | None) -> bool:
    address = read_address(server)
    if token is not None or (name is None and read_login(address) is not None):
        return True
    return Secrets(secrets_folder(), address.folder).has(name or name_of_login())


async def _rooms(klatch: Client, begun: str) -> list[tuple[str, str]]:
    """With the # only where it is typed already: a bare one begins a comment in most shells."""
    sign = "#" if begun.startswith("#") else ""
    found = [(f"{sign}{room.name[1:]}", room.topic) for room in await klatch.rooms() if room.name.startswith("#")]
    return _beginning(begun, found)


async def _people(klatch: Client, begun: str) -> list[tuple[str, str]]:
    known = {f"@{person.name}": person.status for person in await klatch.online() if person.id != klatch.account.id}
    direct = {room.name: "" for room in klatch.welcome.rooms if room.name.startswith("@")}
    return _beginning(begun, (direct | known).items())


def _beginning(begun: str, found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((word, about) for word, about in found if word.casefold().startswith(begun.casefold()))
