"""Plain text: how entries read as lines, for the line door, history files and `klatch tail`."""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

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
_SIGNED_OUT: Final = {
    "revoked": "Some of your sessions or tokens were revoked.",
    "elsewhere": "Your other sessions and tokens were revoked.",
    "password": "Your password was changed; your other sessions ended.",
    "suspended": "Your account was suspended.",
    "banned": "You were banned.",
    "erased": "Your account was erased.",
}


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
        case Edited(target=target, text=""):
            return f"{who} took the words of message {target} away."
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
            return f"* {who} banned {whom}{_until(body.until)}{because(body.reason)}."
        case Unbanned(person=person, pattern=pattern):
            return f"* {who} lifted the ban of {person.name if person is not None else pattern}."
        case Muted(person=person, reason=reason, until=until):
            return f"* {who} muted {person.name}{_until(until)}{because(reason)}."
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


def _shown(text: str) -> str:
    """A message as lines that cannot be taken for lines of the server: those after the first are marked."""
    return make_inert(text).replace("\n", "\n    | ")


def because(reason: str) -> str:
    """A reason, as it ends a sentence; nothing where there is none."""
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
