"""What a client may ask for: commands add entries to a log, queries only read, hints are soon forgotten.

Each is one frame of docs/protocol.md, `op` being its tag. A `room` is named `#ops` (a room), `@bob` or `@ann,bob`
(direct) or by its id; `seq` is the number of an entry in that room.
"""

import re
from typing import Final

import msgspec

from klatch.core.refusals import Refused

CID: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
CURSORS_MOST: Final = 1_000
PAGE_DEFAULT: Final = 50
PAGE_MOST: Final = 200


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", forbid_unknown_fields=True):
    """Adds an entry. `cid` is made by the client before the first try, so that trying again is always safe."""

    cid: str


class SendMessage(Command, frozen=True, kw_only=True, tag="send"):
    """Says `text` in a room. `reply_to` is the number of the message answered; `action` is what /me says; `files` are
    the ids of finished uploads, with which the text may be empty."""

    room: str
    text: str
    reply_to: int | None = None
    action: bool = False
    files: list[str] | None = None


class EditMessage(Command, frozen=True, kw_only=True, tag="edit"):
    """Replaces the text of one's own message; without `seq`, of one's last in the room."""

    room: str
    text: str
    seq: int | None = None


class DeleteMessage(Command, frozen=True, kw_only=True, tag="delete"):
    """Takes back a message; without `seq`, one's own last in the room."""

    room: str
    seq: int | None = None


class React(Command, frozen=True, kw_only=True, tag="react"):
    """Puts an emoji to a message."""

    room: str
    seq: int
    emoji: str


class Unreact(Command, frozen=True, kw_only=True, tag="unreact"):
    """Takes one's emoji back."""

    room: str
    seq: int
    emoji: str


class CreateRoom(Command, frozen=True, kw_only=True, tag="create"):
    """Makes a room and joins it as its owner. A closed room is seen and joined by invitation only."""

    name: str
    closed: bool = False
    topic: str = ""


class JoinRoom(Command, frozen=True, kw_only=True, tag="join"):
    """Becomes a member of a room."""

    room: str


class LeaveRoom(Command, frozen=True, kw_only=True, tag="leave"):
    """Stops being a member of a room."""

    room: str


class SetTopic(Command, frozen=True, kw_only=True, tag="topic"):
    """Says what the room is about."""

    room: str
    topic: str


class Invite(Command, frozen=True, kw_only=True, tag="invite"):
    """Lets somebody into a closed room, and tells them."""

    room: str
    user: str


class Kick(Command, frozen=True, kw_only=True, tag="kick"):
    """Ends somebody's membership of a room."""

    room: str
    user: str
    reason: str = ""


class Grant(Command, frozen=True, kw_only=True, tag="role"):
    """Gives a member another role in the room."""

    room: str
    user: str
    role: str


class Ban(Command, frozen=True, kw_only=True, tag="ban"):
    """Keeps somebody out of a room, or without `room` of the server; who is in goes.

    `who` is a username, a pattern of usernames (`spam*`) or, of the server, an address or network (`192.0.2.0/24`).
    `seconds` is how long; None: for good.
    """

    who: str
    room: str | None = None
    seconds: int | None = None
    reason: str = ""


class Unban(Command, frozen=True, kw_only=True, tag="unban"):
    """Lifts a ban."""

    who: str
    room: str | None = None


class Mute(Command, frozen=True, kw_only=True, tag="mute"):
    """Has somebody read and not write, in a room, or without `room` anywhere."""

    user: str
    room: str | None = None
    seconds: int | None = None
    reason: str = ""


class Unmute(Command, frozen=True, kw_only=True, tag="unmute"):
    """Lets somebody write again."""

    user: str
    room: str | None = None


class SetRoom(Command, frozen=True, kw_only=True, tag="set_room"):
    """Gives a room other rules: those that are not None; see core/rooms.Rules. `closed`: joined by invitation only."""

    room: str
    posting: str | None = None
    slow: int | None = None
    closed: bool | None = None
    newcomers: str | None = None
    keep: int | None = None
    previews: str | None = None
    archived: bool | None = None


