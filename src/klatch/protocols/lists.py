"""What was asked for, as lines of text: who is there, which rooms there are, what holds."""

import shlex
from collections.abc import Iterable
from datetime import tzinfo
from textwrap import wrap
from typing import Final
from unicodedata import combining, east_asian_width

from msgspec import UnsetType

from klatch.core.answers import (
    AccountState,
    Bans,
    BlockList,
    CredentialState,
    FiguresTold,
    FilesTold,
    HelpText,
    LinkState,
    PauseTold,
    Person,
    Readers,
    RoomState,
    SettingState,
    UploadLink,
)
from klatch.core.durations import spell_duration
from klatch.core.texts import make_inert
from klatch.protocols.plain import because, spell_file, spell_value
from klatch.protocols.times import spell_ago, spell_moment, spell_since

_COLUMNS: Final = 80
_USAGE_MOST: Final = 26
_CELL_MOST: Final = 24


def spell_people(people: Iterable[Person], now: int, zone: tzinfo | None) -> list[str]:
    """Who is online, a line each: name, state, since when, last active, status."""
    return _table([_whereabouts(person, now, zone) for person in people])


def spell_rooms(rooms: Iterable[RoomState]) -> list[str]:
    """Rooms, a line each: name, whether one is in it, what is unread, topic."""
    return _table([[room.name, _room_facts(room)] for room in rooms])


def spell_credentials(credentials: Iterable[CredentialState], now: int, zone: tzinfo | None) -> list[str]:
    """What lets one in, a line each: its id, what it is, by whom and from where it was used."""
    return _table(
        [
            [
                each.id,
                make_inert(each.name),
                each.kind if each.kind == "session" else f"token ({', '.join(each.scopes)})",
                "this one" if each.mine else "connected" if each.live else f"used {spell_ago(each.seen, now)}",
                each.address and f"from {each.address}",
                f"until {spell_since(each.expires, now, zone)}" if each.expires is not None else "",
            ]
            for each in credentials
        ]
    )


def spell_links(links: Iterable[LinkState], now: int, zone: tzinfo | None) -> list[str]:
    """Links, a line each: the id, what it does, by whom it was made."""
    return _table(
        [
            [
                each.id,
                each.kind,
                each.room.name if each.room is not None else each.person.name if each.person is not None else "",
                each.role or "",
                f"{each.uses_left} uses left",
                f"by {each.by.name}",
                f"until {spell_since(each.expires, now, zone)}" if each.expires is not None else "",
            ]
            for each in links
        ]
    )


def spell_accounts(accounts: Iterable[AccountState], now: int, zone: tzinfo | None) -> list[str]:
    """Accounts, a line each: name, role, presence, since when."""
    return _table(
        [
            [
                each.name,
                each.role,
                "suspended" if each.suspended is not None else each.state,
                f"since {spell_since(each.created, now, zone)}",
                f"seen {spell_ago(each.seen, now)}",
            ]
            for each in accounts
        ]
    )


def spell_help(help_text: HelpText) -> list[str]:
    """What can be typed, in lines that fit a terminal of 80 columns."""
    width = min(_USAGE_MOST, max((len(command.usage) for command in help_text.commands), default=0))
    lines: list[str] = []
    for command in help_text.commands:
        said = wrap(f"{command.does}{_also(command.also)}", _COLUMNS - width - 4)
        if len(command.usage) > width:
            lines.append(f"  {command.usage}")
        else:
            lines.append(f"  {command.usage:<{width}}  {said.pop(0)}")
        lines += [f"{'':<{width + 4}}{rest}" for rest in said]
    return lines


def spell_names(answer: Readers | BlockList) -> str:
    """Who has read a message, or whom one blocks."""
    names = ", ".join(person.name for person in answer.people)
    if isinstance(answer, Readers):
        return f"Number {answer.seq} was read by {names or 'nobody yet'}."
    return f"You block {names or 'nobody'}."


def spell_bans(bans: Bans, now: int) -> list[str]:
    """Bans and mutes, a line each: who, what, for how much longer, by whom, why."""
    rows = [
        [
            ban.who,
            "banned" if ban.act == "ban" else "muted",
            "for good" if ban.until is None else f"for {spell_duration(ban.until - now)}",
            f"by {ban.by}",
            make_inert(ban.reason),
        ]
        for ban in bans.bans
    ]
    return _table(rows)


