"""Opens a data directory: makes a new store whole or not at all, looks at an old one before anything touches it."""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import apsw

from klatch.core.events import Author, Created
from klatch.core.members import SYSTEM
from klatch.core.names import room_key
from klatch.core.rooms import LOBBY
from klatch.storage import queries
from klatch.storage.faults import Reused, StoreBroken, StoreBusy, StoreFull, StoreUnusable
from klatch.storage.migrations.runner import check, migrate
from klatch.storage.rows import NewAccount, NewRoom
from klatch.storage.sqlite import Connection
from klatch.storage.transaction import Transaction

FILE: Final = "klatch.sqlite"
UNFINISHED: Final = "restore.whole"  # a folder that is there while a restore puts its files in place
_CHECKED_LOGS: Final = 100
_CHECKED_ENTRIES: Final = 1_000


def make_private(directory: Path) -> None:
    """Makes the directory if it is not there; what is made from now on is for its owner only."""
    os.umask(0o077)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreUnusable(f"{directory} cannot be made: {fault.strerror}. Name another --data.") from None


def open_store(directory: Path, now: int, make_id: Callable[[int], int]) -> Connection:
    """The connection that writes. Raises StoreUnusable; then no store is changed."""
    path = directory / FILE
    if (directory / UNFINISHED).exists():
        raise StoreUnusable(f"A restore into {directory} was cut off. Run it again: klatch restore FILE --force.")
    try:
        if path.exists():
            look(path)
            with contextlib.suppress(OSError):
                path.chmod(0o600)
        else:
            _make(path, now, make_id)
        connection = Connection(path, writes=True)
        try:
            migrate(connection)
            _check_tail(connection)
        except BaseException:
            connection.close()
            raise
    except (StoreBroken, StoreFull, StoreBusy, Reused, apsw.Error, OSError) as fault:
        raise StoreUnusable(explain(path, fault)) from fault
    return connection


def look(path: Path) -> int:
    """Refuses what is no store, or one that this Klatch does not know, and changes nothing; gives its schema."""
    if not path.stat().st_size:
        raise StoreUnusable(f"{path} is empty: it is no Klatch store. Restore a backup, or move it away to begin anew.")
    connection = Connection(path, writes=False, alone=True)
    try:
        if not (schema := check(connection)):
            raise StoreUnusable(f"{path} is an SQLite database, but not a Klatch store. Name another --data.")
        return schema
    finally:
        connection.close()


def explain(path: Path, fault: Exception) -> str:
    """Why the store cannot be used, and what to do."""
    match fault:
        case StoreFull():
            return f"{path} cannot be opened: the disk is full. Free space, then start again."
        case StoreBusy():
            return f"{path} is held by another program. Close that one, then start again."
        case OSError():
            return f"{path} cannot be used: {fault.strerror or fault}."
        case _:
            return f"{path} is damaged, or the disk fails: {fault}. Restore a backup, or name another --data."


def _make(path: Path, now: int, make_id: Callable[[int], int]) -> None:
    """Makes the store beside its place and moves it there once it is whole."""
    for rest in ("-wal", "-journal"):
        if path.with_name(path.name + rest).exists():
            raise StoreUnusable(f"{path} is missing, but {path.name}{rest} is there. Put back both, or move it away.")
    fresh = path.with_name(f"{path.name}.new")
    for leftover in path.parent.glob(f"{fresh.name}*"):
        leftover.unlink()
    connection = Connection(fresh, writes=True)
    try:
        migrate(connection)
        _found(connection, now, make_id)
    finally:
        connection.close()
    fresh.replace(path)
    sync(path.parent)


def _found(connection: Connection, now: int, make_id: Callable[[int], int]) -> None:
    """Gives a new store its epoch, the system's account and the lobby."""
    transaction = Transaction(connection, make_id)
    connection.run("BEGIN IMMEDIATE")
    transaction.begin(now)
    connection.run(queries.ADD_STORE, {"epoch": secrets.token_hex(16), "now": now})
    system = transaction.add_account(NewAccount(SYSTEM, SYSTEM, "owner", secrets.token_bytes(32)))
    lobby = transaction.add_room(NewRoom("open", LOBBY, room_key(LOBBY)))
    transaction.append(lobby, Author(system, SYSTEM), Created(room_kind="open", name=LOBBY))
    transaction.finish()
    connection.run("COMMIT")


def sync(directory: Path) -> None:
    """Has the disk keep the names in a directory; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_tail(connection: Connection) -> None:
    """Numbers must be dense at the end of the logs that were last written to."""
    for log, last in connection.rows(queries.LOGS_BY_ACTIVITY, {"limit": _CHECKED_LOGS}):
        after = max(0, last - _CHECKED_ENTRIES)
        row = connection.row(queries.ENTRIES_COUNT, {"log": log, "after": after})
        if row != (last - after, last):
            raise StoreUnusable(
                f"The store is damaged: log {log} ends at {last}, but entries are missing. Restore a backup."
            )
