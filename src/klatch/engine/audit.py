"""The audit log: who did what to whom, as entries of the server's own log."""

from klatch.core.answers import Ack
from klatch.core.commands import Command
from klatch.core.events import Audited, Author, RoomName
from klatch.core.members import SYSTEM, Account
from klatch.engine.recording import record, sign
from klatch.storage.port import Reader, Transaction


def log_of_server(reader: Reader) -> str:
    """The server's own log: that of the account by whom entries are that nobody said."""
    system = reader.account_by_key(SYSTEM)
    if system is None:
        raise LookupError("the server's own account is missing")
    return system.id


def audit(
    transaction: Transaction,
    actor: Account,
    act: str,
    command: Command,
    *,
    person: Author | None = None,
    room: RoomName | None = None,
    detail: str = "",
) -> Ack:
    """Adds an act to the server's own log; gives the ack of a command that is recorded nowhere else."""
    body = Audited(act=act, person=person, room=room, detail=detail)
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
