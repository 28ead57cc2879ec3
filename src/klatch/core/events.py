"""What happened: the entries of a log, numbered 1, 2, 3, ... without gaps.

A room's log holds what its members see. An account's log holds what belongs to one person: it is addressed like a
room, by the account's id. Times (`ts`) are milliseconds UTC and never go back within a log; ids are strings.
"""

import msgspec

from klatch.core.files import File


class Author(msgspec.Struct, frozen=True):
    """Who did it: the account's id, and its username at that time."""

    id: str
    name: str


class RoomName(msgspec.Struct, frozen=True):
    """A room as one member knows it: `#ops`, or `@bob` for a direct room with bob."""

    id: str
    name: str
    kind: str


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """What an entry says; its `kind` is its tag."""


# In a room's log.


class Created(Body, frozen=True, kw_only=True, tag="created"):
    """The room began. `name` is None for a direct room; `members` are those in it from the start."""

    room_kind: str
    name: str | None = None
    topic: str = ""
    members: list[Author] = []


class Message(Body, frozen=True, kw_only=True, tag="message"):
    """Somebody said something, with `files` perhaps. A message that was deleted keeps its number and loses its words
    and its files."""

    text: str
    reply_to: int | None = None
    action: bool = False
    deleted: bool = False
    files: list[File] = []


class Edited(Body, frozen=True, kw_only=True, tag="edit"):
    """The message numbered `target` now reads `text`."""

    target: int
    text: str
    deleted: bool = False


class Deleted(Body, frozen=True, kw_only=True, tag="delete"):
    """The message numbered `target` was taken back."""

    target: int


class Reacted(Body, frozen=True, kw_only=True, tag="react"):
    """The author put an emoji to the message numbered `target`."""

    target: int
    emoji: str


class Unreacted(Body, frozen=True, kw_only=True, tag="unreact"):
    """The author took it back."""

    target: int
    emoji: str


class Joined(Body, frozen=True, kw_only=True, tag="join"):
    """The author became a member."""

    role: str


class Left(Body, frozen=True, kw_only=True, tag="leave"):
    """The author stopped being a member."""


class Invited(Body, frozen=True, kw_only=True, tag="invite"):
    """The author let `person` in."""

    person: Author


class Kicked(Body, frozen=True, kw_only=True, tag="kick"):
    """The author ended the membership of `person`."""

    person: Author
    reason: str = ""


class Granted(Body, frozen=True, kw_only=True, tag="role"):
    """The author gave `person` another role."""

    person: Author
    role: str


class TopicSet(Body, frozen=True, kw_only=True, tag="topic"):
    """The room is about something else."""

    topic: str


class RoomSet(Body, frozen=True, kw_only=True, tag="set_room"):
    """The room has other rules: those that are not None; see core/rooms.Rules. `closed`: joined by invitation only."""

    posting: str | None = None
    slow: int | None = None
    closed: bool | None = None
    newcomers: str | None = None
    keep: int | None = None
    previews: str | None = None
    archived: bool | None = None


class RoomRenamed(Body, frozen=True, kw_only=True, tag="rename_room"):
    """The room has another name, here without its #."""

    name: str


class RoomDeleted(Body, frozen=True, kw_only=True, tag="delete_room"):
    """The room is gone, and so are all who were in it; its words follow."""


class Swept(Body, frozen=True, kw_only=True, tag="swept"):
    """The words of all messages numbered below `before` are kept no longer."""

    before: int


# In either.


class Banned(Body, frozen=True, kw_only=True, tag="ban"):
    """The author keeps `person`, or whoever is called as `pattern` says, out of the room; in an account's log: `person`
    out of the server. It ends at `until` (ms UTC; None: never)."""

    person: Author | None = None
    pattern: str = ""
    reason: str = ""
    until: int | None = None


class Unbanned(Body, frozen=True, kw_only=True, tag="unban"):
    """The author lifted that ban."""

    person: Author | None = None
    pattern: str = ""


class Muted(Body, frozen=True, kw_only=True, tag="mute"):
    """The author has `person` read only, until a time (ms UTC; None: for good): in the room, or everywhere."""

    person: Author
    reason: str = ""
    until: int | None = None


class Unmuted(Body, frozen=True, kw_only=True, tag="unmute"):
    """The author lets `person` write again."""

    person: Author


class Erased(Body, frozen=True, kw_only=True, tag="erased"):
    """`person` was erased: all that they wrote is gone, and they are called like this wherever they were named."""

    person: Author


class Removed(Body, frozen=True, kw_only=True, tag="removed"):
    """What stood here is not kept: its time was over, its room keeps nothing, or who wrote it was erased. `target`: it
    had changed that entry."""

    target: int | None = None


