"""Rows as frozen data: what the store hands out that core does not know."""

import msgspec

from klatch.core.members import Account
from klatch.core.rooms import Room


class Place(msgspec.Struct, frozen=True):
    """One account's place in a room: the room, its role there (None: no member), horizon and read mark."""

    room: Room
    role: str | None
    horizon: int = 1
    read: int = 0


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
