"""Opening a data directory: what is not a store of this Klatch is refused with a reason, and left as it is."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest

from klatch.storage.faults import StoreUnusable
from klatch.storage.migrations.runner import newest
from klatch.storage.store import SqliteStore
from tests.pace import PATIENCE
from tests.running import KLATCH, klatch
from tests.storage.stores import Clock, Kept, Notes, add_account, add_room, opened, say

FILE = "klatch.sqlite"


def refusal(directory: Path) -> StoreUnusable:
    """Why the directory cannot be opened."""
    with pytest.raises(StoreUnusable) as caught:
        SqliteStore(directory, Notes(), Clock())
    return caught.value


def contents(directory: Path) -> dict[str, str]:
    """What is in the files of a directory, but for Klatch's lock."""
    return {
        path.name: sha256(path.read_bytes()).hexdigest() for path in directory.iterdir() if path.name != "klatch.lock"
    }


async def fill(directory: Path) -> None:
    async with opened(directory) as kept:
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        await kept.decide(say(room, ann, "hello"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store that was closed."""
    directory = tmp_path / "data"
    asyncio.run(fill(directory))
    return directory


# Files that are no store.


def text(path: Path) -> None:
    path.write_text("These are my notes.\n" * 500)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def database_without_tables(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version = 7")
    connection.close()


def other_database(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE recipes (name); INSERT INTO recipes VALUES ('soup')")
    connection.close()


def other_database_with_migrations(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE migrations (version TEXT); INSERT INTO migrations VALUES ('20260101')")
    connection.close()


def other_database_in_use(path: Path) -> None:
    """In WAL mode, with changes that are only in its write-ahead log."""
    maker = """
import apsw, os, sys
connection = apsw.Connection(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL").fetchall()
connection.execute("CREATE TABLE recipes (name); INSERT INTO recipes VALUES ('soup')")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", maker, str(path)], check=True)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (text, "no SQLite file"),
        (empty, "is empty"),
        (database_without_tables, "not a Klatch store"),
        (other_database, "not a Klatch store"),
        (other_database_with_migrations, "not a Klatch store"),
        (other_database_in_use, "not a Klatch store"),
    ],
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / FILE)
    before = contents(tmp_path)
    unusable = refusal(tmp_path)
    after = contents(tmp_path)
    after.pop(f"{FILE}-shm", None)  # an index of the write-ahead log that any reader makes, and no content
    before.pop(f"{FILE}-shm", None)
    assert (reason in str(unusable), unusable.exit_code, after) == (True, 74, before)


def damage_magic(path: Path) -> None:
    flip(path, 3)


def damage_page_size(path: Path) -> None:
    flip(path, 16)


def damage_schema(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:400] = bytes(300)
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


@pytest.mark.parametrize("damage", [damage_magic, damage_page_size, damage_schema, cut])
def test_a_store_whose_beginning_is_damaged_is_refused_and_left_as_it_is(
    data: Path, damage: Callable[[Path], None]
) -> None:
    damage(data / FILE)
    before = contents(data)
    unusable = refusal(data)
    assert (unusable.exit_code, contents(data)) == (74, before)


def test_a_store_that_lost_its_last_entries_is_refused(data: Path) -> None:
    change(data, "DELETE FROM entries WHERE log_id = 4 AND seq = 1")
    assert "entries are missing" in str(refusal(data))


def test_a_store_whose_file_is_gone_but_not_its_write_ahead_log_is_refused(data: Path) -> None:
    (data / FILE).unlink()
    (data / f"{FILE}-wal").write_bytes(b"what was said last")
    assert "is missing" in str(refusal(data))


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    assert refusal(tmp_path / "data").exit_code == 74


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_a_directory_that_may_not_be_written_to_is_refused() -> None:
    with TemporaryDirectory() as shut:
        Path(shut).chmod(0o755)
        told = try_as_nobody(shut)
    assert "cannot be written to: Permission denied" in told


def try_as_nobody(directory: str) -> str:
    """What somebody is told who may write nowhere."""
    opener = f"""
import os, sys
from pathlib import Path
from klatch.storage.faults import StoreUnusable
from klatch.storage.store import SqliteStore
os.setuid(65534)
try:
    SqliteStore(Path({directory!r}), None, lambda: 0)
except StoreUnusable as unusable:
    print(unusable)
"""
    return subprocess.run([sys.executable, "-c", opener], capture_output=True, text=True, check=True).stdout


# A newer store.


def test_a_newer_store_is_refused_with_both_numbers_and_left_as_it_is(data: Path) -> None:
    change(data, "INSERT INTO migrations VALUES (9999, '9999_telepathy')")
    before = contents(data)
    unusable = refusal(data)
    assert ("schema 9999" in str(unusable), f"up to {newest()}." in str(unusable)) == (True, True)
    assert (unusable.exit_code, contents(data)) == (74, before)


def test_a_newer_store_that_was_killed_keeps_its_write_ahead_log(data: Path) -> None:
    changer = """
import apsw, os, sys
connection = apsw.Connection(sys.argv[1])
connection.execute("INSERT INTO migrations VALUES (9999, '9999_telepathy')")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", changer, str(data / FILE)], check=True)
    before = contents(data)
    assert "schema 9999" in str(refusal(data))
    after = contents(data)
    assert (after[FILE], after[f"{FILE}-wal"]) == (before[FILE], before[f"{FILE}-wal"])


# One at a time.


async def test_a_second_opener_is_refused_and_told_who_was_first(tmp_path: Path) -> None:
    async with opened(tmp_path):
        unusable = refusal(tmp_path)
    assert (f"process {os.getpid()}" in str(unusable), unusable.exit_code) == (True, 73)


async def test_a_second_server_ends_with_73_and_tells_who_was_first(tmp_path: Path) -> None:
    async with opened(tmp_path):
        second = await asyncio.to_thread(klatch, "serve", "--data", str(tmp_path), "--port", "0", "--line-port", "0")
    assert (second.returncode, f"process {os.getpid()}" in second.stderr) == (73, True)


def test_a_server_that_cannot_use_its_store_ends_with_74_and_one_sentence(tmp_path: Path) -> None:
    text(tmp_path / FILE)
    ended = klatch("serve", "--data", str(tmp_path), "--port", "0", "--line-port", "0")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (74, 1)


async def test_a_directory_is_free_again_when_its_store_was_closed_or_refused(tmp_path: Path) -> None:
    text(tmp_path / FILE)
    refusal(tmp_path)
    (tmp_path / FILE).unlink()
    async with opened(tmp_path):
        pass
    async with opened(tmp_path):
        pass


# For the owner only.


@pytest.mark.parametrize("umask", ["000", "022", "077"])
def test_what_is_kept_is_for_its_owner_only_whatever_the_umask(tmp_path: Path, umask: str) -> None:
    data = tmp_path / "new" / "data"
    command = f"umask {umask}; exec {' '.join(KLATCH)} serve --json --port 0 --line-port 0 --data {data}"
    server = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert server.stdout is not None
    server.stdout.readline()
    kept = [data.parent, *data.parent.rglob("*")]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_dir()}
    server.terminate()
    server.communicate(timeout=PATIENCE)
    assert (modes, folders) == ({0o600}, {0o700})


def test_a_store_that_others_could_read_is_shut_to_them(data: Path) -> None:
    (data / FILE).chmod(0o644)
    asyncio.run(fill_more(data))
    assert stat.S_IMODE((data / FILE).stat().st_mode) == 0o600


# Killed while it was made.


def test_a_store_that_was_never_finished_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / f"{FILE}.new").write_bytes(b"half a store")
    (tmp_path / f"{FILE}.new-wal").write_bytes(b"half a log")
    asyncio.run(fill(tmp_path))
    assert sorted(contents(tmp_path)) == [FILE]


def change(data: Path, statement: str) -> None:
    """Changes a store behind Klatch's back."""
    connection = apsw.Connection(str(data / FILE))
    connection.execute(statement)
    connection.close()


def flip(path: Path, offset: int) -> None:
    """Flips the bits of one byte."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF
    path.write_bytes(content)


async def fill_more(data: Path) -> None:
    kept = Kept(data)
    await kept.decide(add_account("bob"))
    await kept.close()
