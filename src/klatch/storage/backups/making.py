"""Makes a backup of a data directory, also while a server writes to it: a snapshot, verified, packed, put in place."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw
from filelock import FileLock, Timeout

from klatch import __version__
from klatch.storage.backups.archive import FORMAT, Manifest, measure, members_of, pack, unpack
from klatch.storage.faults import StoreBroken, StoreBusy, StoreFull, StoreUnusable
from klatch.storage.migrations.runner import check
from klatch.storage.opening import FILE, sync
from klatch.storage.reader import Reader
from klatch.storage.sqlite import Connection
from klatch.storage.verify import verify_file

_PART: Final = ".part-"


class CannotBackUp(Exception):  # noqa: N818 - read as a sentence: cannot back up, because ...
    """No backup was made, and nothing was changed: says why, and what to do."""


def back_up(directory: Path, target: Path, now: int, *, overwrite: bool = False) -> Manifest:
    """Backs a data directory up to the file `target`; `now` is the time (ms UTC). A server may run meanwhile, and is
    not held up: all that it acknowledged before this began is in the backup.

    It is there whole or not at all. Raises StoreUnusable if the store is none or damaged, CannotBackUp otherwise.
    """
    if not (directory / FILE).exists():
        raise StoreUnusable(f"There is no store in {directory}. Name another --data.")
    if target.is_dir():
        raise CannotBackUp(f"{target} is a folder. Name the file that the backup is to be.")
    if target.exists() and not overwrite:
        raise CannotBackUp(f"{target} is there already. Name another file, or add --force to replace it.")
    try:
        with _workshop(target) as shop:
            manifest = _make(directory, shop, now)
            (shop / "backup").replace(target)
        sync(target.absolute().parent)
    except StoreFull:
        raise _full(target) from None
    except OSError as fault:
        raise CannotBackUp(f"{target} cannot be written: {fault.strerror or fault}.") from None
    return manifest


def _make(directory: Path, shop: Path, now: int) -> Manifest:
    """Snapshot, verification, package and a look at what the disk has of it."""
    schema, epoch = _copy(directory / FILE, shop / FILE)
    report = verify_file(shop / FILE, alone=True)
    if report.faults:
        raise StoreUnusable(
            f"The store is damaged, so no backup was made: {report.faults[0]} `klatch verify` tells more; an older "
            "backup may be whole. To keep what is left, stop the server and copy the folder as it is."
        )
    members = {FILE: shop / FILE, **members_of(directory)}
    manifest = Manifest(
        format=FORMAT,
        klatch=__version__,
        schema=schema,
        epoch=epoch,
        made_ts=now,
        rooms=report.rooms,
        entries=report.entries,
        hash=report.hash,
        members={name: measure(path) for name, path in members.items()},
    )
    pack(shop / "backup", manifest, members)
    (shop / "backup").chmod(0o600)
    unpack(shop / "backup", lambda _: None)
    return manifest


def _copy(path: Path, copy: Path) -> tuple[int, str]:
    """Copies the store as it is at this moment, without what was deleted from it; gives its schema and epoch."""
    connection = Connection(path, writes=False)
    try:
        schema, epoch = check(connection), Reader(connection).epoch()
        connection.run("VACUUM INTO ?", (str(copy),))
    except (StoreBroken, StoreBusy, apsw.Error) as fault:
        raise StoreUnusable(f"{path} cannot be copied: {fault}. `klatch verify` tells more.") from fault
    finally:
        connection.close()
    return schema, epoch


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """A folder beside the target, gone afterwards; what a process that was killed left of another is cleared away."""
    for old in target.absolute().parent.glob(f"{_escape(target.name)}{_PART}*"):
        _clear(old)
    shop = Path(tempfile.mkdtemp(prefix=f"{target.name}{_PART}", dir=target.absolute().parent))
    lock = FileLock(shop / "lock", mode=0o600)
    try:
        lock.acquire(blocking=False)
        yield shop
    finally:
        lock.release()
        shutil.rmtree(shop, ignore_errors=True)


def _clear(old: Path) -> None:
    """Removes a folder that nobody works in."""
    lock = FileLock(old / "lock", mode=0o600)
    try:
        lock.acquire(blocking=False)
    except (OSError, Timeout):
        return
    lock.release()
    shutil.rmtree(old, ignore_errors=True)


def _escape(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _full(target: Path) -> CannotBackUp:
    return CannotBackUp(
        f"{target} cannot be written: there is no room on the disk. Free some (about twice what the store takes is "
        "needed for a while), or name a place on another disk."
    )
