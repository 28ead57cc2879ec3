"""The table of everything that can be done: each command with its decision, run inside the transaction."""

from collections.abc import Callable
from typing import Final

from klatch.core import commands as ask
from klatch.core.answers import Ack
from klatch.core.credentials import NOTHING_SHOWN, Shown
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine import (
    accounts,
    administration,
    contacts,
    credentials,
    erasures,
    files,
    house,
    links,
    messages,
    preferences,
    reading,
    registration,
    restraints,
    rooms,
    rules,
    settings,
)
from klatch.engine.recording import recall
from klatch.engine.settings import Settings
from klatch.storage.port import Reader, Transaction

DECISIONS: Final[dict[type[ask.Command], Callable[..., Ack]]] = {
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
    ask.Ban: restraints.ban,
    ask.Unban: restraints.unban,
    ask.Mute: restraints.mute,
    ask.Unmute: restraints.unmute,
    ask.SetRoom: rules.set_room,
    ask.RenameRoom: rules.rename_room,
    ask.DeleteRoom: rules.delete_room,
    ask.Pause: house.pause,
    ask.Resume: house.resume,
    ask.SetKeep: house.set_keep,
    ask.Configure: settings.configure,
    ask.Block: contacts.block,
    ask.Unblock: contacts.unblock,
    ask.SetContact: contacts.set_contact,
    ask.ShareReading: reading.share,
    ask.Prefer: preferences.prefer,
    ask.Arrange: preferences.arrange,
    ask.Quiet: preferences.quiet,
    ask.Erase: erasures.erase,
    ask.Rename: accounts.rename,
    ask.SetDisplayName: accounts.set_display_name,
    ask.SetStatus: accounts.set_status,
    ask.SetAvatar: files.set_avatar,
    ask.MarkRead: reading.mark_read,
    ask.MakeToken: credentials.make_token,
    ask.MakeLink: links.make,
    ask.RevokeLink: links.take_back,
    ask.MakeResetLink: links.reset,
    ask.Suspend: administration.suspend,
    ask.Unsuspend: administration.unsuspend,
    ask.GiveServerRole: administration.give_role,
    ask.Register: registration.register,
    ask.ChangePassword: registration.change_password,
    ask.SignOut: credentials.sign_out,
    ask.UseLink: links.use_link,
}
# Those that concern how one signs in: they are told, too, by what the caller came in, and what became of passwords.
SHOWN: Final = frozenset({ask.Register, ask.ChangePassword, ask.SignOut, ask.UseLink})
# Those that are told of the settings.
SET: Final = frozenset({ask.Configure})


def decide(
    transaction: Transaction, account: str, command: ask.Command, beside: Shown | Settings = NOTHING_SHOWN
) -> Ack:
    """Does a command for an account: once, however often it is sent. `beside`: what some are told beside the store."""
    earlier = recall(transaction, account, command)
    if earlier is not None:
        return earlier
    actor, decision = present(transaction, account), DECISIONS[type(command)]
    restraints.check_present(transaction, actor)
    if type(command) in SHOWN or type(command) in SET:
        return decision(transaction, actor, command, beside)
    return decision(transaction, actor, command)


def present(reader: Reader, account: str) -> Account:
    """The account as it is now; refuses one that has ended, or was suspended."""
    found = reader.present(account)
    if found is None:
        raise Refused("not_registered", "This account has ended. Come in again.")
    accounts.check_not_suspended(found)
    return found
