"""One who reads a log entry by entry, at their own pace, while the connection comes and goes."""

import asyncio
from collections import deque
from typing import Final

from klatch.clients.sdk.follower import Follower
from klatch.core.commands import PAGE_MOST
from klatch.core.events import Author, Banned, Entry, Kicked, Left, RoomDeleted

READY_MOST: Final = 1_000
_EXPECT_WITHIN: Final = 5.0


class Following:
    """What is ready to be read of one log. A reader who lags loses pushes, and fetches those entries again later."""

    def __init__(self, log: str, have: int) -> None:
        self.log = log
        self.ready: deque[Entry] = deque()
        self.fault: Exception | None = None
        self.expecting = False
        """Whether the server sends what is missing by itself, as it does for a client that returns."""
        self.in_doubt = False
        """Whether the log was restored from a copy, so that what was read may not stand in it any more."""
        self._follower = Follower(have)
        self._news = asyncio.Event()
        self._recent: deque[tuple[int, str]] = deque(maxlen=PAGE_MOST)

    @property
    def have(self) -> int:
        """The number of the last entry that is ready or read."""
        return self._follower.have

    @property
    def behind(self) -> bool:
        """Whether entries are missing."""
        return self._follower.behind

    def push(self, entry: Entry) -> None:
        """An entry was pushed."""
        if self.in_doubt or len(self.ready) >= READY_MOST:
            self._follower.tell(entry.seq)
        else:
            self._make_ready(self._follower.push(entry))
        self._news.set()

    def fill(self, entries: list[Entry], head: int) -> None:
        """Missing entries came."""
        self._make_ready(self._follower.fill(entries, head))
        self.expecting = False
        self._news.set()

    def tell(self, head: int) -> None:
        """The log has come this far."""
        self._follower.tell(head)
        self._news.set()

    def doubt(self, head: int) -> None:
        """The log was restored from a copy and ends here now."""
        self._follower.cut(head)
        self.in_doubt = True
        self.expecting = False
        self._news.set()

    @property
    def compare_after(self) -> int:
        """The number after which the log has to be compared with what was read of it."""
        return max(0, min([self.have, *(seq - 1 for seq, _ in self._recent)]))

    def compare(self, entries: list[Entry], head: int) -> None:
        """Goes on after the last entry that still stands where it was read; entries have ids, which never repeat."""
        known = dict(self._recent)
        common = max((entry.seq for entry in entries if known.get(entry.seq) == entry.id), default=self.compare_after)
        self._follower.cut(common)
        self._follower.tell(head)
        self._recent = deque([pair for pair in self._recent if pair[0] <= common], PAGE_MOST)
        self.ready = deque(entry for entry in self.ready if entry.seq <= common)
        self.in_doubt = False

    def stop_expecting(self) -> None:
        """What is missing has to be asked for."""
        self.expecting = False
        self._news.set()

    def fail(self, fault: Exception) -> None:
        """There is nothing more to read."""
        self.fault = fault
        self._news.set()

    async def wait(self) -> None:
        """Waits for something to change."""
        self._news.clear()
        try:
            async with asyncio.timeout(_EXPECT_WITHIN if self.expecting else None):
                await self._news.wait()
        except TimeoutError:
            self.expecting = False

    def _make_ready(self, entries: list[Entry]) -> None:
        self.ready.extend(entries)
        self._recent.extend((entry.seq, entry.id) for entry in entries)


def removes(entry: Entry, account: str) -> bool:
    """Whether the entry takes this account out of the room."""
    match entry.body:
        case Left():
            return entry.author.id == account
        case Kicked(person=person):
            return person.id == account
        case Banned(person=Author(id=banned)):
            return banned == account
        case RoomDeleted():
            return True
        case _:
            return False
