"""An upgrade begins with a verified backup, ends whole wherever it was cut off, and keeps all that was said."""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import apsw
import pytest

from klatch.storage.backups.archive import read_manifest
from klatch.storage.backups.restoring import restore, verify_backup
from klatch.storage.backups.upgrading import KEPT_MOST
from klatch.storage.faults import StoreUnusable
from klatch.storage.migrations import runner
from klatch.storage.verify import verify
from tests.clients.sdk.test_returning import everything, texts
from tests.pace import LONG
from tests.running import klatch, running
from tests.storage.backups.conftest import fill
from tests.storage.stores import DAY, NOON, Clock, Kept, add_account, add_room, opened, say

SCHEMAS = Path(__file__).parents[1] / "schemas"
KNOWN = runner.known()
CHANGE = "ALTER TABLE rooms ADD COLUMN colour TEXT; UPDATE rooms SET colour = 'blue';"
REWRITE = f"{CHANGE} CREATE TABLE copies AS SELECT * FROM entries; CREATE INDEX copied ON copies (body);"  # noqa: S608 - it is a constant

STARTER = """
import sys
from pathlib import Path
from klatch.storage.migrations import runner
from klatch.storage.store import SqliteStore
from tests.storage.stores import NOON, Clock, Notes
migrations = [*runner.known(), (len(runner.known()) + 1, "9999_next", sys.argv[2])]
runner.known = lambda: migrations
print("begun", flush=True)
SqliteStore(Path(sys.argv[1]), Notes(), Clock(int(sys.argv[3])))
"""


def knows_more(monkeypatch: pytest.MonkeyPatch, more: int = 1, script: str = CHANGE) -> None:
    """As a later Klatch, with so many more migrations."""
    following = [
        (len(KNOWN) + n, f"9999_{n}", script if n == 1 else f"CREATE TABLE more_{n} (a)") for n in range(1, more + 1)
    ]
    monkeypatch.setattr(runner, "known", lambda: [*KNOWN, *following])


def start(data: Path, now: int = NOON) -> None:
    """Opens and closes the store, as a start and an end of the server do."""

    async def open_and_close() -> None:
        await Kept(data, Clock(now)).close()

    asyncio.run(open_and_close())


def backups(data: Path) -> list[Path]:
    return sorted((data / "backups").glob("*")) if (data / "backups").exists() else []


def schema_of(data: Path) -> int:
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    number = connection.execute("SELECT max(number) FROM migrations").get
    connection.close()
    return int(number)


def rows(path: Path, columns: dict[str, list[str]] | None = None) -> dict[str, list[Any]]:
    """Every row of every table, of the columns given."""
    connection = apsw.Connection(str(path))
    found = {
        table: connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(names)}").fetchall()  # noqa: S608 - names of its own tables
        for table, names in (columns or columns_of(path)).items()
    }
    connection.close()
    return found


def columns_of(path: Path) -> dict[str, list[str]]:
    connection = apsw.Connection(str(path))
    tables = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if row[0][:4] != "sqli"
    ]
    found = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}
    connection.close()
    return found


# The backup.


def test_a_start_that_changes_no_schema_makes_no_backup(data: Path) -> None:
    start(data)
    assert backups(data) == []


