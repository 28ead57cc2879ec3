"""Witnesses: who was in which room when each entry was added, told by the entries themselves."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from klatch.core.events import (
    Author,
    Banned,
    Created,
    Entry,
    GotInvitation,
    Joined,
    Kicked,
    Left,
    Renamed,
    RoomDeleted,
    RoomRenamed,
)
from klatch.core.rooms import LOBBY, spell_direct
from klatch.engine.transcripts.gathering import Reached
from klatch.storage.port import Life


class Room(msgspec.Struct):
    """A room and who is in it, by account; `name` is None for a direct one."""

    name: str | None
    people: dict[str, None]


class Witnesses(msgspec.Struct):
    """What is known at one point of the logs: how far they were read, the rooms, what everyone is called, and when each
    account began (ms UTC): beginnings may be heard of before all that was said until then is."""

    reached: Reached
    rooms: dict[str, Room]
    names: dict[str, str]
    lobby: str = ""
    began: dict[str, int] = {}


class Seen(msgspec.Struct, frozen=True):
    """An entry, who could read it, and the name of its room for one of them (empty for one's own account's log)."""

    entry: Entry
    people: list[str]
    label: Callable[[str], str]


def nobody() -> Witnesses:
    """What is known before the first entry."""
    return Witnesses(Reached(logs={}), {}, {}, began={})


def witness(known: Witnesses, events: Iterable[Life | Entry]) -> Iterator[Life | Seen]:
    """Takes what happened into what is known; gives each beginning, and each entry that somebody could read."""
    for event in events:
        match event:
            case Life():
                _begin(known, event)
                yield event
            case Entry():
                known.reached.logs[event.room] = event.seq
                yield from _follow(known, event)


def forget(known: Witnesses, account: str) -> None:
    """An account has ended: it is nowhere any more."""
    for room in known.rooms.values():
        room.people.pop(account, None)
    known.names.pop(account, None)
    known.began.pop(account, None)


def label(known: Witnesses, room: str, account: str) -> str:
    """What a room is called by one of those in it, just now."""
    place = known.rooms[room]
    if place.name is not None:
        return f"#{place.name}"
    others = [person for person in place.people if person != account] or [account]
    return spell_direct([known.names.get(person, "?") for person in others])


def _begin(known: Witnesses, life: Life) -> None:
    known.reached.account = life.account
    known.names[life.account] = life.first_name
    known.began[life.account] = life.began
    if known.lobby:  # everyone is in the lobby without an entry of joining
        known.rooms[known.lobby].people[life.account] = None


def _follow(known: Witnesses, entry: Entry) -> Iterator[Seen]:
    """Whoever an entry lets in could read it, and so could whoever it removes."""
    match entry.body:
        case Created(name=name, members=members):
            known.rooms[entry.room] = Room(name, {person.id: None for person in members})
            if name == LOBBY and not known.lobby:
                known.lobby = entry.room
        case Joined() if entry.room in known.rooms:
            known.rooms[entry.room].people[entry.author.id] = None
        case RoomRenamed(name=name) if entry.room in known.rooms:
            known.rooms[entry.room].name = name
        case Renamed():
            yield from _renamed(known, entry, entry.body.name)
        case GotInvitation():
            yield Seen(entry, [entry.room], lambda account: "")  # noqa: ARG005 - one's own log has no name
        case _:
            pass
    room = known.rooms.get(entry.room)
    if room is None:
        return
    yield Seen(entry, list(room.people), lambda account: label(known, entry.room, account))
    match entry.body:
        case Left():
            room.people.pop(entry.author.id, None)
        case Kicked(person=person) | Banned(person=Author() as person):
            room.people.pop(person.id, None)
        case RoomDeleted():
            room.people.clear()
        case _:
            pass


def _renamed(known: Witnesses, entry: Entry, name: str) -> Iterator[Seen]:
    """A new name is told to all who are in a room with the one who has it."""
    known.names[entry.room] = name
    people = {entry.room: None}
    for room in known.rooms.values():
        if entry.room in room.people:
            people |= room.people
    yield Seen(entry, list(people), lambda account: "")  # noqa: ARG005 - it is of no room