class RenameRoom(Command, frozen=True, kw_only=True, tag="rename_room"):
    """Gives a room another name."""

    room: str
    name: str


class DeleteRoom(Command, frozen=True, kw_only=True, tag="delete_room"):
    """Ends a room for all: its words go, its name is free."""

    room: str


class Pause(Command, frozen=True, kw_only=True, tag="pause"):
    """Has only moderators of the server write, until it goes on."""

    reason: str = ""


class Resume(Command, frozen=True, kw_only=True, tag="resume"):
    """Lets everyone write again."""


class Configure(Command, frozen=True, kw_only=True, tag="configure"):
    """Gives a setting that may change another `value`, or with None that with which the server was started."""

    name: str
    value: bool | int | float | str | None = None


class Block(Command, frozen=True, kw_only=True, tag="block"):
    """Takes no more direct messages and invitations from somebody."""

    user: str


class Unblock(Command, frozen=True, kw_only=True, tag="unblock"):
    """Takes them again."""

    user: str


class SetContact(Command, frozen=True, kw_only=True, tag="contact"):
    """Says whether one takes direct messages from guests."""

    guests: bool


class Prefer(Command, frozen=True, kw_only=True, tag="prefer"):
    """Stars a room, or says of what in it one is told: `all`, `mentions`, `none`, or empty as usual. Only what is not
    None changes."""

    room: str
    star: bool | None = None
    notify: str | None = None


class Arrange(Command, frozen=True, kw_only=True, tag="arrange"):
    """Lists one's rooms in this order; those that are not named come after them."""

    rooms: list[str]


class Quiet(Command, frozen=True, kw_only=True, tag="quiet"):
    """Has nothing disturb one for so many seconds (0: no longer; None: for good)."""

    seconds: int | None = None


class ShareReading(Command, frozen=True, kw_only=True, tag="share_reading"):
    """Says whether others see how far one has read; who does not share is not shown either."""

    share: bool


class Erase(Command, frozen=True, kw_only=True, tag="erase"):
    """Ends somebody's account, or one's own, and takes all their words and their name out of every log."""

    user: str


class SetKeep(Command, frozen=True, kw_only=True, tag="keep"):
    """Says for how many days rooms keep words that have no rule of their own: 0 nothing, -1 for good."""

    days: int


class Rename(Command, frozen=True, kw_only=True, tag="nick"):
    """Takes another username."""

    name: str


class SetDisplayName(Command, frozen=True, kw_only=True, tag="display"):
    """Takes another display name."""

    name: str


class SetStatus(Command, frozen=True, kw_only=True, tag="status"):
    """Says what one is doing, and whether one is away; with `until` (ms UTC) it passes at that time."""

    text: str = ""
    away: bool = False
    until: int | None = None


class Register(Command, frozen=True, kw_only=True, tag="register"):
    """Makes an account of a guest, who keeps the id, the rooms and the words. `link` is the secret of an invite."""

    password: str
    link: str | None = None


class ChangePassword(Command, frozen=True, kw_only=True, tag="password"):
    """Takes another password; one's other sessions end."""

    old: str
    password: str


class SignOut(Command, frozen=True, kw_only=True, tag="sign_out"):
    """Revokes what lets one in: one `credential`, or all `others` than the one that asks."""

    credential: str | None = None
    others: bool = False


class MakeToken(Command, frozen=True, kw_only=True, tag="token"):
    """Makes a token for a script. `secret` is the token itself, made by the client at random: `klatch_` and 43
    characters of A-Z a-z 0-9 _ -. `expires` is ms UTC; `user` is somebody below one, in whose name the script acts."""

    name: str
    scopes: list[str]
    secret: str
    expires: int | None = None
    user: str | None = None


class MakeLink(Command, frozen=True, kw_only=True, tag="link"):
    """Makes an invite link. `secret` is made by the client at random; `role` is given in the `room`, or without one on
    the server; `expires` is ms UTC."""

    secret: str
    uses: int = 1
    expires: int | None = None
    room: str | None = None
    role: str = "member"


class RevokeLink(Command, frozen=True, kw_only=True, tag="revoke_link"):
    """Takes a link back."""

    link: str


