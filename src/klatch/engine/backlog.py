"""What one connection is owed: written once per turn of the event loop, bounded, never waited for."""

import asyncio
from typing import Protocol

from klatch.observe.port import Observer


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
    """The bytes owed to one connection. Beyond `limit` bytes the connection is ended: it loses nothing on return."""

    __slots__ = ("_dropped", "_limit", "_owed", "_turn", "_wire")

    def __init__(self, turn: Turn, wire: Wire, limit: int) -> None:
        self._turn = turn
        self._wire = wire
        self._limit = limit
        self._owed: list[bytes] = []
        self._dropped = False

    def owe(self, data: bytes) -> None:
        """Adds what is to be written."""
        if self._dropped:
            return
        if not self._owed:
            self._turn.add(self)
        self._owed.append(data)

    def write(self) -> None:
        """Writes what is owed, now."""
        if not self._owed:
            return
        data = self._owed[0] if len(self._owed) == 1 else b"".join(self._owed)
        self._owed = []
        if self._wire.unsent() + len(data) > self._limit:
            self.drop()  # what comes after a hole would read as if nothing were missing
            self._wire.fall_behind()
        else:
            self._wire.write(data)

    def drop(self) -> None:
        """Forgets what is owed and owes nothing more: the connection is gone, or has fallen behind."""
        self._owed = []
        self._dropped = True
