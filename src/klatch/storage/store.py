"""The store: one data directory with its lock, its writer and its readers."""

import asyncio
import contextlib
import random
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from klatch import __version__
from klatch.core.events import Entry, Message
from klatch.observe.port import Observer
from klatch.storage.backups.upgrading import back_up_before_upgrade
from klatch.storage.lock import DirectoryLock
from klatch.storage.migrations.runner import newest
from klatch.storage.opening import FILE, make_private, open_store
from klatch.storage.reader import Reader
from klatch.storage.sqlite import Connection
from klatch.storage.transaction import Transaction
from klatch.storage.writer import Job, Settled, Writer

T = TypeVar("T")

_READERS: Final = 2
_ID_BITS: Final = 20
_ID_LAST: Final = 2**63 - 2**40  # ids that follow the clock end here; there is room left to count on


class SqliteStore:
    """Keeps every log in one SQLite file; the port that the engine sees is storage/port.Store."""

    def __init__(self, directory: Path, observer: Observer, clock: Callable[[], int]) -> None:
        """Opens or makes the store in `directory`; `clock` tells milliseconds UTC.

        Raises StoreUnusable with what is wrong: in use, newer than this Klatch, damaged, not a store.
        """
        self.directory = directory
        self._observer = observer
        self._random = random.Random(secrets.randbits(128))  # noqa: S311 - ids need to differ, not to be secret
        self._last_id = 0
        make_private(directory)
        self._lock = DirectoryLock(directory)
        try:
            back_up_before_upgrade(directory, clock(), observer)
            self._connection = open_store(directory, clock(), self._make_id)
            kept = Reader(self._connection)
            self.epoch, self.chosen = kept.epoch(), kept.choices()
            self._snapshots = self._open_snapshots()
        except BaseException:
            self._lock.release()
            raise
        self._noted: set[tuple[str, int]] = set()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="klatch-reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._publish: Callable[[list[Entry]], None]
        self._on_broken: Callable[[], None]
        self._delivered = 0  # batches
        self._early: list[Callable[[], None]] = []
        self._writer = Writer(
            self._connection, Transaction(self._connection, self._make_id), clock, self._settle, self._break
        )
        self.is_broken = False

    def start(self, publish: Callable[[list[Entry]], None], broken: Callable[[], None]) -> None:
        """Starts the writer; what it records is published on the running event loop, which is told, too, when the
        disk failed and nothing more can be written."""
        self._loop = asyncio.get_running_loop()
        self._publish = publish
        self._on_broken = broken
        self._writer.start()

    def decide(
        self,
        decision: Callable[[Transaction], T],
        done: Callable[[T | Exception], None],
        command: tuple[str, str] | None = None,
    ) -> None:
        """Runs a decision on the writer; `done` is called after COMMIT, then its entries are published. `command`, an
        account and a cid, is looked up beforehand, together with those of others."""
        self._writer.add(Job(decision, done, command))

    def read(self, look: Callable[[Reader], T], done: Callable[[T | Exception], None]) -> None:
        """Runs a look-up on a reader, in one snapshot; writers are not held up. `done` is called after all that the
        look-up saw has been published; never, once the store is closed."""
        with contextlib.suppress(RuntimeError):
            self._readers.submit(self._read, look, done)

    @property
    def waiting(self) -> int:
        """How many decisions wait for the writer."""
        return self._writer.waiting

    def measure(self) -> None:
        """Reports how large things are, and what this store is."""
        tell = self._observer.gauge
        tell("waiting", self.waiting)
        tell("broken", int(self.is_broken))
        tell("info", 1, __version__, str(newest()), self.epoch)
        for figure, name in (("store_bytes", FILE), ("wal_bytes", f"{FILE}-wal")):
            with contextlib.suppress(OSError):
                tell(figure, (self.directory / name).stat().st_size)
        with contextlib.suppress(OSError):
            tell("disk_free_bytes", shutil.disk_usage(self.directory).free)

    async def close(self) -> None:
        """Finishes what waits, then closes the files and frees the directory."""
        await asyncio.to_thread(self._writer.stop)
        await asyncio.to_thread(self._readers.shutdown)
        while not self._snapshots.empty():
            self._snapshots.get().close()
        self._connection.close()
        self._lock.release()

    def _open_snapshots(self) -> SimpleQueue[Connection]:
        """A connection for each reader, with all its files open: there may be no descriptors left later."""
        snapshots: SimpleQueue[Connection] = SimpleQueue()
        for _ in range(_READERS):
            connection = Connection(self.directory / FILE, writes=False)
            Reader(connection).epoch()
            snapshots.put(connection)
        return snapshots

    # On the writer's thread.

    def _make_id(self, ts: int) -> int:
        """Each is above the one before, whatever the clock says."""
        timely = ts << _ID_BITS | self._random.getrandbits(_ID_BITS)
        self._last_id = max(self._last_id + 1, min(timely, _ID_LAST))
        return self._last_id

    def _settle(self, settled: list[Settled]) -> None:
        self._call(self._deliver, settled, self._writer.commit_seconds)

    def _break(self, fault: Exception) -> None:
        self._observer.log("store_broken", fault=str(fault))
        self.is_broken = True
        self._call(self._on_broken)

    # On a reader's thread.

    def _read(self, look: Callable[[Reader], T], done: Callable[[T | Exception], None]) -> None:
        outcome: T | Exception
        try:
            outcome = self._look(look)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the one who asked is told
            outcome = failure
        # Taken after the look: whatever it saw belongs to this batch or to one before.
        self._call(self._answer, self._writer.committing, done, outcome)

    def _look(self, look: Callable[[Reader], T]) -> T:
        connection = self._snapshots.get()
        reader = Reader(connection)
        try:
            connection.run("BEGIN")
            try:
                return look(reader)
            finally:
                connection.run("ROLLBACK")
        finally:
            self._snapshots.put(connection)
            self._note(reader.unreadable)

    def _note(self, unreadable: list[tuple[str, int]]) -> None:
        """Each entry that cannot be read is told of once."""
        for log, seq in unreadable:
            if (log, seq) not in self._noted:
                self._noted.add((log, seq))
                self._observer.log("unreadable", log=log, seq=seq)

    # On the event loop.

    def _answer(self, batch: int, done: Callable[[Any], None], outcome: object) -> None:
        """Tells what a reader saw, but not before what it saw has been published."""
        if batch <= self._delivered:
            self._tell("answer", done, outcome)
        else:
            self._early.append(lambda: self._answer(batch, done, outcome))

    def _deliver(self, settled: list[Settled], seconds: float) -> None:
        self._observer.took("commit_seconds", seconds)
        self._observer.count("commits")
        self._observer.count("decisions", len(settled))
        self._observer.count("entries", sum(len(each.entries) for each in settled))
        self._observer.count("messages", sum(type(entry.body) is Message for each in settled for entry in each.entries))
        for each in settled:
            self._tell("answer", each.job.done, each.outcome)
            if each.entries:
                self._tell("publish", self._publish, each.entries)
        self._delivered += 1
        early, self._early = self._early, []
        for answer in early:
            answer()

    def _tell(self, where: str, callback: Callable[..., None], what: object) -> None:
        try:
            callback(what)
        except Exception as failure:  # noqa: BLE001 - one answer that fails must not fail its neighbours'
            self._observer.defect(where, failure)

    def _call(self, callback: Callable[..., None], *arguments: Any) -> None:
        """Calls back on the event loop, if it still runs."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(callback, *arguments)
