"""A backup is whole or not there, holds what was acknowledged before it began, and holds nobody up."""

import asyncio
import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from klatch.storage.backups.archive import read_manifest
from klatch.storage.backups.making import CannotBackUp, back_up
from klatch.storage.backups.restoring import verify_backup
from klatch.storage.faults import StoreUnusable
from klatch.storage.verify import Report, verify
from tests.running import klatch
from tests.storage.backups.conftest import fill, talk
from tests.storage.stores import NOON, Kept, add_account, add_room, opened, say

MAKER = """
import sys
from pathlib import Path
from klatch.storage.backups.making import back_up
print("begun", flush=True)
back_up(Path(sys.argv[1]), Path(sys.argv[2]), 0, overwrite=True)
"""


def look_into(backup: Path, tmp_path: Path) -> Report:
    """What is in a backup."""
    folder = tmp_path / f"look-{time.monotonic_ns()}"
    folder.mkdir()
    return verify_backup(backup, folder)


def test_a_backup_has_the_hash_of_what_it_is_a_backup_of(data: Path, made: Path, tmp_path: Path) -> None:
    assert look_into(made, tmp_path) == verify(data)


def test_a_backup_tells_what_it_holds(data: Path, made: Path) -> None:
    manifest, report = read_manifest(made), verify(data)
    assert (manifest.entries, manifest.rooms, manifest.hash) == (report.entries, report.rooms, report.hash)
    assert manifest.made_ts == NOON


