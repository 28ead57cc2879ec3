"""Verifies a whole store: that every log is dense and undamaged, and a hash of all that was said to compare it by."""

import contextlib
import hashlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec
from filelock import FileLock, Timeout

from klatch.core.commands import CID
from klatch.core.events import AnyBody, Message, target_of
from klatch.core.files import ELSEWHERE, FOLDER, LOCK, path_of
from klatch.storage import files, queries
from klatch.storage.faults import StoreBroken, StoreUnusable
from klatch.storage.lock import IN_USE, DirectoryLock
from klatch.storage.migrations.runner import check, newest
from klatch.storage.opening import FILE, explain, look
from klatch.storage.sqlite import Connection
from klatch.storage.transaction import hash_entry, kind_of

FAULTS_MOST: Final = 1_000
_HASH_BYTES: Final = 16
_HELD_WITHIN: Final = 60.0  # seconds
# log_id, seq, id, ts, author_id, author_name, cid, body, command_hash, target, kind, entry_hash
_TYPES: Final[tuple[Any, ...]] = (*[int] * 5, str, str | None, bytes, bytes | None, int | None, str, bytes)
_read_body = msgspec.json.Decoder(AnyBody).decode


class Report(msgspec.Struct, frozen=True):
    """What was found: how many rooms and entries, a hash that is equal for equal entries, and a sentence a fault."""

    rooms: int
    entries: int
    hash: str
    faults: list[str]


def verify(directory: Path) -> Report:
    """Reads everything in one snapshot and changes nothing; a server may run meanwhile.

    Raises StoreUnusable if there is no store that this Klatch can read. At most 1,000 faults are listed.
    """
    path = directory / FILE
    if not path.exists():
        raise StoreUnusable(f"There is no store in {directory}. Name another --data.")
    with _files_held(directory), _undisturbed(directory) as alone:
        return verify_file(path, alone=alone, contents=contents_of(directory))


def verify_file(path: Path, *, alone: bool, contents: Path | None = None) -> Report:
    """As `verify`, of one file; `alone`: nobody writes to it meanwhile. It may be of an older schema. `contents` is the
    folder in which the contents of files lie, if these are to be read, too."""
    if alone:
        look(path)
    connection = Connection(path, writes=False, alone=alone)
    try:
        return _Verification(connection, check(connection), contents).report()
    except StoreBroken as fault:
        raise StoreUnusable(explain(path, fault)) from fault
    finally:
        connection.close()


@contextlib.contextmanager
def _files_held(directory: Path) -> Iterator[None]:
    """A server that runs removes no content meanwhile."""
    if not (directory / LOCK).exists():
        yield
        return
    lock = FileLock(directory / LOCK, mode=0o600)
    with contextlib.suppress(Timeout, OSError):  # what it removes may then be told as missing
        lock.acquire(timeout=_HELD_WITHIN)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _undisturbed(directory: Path) -> Iterator[bool]:
    """Holds the directory, so that nobody starts meanwhile; tells False if a server has it."""
    try:
        lock = DirectoryLock(directory)
    except StoreUnusable as unusable:
        if unusable.exit_code != IN_USE:
            raise
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


