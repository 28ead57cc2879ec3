"""Rooms: where people talk. Open to all, closed to all but the invited, or direct between a few."""

from typing import Final

import msgspec

from klatch.core.names import parse_room_name, parse_username, room_key
from klatch.core.refusals import Refused

LOBBY: Final = "lobby"
DIRECT_MOST: Final = 20
ROOMS_MOST: Final = 1_000
MEMBERS_MOST: Final = 100_000


class Room(msgspec.Struct, frozen=True):
    """A room: `kind` is open, closed or direct, `name` is without its `#` (None if direct); `people`
    are the ids of those in a direct room."""

    id: str
    kind: str
    name: str | None
    topic: str
    people: tuple[str, ...] = ()


class ById(msgspec.Struct, frozen=True):
    """A room meant by its id."""

    id: str


class ByName(msgspec.Struct, frozen=True):
    """A room meant by its name; `key` is what names are compared by."""

    name: str
    key: str


class Direct(msgspec.Struct, frozen=True):
    """The direct room with these people."""

    names: tuple[str, ...]


Meant = ById | ByName | Direct


def read_room(text: str) -> Meant:
    """What `#ops`, `@bob`, `@ann,bob` or an id stands for. Refuses what can be none of them."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return ById(text)
    if text.startswith("@"):
        names = tuple(parse_username(name.strip().removeprefix("@")) for name in text[1:].split(","))
        if len(names) >= DIRECT_MOST:
            raise Refused(
                "too_many",
                f"A direct room holds at most {DIRECT_MOST} people; {len(names) + 1} were named.",
                field="room",
            )
        return Direct(names)
    if text.startswith("#"):
        name = parse_room_name(text)
        return ByName(name, room_key(name))
    raise Refused("bad_name", "A room is written #name, a person @name.", field="room")


def direct_key(accounts: list[str]) -> str:
    """What a direct room is found by: the ids of its people, in order."""
    return ",".join(sorted(set(accounts), key=int))


def spell_direct(names: list[str]) -> str:
    """How a direct room is named, by the usernames of the others in it."""
    return "@" + ",".join(sorted(names))