def test_a_backup_is_for_its_owner_only_whatever_the_umask(data: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        back_up(data, tmp_path / "made.klatch", NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made.klatch").stat().st_mode) == 0o600


def test_a_backup_of_a_store_that_is_closed_changes_none_of_its_content(data: Path, tmp_path: Path) -> None:
    before = (data / "klatch.sqlite").read_bytes()
    back_up(data, tmp_path / "made.klatch", NOON)
    assert (data / "klatch.sqlite").read_bytes() == before


async def test_what_was_acknowledged_before_the_backup_began_is_in_it(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as kept:
        await talk(kept)
        await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / "made.klatch", NOON)
        report = verify(tmp_path / "data")
    assert look_into(tmp_path / "made.klatch", tmp_path) == report


async def test_a_backup_holds_up_nobody_who_writes(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as kept:
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        for _ in range(20):
            await asyncio.gather(*[kept.decide(say(room, ann, "x" * 1000)) for _ in range(500)])
        backing = asyncio.get_running_loop().create_task(run_maker(tmp_path))
        times = []
        while not backing.done():
            began = time.monotonic()
            await kept.decide(say(room, ann, "meanwhile"))
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.001)
        await backing
    assert len(times) > 10
    assert sorted(times)[len(times) * 9 // 10] < 0.5


async def run_maker(tmp_path: Path) -> None:
    """A backup made by another process, as people make it."""
    maker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MAKER, tmp_path / "data", tmp_path / "made.klatch", stdout=subprocess.DEVNULL
    )
    assert await maker.wait() == 0


def test_words_that_were_taken_back_are_not_in_the_backup(tmp_path: Path) -> None:
    async def say_and_take_back() -> None:
        async with opened(tmp_path / "data") as kept:
            ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
            entry = await kept.decide(say(room, ann, "the canary sings"))
            body = type(entry.body)(text="", deleted=True)
            await kept.decide(lambda transaction: transaction.replace_body(entry, body))

    asyncio.run(say_and_take_back())
    back_up(tmp_path / "data", tmp_path / "made.klatch", NOON)
    (tmp_path / "out").mkdir()
    verify_backup(tmp_path / "made.klatch", tmp_path / "out")
    assert b"the canary sings" not in (tmp_path / "out" / "klatch.sqlite").read_bytes()


# What is refused.


def test_a_file_that_is_there_is_not_replaced(data: Path, tmp_path: Path) -> None:
    (tmp_path / "made.klatch").write_text("mine")
    with pytest.raises(CannotBackUp, match="there already"):
        back_up(data, tmp_path / "made.klatch", NOON)
    assert (tmp_path / "made.klatch").read_text() == "mine"


def test_a_file_that_is_there_is_replaced_where_that_was_asked_for(data: Path, made: Path, tmp_path: Path) -> None:
    asyncio.run(fill_more(data))
    back_up(data, made, NOON, overwrite=True)
    assert look_into(made, tmp_path) == verify(data)


@pytest.mark.parametrize("place", ["", "missing/made.klatch"])
def test_a_place_that_no_file_can_be_made_in_is_refused(data: Path, tmp_path: Path, place: str) -> None:
    with pytest.raises(CannotBackUp, match=r"is a folder|cannot be written"):
        back_up(data, tmp_path / place, NOON)


def test_where_there_is_no_store_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no store"):
        back_up(tmp_path, tmp_path / "made.klatch", NOON)
    assert list(tmp_path.iterdir()) == []


def test_of_a_damaged_store_there_is_no_backup_and_the_one_before_stays(data: Path, made: Path) -> None:
    before = made.read_bytes()
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    connection.execute("UPDATE entries SET author_name = 'mallory' WHERE seq = 3 AND log_id = 4")
    connection.close()
    with pytest.raises(StoreUnusable, match="not as it was written"):
        back_up(data, made, NOON, overwrite=True)
    assert made.read_bytes() == before
    assert leftovers(made) == []


def test_on_a_full_disk_one_is_told_and_nothing_is_left_over(tmp_path: Path, small_disk: Path) -> None:
    asyncio.run(fill_with_noise(tmp_path / "data", 6))
    with pytest.raises(CannotBackUp, match="no room"):
        back_up(tmp_path / "data", small_disk / "made.klatch", NOON)
    assert list(small_disk.iterdir()) == []


# Killed half way.


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_backup_that_is_killed_leaves_the_one_before_or_the_new_one_whole(
    data: Path, made: Path, tmp_path: Path, share: float
) -> None:
    asyncio.run(fill_more(data, 3_000))
    old, new = look_into(made, tmp_path).hash, verify(data).hash
    whole = kill_maker(data, tmp_path / "other.klatch", None)
    kill_maker(data, made, whole * share * random.uniform(0.9, 1.1))
    assert look_into(made, tmp_path).hash in {old, new}


def test_what_a_killed_backup_left_is_cleared_away_by_the_next(data: Path, tmp_path: Path) -> None:
    asyncio.run(fill_more(data, 3_000))
    target = tmp_path / "made.klatch"
    for share in (0.2, 0.4, 0.6):
        kill_maker(data, target, share * 0.1)
    back_up(data, target, NOON, overwrite=True)
    assert leftovers(target) == []


def test_one_that_works_is_not_cleared_away_by_another(data: Path, tmp_path: Path) -> None:
    asyncio.run(fill_more(data, 3_000))
    target = tmp_path / "made.klatch"
    makers = [
        subprocess.Popen([sys.executable, "-c", MAKER, data, target], stdout=subprocess.DEVNULL) for _ in range(3)
    ]
    assert [maker.wait(30) for maker in makers] == [0, 0, 0]
    assert look_into(target, tmp_path) == verify(data)


def kill_maker(data: Path, target: Path, after: float | None) -> float:
    """Makes a backup in a process that is killed after some seconds; gives how long it took."""
    maker = subprocess.Popen([sys.executable, "-c", MAKER, data, target], stdout=subprocess.PIPE)
    assert maker.stdout is not None
    maker.stdout.readline()
    began = time.monotonic()
    try:
        maker.wait(after)
    except subprocess.TimeoutExpired:
        maker.kill()
    maker.wait()
    maker.stdout.close()
    return time.monotonic() - began


def leftovers(target: Path) -> list[str]:
    """What lies beside a backup that is not the backup."""
    return [path.name for path in target.parent.iterdir() if path.name.startswith(f"{target.name}.")]


# As people type it.


def test_the_command_says_what_it_did_and_refuses_to_do_it_twice(data: Path, tmp_path: Path) -> None:
    words = ("backup", str(tmp_path / "made.klatch"), "--data", str(data))
    first, second = klatch(*words), klatch(*words)
    assert (first.returncode, first.stdout.startswith("21 entries in 2 rooms in "), first.stderr) == (0, True, "")
    assert (second.returncode, second.stdout, "--force" in second.stderr) == (1, "", True)
    assert klatch(*words, "--force").returncode == 0


def test_the_command_tells_programs_what_it_did(data: Path, tmp_path: Path) -> None:
    told = klatch("backup", str(tmp_path / "made.klatch"), "--data", str(data), "--json").stdout
    assert f'"hash":"{verify(data).hash}"' in told


def test_a_backup_is_verified_by_the_command_that_verifies_a_store(data: Path, made: Path) -> None:
    of_backup, of_store = klatch("verify", str(made)), klatch("verify", "--data", str(data))
    assert of_backup.returncode == of_store.returncode == 0
    assert of_backup.stdout.splitlines()[1:] == of_store.stdout.splitlines()[1:]


async def fill_more(directory: Path, entries: int = 3) -> None:
    kept = Kept(directory)
    bob, room = await kept.decide(add_account("bob")), await kept.decide(add_room("more"))
    await asyncio.gather(
        *[kept.decide(say(room, bob, f"{number} {os.urandom(40).hex()}")) for number in range(entries)]
    )
    await kept.close()


async def fill_with_noise(directory: Path, megabytes: int) -> None:
    """As `fill`, with what cannot be packed."""
    await fill(directory)
    async with opened(directory) as kept:
        noisy, room = await kept.decide(add_account("noisy")), await kept.decide(add_room("noise"))
        for _ in range(megabytes):
            await kept.decide(say(room, noisy, os.urandom(500_000).hex()))
