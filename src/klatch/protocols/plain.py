"""Plain text: how entries and answers read as lines, for the line door, history files and `klatch tail`."""

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from textwrap import wrap
from typing import Final
from unicodedata import combining, east_asian_width
from urllib.parse import quote

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
from klatch.core.events import (
    AnyBody,
    Arranged,
    Audited,
    Author,
    AvatarSet,
    Banned,
    Blocked,
    ContactSet,
    Created,
    Deleted,
    DisplayNamed,
    Edited,
    Entry,
    Erased,
    GotInvitation,
    Granted,
    Invited,
    Joined,
    Kicked,
    Left,
    Message,
    Muted,
    Preferred,
    Quieted,
    Reacted,
    ReadingShared,
    Registered,
    Removed,
    RoleGiven,
    RoomDeleted,
    RoomRenamed,
    RoomSet,
    SignedOut,
    StatusSet,
    Swept,
    TopicSet,
    Unbanned,
    Unblocked,
    Unmuted,
    Unreacted,
    Unreadable,
)
from klatch.core.files import File, spell_size
from klatch.core.preferences import FOR_GOOD
from klatch.core.rooms import KEEP_ALL, KEEP_AS_SERVER, KEEP_NOTHING, PREVIEWS_AS_SERVER
from klatch.core.texts import make_inert
from klatch.core.view import Item

_TOLD: Final = {
    "": "as usual",
    "all": "of all that is said there",
    "mentions": "of mentions there",
    "none": "of nothing there",
}
_COLUMNS: Final = 80
_USAGE_MOST: Final = 26
_KEPT: Final = {
    KEEP_NOTHING: "what is said here is told and not kept",
    KEEP_ALL: "words are kept for good",
    KEEP_AS_SERVER: "words are kept as everywhere",
}
_PREVIEWS: Final = {
    "on": "links are shown with what they lead to",
    "off": "links are shown as they are",
    PREVIEWS_AS_SERVER: "links are shown as everywhere in such rooms",
}
_CELL_MOST: Final = 24
_SIGNED_OUT: Final = {
    "revoked": "Some of your sessions or tokens were revoked.",
    "elsewhere": "Your other sessions and tokens were revoked.",
    "password": "Your password was changed; your other sessions ended.",
    "suspended": "Your account was suspended.",
    "banned": "You were banned.",
    "erased": "Your account was erased.",
}
_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def spell_time(ts: int, zone: tzinfo | None) -> str:
    """The time of day; `zone` None is the machine's own."""
    return _local(ts, zone).strftime("%H:%M")


def spell_moment(ts: int, zone: tzinfo | None) -> str:
    """The day and the time to the second."""
    return _local(ts, zone).strftime("%Y-%m-%d %H:%M:%S")


def spell_since(ts: int, now: int, zone: tzinfo | None) -> str:
    """The time of day, with the day unless it is today."""
    then = _local(ts, zone)
    return then.strftime("%H:%M" if then.date() == _local(now, zone).date() else "%Y-%m-%d %H:%M")


def spell_ago(ts: int, now: int) -> str:
    """How long ago something was, as people say it."""
    passed = max(0, now - ts)
    if passed < _MINUTE:
        return "just now"
    if passed < _HOUR:
        return f"{passed // _MINUTE} min ago"
    if passed < _DAY:
        return f"{passed // _HOUR} h ago"
    return f"{passed // _DAY} d ago"


def spell_entry(entry: Entry, server: str = "") -> str:
    """What an entry says, without its time, in one or more lines; empty if there is nothing to show. `server` is where
    links to files lead."""
    return spell_body(entry.author, entry.body, server)


def spell_item(item: Item, server: str = "") -> str:
    """What a line of the timeline says now, with its reactions."""
    said = spell_body(item.author, item.body, server)
    if item.edited is not None:
        said += " (edited)"
    if item.reactions:
        said += "  " + " ".join(f"[{emoji} {len(people)}]" for emoji, people in item.reactions.items())
    return said


