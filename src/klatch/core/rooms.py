"""Rooms: where people talk. Open to all, closed to all but the invited, or direct between a few."""

from typing import Final

import msgspec

from klatch.core.names import parse_room_name, parse_username, room_key
from klatch.core.permissions import POSTING
from klatch.core.refusals import Refused

LOBBY: Final = "lobby"
DIRECT_MOST: Final = 20
ROOMS_MOST: Final = 1_000
MEMBERS_MOST: Final = 100_000


# How long a room keeps its words, beside a number of days.
KEEP_NOTHING: Final = 0
KEEP_ALL: Final = -1
KEEP_AS_SERVER: Final = -2
KEEP_MOST: Final = 36_500
SLOW_MOST: Final = 86_400
PREVIEWS_AS_SERVER: Final = "default"


class Rules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds in a room.

    `posting`: who may post, everyone, members or moderators; `slow`: the seconds between two messages of one member;
    `newcomers`: whether they may read all, or from their joining; `keep`: the days for which words are kept, 0 for
    none at all, -1 for good, -2 as the server has it; `previews`: whether links are shown with what they lead to, on,
    off, or by default as the server has it for rooms of its kind; `archived`: nobody writes here any more.
    """

    posting: str = "everyone"
    slow: int = 0
    newcomers: str = "all"
    keep: int = KEEP_AS_SERVER
    previews: str = PREVIEWS_AS_SERVER
    archived: bool = False


COMMON: Final = Rules()
NEWCOMERS: Final = ("all", "joining")
PREVIEWS: Final = ("on", "off", PREVIEWS_AS_SERVER)


class Room(msgspec.Struct, frozen=True):
    """A room: `kind` is open, closed or direct, `name` is without its `#` (None if direct); `people`
    are the ids of those in a direct room; `gone`: it was deleted."""

    id: str
    kind: str
    name: str | None
    topic: str
    people: tuple[str, ...] = ()
    rules: Rules = COMMON
    gone: bool = False


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


def check_rules(rules: Rules) -> Rules:
    """Rules that a room may have. Refuses others."""
    if rules.posting not in POSTING:
        raise Refused("type", f"Who may post is one of {', '.join(POSTING)}.", field="posting")
    if rules.newcomers not in NEWCOMERS:
        raise Refused("type", f"Newcomers may read {' or from their '.join(NEWCOMERS)}.", field="newcomers")
    if not 0 <= rules.slow <= SLOW_MOST:
        raise Refused("limit", f"Slow mode has 0 to {SLOW_MOST:,} seconds; 0 turns it off.", field="slow")
    if rules.previews not in PREVIEWS:
        raise Refused("type", f"Previews of links are one of {', '.join(PREVIEWS)}.", field="previews")
    check_keep(rules.keep, KEEP_AS_SERVER, "keep")
    return rules


def check_keep(days: int, least: int, field: str) -> int:
    """For how many days words may be kept. Refuses others."""
    if not least <= days <= KEEP_MOST:
        raise Refused(
            "limit", f"Words are kept for 1 to {KEEP_MOST:,} days; 0 is not at all, -1 for good.", field=field
        )
    return days
