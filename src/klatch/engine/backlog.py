"""What one connection is owed: written once per turn of the event loop, bounded, never waited for."""

import asyncio
from typing import Final, Protocol

from klatch.observe.port import Observer

_HELD_MOST: Final = 8  # times the limit
_LOOK_AGAIN: Final = 0.02  # seconds


class Wire(Protocol):
    """The writing half of a connection."""

    def write(self, data: bytes) -> None:
        """Sends bytes, now or as soon as the peer takes them."""

    def unsent(self) -> int:
        """How many bytes the peer has not taken yet."""

    def fall_behind(self) -> None:
        """The peer has more than the limit to read: ends the connection, telling it to come back."""


class Turn:
    """Remembers which backlogs have something to write, and writes each once at the end of the turn."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._due: list[Backlog] = []

    def add(self, backlog: "Backlog") -> None:
        """Has a backlog written at the end of this turn."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._write)
        self._due.append(backlog)

    def _write(self) -> None:
        due, self._due = self._due, []
        for backlog in due:
            try:
                backlog.write()
            except Exception as failure:  # noqa: BLE001 - one connection that fails must not silence its neighbours
                self._observer.defect("backlog", failure)


class Backlog:
    """The bytes owed to one connection, which are held while the peer has more than `limit` bytes to take. One that
    does not catch up within `patience` milliseconds, or is owed eight times the limit, is ended: it loses nothing on
    return.

    What is held is shared by all who are owed the same, so a slow reader costs little more than the limit.
    """

    __slots__ = ("_behind_since", "_dropped", "_limit", "_owed", "_patience", "_turn", "_wire")

    def __init__(self, turn: Turn, wire: Wire, limit: int, patience: int) -> None:
        self._turn = turn
        self._wire = wire
        self._limit = limit
        self._patience = patience / 1000
        self._owed: list[bytes] = []
        self._behind_since: float | None = None
        self._dropped = False

    @property
    def is_behind(self) -> bool:
        """Whether the peer has more to take than it should."""
        return self._behind_since is not None

    @property
    def size(self) -> int:
        """How many bytes wait for the peer."""
        return sum(map(len, self._owed)) + (0 if self._dropped else self._wire.unsent())

    def owe(self, data: bytes) -> None:
        """Adds what is to be written."""
        if self._dropped:
            return
        if not self._owed:
            self._turn.add(self)
        self._owed.append(data)

    def write(self) -> None:
        """Writes what is owed, as far as the limit allows; a peer that has taken all is given one piece at least."""
        if not self._owed:
            return
        unsent = self._wire.unsent()
        size = sum(map(len, self._owed))
        if unsent + size <= self._limit:
            self._behind_since = None
            data, self._owed = self._owed, []
            self._wire.write(data[0] if len(data) == 1 else b"".join(data))
            return
        self._write_some(self._limit - unsent, whole=unsent == 0)
        if self._owed:
            self._hold(size)

    def drop(self) -> None:
        """Forgets what is owed and owes nothing more: the connection is gone, or has fallen behind."""
        self._owed = []
        self._dropped = True

    def _write_some(self, room: int, *, whole: bool) -> None:
        """Writes the pieces that there is room for; `whole`: the first one in any case."""
        count = 0
        for piece in self._owed:
            room -= len(piece)
            if room < 0 and not (whole and count == 0):
                break
            count += 1
        some, self._owed = self._owed[:count], self._owed[count:]
        if some:
            self._behind_since = None
            self._wire.write(b"".join(some))

    def _hold(self, size: int) -> None:
        """Looks again in a moment, unless the peer is too slow."""
        loop = asyncio.get_running_loop()
        if self._behind_since is None:
            self._behind_since = loop.time()
        if size > _HELD_MOST * self._limit or loop.time() - self._behind_since > self._patience:
            self.drop()  # what comes after a hole would read as if nothing were missing
            self._wire.fall_behind()
        else:
            loop.call_later(_LOOK_AGAIN, self._turn.add, self)
