"""What commands print: a line for people, or a JSON object for programs."""

from datetime import tzinfo
from typing import Any

import msgspec

from klatch.core.answers import Person, RoomState
from klatch.core.events import Edited, Entry, Message
from klatch.core.texts import make_inert
from klatch.protocols.plain import spell_entry, spell_moment, spell_people, spell_rooms

_MINUTES = len("2026-11-21 14:03")


def as_text(entry: Entry, zone: tzinfo | None = None) -> str | None:
    """`[2026-11-21 14:03] ann: Hello`; None for an entry that people are not shown.

    Nothing in it takes over a terminal.
    """
    said = make_inert(spell_entry(entry))
    if not said:
        return None
    return f"[{spell_moment(entry.ts, zone)[:_MINUTES]}] {said}"


def as_json(entry: Entry, room: str) -> bytes:
    """The entry with its text where it has one; `body` is all that it says, as docs/protocol.md has it."""
    body = msgspec.to_builtins(entry.body)
    told = {
        "room": {"id": entry.room, "name": room},
        "seq": entry.seq,
        "id": entry.id,
        "cid": entry.cid,
        "ts": entry.ts,
        "author": {"id": entry.author.id, "name": entry.author.name},
        "text": _text_of(entry),
        "kind": body["kind"],
        "body": body,
    }
    return msgspec.json.encode(told)


def as_harmless(text: str) -> str:
    """A text that may hold other people's words, for a terminal."""
    return make_inert(text)


def row_as_json(row: RoomState | Person) -> bytes:
    """A room or a person with every field."""
    fields: dict[str, Any] = msgspec.structs.asdict(row)
    return msgspec.json.encode(fields)


def rooms_as_text(rooms: list[RoomState]) -> list[str]:
    """A line for each room."""
    return [make_inert(line.removeprefix("  ")) for line in spell_rooms(rooms)]


def people_as_text(people: list[Person], now: int, zone: tzinfo | None = None) -> list[str]:
    """A line for each person."""
    return [make_inert(line.removeprefix("  ")) for line in spell_people(people, now, zone)]


def _text_of(entry: Entry) -> str | None:
    match entry.body:
        case Message(deleted=False, text=text) | Edited(deleted=False, text=text):
            return text
        case _:
            return None
