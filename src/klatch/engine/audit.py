"""The audit log: who did what to whom, as entries of the server's own log."""

from klatch.core.answers import Ack, Range
from klatch.core.commands import Audit, Command, check_limit
from klatch.core.events import Audited, Author, Change, RoomName
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.core.rooms import Room
from klatch.engine.recording import record, sign
from klatch.storage.port import Reader, Transaction


def log_of_server(reader: Reader) -> str:
    """The server's own log: that of the account by whom entries are that nobody said."""
    return reader.system()


def audit(
    transaction: Transaction,
    actor: Account,
    act: str,
    command: Command,
    *,
    person: Author | None = None,
    room: RoomName | None = None,
    detail: str = "",
    change: Change | None = None,
) -> Ack:
    """Adds an act to the server's own log; gives the ack of a command that is recorded nowhere else."""
    body = Audited(act=act, person=person, room=room, detail=detail, change=change)
    return record(transaction, actor, log_of_server(transaction), body, command)


def note(
    transaction: Transaction,
    actor: Account,
    act: str,
    *,
    person: Author | None = None,
    room: RoomName | None = None,
    detail: str = "",
) -> None:
    """Adds an act to the server's own log that a room's log, or an account's, records, too."""
    body = Audited(act=act, person=person, room=room, detail=detail)
    transaction.append(log_of_server(transaction), sign(actor), body)


def read(reader: Reader, viewer: Account, query: Audit) -> Range:
    """The entries of the server's own log, which is nobody's to read but those who run it."""
    limit = check_limit(query.limit)
    authorize("audit", server_role=viewer.role, room_role=None)
    log = log_of_server(reader)
    head = reader.head(log)
    after = max(0, head - limit) if query.after is None else query.after
    if not 0 <= after <= head:
        raise Refused("cursor", f"The log's last number is {head}; {after} cannot be read after.", field="after")
    entries = reader.entries_after(log, after, limit)
    more = bool(entries) and entries[-1].seq < head
    return Range(room=log, entries=entries, head=head, more=more, ref=query.ref)


def named(room: Room) -> RoomName:
    """A room as the audit log names it."""
    return RoomName(room.id, f"#{room.name}", room.kind)