class Unreadable(Body, frozen=True, kw_only=True, tag="unreadable"):
    """What the entry held is damaged in the store, or of a kind that this Klatch does not know."""


# In an account's log.


class Entered(Body, frozen=True, kw_only=True, tag="entered"):
    """One is in this room now."""

    room: RoomName


class Departed(Body, frozen=True, kw_only=True, tag="departed"):
    """One is no longer in this room."""

    room: RoomName


class GotInvitation(Body, frozen=True, kw_only=True, tag="invited"):
    """Somebody lets one into a closed room."""

    room: RoomName


class Renamed(Body, frozen=True, kw_only=True, tag="renamed"):
    """One has another username."""

    name: str


class DisplayNamed(Body, frozen=True, kw_only=True, tag="display"):
    """One has another display name."""

    name: str


class StatusSet(Body, frozen=True, kw_only=True, tag="status"):
    """One is doing something else, for good or `until` a time (ms UTC)."""

    text: str = ""
    away: bool = False
    until: int | None = None


class AvatarSet(Body, frozen=True, kw_only=True, tag="avatar"):
    """Another picture shows one: `file` is the id of its upload, or empty."""

    file: str = ""


class Registered(Body, frozen=True, kw_only=True, tag="registered"):
    """One has a password now, and is a guest no more."""

    role: str


class RoleGiven(Body, frozen=True, kw_only=True, tag="server_role"):
    """One has another role on the server."""

    role: str


class SignedOut(Body, frozen=True, kw_only=True, tag="signed_out"):
    """These `credentials` let nobody in any more (None: none of them does): they were `revoked`, one signed out
    `elsewhere`, the `password` was changed, or the account is `suspended`, `banned` or `erased`."""

    why: str
    credentials: list[str] | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one setting was `before`, and is now."""

    name: str
    before: bool | int | float | str
    value: bool | int | float | str


class Audited(Body, frozen=True, kw_only=True, tag="audit"):
    """Somebody who runs the server, or a room, did this; in the server's own log. `change`: of a setting."""

    act: str
    person: Author | None = None
    room: RoomName | None = None
    detail: str = ""
    change: Change | None = None


class Blocked(Body, frozen=True, kw_only=True, tag="block"):
    """One wants to hear nothing more of `person`."""

    person: Author


class Unblocked(Body, frozen=True, kw_only=True, tag="unblock"):
    """One wants to hear of `person` again."""

    person: Author


class ContactSet(Body, frozen=True, kw_only=True, tag="contact"):
    """Whether one takes direct messages from guests."""

    guests: bool


class ReadingShared(Body, frozen=True, kw_only=True, tag="share_reading"):
    """Whether others see how far one has read."""

    share: bool


class Preferred(Body, frozen=True, kw_only=True, tag="preferred"):
    """One wants this room listed with those that matter most, or not, and is told of `all`, `mentions` or `none` of
    what is said there (empty: as usual)."""

    room: RoomName
    star: bool = False
    notify: str = ""


class Arranged(Body, frozen=True, kw_only=True, tag="arranged"):
    """One's rooms are listed in this order; the others after them."""

    rooms: list[str]


class Quieted(Body, frozen=True, kw_only=True, tag="quiet"):
    """Nothing is to disturb one until a time (ms UTC; -1: for good); without one, everything may."""

    until: int | None = None


class Read(Body, frozen=True, kw_only=True, tag="read"):
    """One has read a room up to number `seq`."""

    room: str
    seq: int


AnyBody = (
    Created
    | Message
    | Edited
    | Deleted
    | Reacted
    | Unreacted
    | Joined
    | Left
    | Invited
    | Kicked
    | Granted
    | TopicSet
    | RoomSet
    | RoomRenamed
    | RoomDeleted
    | Swept
    | Banned
    | Unbanned
    | Muted
    | Unmuted
    | Erased
    | Removed
    | Entered
    | Departed
    | GotInvitation
    | Renamed
    | DisplayNamed
    | StatusSet
    | AvatarSet
    | Registered
    | RoleGiven
    | SignedOut
    | Blocked
    | Unblocked
    | ContactSet
    | ReadingShared
    | Preferred
    | Arranged
    | Quieted
    | Audited
    | Read
    | Unreadable
)


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag="entry", tag_field="op", omit_defaults=True):
    """One entry of a log. `cid` is the author's own id of the command that added it."""

    room: str
    seq: int
    id: str
    ts: int
    author: Author
    body: AnyBody
    cid: str | None = None


def target_of(body: AnyBody) -> int | None:
    """The number of the message that this entry changes, or None if it stands for itself in the timeline."""
    return getattr(body, "target", None)
