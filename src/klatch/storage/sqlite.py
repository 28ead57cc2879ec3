"""The thin SQLite driver: opens connections as a durable store needs them, and names their faults."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from klatch.storage.faults import Reused, StoreBroken, StoreBusy, StoreFull, StoreUnusable

OLDEST: Final = (3, 51, 3)  # before it, two connections that checkpoint at once could corrupt a store (WAL reset)
_CHECKPOINT_PAGES: Final = 4_000
_CACHE_KIB: Final = 8_000

Parameters = Mapping[str, Any] | Sequence[Any]


class Connection:
    """One connection. Statements take :named parameters, or ? in turn, and give tuples."""

    def __init__(self, path: Path, *, writes: bool, alone: bool = False) -> None:
        """Opens the file at `path`; the one that `writes` makes it, and alone checkpoints. One that only reads and is
        `alone`, with nobody who writes, leaves no trace beside the file."""
        version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
        if version < OLDEST:
            raise StoreUnusable(f"SQLite {apsw.sqlite_lib_version()} can corrupt a store; 3.51.3 or newer is needed.")
        try:
            self._db = _open(path, writes=writes, alone=alone)
            self._db.set_busy_timeout(2_000)
            # Plans must not depend on the values bound: a statement would be planned anew each time it is run.
            self._db.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
            self._execute = self._db.execute
            for pragma in self._pragmas(writes=writes):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
        except apsw.NotADBError:
            raise StoreUnusable(
                f"{path} is not a Klatch store: it is no SQLite file. Move it away or name another --data."
            ) from None
        except apsw.CantOpenError:
            raise StoreUnusable(
                f"{path} cannot be opened. Check that the folder exists and may be written to."
            ) from None
        except apsw.Error as fault:
            raise StoreUnusable(f"{path} cannot be used: {fault}.") from fault

    @staticmethod
    def _pragmas(*, writes: bool) -> Iterator[str]:
        yield f"cache_size = -{_CACHE_KIB}"
        if not writes:
            return
        yield "foreign_keys = ON"
        yield "journal_mode = WAL"
        yield "synchronous = FULL"
        yield f"wal_autocheckpoint = {_CHECKPOINT_PAGES}"
        yield "temp_store = MEMORY"  # a savepoint that needs a file fails when descriptors run out
        yield "secure_delete = ON"  # words that were taken back leave the file, too
        if sys.platform == "darwin":
            yield "fullfsync = ON"  # macOS: fsync alone does not reach the disk

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        try:
            return self._execute(statement, parameters).fetchall()
        except apsw.Error as fault:
            raise _named(fault) from fault

    def each(self, statement: str, parameters: Parameters | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement one by one, without holding them all."""
        try:
            yield from self._execute(statement, parameters)
        except apsw.Error as fault:
            raise _named(fault) from fault

    def row(self, statement: str, parameters: Parameters | None = None) -> tuple[Any, ...] | None:
        """The first row of a statement, or None."""
        try:
            for row in self._execute(statement, parameters):
                found: tuple[Any, ...] = row
                return found
        except apsw.Error as fault:
            raise _named(fault) from fault
        return None

    def run(self, statement: str, parameters: Parameters | None = None) -> None:
        """A statement, or a script of several, that gives no rows."""
        try:
            self._execute(statement, parameters)
        except apsw.Error as fault:
            raise _named(fault) from fault

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction stands: some faults end it."""
        return self._db.in_transaction

    def close(self) -> None:
        """Closes it; the last one to close folds the write-ahead log into the file."""
        self._db.close()


def _open(path: Path, *, writes: bool, alone: bool) -> apsw.Connection:
    if writes:
        return apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    wal = path.with_name(f"{path.name}-wal")
    if not alone or (wal.exists() and wal.stat().st_size):
        return apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    address = f"{path.absolute().as_uri()}?immutable=1"
    return apsw.Connection(address, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _named(fault: apsw.Error) -> Exception:
    match fault:
        case apsw.ConstraintError():
            return Reused(str(fault))
        case apsw.BusyError() | apsw.LockedError():
            return StoreBusy(str(fault))
        case apsw.FullError():
            return StoreFull(str(fault))
        case (
            apsw.IOError()
            | apsw.CorruptError()
            | apsw.NotADBError()
            | apsw.ReadOnlyError()
            | apsw.CantOpenError()
            | apsw.FormatError()
        ):
            return StoreBroken(str(fault))
        case _:
            return fault
