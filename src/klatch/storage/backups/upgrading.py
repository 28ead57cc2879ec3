"""Before a store is brought to a new schema, a verified backup of it is made; the last few are kept."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import apsw

from klatch.observe.port import Observer
from klatch.storage.backups.making import CannotBackUp, back_up
from klatch.storage.faults import StoreBroken, StoreBusy, StoreFull, StoreUnusable
from klatch.storage.migrations.runner import newest
from klatch.storage.opening import FILE, explain, look

BACKUPS: Final = "backups"
KEPT_MOST: Final = 3
_NAME: Final = re.compile(r"(.+)-schema-(\d+)\.klatch")
_ROOM: Final = 2  # times the size of the store: a copy of it, and the backup that the copy is packed into


def back_up_before_upgrade(directory: Path, now: int, observer: Observer) -> None:
    """Makes a backup if there is a store of an older schema; `now` is the time (ms UTC).

    Raises StoreUnusable if there can be none: then nothing was changed, and nothing must be.
    """
    if not (directory / FILE).exists() or (schema := _schema_of(directory / FILE)) == newest():
        return
    folder = directory / BACKUPS
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H%M%SZ")
    target = folder / f"{moment}-schema-{schema}.klatch"
    observer.log("upgrading", old=schema, new=newest(), backup=str(target))
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _check_room(directory, folder)
        back_up(directory, target, now, overwrite=True, with_files=False)
    except (CannotBackUp, OSError) as fault:
        raise StoreUnusable(
            f"The store is to be brought from schema {schema} to {newest()}, but first it is backed up, and that "
            f"failed: {fault} Nothing was changed."
        ) from None
    _tidy(folder, target, schema)


def _schema_of(path: Path) -> int:
    try:
        return look(path)
    except (StoreBroken, StoreBusy, StoreFull, apsw.Error, OSError) as fault:
        raise StoreUnusable(explain(path, fault)) from fault


def _check_room(directory: Path, folder: Path) -> None:
    size = sum(path.stat().st_size for path in directory.glob(f"{FILE}*"))
    free = shutil.disk_usage(folder).free
    if free < _ROOM * size:
        raise CannotBackUp(
            f"{folder} needs {_ROOM * size / 1e6:,.1f} MB for a while and has {free / 1e6:,.1f} MB. Free some space, "
            "then start again."
        )


def _tidy(folder: Path, made: Path, schema: int) -> None:
    """Keeps the newest of each schema, and of those the last three: a start that fails again and again must not push
    out what came before it."""
    found = sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), key=lambda path: path.name)
    doubled = [path for path in found if path.name.endswith(f"-schema-{schema}.klatch") and path != made]
    others = [path for path in found if path not in doubled and path != made]
    for path in [*doubled, *others[: max(0, len(others) - KEPT_MOST + 1)]]:
        path.unlink()