def spell_settings(settings: Iterable[SettingState]) -> list[str]:
    """Settings, a line each: name, value, what it was at the start or where it is fixed, what it does."""
    return _table([[each.name, _setting(each, each.value), _origin(each), each.does] for each in settings])


def spell_figures(told: FiguresTold) -> list[str]:
    """How the server is, a line for each figure."""
    sessions = ", ".join(f"{count} {door}" for door, count in told.sessions.items())
    rooms = ", ".join(f"{count} {kind}" for kind, count in told.rooms.items())
    rows = [
        ("version", told.version),
        ("runs for", spell_duration(told.now - told.since)),
        ("people online", f"{told.online:,}"),
        ("connections", sessions or "none"),
        ("accounts", f"{told.accounts:,} and {told.guests:,} guests"),
        ("rooms", rooms or "none"),
        ("entries", f"{told.entries:,}"),
        ("files", f"{told.files:,}, {_size(told.file_bytes)}"),
        ("messages", f"{told.messages:,} since the start"),
        ("to the disk", f"{1000 * told.commit_seconds / max(1, told.commits):.1f} ms on average"),
        ("store", f"{_size(told.store)}, log {_size(told.wal)}, {_size(told.free)} free"),
        ("memory", _size(told.memory) if told.memory is not None else ""),
        ("refusals", f"{told.refusals:,} since the start"),
        ("defects", f"{told.defects:,} since the start"),
    ]
    return _table([list(row) for row in rows if row[1]])


def spell_files(told: FilesTold, zone: tzinfo | None, server: str = "") -> list[str]:
    """The files of a room, the last first."""
    return [
        f"{each.seq:>5}  [{spell_moment(each.ts, zone)[:16]}] {each.author.name}: {spell_file(each.file, server)}"
        for each in told.files
    ]


def spell_upload(link: UploadLink, server: str) -> list[str]:
    """What to type to send a file by a link."""
    what = shlex.quote(link.file) if link.file else "FILE"
    return [
        "To send it, type this where the file is, within 15 minutes:",
        f"  curl -T {what} {server}{link.path}",
    ]


def spell_pause(told: PauseTold) -> str:
    """That the conversation is paused, or goes on."""
    if not told.paused:
        return f"{told.by.name} lets the conversation go on."
    return f"{told.by.name} paused the conversation{because(told.reason)}: only moderators may write now."


def _origin(setting: SettingState) -> str:
    if setting.locked:
        return f"fixed by {setting.locked}"
    return "" if setting.value == setting.default else f"was {_setting(setting, setting.default)}"


def _setting(setting: SettingState, value: bool | float | str) -> str:
    return _size(int(value)) if setting.kind == "size" else spell_value(value)


def _size(count: int) -> str:
    """Bytes as people say them."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _title(person: Person) -> str:
    return person.name if person.display_name == person.name else f"{person.name} ({make_inert(person.display_name)})"


def _whereabouts(person: Person, now: int, zone: tzinfo | None) -> list[str]:
    since = f"since {spell_since(person.since, now, zone)}" if person.since is not None else ""
    active = f"active {spell_ago(person.active, now)}" if person.active is not None else ""
    return [_title(person), person.state, since, active, make_inert(person.status)]


def _table(rows: list[list[str]]) -> list[str]:
    """Rows under one another, as wide as they need to be; a cell that is very wide stands out alone."""
    shown = [[cell for cell, column in zip(row, zip(*rows, strict=True), strict=True) if any(column)] for row in rows]
    widths = [min(_CELL_MOST, max(map(_width, column))) for column in zip(*shown, strict=True)]
    return ["  " + "  ".join(map(_padded, row, widths)).rstrip() for row in shown]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def _room_facts(room: RoomState) -> str:
    facts = [] if room.role is not None else ["not joined"]
    if room.kind == "closed":
        facts.append("closed" if room.role is not None else "you are invited")
    if not isinstance(room.rules, UnsetType) and room.rules.archived:
        facts.append("archived")
    if room.unread:
        facts.append(f"{room.unread}{'+' if room.unread >= 100 else ''} unread")
    if room.mentions:
        facts.append(f"{room.mentions} mentions")
    if room.topic:
        facts.append(make_inert(room.topic))
    return ", ".join(facts)


def _also(names: list[str]) -> str:
    return f" Also {', '.join(names)}." if names else ""