def spell_body(author: Author, body: AnyBody, server: str = "") -> str:  # noqa: C901, PLR0912 - one case for each kind of entry
    """What was done, as one would tell it."""
    who = author.name
    match body:
        case Message(deleted=True):
            return f"{who} deleted this message."
        case Message(text=text, reply_to=reply_to, action=action, files=files):
            answered = f" (to {reply_to})" if reply_to is not None else ""
            text = " ".join([*([_shown(text)] if text or not files else []), *(_link(file, server) for file in files)])
            # Not the sign of notices: nobody can say "* ann came."
            return f"~ {who}{answered} {text}" if action else f"{who}{answered}: {text}"
        case Edited(deleted=True):
            return ""
        case Edited(target=target, text=text):
            return f"{who} changed message {target}: {_shown(text)}"
        case Deleted(target=target):
            return f"* {who} deleted message {target}."
        case Reacted(target=target, emoji=emoji):
            return f"* {who} reacted {emoji} to message {target}."
        case Unreacted(target=target, emoji=emoji):
            return f"* {who} took {emoji} back from message {target}."
        case Created(name=name):
            return f"* {who} made #{name}." if name else ""
        case Joined():
            return f"* {who} joined."
        case Left():
            return f"* {who} left."
        case Invited(person=person):
            return f"* {who} invited {person.name}."
        case Kicked(person=person, reason=reason):
            return f"* {who} removed {person.name}{f': {make_inert(reason)}' if reason else ''}."
        case Granted(person=person) if person.id == author.id:
            return f"* {who} is registered now."
        case Granted(person=person, role=role):
            return f"* {who} made {person.name} {role}."
        case TopicSet(topic=topic):
            return f"* {who} set the topic: {make_inert(topic)}" if topic else f"* {who} took the topic away."
        case GotInvitation(room=room):
            return f"* {who} invites you to {room.name}. /join {room.name} takes you there."
        case DisplayNamed(name=name):
            return f"* You are shown as {make_inert(name)} now."
        case StatusSet(text=text, away=away):
            return f"* {_status(text, away=away)}"
        case AvatarSet(file=file):
            return "* Another picture shows you now." if file else "* No picture shows you any more."
        case Registered():
            return f"* {who} is registered now, and comes back with the password."
        case RoleGiven(role=role):
            return f"* {who} gave you the role {role} on this server."
        case SignedOut(why=why):
            return f"* {_SIGNED_OUT.get(why, _SIGNED_OUT['revoked'])}"
        case Audited():
            return _act(who, body)
        case Banned(person=person, pattern=pattern):
            whom = person.name if person is not None else f"all called {pattern}"
            return f"* {who} banned {whom}{_until(body.until)}{_because(body.reason)}."
        case Unbanned(person=person, pattern=pattern):
            return f"* {who} lifted the ban of {person.name if person is not None else pattern}."
        case Muted(person=person, reason=reason, until=until):
            return f"* {who} muted {person.name}{_until(until)}{_because(reason)}."
        case Unmuted(person=person):
            return f"* {who} lets {person.name} write again."
        case RoomSet():
            return f"* {who} said: {', '.join(_rules(body))}."
        case RoomRenamed(name=name):
            return f"* {who} named this room #{name}."
        case RoomDeleted():
            return f"* {who} deleted this room."
        case Swept(before=before):
            return f"* What was said before number {before} is kept no longer."
        case Erased(person=person):
            return f"* Somebody was erased, and is {person.name} now."
        case Removed(target=target):
            return f"{who}: (not kept)" if target is None else ""
        case Blocked(person=person):
            return f"* You have blocked {person.name}; /unblock {person.name} takes it back."
        case Unblocked(person=person):
            return f"* {person.name} may write to you again."
        case ContactSet(guests=guests):
            return f"* Guests may {'' if guests else 'not '}write to you directly{'' if guests else ' now'}."
        case ReadingShared(share=share):
            return f"* {'Others see' if share else 'Nobody sees'} how far you have read."
        case Preferred(room=room, star=star, notify=notify):
            return f"* {room.name} {'has a star' if star else 'has no star'}; you are told {_TOLD[notify]}."
        case Arranged():
            return "* Your rooms are listed in that order."
        case Quieted(until=until):
            return "* You may be disturbed." if until is None else f"* Nothing disturbs you{_until(_end(until))}."
        case Unreadable():
            return "* This entry cannot be read: it is damaged in the server's store."
        case _:
            return ""


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


def spell_value(value: bool | float | str) -> str:
    """What a setting is."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else f"{value:,.10g}"


def spell_file(file: File, server: str = "") -> str:
    """What a file is: its name, its size, and where it is fetched."""
    return f"{make_inert(file.name)} ({spell_size(file.size)}) {server}/api/files/{file.id}/{quote(file.name, safe='')}"


def _link(file: File, server: str) -> str:
    return f"[{spell_file(file, server)}]"


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
    return f"{told.by.name} paused the conversation{_because(told.reason)}: only moderators may write now."


def _local(ts: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(zone)


def _shown(text: str) -> str:
    """A message as lines that cannot be taken for lines of the server: those after the first are marked."""
    return make_inert(text).replace("\n", "\n    | ")


def _because(reason: str) -> str:
    return f": {make_inert(reason)}" if reason else ""


def _end(until: int) -> int | None:
    return None if until == FOR_GOOD else until


def _until(until: int | None) -> str:
    return "" if until is None else f" until {datetime.fromtimestamp(until / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _rules(body: RoomSet) -> list[str]:
    """What changed in a room, as one would tell it."""
    said = []
    if body.posting is not None:
        said.append(f"{body.posting} may write here")
    if body.slow is not None:
        said.append(f"one message every {spell_duration(body.slow * 1000)}" if body.slow else "no more slow mode")
    if body.closed is not None:
        said.append("this room is joined by invitation only" if body.closed else "everyone may join this room")
    if body.newcomers is not None:
        said.append(f"newcomers may read {'all' if body.newcomers == 'all' else 'from their joining on'}")
    if body.keep is not None:
        said.append(_KEPT.get(body.keep, f"words are kept for {body.keep} days"))
    if body.previews is not None:
        said.append(_PREVIEWS.get(body.previews, f"previews of links: {body.previews}"))
    if body.archived is not None:
        said.append("this room is archived" if body.archived else "this room is open for words again")
    return said


def _status(text: str, *, away: bool) -> str:
    text = make_inert(text)
    if away:
        return f"You are away{f': {text}' if text else ''}."
    return f"Your status is: {text}" if text else "You are back, and have no status."


def _act(who: str, act: Audited) -> str:
    named = [each.name for each in (act.person, act.room) if each is not None]
    if act.change is not None:
        change = act.change
        named.append(f"{change.name}: {spell_value(change.value)}, before {spell_value(change.before)}")
    about = ", ".join([*named, make_inert(act.detail)] if act.detail else named)
    return f"* {who}: {act.act} ({about})" if about else f"* {who}: {act.act}"


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
