"""The lane on which commands go to the server: in order, many at once where the server lets them, slower where not."""

import heapq
from typing import Final

FLYING_MOST: Final = 64
# What a server with default limits lets through is 10 at once and then 5 a second: more acks than this show a server
# that allows more. Until then one command flies at a time, for two in flight could be refused and let through in the
# wrong order.
_PROOF_LEAST: Final = 32
_PROOF_BURST: Final = 20
_PROOF_RATE: Final = 8.0


class Lane:
    """Holds the ids of commands from when they are given until they are answered. Times are seconds, as told."""

    def __init__(self) -> None:
        self._turn: dict[str, int] = {}
        self._turns = 0
        self._waiting: list[tuple[int, str]] = []
        self._flying: set[str] = set()
        self._window = 1
        self._limited = False
        self._held_until = 0.0
        self._run_began = 0.0
        self._run_acks = 0

    def __len__(self) -> int:
        return len(self._turn)

    def add(self, cid: str, now: float) -> None:
        """A command comes last."""
        if not self._turn:
            self._run_began, self._run_acks = now, 0
        self._turns += 1
        self._turn[cid] = self._turns
        heapq.heappush(self._waiting, (self._turns, cid))

    def take_due(self, now: float) -> list[str]:
        """The commands to be sent now, in order; they fly from then on."""
        due: list[str] = []
        while self._waiting and len(self._flying) < self._window and now >= self._held_until:
            turn, cid = heapq.heappop(self._waiting)
            if self._turn.get(cid) == turn:
                self._flying.add(cid)
                due.append(cid)
        return due

    def wait(self, now: float) -> float | None:
        """The seconds until a held command may go, or None where nothing is held."""
        if not self._waiting or len(self._flying) >= self._window or now >= self._held_until:
            return None
        return self._held_until - now

    def drop(self, cid: str) -> None:
        """A command is answered, or not wanted any more."""
        self._turn.pop(cid, None)
        self._flying.discard(cid)

    def acknowledge(self, cid: str, now: float) -> None:
        """A command is done. Enough of them in a short time show that many may fly at once."""
        self.drop(cid)
        self._run_acks += 1
        allowed = _PROOF_BURST + _PROOF_RATE * (now - self._run_began)
        if not self._limited and self._run_acks >= _PROOF_LEAST and self._run_acks > allowed:
            self._window = FLYING_MOST

    def hold(self, cid: str, seconds: float, now: float) -> None:
        """The server wants a command later: it waits in its old place, and none overtakes it."""
        self.slow_down()
        self._held_until = max(self._held_until, now + seconds)
        self._land(cid)

    def slow_down(self) -> None:
        """From now on one command flies at a time."""
        self._limited = True
        self._window = 1

    def lose(self) -> None:
        """The connection is gone: what was in flight waits in its old place."""
        for cid in list(self._flying):
            self._land(cid)

    def _land(self, cid: str) -> None:
        if cid in self._flying:
            self._flying.discard(cid)
            heapq.heappush(self._waiting, (self._turn[cid], cid))
