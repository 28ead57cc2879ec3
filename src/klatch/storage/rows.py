"""Rows as frozen data: what the store hands out that core does not know."""

import msgspec

from klatch.core.members import Account
from klatch.core.preferences import PLAIN, Preferences
from klatch.core.rooms import Room


class Place(msgspec.Struct, frozen=True):
    """One account's place in a room: the room, its role there (None: no member), horizon, read mark, preferences."""

    room: Room
    role: str | None
    horizon: int = 1
    read: int = 0
    preferences: Preferences = PLAIN


class Member(msgspec.Struct, frozen=True):
    """One member of a room."""

    account: Account
    role: str


class Life(msgspec.Struct, frozen=True):
    """An account from its beginning: the username it had first, and when it began (ms UTC)."""

    account: str
    first_name: str
    began: int


class Recorded(msgspec.Struct, frozen=True):
    """Where a command was recorded: what an ack tells, and the hash of the command."""

    room: str
    seq: int
    id: str
    ts: int
    command_hash: bytes | None = None


class State(msgspec.Struct, frozen=True):
    """What holds everywhere: since when all is paused (ms UTC, or None), and for how many days words are kept."""

    paused: int | None
    keep: int


class Removal(msgspec.Struct, frozen=True):
    """Words that leave a room's log: up to entry `through`, done up to `at`; `gone`: the room is deleted."""

    room: str
    through: int
    at: int
    gone: bool


class Erasure(msgspec.Struct, frozen=True):
    """Somebody who leaves all logs: they were gone through up to entry `seq` of `log`; `told` is the last room told."""

    account: str
    log: str
    seq: int
    told: str


class Content(msgspec.Struct, frozen=True):
    """What lies in the store of files at `place`: its SHA-256, its size in bytes, its type as the content says, of a
    picture its size in pixels as it is shown; `preview` is the media type of what shows it small, or empty."""

    place: str
    hash: bytes
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None
    blurhash: str = ""
    preview: str = ""


class Upload(msgspec.Struct, frozen=True):
    """What an account sends or sent up: `hash` is what it must have, if that was told; `content` is None until it is
    whole; `created` is when it began (ms UTC)."""

    id: str
    account: str
    name: str
    size: int
    hash: bytes | None
    created: int
    content: Content | None = None


class NewAccount(msgspec.Struct, frozen=True):
    """An account to be."""

    name: str
    key: str
    role: str
    secret_hash: bytes | None


class NewRoom(msgspec.Struct, frozen=True):
    """A room to be."""

    kind: str
    name: str | None = None
    key: str | None = None
    direct_key: str | None = None
    topic: str = ""


class Credential(msgspec.Struct, frozen=True):
    """What lets an account in: a session that began with a password, or the token of a script. Times are ms UTC."""

    id: str
    account: str
    kind: str
    name: str
    scopes: frozenset[str]
    fleeting: bool
    created: int
    seen: int
    address: str
    expires: int | None


class NewCredential(msgspec.Struct, frozen=True):
    """A credential to be; `expires` is ms UTC."""

    account: str
    kind: str
    secret_hash: bytes
    name: str
    scopes: frozenset[str]
    address: str
    fleeting: bool = False
    expires: int | None = None


class Link(msgspec.Struct, frozen=True):
    """What lets somebody in who has no password yet, or not any more. Times are ms UTC."""

    id: str
    kind: str
    account: str | None
    room: str | None
    role: str | None
    uses_left: int
    created_by: str
    created: int
    expires: int | None


class NewLink(msgspec.Struct, frozen=True):
    """A link to be; `expires` is ms UTC."""

    kind: str
    secret_hash: bytes
    created_by: str
    account: str | None = None
    room: str | None = None
    role: str | None = None
    uses: int = 1
    expires: int | None = None


class Listed(msgspec.Struct, frozen=True):
    """An account in the list of all, with when it began, was last seen and was suspended (ms UTC)."""

    account: Account
    created: int
    seen: int
    suspended: int | None
