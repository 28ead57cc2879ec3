"""Recording: a command becomes an entry, once, however often it is sent."""

from hashlib import blake2b

import msgspec

from klatch.core.answers import Ack
from klatch.core.commands import Command
from klatch.core.events import AnyBody, Author
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.storage.port import Transaction

_PASSWORDS = ("password", "old")
# Counts for nothing: messages had no files once, and a retry over an upgrade is no other command.
_NO_FILES = b',"files":null}'
_encode = msgspec.json.Encoder().encode


def sign(account: Account) -> Author:
    """An account as the author of an entry."""
    return Author(account.id, account.name)


def record(
    transaction: Transaction, actor: Account, log: str, body: AnyBody, command: Command, *, kept: AnyBody | None = None
) -> Ack:
    """Adds the entry that a command asks for; gives its ack. `kept`: what the store keeps in place of the body."""
    entry = transaction.append(log, sign(actor), body, command.cid, hash_command(command), kept=kept)
    return Ack(cid=command.cid, room=log, seq=entry.seq, id=entry.id, ts=entry.ts)


def recall(transaction: Transaction, actor: str, command: Command) -> Ack | None:
    """The ack that this command got before, or None. Refuses an id that was used for another command."""
    recorded = transaction.by_cid(actor, command.cid)
    if recorded is None:
        return None
    if recorded.command_hash != hash_command(command):
        raise Refused(
            "cid_reused", f"The cid {command.cid} was used for something else; nothing was stored.", field="cid"
        )
    return Ack(cid=command.cid, room=recorded.room, seq=recorded.seq, id=recorded.id, ts=recorded.ts)


def nothing_to_add(transaction: Transaction, command: Command, room: str) -> Ack:
    """The ack of a command that asks for what is so already."""
    return Ack(cid=command.cid, room=room, seq=0, id="", ts=transaction.now)


def hash_command(command: Command) -> bytes:
    """Sixteen bytes that tell one command from another; the cid is the same in a retry and in a reuse. Of a password
    nothing is kept that could be guessed from."""
    words = {field: "" for field in _PASSWORDS if getattr(command, field, None)}
    if words:
        command = msgspec.structs.replace(command, **words)
    spelled = _encode(command)
    if spelled.endswith(_NO_FILES):  # within texts each quote has a backslash before it
        spelled = spelled[: -len(_NO_FILES)] + b"}"
    return blake2b(spelled, digest_size=16).digest()
