"""The table of the API: every route, and the command or query it stands for."""

from typing import Any, Final

import msgspec

from klatch.core import answers as told
from klatch.core import commands as ask
from klatch.protocols.api import Route, Table, act, look


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Signs in: with the name and password of an account, with a link and the name and password to be, or as a guest.
    A guest's `secret` (22 to 128 characters) brings the same guest back; where none is given, one is made and told.
    `client` names the program or device."""

    name: str
    password: str | None = None
    link: str | None = None
    secret: str | None = None
    client: str = ""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who signed in, and the token that proves it from now on. A browser gets it as a cookie, too."""

    account: told.Person
    role: str
    token: str
    secret: str | None = None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An ack, and the secret of what was made: it is told now and never again."""

    cid: str
    room: str
    seq: int
    id: str
    ts: int
    secret: str


_ACCOUNT: Final = "/api/accounts/{user}"
_ONE: Final = {"others": False}
_EVERYWHERE: Final = {"room": None}
_UNSET: Final = {"value": None}
_MADE: Final[dict[str, Any]] = {"status": 201, "answer": Made, "made": frozenset({"secret"})}
_MEMBER: Final = "/api/rooms/{room}/members/{user}"
_SEQ: Final = "/api/rooms/{room}/messages/{seq}"
_EMOJI: Final = _SEQ + "/reactions/{emoji}"

ROUTES: Final[tuple[Route, ...]] = (
    # Coming and going.
    Route("POST", "/api/sessions", SignIn, SignedIn, "Signs in, with a password, a link, or as a guest.", None, 201),
    look("GET", "/api/sessions", ask.ListCredentials, told.CredentialsTold, "One's sessions and tokens."),
    act(
        "DELETE", "/api/sessions", ask.SignOut, "Signs out everywhere else.", fixed={"credential": None, "others": True}
    ),
    act("DELETE", "/api/sessions/{credential}", ask.SignOut, "Ends one session; `current` is one's own.", fixed=_ONE),
    act("POST", "/api/tokens", ask.MakeToken, "Makes a token for a script.", **_MADE),
    act("DELETE", "/api/tokens/{credential}", ask.SignOut, "Revokes a token.", fixed=_ONE),
    act("POST", "/api/me/register", ask.Register, "Makes an account of a guest, who keeps all."),
    act("PUT", "/api/me/password", ask.ChangePassword, "Takes another password; one's other sessions end."),
    # Links.
    look("GET", "/api/links", ask.ListLinks, told.LinksTold, "The links one has made; for an admin all."),
    act("POST", "/api/links", ask.MakeLink, "Makes an invite link.", **_MADE),
    act("POST", "/api/links/use", ask.UseLink, "Uses an invite link."),
    act("DELETE", "/api/links/{link}", ask.RevokeLink, "Takes a link back."),
    # Other people's accounts.
    look("GET", "/api/accounts", ask.ListAccounts, told.AccountsTold, "All accounts and guests, by name."),
    act("POST", _ACCOUNT + "/reset_link", ask.MakeResetLink, "Makes a link to set a new password with.", **_MADE),
    act("PUT", _ACCOUNT + "/suspension", ask.Suspend, "Lets somebody in no more."),
    act("DELETE", _ACCOUNT + "/suspension", ask.Unsuspend, "Lets somebody in again."),
    act("PUT", _ACCOUNT + "/role", ask.GiveServerRole, "Gives somebody another role on the server."),
    act("DELETE", _ACCOUNT, ask.Erase, "Ends an account, or one's own, and takes out all it wrote."),
    act("PUT", _ACCOUNT + "/mute", ask.Mute, "Has somebody read only, everywhere.", fixed=_EVERYWHERE),
    act("DELETE", _ACCOUNT + "/mute", ask.Unmute, "Lets somebody write again.", fixed=_EVERYWHERE),
    # The whole server.
    look("GET", "/api/bans", ask.ListBans, told.Bans, "The bans and mutes of the server.", fixed=_EVERYWHERE),
    act("POST", "/api/bans", ask.Ban, "Keeps somebody out of the server.", fixed=_EVERYWHERE),
    act("DELETE", "/api/bans/{who}", ask.Unban, "Lifts a ban of the server.", fixed=_EVERYWHERE),
    act("PUT", "/api/pause", ask.Pause, "Has only moderators of the server write."),
    act("DELETE", "/api/pause", ask.Resume, "Lets everyone write again."),
    act("PUT", "/api/keep", ask.SetKeep, "Says for how many days words are kept."),
    look("GET", "/api/settings", ask.ListSettings, told.SettingsTold, "The settings that may change."),
    act("PUT", "/api/settings/{name}", ask.Configure, "Gives a setting another value."),
    act("DELETE", "/api/settings/{name}", ask.Configure, "Gives it back the one it began with.", fixed=_UNSET),
    look("GET", "/api/figures", ask.ListFigures, told.FiguresTold, "How the server is."),
    look("GET", "/api/audit", ask.Audit, told.Range, "The audit log."),
    # Oneself.
    look("GET", "/api/me", ask.LookAtSelf, told.Myself, "Who one is."),
    act("PUT", "/api/me/name", ask.Rename, "Takes another username."),
    act("PUT", "/api/me/display_name", ask.SetDisplayName, "Takes another display name."),
    act("PUT", "/api/me/status", ask.SetStatus, "Says what one is doing, and whether one is away."),
    act("PUT", "/api/me/contact", ask.SetContact, "Says whether one takes direct messages from guests."),
    act("PUT", "/api/me/share_reading", ask.ShareReading, "Says whether others see how far one has read."),
    act("PUT", "/api/me/avatar", ask.SetAvatar, "Has a picture show one."),
    act("DELETE", "/api/me/avatar", ask.SetAvatar, "Has none show one.", fixed={"file": ""}),
    look("GET", "/api/me/blocks", ask.ListBlocked, told.BlockList, "Whom one has blocked."),
    act("PUT", "/api/me/blocks/{user}", ask.Block, "Takes no direct messages from somebody."),
    act("DELETE", "/api/me/blocks/{user}", ask.Unblock, "Takes them again."),
    act("PUT", "/api/me/order", ask.Arrange, "Lists one's rooms in this order."),
    act("PUT", "/api/me/quiet", ask.Quiet, "Has nothing disturb one, for a time or for good."),
    # People.
    look("GET", "/api/people/online", ask.ListOnline, told.Online, "Who is online, since when, last active when."),
    # Rooms.
    look("GET", "/api/rooms", ask.ListRooms, told.Rooms, "The rooms one is in, and the open ones."),
    act("POST", "/api/rooms", ask.CreateRoom, "Makes a room and joins it as its owner.", status=201),
    look("GET", "/api/rooms/{room}", ask.LookAtRoom, told.OneRoom, "One room."),
    act("PATCH", "/api/rooms/{room}", ask.SetRoom, "Gives a room other rules."),
    act("PUT", "/api/rooms/{room}/name", ask.RenameRoom, "Gives a room another name."),
    act("DELETE", "/api/rooms/{room}", ask.DeleteRoom, "Ends a room for all."),
    act("POST", "/api/rooms/{room}/join", ask.JoinRoom, "Becomes a member of a room."),
    act("POST", "/api/rooms/{room}/leave", ask.LeaveRoom, "Stops being a member of a room."),
    act("PUT", "/api/rooms/{room}/topic", ask.SetTopic, "Says what the room is about."),
    act("PUT", "/api/rooms/{room}/read", ask.MarkRead, "Notes how far one has read; without `seq`, to the end."),
    act("PUT", "/api/rooms/{room}/preferences", ask.Prefer, "Stars a room, or says of what in it one is told."),
    look("GET", "/api/rooms/{room}/members", ask.ListMembers, told.Members, "Who belongs to a room, with role."),
    act("POST", "/api/rooms/{room}/invitations", ask.Invite, "Lets somebody into a closed room, and tells them."),
    act("DELETE", _MEMBER, ask.Kick, "Ends somebody's membership of a room."),
    act("PUT", _MEMBER + "/role", ask.Grant, "Gives a member another role in the room."),
    act("PUT", _MEMBER + "/mute", ask.Mute, "Has somebody read only in the room."),
    act("DELETE", _MEMBER + "/mute", ask.Unmute, "Lets somebody write again."),
    look("GET", "/api/rooms/{room}/bans", ask.ListBans, told.Bans, "The bans and mutes of a room."),
    act("POST", "/api/rooms/{room}/bans", ask.Ban, "Keeps somebody out of a room."),
    act("DELETE", "/api/rooms/{room}/bans/{who}", ask.Unban, "Lifts a ban of a room."),
    # Messages.
    look("GET", "/api/rooms/{room}/messages", ask.History, told.Page, "A page of messages as they are now."),
    look("GET", "/api/rooms/{room}/entries", ask.Fetch, told.Range, "The raw entries of a log after a number."),
    look("GET", _SEQ + "/readers", ask.ListReaders, told.Readers, "Who has read a message."),
    act("POST", "/api/rooms/{room}/messages", ask.SendMessage, "Says something in a room.", status=201),
    act("PATCH", _SEQ, ask.EditMessage, "Replaces the text of one's own message."),
    act("DELETE", _SEQ, ask.DeleteMessage, "Takes back a message."),
    act("PUT", _EMOJI, ask.React, "Puts an emoji to a message."),
    act("DELETE", _EMOJI, ask.Unreact, "Takes one's emoji back."),
    look("GET", "/api/rooms/{room}/files", ask.ListFiles, told.FilesTold, "The files of a room, the last first."),
    # Help.
    look("GET", "/api/help", ask.Help, told.HelpText, "What can be typed, in clients where people type."),
)

# What cannot be asked for over HTTP, with the reason.
EXCEPTIONS: Final[dict[type[msgspec.Struct], str]] = {
    ask.Hello: "begins a connection; here each request shows who it is from, and POST /api/sessions signs in",
    ask.Quit: "ends a connection",
    ask.Ping: "keeps a connection alive",
    ask.Typing: "is a hint of a moment, for those who are connected",
    ask.MakeFileKey: "is for those who are connected; here each request shows who it is from",
    ask.MakeUploadLink: "is for those who cannot show who they are; POST /api/files sends a file",
    ask.Typed: "is for boxes that people type in; what a program sends is never read as a command",
}

TABLE: Final = Table(ROUTES)
