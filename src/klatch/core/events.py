"""What happened: the entries of a log, numbered 1, 2, 3, ... without gaps.

A room's log holds what its members see. An account's log holds what belongs to one person: it is addressed like a
room, by the account's id. Times (`ts`) are milliseconds UTC and never go back within a log; ids are strings.
"""

import msgspec


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
    """Somebody said something. A message that was deleted keeps its number and loses its words."""

    text: str
    reply_to: int | None = None
    action: bool = False
    deleted: bool = False


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


# In either.


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


class Registered(Body, frozen=True, kw_only=True, tag="registered"):
    """One has a password now, and is a guest no more."""

    role: str


class RoleGiven(Body, frozen=True, kw_only=True, tag="server_role"):
    """One has another role on the server."""

    role: str


class SignedOut(Body, frozen=True, kw_only=True, tag="signed_out"):
    """These `credentials` let nobody in any more (None: none of them does): they were `revoked`, the `password` was
    changed, or the account is `suspended`, `banned` or `erased`."""

    why: str
    credentials: list[str] | None = None


class Audited(Body, frozen=True, kw_only=True, tag="audit"):
    """Somebody who runs the server, or a room, did this; in the server's own log."""

    act: str
    person: Author | None = None
    room: RoomName | None = None
    detail: str = ""


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
    | Entered
    | Departed
    | GotInvitation
    | Renamed
    | DisplayNamed
    | StatusSet
    | Registered
    | RoleGiven
    | SignedOut
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
