"""Reading: how far somebody has read a room."""

from klatch.core.answers import Ack
from klatch.core.commands import MarkRead
from klatch.core.events import Read
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine import rooms
from klatch.engine.recording import nothing_to_add, record
from klatch.storage.port import Transaction


def mark_read(transaction: Transaction, actor: Account, command: MarkRead) -> Ack:
    """Notes how far the actor has read; a mark never goes back."""
    place = rooms.find(transaction, actor, command.room)
    rooms.authorize_in(transaction, "read", actor, place)
    head = transaction.head(place.room.id)
    seq = head if command.seq is None else command.seq
    if not 0 <= seq <= head:
        raise Refused("cursor", f"The room's last number is {head}; {seq} cannot be read.", field="seq")
    if seq <= place.read:
        return nothing_to_add(transaction, command, place.room.id)
    transaction.mark_read(place.room.id, actor.id, seq)
    return record(transaction, actor, actor.id, Read(room=place.room.id, seq=seq), command)
