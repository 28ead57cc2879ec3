"""Stores for tests: a clock in the test's hand, outcomes to await, what is reported kept in lists."""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from klatch.core.events import Author, Entry, Message
from klatch.storage.port import NewAccount, NewRoom, Reader, Transaction
from klatch.storage.store import SqliteStore
from tests.pace import PATIENCE

NOON = 1_800_000_000_000
DAY = 86_400_000
YEAR = 365 * DAY


class Clock:
    """Tells the time that the test sets (ms UTC)."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Notes:
    """Keeps what the parts report."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.figures: Counter[str] = Counter()
        self.defects: list[BaseException] = []

    def log(self, event: str, **_facts: object) -> None:
        self.events.append(event)

    def count(self, figure: str, by: int = 1, *_labels: str) -> None:
        self.figures[figure] += by

    def took(self, figure: str, seconds: float) -> None:
        pass

    def read(self) -> dict[str, float]:
        return {f"klatch_{name}_total": float(count) for name, count in self.figures.items()}

    def said(self, line: str) -> None:
        pass

    def gauge(self, figure: str, value: float, *_labels: str) -> None:
        self.figures[figure] = int(value)

    def defect(self, where: str, failure: BaseException) -> None:  # noqa: ARG002 - the port's signature
        self.defects.append(failure)

    def refused(self, door: str, code: str, address: str = "") -> None:  # noqa: ARG002 - the port's signature
        self.figures[f"{door} {code}"] += 1


def ignore(_outcome: object) -> None:
    """Whatever came of it."""


class Kept:
    """An open store, with what was published and whether it broke."""

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self.directory = directory
        self.clock = clock or Clock()
        self.notes = Notes()
        self.published: list[Entry] = []
        self.broken = asyncio.Event()
        self.store = SqliteStore(directory, self.notes, self.clock)
        self.store.start(self.published.extend, self.broken.set)

    def submit(self, decision: Callable[[Transaction], Any]) -> "asyncio.Future[Any]":
        """Has the writer run a decision; the future gets what came of it, also if that is an exception."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.store.decide(decision, outcome.set_result)
        return outcome

    async def decide(self, decision: Callable[[Transaction], Any]) -> Any:
        """As `submit`; raises what was raised."""
        outcome = await self.submit(decision)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def read(self, look: Callable[[Reader], Any]) -> Any:
        """Runs a look-up; raises what was raised."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.store.read(look, outcome.set_result)
        found = await outcome
        if isinstance(found, Exception):
            raise found
        return found

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keeps the writer busy, so that all that is submitted meanwhile forms one batch."""
        begun, go = threading.Event(), threading.Event()

        def wait(_transaction: Transaction) -> None:
            begun.set()
            assert go.wait(PATIENCE)

        self.store.decide(wait, ignore)
        assert begun.wait(PATIENCE)
        try:
            yield
        finally:
            go.set()

    async def close(self) -> None:
        await self.store.close()


@contextlib.asynccontextmanager
async def opened(directory: Path, clock: Clock | None = None) -> AsyncIterator[Kept]:
    """A store for the length of a block."""
    kept = Kept(directory, clock)
    try:
        yield kept
    finally:
        await kept.close()


def add_account(name: str) -> Callable[[Transaction], Author]:
    """A decision that adds an account."""
    return lambda transaction: Author(transaction.add_account(NewAccount(name, name, "guest", name.encode())), name)


def add_room(name: str) -> Callable[[Transaction], str]:
    """A decision that adds an open room."""
    return lambda transaction: transaction.add_room(NewRoom("open", name, name))


def say(room: str, author: Author, text: str, cid: str | None = None) -> Callable[[Transaction], Entry]:
    """A decision that adds a message."""
    return lambda transaction: transaction.append(room, author, Message(text=text), cid, b"hash of the command")
