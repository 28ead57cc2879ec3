"""Removals: words whose time is over, and those of deleted rooms, leave the logs in small portions."""

from typing import Final

from klatch.core.erasing import without_words
from klatch.core.events import Author, Departed, Edited, Message, RoomName, Swept
from klatch.core.members import SYSTEM
from klatch.storage.port import Removal, Transaction

_DAY: Final = 86_400_000
ENTRIES_MOST: Final = 200  # at once
_MEMBERS_MOST: Final = 100
_ROOMS_MOST: Final = 50


def find_due(transaction: Transaction, after: str) -> str | None:
    """Has words go that are older than their rooms keep them, in some rooms with ids above one; gives the last of those
    rooms, or None if there are no more."""
    due = transaction.due_to_sweep(after, _ROOMS_MOST)
    for room, days, swept in due:
        through = transaction.last_before(room, swept, transaction.now - days * _DAY)
        if through <= swept:
            continue
        if _says_something(transaction, room, swept, through):
            transaction.append(room, _system(transaction), Swept(before=through + 1))
            transaction.add_removal(room, swept, through)
        transaction.set_swept(room, through)
    return due[-1][0] if len(due) == _ROOMS_MOST else None


def remove_some(transaction: Transaction) -> bool:
    """Takes some words out of a log; True if there may be more."""
    removal = transaction.removal()
    if removal is None:
        return False
    if removal.gone and _tell_some(transaction, removal):
        return True
    entries = [
        entry
        for entry in transaction.entries_after(removal.room, removal.at, ENTRIES_MOST)
        if entry.seq <= removal.through
    ]
    for entry in entries:
        if removal.gone or isinstance(entry.body, Message | Edited):
            transaction.replace_body(entry, without_words(entry.body))
    if entries and not removal.gone:
        first, last = entries[0].seq, entries[-1].seq
        transaction.remove_mentions_through(removal.room, first, last)
        for entry in transaction.changes(removal.room, first, last):
            if isinstance(entry.body, Edited):
                transaction.replace_body(entry, without_words(entry.body))
    if entries and entries[-1].seq < removal.through:
        transaction.set_removal(removal.room, entries[-1].seq)
    else:
        transaction.end_removal(removal.room)
        if removal.gone:
            transaction.forget_room(removal.room)
    return True


def _says_something(transaction: Transaction, room: str, after: int, through: int) -> bool:
    """Whether words stand between two numbers; most often the first page tells."""
    while after < through:
        entries = transaction.entries_after(room, after, ENTRIES_MOST)
        if not entries:
            return False
        for entry in entries:
            after = entry.seq
            if after <= through and isinstance(entry.body, Message | Edited):
                return True
    return False


def _tell_some(transaction: Transaction, removal: Removal) -> bool:
    """Tells some members of a deleted room that they are in it no more; True if there were any."""
    members = transaction.some_members(removal.room, _MEMBERS_MOST)
    for member in members:
        place = transaction.place(removal.room, member)
        if place is not None:
            name = RoomName(removal.room, f"#{place.room.name}", place.room.kind)
            transaction.append(member, _system(transaction), Departed(room=name))
        transaction.remove_member(removal.room, member)
    return bool(members)


def _system(transaction: Transaction) -> Author:
    return Author(transaction.system(), SYSTEM)
