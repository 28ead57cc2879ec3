"""`klatch tail`: the entries of a room, as they stand in its log."""

from collections.abc import AsyncIterator

from klatch.clients.sdk import Client
from klatch.clients.shell.rooms import enter_room, find_room
from klatch.core.events import Entry


async def tail(
    klatch: Client, room: str, *, last: int, since: int | None, follow: bool
) -> AsyncIterator[tuple[str, Entry]]:
    """The last entries, or those after number `since`, each with its room's name; with `follow` also all to come."""
    await enter_room(klatch, room)
    first = await klatch.fetch(room, since or 0, limit=1)
    known = find_room(klatch.welcome.rooms, first.room) or find_room(await klatch.rooms(), first.room)
    name = known.name if known is not None else room
    start = max(0, first.head - last) if since is None else since
    entries = klatch.follow(first.room, start) if follow else _entries_between(klatch, first.room, start, first.head)
    async for entry in entries:
        yield name, entry


async def _entries_between(klatch: Client, room: str, after: int, until: int) -> AsyncIterator[Entry]:
    while after < until:
        found = await klatch.fetch(room, after)
        for entry in found.entries:
            if entry.seq <= until:
                yield entry
        if not found.entries:
            return
        after = found.entries[-1].seq
