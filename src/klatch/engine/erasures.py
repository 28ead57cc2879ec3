"""Erasures: somebody leaves every log; their words become tombstones, and their name is told nowhere any more."""

from typing import Final

import msgspec

from klatch.core.answers import Ack
from klatch.core.commands import Erase
from klatch.core.erasing import erased_name, without_person, without_words
from klatch.core.events import AnyBody, Author, Departed, Entered, Entry, Erased, GotInvitation
from klatch.core.members import SYSTEM, Account, stands_above
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.engine import accounts, audit, rooms
from klatch.storage.port import Erasure, Reader, Transaction

REPLACED_MOST: Final = 100  # entries at once
_READ_MOST: Final = 500  # entries looked at in one go
_READS_MOST: Final = 20


class Found(msgspec.Struct, frozen=True):
    """Entries in which somebody is, by log and number, and how far was looked; `done`: to the end of all logs."""

    entries: list[tuple[str, int]]
    log: str
    seq: int
    done: bool


def erase(transaction: Transaction, actor: Account, command: Erase) -> Ack:
    """Ends an account for good, and has it leave every log, in small portions."""
    person = rooms.find_user(transaction, command.user)
    if person.id != actor.id:
        authorize("erase", server_role=actor.role, room_role=None)
        if not stands_above(actor, person):
            raise Refused(
                "not_allowed", f"{person.name} has the role {person.role}, which is not below yours.", field="user"
            )
    elif actor.role == "owner":
        raise Refused(
            "not_allowed", "The owner of the server cannot be erased; let another be owner first.", field="user"
        )
    erased = Author(person.id, erased_name(person.id))
    accounts.end(transaction, person.id)
    transaction.begin_erasure(person.id, erased.name)
    transaction.append(person.id, erased, Erased(person=erased))
    person = msgspec.structs.replace(person, name=erased.name)
    if person.id == actor.id:
        actor = person
    return audit.audit(transaction, actor, "erase", command, person=erased)


def find(reader: Reader, erasure: Erasure) -> Found:
    """The next entries in which somebody is who is being erased."""
    person, log, seq = _person(erasure), erasure.log, erasure.seq
    found: list[tuple[str, int]] = []
    for _ in range(_READS_MOST):
        entries = reader.entries_from(log, seq, _READ_MOST)
        for entry in entries:
            log, seq = entry.room, entry.seq
            if _without(reader, entry, person) != (entry.author, entry.body):
                found.append((log, seq))
            if len(found) == REPLACED_MOST:
                return Found(found, log, seq, done=False)
        if len(entries) < _READ_MOST:
            return Found(found, log, seq, done=True)
    return Found(found, log, seq, done=False)


def replace(transaction: Transaction, erasure: Erasure, found: Found) -> None:
    """Takes somebody out of the entries found, and tells the rooms in which they stand."""
    person, told = _person(erasure), erasure.told
    for log, seq in found.entries:
        entry = transaction.entry(log, seq)
        if entry is None:
            continue
        author, body = _without(transaction, entry, person)
        if (author, body) != (entry.author, entry.body):
            transaction.replace(entry, author.name, body)
        if int(log) > int(told):
            told = log
            if transaction.is_room(log):
                transaction.append(log, Author(transaction.system(), SYSTEM), Erased(person=person))
    if found.done:
        transaction.end_erasure(erasure.account)
    else:
        transaction.set_erasure(Erasure(erasure.account, found.log, found.seq, told))


def _person(erasure: Erasure) -> Author:
    return Author(erasure.account, erased_name(erasure.account))


def _without(reader: Reader, entry: Entry, person: Author) -> tuple[Author, AnyBody]:
    """An entry without somebody: in their own log nothing stays, and in those of others direct rooms are named anew."""
    author, body = without_person(entry.author, entry.body, person)
    if entry.room == person.id and not isinstance(body, Erased):
        return author, without_words(body)
    if isinstance(body, Entered | Departed | GotInvitation) and body.room.kind == "direct":
        place = reader.place(body.room.id, entry.room)
        if place is not None and person.id in place.room.people:
            return author, msgspec.structs.replace(body, room=rooms.name_for(reader, place.room, entry.room))
    return author, body
