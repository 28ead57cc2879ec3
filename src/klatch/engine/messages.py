"""Messages: said, edited, deleted, reacted to; read page by page."""

from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from klatch.core import messages as rules
from klatch.core.answers import Ack, Page, Range
from klatch.core.commands import DeleteMessage, EditMessage, Fetch, History, React, SendMessage, Unreact, check_limit
from klatch.core.durations import spell_duration
from klatch.core.erasing import without_words
from klatch.core.events import Deleted, Edited, Entry, Message, Removed
from klatch.core.members import RANK, Account
from klatch.core.reading import find_mentions
from klatch.core.refusals import Refused
from klatch.core.view import Item, begin, change, settle
from klatch.engine import audit, files, rooms
from klatch.engine.recording import nothing_to_add, record
from klatch.engine.rules import keeps_nothing
from klatch.storage.port import Place, Reader, Transaction

PAGE_BYTES_MOST: Final = 262_144  # a page must fit into the backlog of whoever asks for it
EDITS_MOST: Final = 100
REACTIONS_MOST: Final = 10_000
_LOOKED_BACK: Final = 1_000  # how far back one's own last message is looked for, in entries of the room
_LAST_LOOKED_AT: Final = 50  # and in messages of one's own
_encode = msgspec.json.Encoder().encode

T = TypeVar("T")


def send(transaction: Transaction, actor: Account, command: SendMessage) -> Ack:
    """Says something in a room."""
    message = rules.compose(command.text, command.reply_to, action=command.action, has_files=bool(command.files))
    names = find_mentions(message.text)
    place = rooms.find_or_begin(transaction, actor, command.room, message.reply_to)
    rooms.authorize_in(transaction, "send", actor, place)
    rooms.check_direct(transaction, actor, place.room)
    if command.files:
        message = msgspec.structs.replace(message, files=files.to_carry(transaction, actor, place, command.files))
    if message.reply_to is not None:
        rules.standing(_message(transaction, place, message.reply_to), message.reply_to)
    if place.room.rules.slow:
        _slow_down(transaction, actor, place)
    if keeps_nothing(transaction, place.room):
        return record(transaction, actor, place.room.id, message, command, kept=Removed())
    ack = record(transaction, actor, place.room.id, message, command)
    for file in message.files:
        transaction.attach(place.room.id, ack.seq, file.id)
    _mention(transaction, actor, names, place.room.id, ack.seq)
    return ack


def edit(transaction: Transaction, actor: Account, command: EditMessage) -> Ack:
    """Replaces the words of one's own message."""
    place = rooms.find(transaction, actor, command.room)
    rooms.authorize_in(transaction, "edit", actor, place)
    rooms.check_direct(transaction, actor, place.room)
    entry = _own(transaction, actor, place, command.seq)
    if entry.author.id != actor.id:
        raise Refused(
            "not_allowed", f"Message {entry.seq} is by {entry.author.name}; only they may edit it.", field="seq"
        )
    if transaction.edits_count(place.room.id, entry.seq) >= EDITS_MOST:
        raise Refused("too_many", f"A message may be changed {EDITS_MOST} times.", field="seq")
    has_files = isinstance(entry.body, Message) and bool(entry.body.files)
    amended = rules.amend(entry.seq, command.text, has_files=has_files)
    names = find_mentions(amended.text)
    kept = without_words(amended) if keeps_nothing(transaction, place.room) else None
    ack = record(transaction, actor, place.room.id, amended, command, kept=kept)
    transaction.remove_mentions(place.room.id, entry.seq)
    _mention(transaction, actor, names, place.room.id, entry.seq)
    return ack


