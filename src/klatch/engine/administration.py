"""Administration: who may be here, and what they may do on the server."""

from klatch.core.answers import Ack
from klatch.core.commands import GiveServerRole, Suspend, Unsuspend
from klatch.core.events import RoleGiven, SignedOut
from klatch.core.members import RANK, ROLES, Account, outranks, stands_above
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.core.texts import parse_reason
from klatch.engine import rooms
from klatch.engine.audit import audit
from klatch.engine.recording import nothing_to_add, sign
from klatch.storage.port import Transaction


def suspend(transaction: Transaction, actor: Account, command: Suspend) -> Ack:
    """Lets somebody in no more; who is connected is sent away."""
    person = below(transaction, "suspend", actor, command.user)
    reason = parse_reason(command.reason)
    if person.suspended:
        return nothing_to_add(transaction, command, person.id)
    transaction.set_suspended(person.id, transaction.now)
    transaction.append(person.id, sign(actor), SignedOut(why="suspended"))
    return audit(transaction, actor, "suspend", command, person=sign(person), detail=reason)


def unsuspend(transaction: Transaction, actor: Account, command: Unsuspend) -> Ack:
    """Lets somebody in again."""
    person = below(transaction, "unsuspend", actor, command.user)
    if not person.suspended:
        return nothing_to_add(transaction, command, person.id)
    transaction.set_suspended(person.id, None)
    return audit(transaction, actor, "unsuspend", command, person=sign(person))


def give_role(transaction: Transaction, actor: Account, command: GiveServerRole) -> Ack:
    """Gives somebody whom the actor outranks another role on the server, at most the actor's own."""
    person = below(transaction, "server_role", actor, command.user)
    if command.role not in RANK or command.role == "guest":
        raise Refused("type", f"The role must be one of {', '.join(ROLES[:-1])}.", field="role")
    if outranks(command.role, actor.role):
        raise Refused("not_allowed", f"You cannot give a role above your own, {actor.role}.", field="role")
    if not person.registered:
        raise Refused("not_allowed", f"{person.name} is a guest, and must register first.", field="user")
    if person.role == command.role:
        return nothing_to_add(transaction, command, person.id)
    transaction.set_server_role(person.id, command.role)
    transaction.append(person.id, sign(actor), RoleGiven(role=command.role))
    return audit(transaction, actor, "server_role", command, person=sign(person), detail=command.role)


def below(transaction: Transaction, act: str, actor: Account, user: str) -> Account:
    """Somebody whom the actor outranks. Who may not act learns of nobody."""
    authorize(act, server_role=actor.role, room_role=None)
    person = rooms.find_user(transaction, user)
    if not stands_above(actor, person):
        raise Refused(
            "not_allowed", f"{person.name} has the role {person.role}, which is not below yours.", field="user"
        )
    return person