class _Verification:
    """One pass over everything, holding one row at a time."""

    def __init__(self, connection: Connection, schema: int, contents: Path | None) -> None:
        self._db = connection
        self._schema = schema
        self._contents = contents
        self._faults: list[str] = []
        self._hash = blake2b(digest_size=_HASH_BYTES)
        self._entries = 0

    def report(self) -> Report:
        """What there is and what is wrong with it."""
        rooms = 0
        self._db.run("BEGIN")
        try:
            rooms = self._count(queries.ROOMS_COUNT)
            self._check_file()
            for log, last_seq, last_ts in self._db.each(queries.WHOLE_LOGS):
                self._check_log(log, last_seq, last_ts)
            for statement, sentence in (*queries.CONTRADICTIONS, *files.CONTRADICTIONS):
                self._check_none(statement, sentence)
            if self._contents is not None and self._schema >= files.SCHEMA:
                self._check_contents(self._contents)
        except (StoreBroken, UnicodeDecodeError) as fault:
            self._blame(f"The file cannot be read further: {fault}.")
        return Report(rooms, self._entries, self._hash.hexdigest(), self._faults)

    def _count(self, statement: str) -> int:
        row = self._db.row(statement)
        return int(row[0]) if row is not None else 0

    def _check_file(self) -> None:
        """What the database itself knows of its pages, indexes and references."""
        for (sentence,) in self._db.each("PRAGMA integrity_check"):
            if sentence != "ok":
                self._blame(f"The file is damaged: {sentence}.")
        for table, row, parent, _ in self._db.each("PRAGMA foreign_key_check"):
            self._blame(f"A row of {table} ({row}) refers to a row of {parent} that is not there.")

    def _check_log(self, log: int, last_seq: Any, last_ts: Any) -> None:
        """Dense from 1 to the last number; each entry as it was written; times that never go back."""
        if not (isinstance(last_seq, int) and isinstance(last_ts, int)):
            self._blame(f"Log {log} does not note its end as numbers.")
            return
        expected, before = 1, 0
        for row in self._db.each(queries.WHOLE_ENTRIES, {"log": log}):
            if not all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True)):
                self._blame(f"Entry {row[1]!r} of log {log} cannot be read: a part of it is of another type.")
                expected += 1
                continue
            seq, ts = row[1], row[3]
            if seq != expected:
                self._blame(f"Log {log} has number {seq} where {expected} should be.")
            if ts < before:
                self._blame(f"The time of entry {seq} of log {log} is before that of the entry before it.")
            self._check_entry(row)
            expected, before = seq + 1, ts
        if expected != last_seq + 1:
            self._blame(f"Log {log} ends at {expected - 1}, but should at {last_seq}.")
        if before > last_ts:
            self._blame(f"Log {log} has an entry later than the time it notes as its last.")

    def _check_entry(self, row: tuple[Any, ...]) -> None:
        log, seq, identity, ts, author, name, cid, body, _, target, kind, entry_hash = row
        self._entries += 1
        self._hash.update(msgspec.json.encode((log, seq, identity, ts, author, name, cid, body)))
        try:
            whole = hash_entry(log, seq, identity, ts, author, name, cid, body) == entry_hash
            said = _read_body(body) if whole else None
            meant = _filing(said) if said is not None else (target, kind)
        except (msgspec.DecodeError, TypeError, UnicodeError):
            self._blame(f"Entry {seq} of log {log} cannot be read.")
            return
        if said is not None:
            self._check_carried(log, seq, said)
        if not whole:
            self._blame(f"Entry {seq} of log {log} is not as it was written.")
        if meant[0] != target:
            self._blame(f"Entry {seq} of log {log} changes {meant[0]}, but is filed under {target}.")
        if meant[1] != kind:
            self._blame(f"Entry {seq} of log {log} is of the kind {meant[1]}, but is filed under {kind}.")
        if cid is not None and not CID.fullmatch(cid):
            self._blame(f"Entry {seq} of log {log} has an impossible cid.")

    def _check_carried(self, log: int, seq: int, body: AnyBody) -> None:
        """A message tells of no file that is missing."""
        for file in body.files if isinstance(body, Message) else ():
            if self._db.row(files.CARRIED, {"log": log, "seq": seq, "id": file.id}) is None:
                self._blame(f"Entry {seq} of log {log} carries the file {file.id}, which is not there.")

    def _check_contents(self, folder: Path) -> None:
        """Each content is there, as long as it should be, and as it was written."""
        for place, digest, size, *_ in self._db.each(files.CONTENTS):
            path = folder / path_of(place)
            try:
                with path.open("rb") as file:
                    found, length = hashlib.file_digest(file, "sha256").digest(), file.tell()
            except OSError as fault:
                self._blame(f"The content {place} of a file cannot be read: {fault.strerror}.")
                continue
            if (found, length) != (digest, size):
                self._blame(f"The content {place} of a file is not as it was written.")

    def _check_none(self, statement: str, sentence: str) -> None:
        try:
            for row in self._db.each(statement):
                self._blame(sentence.format(*row))
        except apsw.SQLError as fault:
            if self._schema == newest():  # an older schema need not have what is asked for, this one must
                raise StoreBroken(str(fault)) from fault

    def _blame(self, sentence: str) -> None:
        if len(self._faults) < FAULTS_MOST:
            self._faults.append(sentence)
        elif len(self._faults) == FAULTS_MOST:
            self._faults.append("There are more faults, which are not listed.")


def contents_of(directory: Path) -> Path | None:
    """Where the contents of files lie; None where they are kept elsewhere."""
    return None if (directory / ELSEWHERE).exists() else directory / FOLDER


def _filing(body: AnyBody) -> tuple[int | None, str]:
    return target_of(body), kind_of(body)