class MakeResetLink(Command, frozen=True, kw_only=True, tag="reset_link"):
    """Makes a link with which somebody sets a new password. `secret` and `expires` are as for an invite link."""

    user: str
    secret: str
    expires: int | None = None


class UseLink(Command, frozen=True, kw_only=True, tag="use_link"):
    """Uses an invite link, or the first owner's; a guest becomes an account by it, for which `password` is needed."""

    link: str
    password: str | None = None


class Suspend(Command, frozen=True, kw_only=True, tag="suspend"):
    """Lets somebody in no more, until that is taken back."""

    user: str
    reason: str = ""


class Unsuspend(Command, frozen=True, kw_only=True, tag="unsuspend"):
    """Lets somebody in again."""

    user: str


class GiveServerRole(Command, frozen=True, kw_only=True, tag="server_role"):
    """Gives somebody another role on the server."""

    user: str
    role: str


class SetAvatar(Command, frozen=True, kw_only=True, tag="avatar"):
    """Has a picture show one: the id of a finished upload of one's own; empty: none."""

    file: str = ""


class MarkRead(Command, frozen=True, kw_only=True, tag="read"):
    """Notes how far one has read a room; without `seq`, to its end."""

    room: str
    seq: int | None = None


AnyCommand = (
    SendMessage
    | EditMessage
    | DeleteMessage
    | React
    | Unreact
    | CreateRoom
    | JoinRoom
    | LeaveRoom
    | SetTopic
    | Invite
    | Kick
    | Grant
    | Ban
    | Unban
    | Mute
    | Unmute
    | SetRoom
    | RenameRoom
    | DeleteRoom
    | Pause
    | Resume
    | Configure
    | Block
    | Unblock
    | SetContact
    | ShareReading
    | Prefer
    | Arrange
    | Quiet
    | Erase
    | SetKeep
    | Rename
    | SetDisplayName
    | SetStatus
    | Register
    | ChangePassword
    | SignOut
    | MakeToken
    | MakeLink
    | RevokeLink
    | MakeResetLink
    | UseLink
    | Suspend
    | Unsuspend
    | GiveServerRole
    | SetAvatar
    | MarkRead
)


