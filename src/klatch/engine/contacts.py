"""Contacts: whom one wants to hear from directly."""

from typing import Final

from klatch.core.answers import Ack, BlockList
from klatch.core.commands import Block, ListBlocked, SetContact, Unblock
from klatch.core.events import Blocked, ContactSet, Unblocked
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine import rooms
from klatch.engine.recording import nothing_to_add, record, sign
from klatch.storage.port import Reader, Transaction

BLOCKED_MOST: Final = 1_000


def block(transaction: Transaction, actor: Account, command: Block) -> Ack:
    """Takes no more direct messages and invitations from somebody."""
    person = rooms.find_user(transaction, command.user)
    if person.id == actor.id:
        raise Refused("not_allowed", "You cannot block yourself.", field="user")
    if transaction.blocks(actor.id, person.id):
        return nothing_to_add(transaction, command, actor.id)
    if len(transaction.blocked(actor.id)) >= BLOCKED_MOST:
        raise Refused("too_many", f"You block {BLOCKED_MOST:,} people, the most there may be.", field="user")
    transaction.block(actor.id, person.id)
    return record(transaction, actor, actor.id, Blocked(person=sign(person)), command)


def unblock(transaction: Transaction, actor: Account, command: Unblock) -> Ack:
    """Takes them again."""
    person = rooms.find_user(transaction, command.user)
    if not transaction.blocks(actor.id, person.id):
        return nothing_to_add(transaction, command, actor.id)
    transaction.unblock(actor.id, person.id)
    return record(transaction, actor, actor.id, Unblocked(person=sign(person)), command)


def set_contact(transaction: Transaction, actor: Account, command: SetContact) -> Ack:
    """Says whether the actor takes direct messages from guests."""
    if transaction.guests_write(actor.id) == command.guests:
        return nothing_to_add(transaction, command, actor.id)
    transaction.set_guests_write(actor.id, allowed=command.guests)
    return record(transaction, actor, actor.id, ContactSet(guests=command.guests), command)


def blocked(reader: Reader, viewer: Account, query: ListBlocked) -> BlockList:
    """Whom the viewer has blocked."""
    return BlockList(people=reader.blocked(viewer.id), ref=query.ref)
