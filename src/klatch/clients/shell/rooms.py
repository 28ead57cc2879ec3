"""Rooms as commands are given them, and how one gets in."""

from klatch.clients.sdk import Client
from klatch.core.answers import RoomState
from klatch.core.names import caseless


def spell_room(text: str) -> str:
    """`#ops` also where only `ops` was written, as a bare # begins a comment in most shells."""
    return text if text.startswith(("#", "@")) or text.isdigit() else f"#{text}"


async def enter_room(klatch: Client, room: str) -> None:
    """Joins an open room that one is not in. Direct rooms begin with the first message. Raises Refused."""
    if not room.startswith("@") and find_room(klatch.welcome.rooms, room) is None:
        await klatch.join(room)


def find_room(rooms: list[RoomState], room: str) -> RoomState | None:
    """The room of that id, or of that name but for case."""
    for state in rooms:
        if room == state.id or caseless(room) == caseless(state.name):
            return state
    return None