class Query(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", forbid_unknown_fields=True):
    """Reads. `ref` (at most 64 characters) comes back with the answer."""

    ref: str | None = None


class Fetch(Query, frozen=True, kw_only=True, tag="fetch"):
    """The raw entries of a log after number `after`, oldest first."""

    room: str
    after: int
    limit: int = PAGE_DEFAULT


class History(Query, frozen=True, kw_only=True, tag="history"):
    """A page of messages as they are now: the first after number `after` and at or after the time `since` (ms UTC), or
    without these the last; all before number `before`, if it is given."""

    room: str
    before: int | None = None
    after: int | None = None
    since: int | None = None
    limit: int = PAGE_DEFAULT


class ListRooms(Query, frozen=True, kw_only=True, tag="rooms"):
    """The rooms one is in or invited to, and the open ones; with `archived` also those that are archived, with
    `counted` each with the number of its members."""

    archived: bool = False
    counted: bool = False


class LookAtRoom(Query, frozen=True, kw_only=True, tag="room"):
    """One room that one may see."""

    room: str


class ListMembers(Query, frozen=True, kw_only=True, tag="members"):
    """Who belongs to a room, with role and presence."""

    room: str


class ListReaders(Query, frozen=True, kw_only=True, tag="readers"):
    """Who has read a room as far as number `seq`."""

    room: str
    seq: int


class ListOnline(Query, frozen=True, kw_only=True, tag="online"):
    """Who is online, since when, and last active when."""


class LookAtSelf(Query, frozen=True, kw_only=True, tag="me"):
    """Who one is."""


class ListCredentials(Query, frozen=True, kw_only=True, tag="credentials"):
    """What lets one in: one's sessions and tokens."""


class ListLinks(Query, frozen=True, kw_only=True, tag="links"):
    """The links that one has made; for an admin all."""


class ListAccounts(Query, frozen=True, kw_only=True, tag="accounts"):
    """All accounts and guests, by name, after the name `after`."""

    after: str = ""
    limit: int = PAGE_DEFAULT


class ListBlocked(Query, frozen=True, kw_only=True, tag="blocked"):
    """Whom one has blocked."""


class ListBans(Query, frozen=True, kw_only=True, tag="bans"):
    """The bans and mutes of a room, or without `room` of the server."""

    room: str | None = None


class Audit(Query, frozen=True, kw_only=True, tag="audit"):
    """The raw entries of the server's own log after number `after`, or without it the last ones."""

    after: int | None = None
    limit: int = PAGE_DEFAULT


class ListSettings(Query, frozen=True, kw_only=True, tag="settings"):
    """The settings that may change while the server runs."""


class ListFigures(Query, frozen=True, kw_only=True, tag="figures"):
    """How the server is: who is connected, what was said, what it takes."""


class ListFiles(Query, frozen=True, kw_only=True, tag="files"):
    """The files of a room, the last first, from messages before number `before`."""

    room: str
    before: int | None = None
    limit: int = PAGE_DEFAULT


class MakeUploadLink(Query, frozen=True, kw_only=True, tag="upload_link"):
    """Asks for a link by which one file can be sent into a room by whoever has it. `file` is what it is called where it
    lies, and comes back."""

    room: str
    file: str = ""


class MakeFileKey(Query, frozen=True, kw_only=True, tag="file_key"):
    """Asks for what shows over HTTP, for some hours, who one is: to send files up and to fetch them."""


class Help(Query, frozen=True, kw_only=True, tag="help"):
    """What can be typed."""


AnyQuery = (
    Fetch
    | History
    | ListRooms
    | LookAtRoom
    | ListMembers
    | ListReaders
    | ListOnline
    | LookAtSelf
    | ListCredentials
    | ListLinks
    | ListAccounts
    | ListBlocked
    | ListBans
    | Audit
    | ListSettings
    | ListFigures
    | ListFiles
    | MakeUploadLink
    | MakeFileKey
    | Help
)


class Typing(msgspec.Struct, frozen=True, kw_only=True, tag="typing", tag_field="op", forbid_unknown_fields=True):
    """A hint to the room that one is typing; never kept."""

    room: str


class Typed(msgspec.Struct, frozen=True, kw_only=True, tag="type", tag_field="op", forbid_unknown_fields=True):
    """What a person typed while in `room`: a message or a slash command, read by core/grammar.

    `private_at`: whether `@user text` at the start is a private message (line door, desktop window) or a mention.
    """

    cid: str
    room: str
    text: str
    private_at: bool = False


class Cursors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a returning client has come: the number of its last entry, by log, in one epoch of the store."""

    epoch: str
    rooms: dict[str, int]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello", tag_field="op", forbid_unknown_fields=True):
    """The first thing a client says.

    A guest shows the username wished for, and the `secret` (22 to 128 characters, made by the client) that brings the
    same account back later; without one the account ends with its connection. Who has an account shows its `name` and
    `password`, or a `token`; who has a link, its secret with the name and password to be. `client` names the program
    or device.
    """

    name: str | None = None
    secret: str | None = None
    password: str | None = None
    token: str | None = None
    link: str | None = None
    cursors: Cursors | None = None
    client: str = ""


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag="ping", tag_field="op", forbid_unknown_fields=True):
    """Asks for a pong."""

    ref: str | None = None


class Quit(msgspec.Struct, frozen=True, kw_only=True, tag="quit", tag_field="op", forbid_unknown_fields=True):
    """Says goodbye."""


Request = AnyCommand | AnyQuery | Typing | Typed | Hello | Ping | Quit


def check_cid(cid: str) -> None:
    """Refuses a command id that is not 16 to 64 of A-Z a-z 0-9 _ -."""
    if CID.fullmatch(cid) is None:
        raise Refused("cid", "The cid must be 16 to 64 characters of A-Z a-z 0-9 _ -.", field="cid")


def check_limit(limit: int) -> int:
    """The size of a page: at least 1; more than 200 is taken as 200."""
    if limit < 1:
        raise Refused("limit", f"The limit must be at least 1; {limit} was asked for.", field="limit")
    return min(limit, PAGE_MOST)
