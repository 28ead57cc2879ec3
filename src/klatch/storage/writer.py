"""The one writer: decisions that wait share a transaction and its COMMIT (group commit)."""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final

import msgspec

from klatch.core.events import Entry
from klatch.core.refusals import Refused
from klatch.storage.faults import Reused, StoreBroken, StoreBusy, StoreFull
from klatch.storage.sqlite import Connection
from klatch.storage.transaction import Transaction

BATCH_MOST: Final = 1_000
_FULL: Final = (
    "The server's disk is full, so nothing was stored. Ask whoever runs it to free space, then send it again."
)
_BUSY: Final = "Another program holds the server's store, so nothing was stored. Send it again in a moment."
_BUSY_RETRY: Final = 1_000


class Job(msgspec.Struct, frozen=True):
    """A decision and whom to tell what came of it; `command`, an account and a cid, is what it will look up first."""

    decision: Callable[[Transaction], Any]
    done: Callable[[Any], None]
    command: tuple[str, str] | None = None


class Settled(msgspec.Struct, frozen=True):
    """What came of a job: its value or what it raised, and the entries it added."""

    job: Job
    outcome: Any
    entries: list[Entry]


class _SpoiledError(Exception):
    """The transaction was lost under the decisions: each has to be run again, alone."""


class Writer:
    """Owns the connection that alone writes, on a thread of its own.

    While one COMMIT is on its way to the disk the next decisions gather. `settle` is handed each batch after its
    COMMIT; `broken` is told when the disk failed, after which nothing is written any more.
    """

    def __init__(
        self,
        connection: Connection,
        transaction: Transaction,
        clock: Callable[[], int],
        settle: Callable[[list[Settled]], None],
        broken: Callable[[Exception], None],
    ) -> None:
        self._db = connection
        self._transaction = transaction
        self._clock = clock
        self._settle = settle
        self._broken = broken
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        self._batch = 0
        self.commit_seconds = 0.0  # of the last COMMIT that held
        self.committing = 0  # the last batch of which a reader may see something
        self._thread = threading.Thread(target=self._work, name="klatch-writer", daemon=True)

    def start(self) -> None:
        """Starts to work."""
        self._thread.start()

    def add(self, job: Job) -> None:
        """Takes a job; may be called from any thread."""
        self._waiting.put(job)

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._waiting.qsize()

    def stop(self) -> None:
        """Finishes what waits, unless the disk failed, then ends."""
        self._waiting.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            batch, going = self._gather()
            if not batch:
                continue
            self._batch += 1
            try:
                settled = self._run(batch)
            except Exception as fault:  # noqa: BLE001 - whether the batch is kept is unknown: nothing may be acknowledged
                self._broken(fault)
                return
            self._settle(settled)

    def _gather(self) -> tuple[list[Job], bool]:
        """All that waits, up to the largest batch; waits for the first. False: it was the last."""
        batch: list[Job] = []
        job = self._waiting.get()
        try:
            while job is not None:
                batch.append(job)
                if len(batch) == BATCH_MOST:
                    return batch, True
                job = self._waiting.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _run(self, batch: list[Job]) -> list[Settled]:
        """One transaction for all; if one decision spoils it, another with a savepoint for each; if that is lost, too,
        a transaction for each."""
        try:
            return self._together(batch, self._decide_all)
        except StoreBusy:
            return [_busy(job) for job in batch]
        except StoreFull:
            return [self._alone(job) for job in batch]
        except _SpoiledError:
            return self._apart(batch)

    def _apart(self, batch: list[Job]) -> list[Settled]:
        try:
            return self._together(batch, self._decide_apart)
        except (_SpoiledError, StoreFull, StoreBusy):
            return [self._alone(job) for job in batch]

    def _together(self, batch: list[Job], decide: Callable[[list[Job]], list[Settled]]) -> list[Settled]:
        self._db.run("BEGIN IMMEDIATE")
        try:
            settled = decide(batch)
            self.committing = self._batch
            began = time.perf_counter()
            self._db.run("COMMIT")
            self.commit_seconds = time.perf_counter() - began
        except BaseException:
            self._roll_back()
            raise
        return settled

    def _alone(self, job: Job) -> Settled:
        try:
            return self._together([job], self._decide_all)[0]
        except StoreFull:
            return Settled(job, Refused("storage_full", _FULL), [])
        except StoreBusy:
            return _busy(job)
        except _SpoiledError as spoiled:
            return Settled(job, spoiled.__cause__, [])

    def _decide_all(self, batch: list[Job]) -> list[Settled]:
        """Runs the decisions, which share what they look up."""
        transaction = self._transaction
        transaction.begin(self._clock())
        transaction.expect([job.command for job in batch if job.command is not None])
        settled = [self._decide(transaction, job) for job in batch]
        try:
            transaction.finish()
        except Reused as failure:  # a decision added what may be there once, and went on
            raise _SpoiledError from failure
        return settled

    def _decide_apart(self, batch: list[Job]) -> list[Settled]:
        """Runs the decisions; what one that fails has changed is undone, and nothing else."""
        settled = []
        for job in batch:
            self._db.run("SAVEPOINT decision")
            try:
                settled += self._decide_all([job])
            except _SpoiledError as spoiled:
                if not self._db.in_transaction:
                    raise
                self._db.run("ROLLBACK TO decision")
                self._transaction.undo()
                settled.append(Settled(job, spoiled.__cause__, []))
            self._db.run("RELEASE decision")
        return settled

    def _decide(self, transaction: Transaction, job: Job) -> Settled:
        """Runs one decision. One that fails after it changed something spoils the transaction."""
        before = transaction.alterations
        try:
            outcome = job.decision(transaction)
        except (StoreBroken, StoreFull, StoreBusy):
            raise
        except Exception as failure:
            if transaction.alterations != before or not self._db.in_transaction:
                raise _SpoiledError from failure
            return Settled(job, failure, [])
        return Settled(job, outcome, transaction.take_recorded())

    def _roll_back(self) -> None:
        self._transaction.undo()
        if self._db.in_transaction:
            self._db.run("ROLLBACK")


def _busy(job: Job) -> Settled:
    return Settled(job, Refused("try_again", _BUSY, retry_after=_BUSY_RETRY), [])