def delete(transaction: Transaction, actor: Account, command: DeleteMessage) -> Ack:
    """Takes a message back: its number stays, its words go, also from the edits it had."""
    place = rooms.find(transaction, actor, command.room)
    rooms.authorize_in(transaction, "delete", actor, place)
    entry = _own(transaction, actor, place, command.seq)
    if entry.author.id != actor.id:
        rooms.authorize_in(transaction, "delete_others", actor, place)
        audit.note(
            transaction,
            actor,
            "delete",
            person=entry.author,
            room=audit.named(place.room),
            detail=f"message {entry.seq}",
        )
    for earlier in transaction.changes(place.room.id, entry.seq, entry.seq):
        if isinstance(earlier.body, Edited):
            transaction.replace_body(earlier, Edited(target=entry.seq, text="", deleted=True))
    transaction.replace_body(entry, rules.DELETED)
    transaction.remove_mentions(place.room.id, entry.seq)
    return record(transaction, actor, place.room.id, Deleted(target=entry.seq), command)


def react(transaction: Transaction, actor: Account, command: React) -> Ack:
    """Puts an emoji to a message."""
    place, reactions, changed = _reactions(transaction, actor, command.room, command.seq)
    reacted = rules.react(command.seq, command.emoji, set(reactions))
    if actor.id in reactions.get(reacted.emoji, []):
        return nothing_to_add(transaction, command, place.room.id)
    if changed >= REACTIONS_MOST:
        raise Refused("too_many", f"A message takes at most {REACTIONS_MOST:,} reactions.", field="seq")
    return record(transaction, actor, place.room.id, reacted, command)


def unreact(transaction: Transaction, actor: Account, command: Unreact) -> Ack:
    """Takes one's emoji back."""
    place, reactions, _ = _reactions(transaction, actor, command.room, command.seq)
    taken_back = rules.unreact(command.seq, command.emoji)
    if actor.id not in reactions.get(taken_back.emoji, []):
        return nothing_to_add(transaction, command, place.room.id)
    return record(transaction, actor, place.room.id, taken_back, command)


def fetch(reader: Reader, viewer: Account, query: Fetch) -> Range:
    """Raw entries after a number, as far back as the viewer may read. One's own account's log is named by its id."""
    limit = check_limit(query.limit)
    if query.room == viewer.id:
        log, head, horizon = viewer.id, reader.head(viewer.id), 1
    else:
        place = rooms.find(reader, viewer, query.room)
        rooms.authorize_in(reader, "read", viewer, place)
        log, head, horizon = place.room.id, reader.head(place.room.id), place.horizon
    if not 0 <= query.after <= head:
        raise Refused("cursor", f"The room's last number is {head}; {query.after} cannot be read after.", field="after")
    entries = _fitting(reader.entries_after(log, max(query.after, horizon - 1), limit))
    more = bool(entries) and entries[-1].seq < head
    return Range(room=log, entries=entries, head=head, more=more, ref=query.ref)


def history(reader: Reader, viewer: Account, query: History) -> Page:
    """A page of messages as they are now."""
    limit = check_limit(query.limit)
    place = rooms.find(reader, viewer, query.room)
    rooms.authorize_in(reader, "read", viewer, place)
    log, head = place.room.id, reader.head(place.room.id)
    after, before = _begins_after(reader, place, query, head), _ends_before(query, head)
    if after is None:
        lines = reader.lines_before(log, before, place.horizon, limit + 1)
        items = _settled(reader, log, lines[-limit:])
        fitting = _fitting(reversed(items))[::-1]
    else:
        lines = reader.lines_after(log, after, before, limit + 1)
        items = _settled(reader, log, lines[:limit])
        fitting = _fitting(items)
    more = len(lines) > limit or len(fitting) < len(items)
    return Page(room=log, items=fitting, as_of=head, more=more, ref=query.ref)


def _begins_after(reader: Reader, place: Place, query: History, head: int) -> int | None:
    """The number after which a page begins; None where it is asked for by where it ends."""
    if query.after is None and query.since is None:
        return None
    after = query.after or 0
    if not 0 <= after <= head:
        raise Refused("cursor", f"The room's last number is {head}; {after} cannot be read after.", field="after")
    after = min(max(after, place.horizon - 1), head)
    return after if query.since is None else reader.last_before(place.room.id, after, query.since)