def test_before_an_upgrade_a_backup_is_made_that_holds_all(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verify(data)
    knows_more(monkeypatch)
    start(data)
    (backup,) = backups(data)
    (data / "look").mkdir()
    assert (verify_backup(backup, data / "look"), read_manifest(backup).schema) == (before, len(KNOWN))


def test_the_backup_brings_the_older_klatch_back(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verify(data)
    knows_more(monkeypatch)
    start(data)
    monkeypatch.undo()
    with pytest.raises(StoreUnusable, match=f"schema {len(KNOWN) + 1}"):
        start(data)
    restore(*backups(data), tmp_path / "back", NOON)
    start(tmp_path / "back")
    assert verify(tmp_path / "back") == before


def test_the_last_three_backups_are_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for more in range(1, 6):
        knows_more(monkeypatch, more)
        start(data, NOON + more * DAY)
    kept = [read_manifest(backup).schema - len(KNOWN) for backup in backups(data)]
    assert (kept, KEPT_MOST) == ([2, 3, 4], 3)


def test_an_upgrade_that_fails_again_and_again_pushes_out_no_older_backup(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows_more(monkeypatch)
    start(data)
    knows_more(monkeypatch, 2)
    broken = [*runner.known()[:-1], (len(KNOWN) + 2, "9999_broken", "INSERT INTO nowhere VALUES (1)")]
    monkeypatch.setattr(runner, "known", lambda: broken)
    for days in range(1, 5):
        with pytest.raises(StoreUnusable):
            start(data, NOON + days * DAY)
    assert [read_manifest(backup).schema - len(KNOWN) for backup in backups(data)] == [0, 1]


def test_where_there_is_no_room_for_a_backup_nothing_is_upgraded(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = small_disk / "data"
    asyncio.run(fill(data))
    (small_disk / "filler").write_bytes(b"\0" * int(shutil.disk_usage(small_disk).free - 60_000))
    before = verify(data)
    knows_more(monkeypatch)
    with pytest.raises(StoreUnusable, match=r"needs .* MB .* has .* MB\. Free some space"):
        start(data)
    assert (verify(data), schema_of(data), backups(data)) == (before, len(KNOWN), [])


def test_a_damaged_store_is_not_upgraded(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    connection.execute("UPDATE entries SET author_name = 'mallory' WHERE seq = 3 AND log_id = 4")
    connection.close()
    knows_more(monkeypatch)
    with pytest.raises(StoreUnusable, match="damaged, so no backup was made"):
        start(data)
    assert schema_of(data) == len(KNOWN)


def test_an_older_klatch_touches_neither_a_newer_store_nor_its_backups(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows_more(monkeypatch)
    start(data)
    monkeypatch.undo()
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "klatch.lock"}
    with pytest.raises(StoreUnusable, match="Use the newer Klatch"):
        start(data)
    after = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "klatch.lock"}
    assert after == before


# Killed.


async def fill_much(data: Path) -> None:
    async with opened(data) as kept:
        bob, room = await kept.decide(add_account("bob")), await kept.decide(add_room("much"))
        for _ in range(3):
            await asyncio.gather(*[kept.decide(say(room, bob, os.urandom(100).hex())) for _ in range(1_000)])


def test_an_upgrade_that_is_killed_leaves_the_old_schema_or_the_new_and_no_half_backup(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(fill_much(data))
    knows_more(monkeypatch)
    content = verify(data).hash
    whole = start_and_kill(Path(shutil.copytree(data, tmp_path / "whole")), None)
    found = set()
    for turn in range(200 if LONG else 5):
        copy = Path(shutil.copytree(data, tmp_path / f"turn-{turn}"))
        start_and_kill(copy, random.uniform(0, whole))
        found.add(schema_of(copy))
        report = verify(copy)
        assert (report.hash, report.faults) == (content, [])
        if schema_of(copy) > len(KNOWN):
            assert len(backups(copy)) == 1
        for backup in backups(copy):
            if backup.suffix == ".klatch":
                (copy / "look").mkdir()
                assert verify_backup(backup, copy / "look").hash == content
        shutil.rmtree(copy)
    assert found <= {len(KNOWN), len(KNOWN) + 1}


def test_an_upgrade_that_was_killed_is_done_by_the_next_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(fill_much(data))
    knows_more(monkeypatch)
    content = verify(data).hash
    for _ in range(3):
        start_and_kill(data, random.uniform(0.01, 0.2))
    start_and_kill(data, None)
    assert (schema_of(data), verify(data).hash, [path.suffix for path in backups(data)]) == (
        len(KNOWN) + 1,
        content,
        [".klatch"],
    )


def start_and_kill(data: Path, after: float | None) -> float:
    """Starts a later Klatch on the store and kills it after some seconds; gives how long it lived."""
    starter = subprocess.Popen([sys.executable, "-c", STARTER, data, REWRITE, str(NOON)], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    starter.stdout.readline()
    began = time.monotonic()
    try:
        starter.wait(after)
    except subprocess.TimeoutExpired:
        starter.kill()
    starter.wait()
    starter.stdout.close()
    return time.monotonic() - began


# Stores that older Klatches made.


@pytest.fixture(params=sorted(SCHEMAS.glob("*.sql")), ids=lambda path: f"schema {path.stem}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store as a released Klatch left it: written by that Klatch, kept as SQL."""
    data = tmp_path / "old"
    data.mkdir()
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    connection.execute(request.param.read_text("utf-8"))
    connection.close()
    return data


def test_an_old_store_is_whole(old: Path) -> None:
    assert verify(old).faults == []


def test_an_old_store_keeps_all_its_content(old: Path) -> None:
    path = old / "klatch.sqlite"
    columns = columns_of(path)
    del columns["migrations"]
    content, before = verify(old), rows(path, columns)
    start(old)
    assert (verify(old), rows(path, columns)) == (content, before)


def test_an_old_store_is_backed_up_before_it_is_upgraded(old: Path) -> None:
    schema = schema_of(old)
    start(old)
    assert [read_manifest(backup).schema for backup in backups(old)] == ([schema] if schema < len(KNOWN) else [])


async def test_a_server_goes_on_with_an_old_store(old: Path) -> None:
    with running(old) as server:
        said = texts(await everything(server))
    assert said[0].startswith("Good morning, Gr")
    assert klatch("verify", "--data", str(old)).returncode == 0
