"""Registration: a guest becomes an account, and a password takes the place of another."""

from klatch.core.answers import Ack
from klatch.core.commands import ChangePassword, Register
from klatch.core.credentials import Keys, Shown
from klatch.core.events import SignedOut
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.engine import accounts, links
from klatch.engine.recording import record
from klatch.storage.port import Reader, Transaction


def may_register(reader: Reader, actor: Account, link: str | None, now: int, *, is_open: bool) -> None:
    """Refuses whoever cannot register now, before a password is hashed for it."""
    authorize("register", server_role=actor.role, room_role=None)
    if actor.registered:
        raise Refused("not_allowed", f"{actor.name} is registered already.")
    if link is not None:
        links.find(reader, link, now)
    elif not is_open:
        raise Refused(
            "not_allowed",
            "Here one registers with an invite link. Ask for one, then type /register and the link.",
            field="link",
        )


def register(transaction: Transaction, actor: Account, command: Register, shown: Shown) -> Ack:
    """Makes an account of a guest, who keeps the id, the rooms and the words."""
    may_register(transaction, actor, command.link, transaction.now, is_open=shown.is_open)
    keys = _needed(shown)
    if command.link is None:
        return accounts.become(transaction, actor, "member", keys, command)
    return links.use_as_guest(transaction, actor, command.link, keys, command)


def change_password(transaction: Transaction, actor: Account, command: ChangePassword, shown: Shown) -> Ack:
    """Gives the actor another password; the other sessions, which may be somebody else's, end."""
    authorize("password", server_role=actor.role, room_role=None)
    if transaction.password_hash(actor.id) != shown.known:
        raise Refused("bad_credentials", "The name or the password is wrong.", field="old")
    transaction.set_password(actor.id, _needed(shown))
    ended = [
        each.id
        for each in transaction.credentials_of(actor.id)
        if each.kind == "session" and each.id != shown.credential
    ]
    for each in ended:
        transaction.remove_credential(each)
    return record(transaction, actor, actor.id, SignedOut(why="password", credentials=ended), command)


def _needed(shown: Shown) -> Keys:
    if shown.keys is None:
        raise LookupError("nothing is there to be kept of the password")
    return shown.keys
