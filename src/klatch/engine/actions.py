"""The table of everything that can be done: each command with its decision, run inside the transaction."""

from collections.abc import Callable
from typing import Any, Final

from klatch.core import commands as ask
from klatch.core.answers import Ack
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine import accounts, messages, reading, rooms
from klatch.engine.recording import recall
from klatch.storage.port import Reader, Transaction

DECISIONS: Final[dict[type[ask.Command], Callable[[Transaction, Account, Any], Ack]]] = {
    ask.SendMessage: messages.send,
    ask.EditMessage: messages.edit,
    ask.DeleteMessage: messages.delete,
    ask.React: messages.react,
    ask.Unreact: messages.unreact,
    ask.CreateRoom: rooms.create,
    ask.JoinRoom: rooms.join,
    ask.LeaveRoom: rooms.leave,
    ask.SetTopic: rooms.set_topic,
    ask.Invite: rooms.invite,
    ask.Kick: rooms.kick,
    ask.Grant: rooms.grant,
    ask.Rename: accounts.rename,
    ask.SetDisplayName: accounts.set_display_name,
    ask.SetStatus: accounts.set_status,
    ask.MarkRead: reading.mark_read,
}


def decide(transaction: Transaction, account: str, command: ask.Command) -> Ack:
    """Does a command for an account: once, however often it is sent."""
    earlier = recall(transaction, account, command)
    if earlier is not None:
        return earlier
    return DECISIONS[type(command)](transaction, present(transaction, account), command)


def present(reader: Reader, account: str) -> Account:
    """The account as it is now; refuses one that has ended."""
    found = reader.present(account)
    if found is None:
        raise Refused("not_registered", "This account has ended. Come in again.")
    return found
