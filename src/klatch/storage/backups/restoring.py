"""Brings a backup back into a data directory: read and verified beside its place, then moved there."""

import contextlib
import os
import secrets
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from klatch import __version__
from klatch.core.files import FOLDER
from klatch.storage.backups.archive import CARRIED, Manifest, read_manifest, unpack
from klatch.storage.faults import StoreBroken, StoreFull, StoreUnusable
from klatch.storage.lock import DirectoryLock
from klatch.storage.migrations.runner import newest
from klatch.storage.opening import FILE, UNFINISHED, make_private, sync
from klatch.storage.sqlite import Connection
from klatch.storage.verify import Report, verify_file

_PART: Final = "restore.part"
_OWN: Final = frozenset({"klatch.lock", "klatch.pid", _PART})
_SET_EPOCH: Final = "UPDATE store SET epoch = :epoch"


class NotEmpty(Exception):  # noqa: N818 - read as a sentence
    """There is something in the directory already: says what to do."""


def restore(backup: Path, directory: Path, now: int, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Makes `directory` hold what is in a backup, under a new epoch, so that clients begin anew; `now` is the time (ms
    UTC). What was there and is replaced is kept: gives the folder in which.

    Raises StoreUnusable if the backup is damaged or from a newer Klatch, NotEmpty without `replace`. A restore that is
    cut off leaves what was there before, or a directory that no server opens until it is run again.
    """
    refuse_newer(backup, read_manifest(backup))
    make_private(directory)
    lock = DirectoryLock(directory)
    try:
        if not replace and {path.name for path in directory.iterdir()} - _OWN:
            raise NotEmpty(
                f"{directory} is not empty. Name another --data, or add --force: what is there is then put aside."
            )
        part = directory / _PART
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        try:
            manifest = _fill(backup, part)
            if manifest.files:
                (part / FOLDER).mkdir(mode=0o700, exist_ok=True)  # what was sent before belongs to what was said before
            aside = _put_in_place(directory, part, now)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        _give_away(directory)
    except StoreFull:
        raise _unwritable(directory, "there is no room on the disk") from None
    except OSError as fault:
        raise _unwritable(directory, fault.strerror or str(fault)) from None
    finally:
        lock.release()
    return manifest, aside


def verify_backup(backup: Path, folder: Path) -> Report:
    """Looks whether a backup is whole, as `verify` does for a data directory; `folder` has room for what is in it."""
    refuse_newer(backup, read_manifest(backup))
    manifest = _unpack(backup, folder)
    return _compare(backup, manifest, verify_file(folder / FILE, alone=True, contents=_contents(manifest, folder)))


def refuse_newer(backup: Path, manifest: Manifest) -> None:
    """Refuses what this Klatch could not open."""
    if manifest.schema > newest():
        raise StoreUnusable(
            f"{backup} was made by Klatch {manifest.klatch} with schema {manifest.schema}; this is Klatch "
            f"{__version__}, which knows schemas up to {newest()}. Use Klatch {manifest.klatch} or a newer one."
        )


def _fill(backup: Path, part: Path) -> Manifest:
    """Unpacks, verifies, and gives the store its new epoch."""
    manifest = _unpack(backup, part)
    path = part / FILE
    report = _compare(backup, manifest, verify_file(path, alone=True, contents=_contents(manifest, part)))
    if report.faults:
        raise StoreUnusable(f"{backup} is damaged: {report.faults[0]} Use another backup.")
    try:
        connection = Connection(path, writes=True)
        try:
            connection.run(_SET_EPOCH, {"epoch": secrets.token_hex(16)})
        finally:
            connection.close()
    except StoreBroken as fault:
        raise _unwritable(part.parent, str(fault)) from fault
    for file in part.rglob("*"):
        if file.is_dir():
            sync(file)
        else:
            _flush(file)
    return manifest


def _contents(manifest: Manifest, folder: Path) -> Path | None:
    return folder / FOLDER if manifest.files else None


def _unpack(backup: Path, folder: Path) -> Manifest:
    with ExitStack() as files:

        def keep(name: str) -> IO[bytes]:
            (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return files.enter_context(
                os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            )

        return unpack(backup, keep)


def _compare(backup: Path, manifest: Manifest, report: Report) -> Report:
    if report.hash != manifest.hash and not report.faults:
        raise StoreUnusable(f"{backup} is damaged: it does not hold what its manifest tells. Use another backup.")
    return report


def _put_in_place(directory: Path, part: Path, now: int) -> Path | None:
    """Moves what is replaced aside, then what is new into its place. From the first step to the last a folder is there
    that has servers refuse to start."""
    whole = directory / UNFINISHED
    coming = [path.name for path in part.iterdir() if not path.name.startswith(f"{FILE}-")]
    going = [
        *(path.name for path in directory.glob(f"{FILE}*")),
        *(name for name in (*CARRIED, FOLDER) if name in coming and (directory / name).exists()),
    ]
    whole.mkdir(mode=0o700, exist_ok=True)
    sync(directory)
    aside = _aside(directory, now) if going else None
    for name in going:
        if aside is not None:
            (directory / name).rename(aside / name)
    for name in sorted(coming, key=lambda name: name == FILE):
        (part / name).rename(directory / name)
    sync(directory)
    whole.rmdir()
    shutil.rmtree(part, ignore_errors=True)
    sync(directory)
    return aside


def _aside(directory: Path, now: int) -> Path:
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H%M%SZ")
    aside = directory / f"replaced-{moment}"
    while aside.exists():
        aside = aside.with_name(f"{aside.name}-again")
    aside.mkdir(mode=0o700)
    return aside


def _give_away(directory: Path) -> None:
    """What the administrator restores for the account that the server runs under becomes that account's."""
    if not hasattr(os, "geteuid") or os.geteuid():
        return
    owner = directory.stat()
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _unwritable(directory: Path, why: str) -> StoreUnusable:
    return StoreUnusable(f"{directory} cannot be written to: {why}. Mend that, then restore again.")
