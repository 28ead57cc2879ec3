"""What commands print: a line for people, or a JSON object for programs."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

import msgspec

from klatch.core.answers import AccountState, Bans, CredentialState, Held, LinkState, Person, RoomState, SettingState
from klatch.core.events import Edited, Entry, Message
from klatch.core.members import SYSTEM
from klatch.core.texts import make_inert
from klatch.protocols.lists import spell_bans, spell_people, spell_rooms, spell_settings
from klatch.protocols.plain import spell_entry
from klatch.protocols.times import spell_moment

_MINUTES = len("2026-11-21 14:03")


def as_text(entry: Entry, zone: tzinfo | None = None, server: str = "") -> str | None:
    """`[2026-11-21 14:03] ann: Hello`; None for an entry that people are not shown.

    Nothing in it takes over a terminal.
    """
    said = make_inert(spell_entry(entry, server))
    if not said:
        return None
    return f"[{_minute(entry.ts, zone)}] {said}"


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


def act_as_json(entry: Entry) -> bytes:
    """An entry of the audit log, which is the server's own."""
    return as_json(entry, SYSTEM)


def as_harmless(text: str) -> str:
    """A text that may hold other people's words, for a terminal."""
    return make_inert(text)


def row_as_json(
    row: RoomState | Person | AccountState | LinkState | CredentialState | Held | SettingState,
) -> bytes:
    """A row of a list with every field that it has."""
    fields: dict[str, Any] = msgspec.structs.asdict(row)
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not msgspec.UNSET})


def rooms_as_text(rooms: list[RoomState]) -> list[str]:
    """A line for each room."""
    return [make_inert(line.removeprefix("  ")) for line in spell_rooms(rooms)]


def people_as_text(people: list[Person], now: int, zone: tzinfo | None = None) -> list[str]:
    """A line for each person."""
    return [make_inert(line.removeprefix("  ")) for line in spell_people(people, now, zone)]


def accounts_as_text(accounts: list[AccountState], zone: tzinfo | None = None) -> list[str]:
    """A line for each account: name, role, when it was seen last, whether it is suspended."""
    rows = [
        (
            each.name,
            each.role,
            "online" if each.state != "offline" else f"seen {_minute(each.seen, zone)}",
            f"suspended {_minute(each.suspended, zone)}" if each.suspended is not None else "",
        )
        for each in accounts
    ]
    return _in_columns(rows)


def links_as_text(links: list[LinkState], zone: tzinfo | None = None) -> list[str]:
    """A line for each link: id, what it is for, who made it, how often and until when it can be used."""
    rows = [
        (
            each.id,
            f"{each.kind} {each.person.name if each.person is not None else each.role or ''}".strip(),
            each.room.name if each.room is not None else "",
            f"by {each.by.name}",
            f"{each.uses_left} left",
            f"until {_minute(each.expires, zone)}" if each.expires is not None else "",
        )
        for each in links
    ]
    return _in_columns(rows)


def credentials_as_text(credentials: list[CredentialState], zone: tzinfo | None = None) -> list[str]:
    """A line for each session or token: id, kind, name, what it may do, when it was used last, and until when."""
    rows = [
        (
            each.id,
            each.kind,
            each.name,
            ",".join(each.scopes),
            "connected" if each.live else f"seen {_minute(each.seen, zone)}",
            f"until {_minute(each.expires, zone)}" if each.expires is not None else "",
        )
        for each in credentials
    ]
    return _in_columns(rows)


def bans_as_text(bans: Bans, now: int) -> list[str]:
    """A line for each ban and mute."""
    return [make_inert(line.removeprefix("  ")) for line in spell_bans(bans, now)]


def settings_as_text(settings: list[SettingState]) -> list[str]:
    """A line for each setting: name, value, where that comes from, what it does."""
    return [make_inert(line.removeprefix("  ")) for line in spell_settings(settings)]


def _minute(ts: int, zone: tzinfo | None) -> str:
    return spell_moment(ts, zone)[:_MINUTES]


def _in_columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows with their columns one under the other."""
    inert = [tuple(make_inert(cell) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*inert, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in inert]


def _text_of(entry: Entry) -> str | None:
    match entry.body:
        case Message(deleted=False, text=text) | Edited(deleted=False, text=text):
            return text
        case _:
            return None
