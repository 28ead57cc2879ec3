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
from klatch.core.files import FOLDER, LOCK, PREVIEW, path_of
from klatch.storage import files
from klatch.storage.backups.archive import FORMAT, Manifest, measure, members_of, pack, unpack
from klatch.storage.faults import StoreBroken, StoreBusy, StoreFull, StoreUnusable
from klatch.storage.migrations.runner import check
from klatch.storage.opening import FILE, sync
from klatch.storage.reader import Reader
from klatch.storage.sqlite import Connection
from klatch.storage.verify import contents_of, verify_file

_PART: Final = ".part-"
_LOCK_WITHIN: Final = 60.0  # seconds


class CannotBackUp(Exception):  # noqa: N818 - read as a sentence: cannot back up, because ...
    """No backup was made, and nothing was changed: says why, and what to do."""


def back_up(directory: Path, target: Path, now: int, *, overwrite: bool = False, with_files: bool = True) -> Manifest:
    """Backs a data directory up to the file `target`; `now` is the time (ms UTC). A server may run meanwhile, and is
    not held up: all that it acknowledged before this began is in the backup. `with_files`: the contents of files, too.

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
            manifest = _make(directory, shop, now, with_files=with_files)
            (shop / "backup").replace(target)
        sync(target.absolute().parent)
    except StoreFull:
        raise _full(target) from None
    except OSError as fault:
        raise CannotBackUp(f"{target} cannot be written: {fault.strerror or fault}.") from None
    return manifest


def _make(directory: Path, shop: Path, now: int, *, with_files: bool) -> Manifest:
    """As below; a server removes no content meanwhile."""
    with_files = with_files and (directory / FOLDER).is_dir() and contents_of(directory) is not None
    if not with_files:
        return _pack_up(directory, shop, now, with_files=False)
    lock = FileLock(directory / LOCK, mode=0o600)
    try:
        lock.acquire(timeout=_LOCK_WITHIN)
    except Timeout:
        raise CannotBackUp("The server is clearing files away for long. Try again in a minute.") from None
    try:
        return _pack_up(directory, shop, now, with_files=True)
    finally:
        lock.release()


def _pack_up(directory: Path, shop: Path, now: int, *, with_files: bool) -> Manifest:
    """Snapshot, verification, package and a look at what the disk has of it."""
    schema, epoch = _copy(directory / FILE, shop / FILE)
    report = verify_file(shop / FILE, alone=True)
    if report.faults:
        raise StoreUnusable(
            f"The store is damaged, so no backup was made: {report.faults[0]} `klatch verify` tells more; an older "
            "backup may be whole. To keep what is left, stop the server and copy the folder as it is."
        )
    members = {FILE: shop / FILE, **members_of(directory)}
    contents = _contents(shop / FILE, schema, directory / FOLDER) if with_files else {}
    members |= {name: path for name, (path, _) in contents.items()}
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
        files=with_files,
    )
    for name, (_, digest) in contents.items():
        if digest and manifest.members[name].sha256 != digest:
            raise StoreUnusable(f"{name} is not as it was written, so no backup was made. `klatch verify` tells more.")
    pack(shop / "backup", manifest, members)
    (shop / "backup").chmod(0o600)
    unpack(shop / "backup", lambda _: None)
    return manifest


def _contents(store: Path, schema: int, folder: Path) -> dict[str, tuple[Path, str]]:
    """The contents that a store knows of, with what shows them small: by their names in a backup, where they lie, and
    the hash that they must have, if that is known."""
    found: dict[str, tuple[Path, str]] = {}
    if schema < files.SCHEMA:
        return found
    connection = Connection(store, writes=False, alone=True)
    try:
        for place, digest, *_, preview in connection.each(files.CONTENTS):
            path = folder / path_of(place)
            if not path.is_file():
                raise StoreUnusable(f"The content {place} of a file is missing. `klatch verify` tells more.")
            found[f"{FOLDER}/{path_of(place)}"] = (path, digest.hex())
            small = path.with_name(path.name + PREVIEW)
            if preview and small.is_file():
                found[f"{FOLDER}/{path_of(place)}{PREVIEW}"] = (small, "")
    finally:
        connection.close()
    return found


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
