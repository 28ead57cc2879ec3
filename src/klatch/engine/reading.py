"""Reading: how far somebody has read a room, and who may see that."""

from typing import Final

from klatch.core.answers import Ack, Readers
from klatch.core.commands import ListReaders, MarkRead, ShareReading
from klatch.core.events import Author, Read, ReadingShared
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine import rooms
from klatch.engine.recording import nothing_to_add, record
from klatch.engine.settings import Settings
from klatch.storage.port import Reader, Transaction

_LOOKED_AT_MOST: Final = 1_000  # members of a room


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


def share(transaction: Transaction, actor: Account, command: ShareReading) -> Ack:
    """Says whether others see how far the actor has read."""
    if transaction.shares_reading(actor.id) == command.share:
        return nothing_to_add(transaction, command, actor.id)
    transaction.share_reading(actor.id, shared=command.share)
    return record(transaction, actor, actor.id, ReadingShared(share=command.share), command)


def readers(reader: Reader, viewer: Account, query: ListReaders, settings: Settings) -> Readers:
    """Who has read so far, of those who share it: for one who shares it, too, where the server allows it."""
    place = rooms.find(reader, viewer, query.room)
    rooms.authorize_in(reader, "read", viewer, place)
    if not settings.now.read_receipts:
        raise Refused("not_allowed", "This server shows nobody how far others have read.")
    if not reader.shares_reading(viewer.id):
        raise Refused(
            "not_allowed", "You keep to yourself what you have read; /receipts on shows you what others have."
        )
    entry = reader.entry(place.room.id, query.seq) if query.seq >= place.horizon else None
    if entry is None:
        raise Refused("no_such_message", f"There is no message {query.seq} here.", field="seq")
    found = reader.readers(place.room.id, query.seq, _LOOKED_AT_MOST)
    others = [each for each in found if each.id not in (viewer.id, entry.author.id)]
    more = reader.members_count(place.room.id) > _LOOKED_AT_MOST
    return Readers(room=place.room.id, seq=query.seq, people=_by_name(others), more=more, ref=query.ref)


def _by_name(people: list[Author]) -> list[Author]:
    return sorted(people, key=lambda person: person.name.casefold())
