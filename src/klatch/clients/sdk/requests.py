"""What was asked and is not answered yet: sent again after every loss of the connection, until it is."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from klatch.clients.sdk.lane import Lane

_CRASHES_MOST: Final = 3


class _Asked:
    """One request: its frame, and the future that its caller awaits."""

    __slots__ = ("asked_at", "crashes", "frame", "future", "on_lane", "sent_at")

    def __init__(self, frame: bytes, now: float, *, on_lane: bool) -> None:
        self.frame = frame
        self.asked_at = now
        self.on_lane = on_lane
        self.sent_at: float | None = None
        self.crashes = 0
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        # Whoever asked may have gone; then nobody needs to hear what went wrong.
        self.future.add_done_callback(lambda future: future.cancelled() or future.exception())


class Requests:
    """All requests of one client, by cid or ref. Commands keep their order, queries go at once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._asked: dict[str, _Asked] = {}
        self._queries: dict[str, None] = {}
        self._lane = Lane()
        self._progress = clock()  # when something was answered last

    def __len__(self) -> int:
        return len(self._asked)

    def add_command(self, cid: str, frame: bytes) -> asyncio.Future[Any]:
        """Asks for something that goes on the lane; the same cid with the same content is the same request."""
        known = self._asked.get(cid)
        if known is not None and known.frame == frame:
            return known.future
        now = self._clock()
        self._lane.add(cid, now)
        return self._add(cid, _Asked(frame, now, on_lane=True))

    def add_query(self, ref: str, frame: bytes) -> asyncio.Future[Any]:
        """Asks for something that can be answered in any order."""
        self._queries[ref] = None
        return self._add(ref, _Asked(frame, self._clock(), on_lane=False))

    def take_due(self) -> list[bytes]:
        """The frames to be sent now."""
        now = self._clock()
        due = [*self._queries, *self._lane.take_due(now)]
        self._queries = {}
        for key in due:
            self._asked[key].sent_at = now
        return [self._asked[key].frame for key in due]

    def wait(self) -> float | None:
        """The seconds until a command that the server holds back may go."""
        return self._lane.wait(self._clock())

    def settle(self, key: str, answer: Any) -> None:
        """The answer came."""
        if (asked := self._asked.get(key)) is not None:
            if asked.on_lane:
                self._lane.acknowledge(key, self._clock())
            self._end(key, asked)
            if not asked.future.done():
                asked.future.set_result(answer)

    def fail(self, key: str, fault: Exception) -> None:
        """There will be no other answer than this."""
        if (asked := self._asked.get(key)) is not None:
            self._end(key, asked)
            if not asked.future.done():
                asked.future.set_exception(fault)

    def postpone(self, key: str, seconds: float, *, progress: bool) -> None:
        """The server wants it later. `progress`: it is well, and only wants it slower."""
        asked = self._asked.get(key)
        if asked is None:
            return
        now = self._clock()
        if progress:
            self._progress = now + seconds
        asked.sent_at = None
        if asked.on_lane:
            self._lane.hold(key, seconds, now)
        else:
            asyncio.get_running_loop().call_later(seconds, self._ask_again, key)

    def withdraw(self, key: str) -> None:
        """Nobody waits for it any more."""
        if (asked := self._asked.pop(key, None)) is not None:
            self._queries.pop(key, None)
            self._lane.drop(key)
            asked.future.cancel()

    def lose(self, *, crashed: bool) -> list[str]:
        """The connection is gone: what it left unanswered is sent again on the next.

        `crashed`: the server says that something went wrong in it. Gives the requests with which that happened again
        and again: they are not sent once more.
        """
        if crashed:
            self._lane.slow_down()
        poison = []
        for key, asked in self._asked.items():
            if asked.sent_at is None:
                continue
            asked.crashes += crashed
            asked.sent_at = None
            if asked.crashes >= _CRASHES_MOST:
                poison.append(key)
            elif not asked.on_lane:
                self._queries[key] = None
        self._lane.lose()
        return poison

    def unanswered(self) -> list[str]:
        """What is not answered yet."""
        return list(self._asked)

    def overdue(self, patience: float) -> list[str]:
        """What is not answered though nothing else was either for as many seconds, and it waits for longer."""
        latest = self._clock() - patience
        return [key for key, asked in self._asked.items() if max(asked.asked_at, self._progress) < latest]

    def sent_before(self) -> float | None:
        """When the oldest request was sent that the present connection has not answered."""
        return min((asked.sent_at for asked in self._asked.values() if asked.sent_at is not None), default=None)

    def _add(self, key: str, asked: _Asked) -> asyncio.Future[Any]:
        self._asked[key] = asked
        return asked.future

    def _end(self, key: str, asked: _Asked) -> None:
        self._progress = self._clock()
        del self._asked[key]
        self._queries.pop(key, None)
        if asked.on_lane:
            self._lane.drop(key)

    def _ask_again(self, ref: str) -> None:
        if ref in self._asked:
            self._queries[ref] = None
