"""The house: what holds everywhere, said by those who run the server."""

from klatch.core.answers import Ack
from klatch.core.commands import Pause, Resume, SetKeep
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.core.rooms import KEEP_ALL, check_keep
from klatch.core.texts import parse_reason
from klatch.engine import audit
from klatch.engine.recording import nothing_to_add
from klatch.storage.port import Transaction


def pause(transaction: Transaction, actor: Account, command: Pause) -> Ack:
    """Has only moderators of the server write."""
    authorize("pause", server_role=actor.role, room_role=None)
    reason = parse_reason(command.reason)
    if transaction.state().paused is not None:
        return nothing_to_add(transaction, command, transaction.system())
    transaction.set_paused(paused=True)
    return audit.audit(transaction, actor, "pause", command, detail=reason)


def resume(transaction: Transaction, actor: Account, command: Resume) -> Ack:
    """Lets everyone write again."""
    authorize("resume", server_role=actor.role, room_role=None)
    if transaction.state().paused is None:
        return nothing_to_add(transaction, command, transaction.system())
    transaction.set_paused(paused=False)
    return audit.audit(transaction, actor, "resume", command)


def set_keep(transaction: Transaction, actor: Account, command: SetKeep) -> Ack:
    """Says for how many days words are kept where a room says nothing else."""
    authorize("keep", server_role=actor.role, room_role=None)
    days = check_keep(command.days, KEEP_ALL, "days")
    if transaction.state().keep == days:
        return nothing_to_add(transaction, command, transaction.system())
    transaction.set_keep(days)
    return audit.audit(transaction, actor, "keep", command, detail=str(days))