def _ends_before(query: History, head: int) -> int:
    before = head + 1 if query.before is None else query.before
    if before < 1:
        raise Refused("cursor", f"There is nothing before number {before}.", field="before")
    return min(before, head + 1)


def as_it_is(reader: Reader, place: Place, seq: int) -> Item:
    """A message with all that changed it since. Refuses what is none, or was taken back."""
    rules.standing(_message(reader, place, seq), seq)
    entry = reader.entry(place.room.id, seq)
    return _settled(reader, place.room.id, [] if entry is None else [entry])[0]


def _settled(reader: Reader, log: str, lines: list[Entry]) -> list[Item]:
    """Lines with all that changed them since."""
    return settle(lines, reader.last_changes(log, lines[0].seq, lines[-1].seq)) if lines else []


def _slow_down(transaction: Transaction, actor: Account, place: Place) -> None:
    """In slow mode a member waits between two messages; moderators do not."""
    if RANK[rooms.role_of(actor, place) or "guest"] >= RANK["moderator"]:
        return
    slow = place.room.rules.slow * 1_000
    spoke = transaction.spoke(place.room.id, actor.id)
    if spoke is not None and (wait := min(slow, spoke + slow - transaction.now)) > 0:
        raise Refused(
            "rate_limited",
            f"This room is slow: a message every {spell_duration(slow)}. Yours may come in {spell_duration(wait)}.",
            field="room",
            retry_after=wait,
        )
    transaction.set_spoke(place.room.id, actor.id)


def _fitting(parts: Iterable[T]) -> list[T]:
    """As many as fit into a page, one at least."""
    fitting: list[T] = []
    left = PAGE_BYTES_MOST
    for part in parts:
        left -= len(_encode(part))
        if left < 0 and fitting:
            break
        fitting.append(part)
    return fitting


def _mention(transaction: Transaction, actor: Account, names: list[str], room: str, seq: int) -> None:
    for name in names:
        account = rooms.account_named(transaction, name)
        if account is not None and account.id != actor.id and not transaction.blocks(account.id, actor.id):
            transaction.add_mention(room, account.id, seq)


def _entry(reader: Reader, place: Place, seq: int) -> Entry | None:
    return reader.entry(place.room.id, seq) if place.horizon <= seq <= reader.head(place.room.id) else None


def _message(reader: Reader, place: Place, seq: int) -> Message | None:
    entry = _entry(reader, place, seq)
    return entry.body if entry is not None and isinstance(entry.body, Message) else None


def _own(transaction: Transaction, actor: Account, place: Place, seq: int | None) -> Entry:
    """The message numbered `seq`, or the actor's last; neither may be deleted."""
    if seq is not None:
        rules.standing(_message(transaction, place, seq), seq)
        entry = transaction.entry(place.room.id, seq)
        if entry is not None:
            return entry
    after = max(place.horizon - 1, transaction.head(place.room.id) - _LOOKED_BACK)
    for entry in transaction.last_messages_of(place.room.id, actor.id, after, _LAST_LOOKED_AT):
        if isinstance(entry.body, Message) and not entry.body.deleted:
            return entry
    raise Refused("no_such_message", "You have not written anything here that could be changed.", field="seq")


def _reactions(
    transaction: Transaction, actor: Account, room: str, seq: int
) -> tuple[Place, dict[str, list[str]], int]:
    """The actor's place, the emoji that the message has now, and how often those changed."""
    place = rooms.find(transaction, actor, room)
    rooms.authorize_in(transaction, "react", actor, place)
    rooms.check_direct(transaction, actor, place.room)
    rules.standing(_message(transaction, place, seq), seq)
    entry = transaction.entry(place.room.id, seq)
    if entry is None:
        raise LookupError(f"entry {seq} vanished")
    item = begin(entry)
    changes = transaction.reactions(place.room.id, seq)
    for later in changes:
        item = change(item, later)
    return place, item.reactions, len(changes)
