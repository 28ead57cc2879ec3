"""A store that is made or migrated is whole afterwards, wherever it was cut off: the old schema or the new one."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from klatch.storage.faults import StoreUnusable
from klatch.storage.migrations import runner
from klatch.storage.verify import verify
from tests.pace import LONG
from tests.storage.stores import Kept, add_account, add_room, opened, say

FIRST = runner.known()
NUMBER = len(FIRST) + 1
SECOND = (NUMBER, "9999_second", "ALTER TABLE rooms ADD COLUMN colour TEXT; UPDATE rooms SET colour = 'blue';")
BROKEN = (NUMBER, "9999_broken", "ALTER TABLE rooms ADD COLUMN colour TEXT; INSERT INTO nowhere VALUES (1);")

OPENER = """
import sys
from pathlib import Path
from klatch.storage.migrations import runner
from klatch.storage.store import SqliteStore
from tests.storage.stores import Clock, Notes
if len(sys.argv) > 2:
    migrations = [*runner.known(), (len(runner.known()) + 1, "9999_second", sys.argv[2])]
    runner.known = lambda: migrations
SqliteStore(Path(sys.argv[1]), Notes(), Clock())
"""


async def fill(directory: Path) -> None:
    async with opened(directory) as kept:
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        for n in range(20):
            await kept.decide(say(room, ann, f"{n}"))


def schema(directory: Path) -> list[str]:
    """The statements that made the tables and indexes."""
    connection = apsw.Connection(str(directory / "klatch.sqlite"))
    found = [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")]
    connection.close()
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store of today's schema."""
    asyncio.run(fill(tmp_path / "data"))
    return tmp_path / "data"


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _, _ in FIRST] == list(range(1, len(FIRST) + 1))


def test_a_store_is_brought_to_a_new_schema_and_keeps_its_content(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verify(data).hash
    monkeypatch.setattr(runner, "known", lambda: [*FIRST, SECOND])
    asyncio.run(open_and_close(data))
    assert any("colour" in statement for statement in schema(data))
    assert verify(data).hash == before


def test_a_migration_that_fails_leaves_the_old_schema(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, content = schema(data), verify(data).hash
    monkeypatch.setattr(runner, "known", lambda: [*FIRST, BROKEN])
    with pytest.raises(StoreUnusable):
        asyncio.run(open_and_close(data))
    monkeypatch.undo()
    assert (schema(data), verify(data).hash) == (before, content)


@pytest.mark.skipif(
    shutil.which("strace") is None, reason="there is no strace here to make the disk fail; install the package strace"
)
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_a_migration_that_is_killed_leaves_the_old_schema_or_the_new(
    data: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, content = schema(data), verify(data).hash
    monkeypatch.setattr(runner, "known", lambda: [*FIRST, SECOND])
    for place in range(1, 100) if LONG else (1, 3, 6, 10, 20, 40):
        copy = shutil.copytree(data, data.with_name(f"{call}-{place}"))
        killed = kill_at(call, place, copy, SECOND[2])
        now = schema(copy)
        assert now == old or any("colour" in statement for statement in now)
        report = verify(copy)
        assert (report.hash, report.faults) == (content, [])
        if not killed:
            return


@pytest.mark.skipif(
    shutil.which("strace") is None, reason="there is no strace here to make the disk fail; install the package strace"
)
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64", "rename", "unlink"])
def test_a_store_whose_making_is_killed_is_made_whole_by_the_next_start(tmp_path: Path, call: str) -> None:
    for place in range(1, 100) if LONG else (1, 2, 9, 30):
        data = tmp_path / f"{call}-{place}"
        data.mkdir()
        killed = kill_at(call, place, data)
        asyncio.run(fill(data))
        assert verify(data).faults == []
        if not killed:
            return


def kill_at(call: str, place: int, *arguments: Path | str) -> bool:
    """Opens a store and kills the process at a certain call; tells whether it got that far."""
    traced = [
        "strace",
        "-f",
        "-o",
        "/dev/null",
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:signal=SIGKILL:when={place}",
    ]
    opener = [sys.executable, "-c", OPENER, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": "."}
    return bool(subprocess.run([*traced, *opener], capture_output=True, check=False, env=environment).returncode)


async def open_and_close(data: Path) -> None:
    await Kept(data).close()
