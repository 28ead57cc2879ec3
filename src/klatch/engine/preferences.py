"""Preferences: rooms starred, sorted and silenced, and hours in which nothing disturbs; one's own, on every device."""

import msgspec

from klatch.core.answers import Ack
from klatch.core.commands import Arrange, Prefer, Quiet
from klatch.core.durations import check_seconds
from klatch.core.events import Arranged, Preferred, Quieted
from klatch.core.members import Account
from klatch.core.preferences import ARRANGED_MOST, FOR_GOOD, check_notify
from klatch.core.refusals import Refused
from klatch.engine import rooms
from klatch.engine.recording import nothing_to_add, record
from klatch.storage.port import Transaction


def prefer(transaction: Transaction, actor: Account, command: Prefer) -> Ack:
    """Stars a room, or says of what in it the actor is to be told."""
    place = rooms.find(transaction, actor, command.room)
    rooms.authorize_in(transaction, "read", actor, place)
    preferences = place.preferences
    if command.star is not None:
        preferences = msgspec.structs.replace(preferences, star=command.star)
    if command.notify is not None:
        preferences = msgspec.structs.replace(preferences, notify=check_notify(command.notify))
    if preferences == place.preferences:
        return nothing_to_add(transaction, command, actor.id)
    transaction.set_preferences(place.room.id, actor.id, preferences)
    name = rooms.name_for(transaction, place.room, actor.id)
    chosen = Preferred(room=name, star=preferences.star, notify=preferences.notify)
    return record(transaction, actor, actor.id, chosen, command)


def arrange(transaction: Transaction, actor: Account, command: Arrange) -> Ack:
    """Lists the actor's rooms in an order of their own."""
    if len(command.rooms) > ARRANGED_MOST:
        raise Refused("too_many", f"At most {ARRANGED_MOST:,} rooms are put in order.", field="rooms")
    mine = set(transaction.rooms_of(actor.id))
    wanted = [each if each in mine else rooms.find(transaction, actor, each).room.id for each in command.rooms]
    if not mine.issuperset(wanted):
        raise Refused("not_a_member", "You are not a member of one of those rooms. Join it first.", field="rooms")
    order = list(dict.fromkeys(wanted))
    if order == transaction.order_of(actor.id):
        return nothing_to_add(transaction, command, actor.id)
    transaction.set_order(actor.id, order)
    return record(transaction, actor, actor.id, Arranged(rooms=order), command)


def quiet(transaction: Transaction, actor: Account, command: Quiet) -> Ack:
    """Has nothing disturb the actor, for a time or for good."""
    if command.seconds is None:
        until: int | None = FOR_GOOD
    else:
        until = transaction.now + check_seconds(command.seconds) * 1_000 if command.seconds else None
    if until == transaction.quiet(actor.id):
        return nothing_to_add(transaction, command, actor.id)
    transaction.set_quiet(actor.id, until)
    return record(transaction, actor, actor.id, Quieted(until=until), command)
