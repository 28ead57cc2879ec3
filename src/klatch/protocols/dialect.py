"""What every protocol is to the conversation behind it: it reads requests and spells answers."""

from typing import Protocol

import msgspec

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Request
from klatch.core.events import Entry


class Say(msgspec.Struct, frozen=True):
    """What the protocol says by itself: bytes for its peer."""

    data: bytes


class Dialect(Protocol):
    """One protocol as one peer speaks it.

    `window`: how many requests of the peer may be under way at once. `patient`: whether a peer that sends too fast is
    made to wait instead of being refused. `forgives`: the refusals that end a WebSocket, but nothing here. `switches`:
    whether one who is in may sign in as somebody else.
    """

    window: int
    patient: bool
    forgives: frozenset[str]
    switches: bool

    def read(self, message: bytes) -> Request | Say | None:
        """The request that a message stands for, what to say to it at once, or None if it asks for nothing; raises
        Refused."""

    def marks(self, message: bytes) -> tuple[str | None, str | None]:
        """The cid and the ref of a message that was refused, as far as they can be made out."""

    def spell(self, answer: AnyAnswer) -> bytes:
        """An answer or hint, as bytes; empty if this protocol does not show it."""

    def spell_entries(self, entries: list[Entry]) -> bytes:
        """Entries of one log, in order, as bytes."""

    def follow_up(self, answer: AnyAnswer) -> list[Request]:
        """What the protocol asks for by itself after an answer, on behalf of its peer."""
