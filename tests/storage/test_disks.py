"""Disks that are full, fail or are cut off: nothing is acknowledged that is not kept, and senders are told why."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from klatch.core.events import Entry, Message
from klatch.core.refusals import Refused
from klatch.storage.port import Transaction
from klatch.storage.verify import verify
from tests.pace import LONG, PATIENCE
from tests.running import KLATCH
from tests.storage.conftest import Corner
from tests.storage.stores import Kept, add_account, add_room, opened, say

KIBIBYTE = "x" * 1024


def fill(disk: Path) -> Path:
    """Takes all the room that is left."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"\0" * 4096)
    return path


async def settle(kept: Kept, room: str, author: Any, count: int) -> list[Any]:
    """What comes of saying many things at once."""
    return await asyncio.gather(*[kept.submit(say(room, author, KIBIBYTE)) for _ in range(count)])


# A full disk.


async def test_on_a_full_disk_everyone_in_the_batch_is_refused_and_nothing_is_stored(small_disk: Path) -> None:
    async with opened(small_disk / "data") as kept:
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        fill(small_disk)
        outcomes = await settle(kept, room, ann, 50)
        while not isinstance(outcomes[-1], Refused):  # what was written ahead has a little room of its own
            outcomes = await settle(kept, room, ann, 50)
        stored = await kept.read(lambda reader: reader.head(room))
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        acknowledged = len(kept.published)
    assert {outcome.code for outcome in refused} == {"storage_full"}
    assert stored == acknowledged


async def test_on_a_full_disk_one_goes_on_reading(small_disk: Path) -> None:
    async with opened(small_disk / "data") as kept:
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        said = await kept.decide(say(room, ann, "before"))
        fill(small_disk)
        while not isinstance((await settle(kept, room, ann, 50))[-1], Refused):
            pass
        assert await kept.read(lambda reader: reader.entry(room, 1)) == said


async def test_when_there_is_room_again_the_store_goes_on_by_itself(small_disk: Path) -> None:
    async with opened(small_disk / "data") as kept:
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        filler = fill(small_disk)
        while not isinstance((await settle(kept, room, ann, 50))[-1], Refused):
            pass
        stored = await kept.read(lambda reader: reader.head(room))
        filler.unlink()
        assert (await kept.decide(say(room, ann, "after"))).seq == stored + 1
    assert verify(small_disk / "data").faults == []


async def test_a_store_cannot_be_begun_on_a_full_disk_and_leaves_nothing_that_looks_like_one(small_disk: Path) -> None:
    filler = fill(small_disk)
    with pytest.raises(Exception, match=r"cannot be|disk is full"):
        Kept(small_disk / "data")
    filler.unlink()
    async with opened(small_disk / "data"):
        pass


async def test_a_decision_too_large_for_the_disk_is_refused_and_its_neighbours_are_kept(corner: Corner) -> None:
    pages = await corner.kept.decide(lambda transaction: transaction._db.row("PRAGMA page_count")[0])
    # 200 KiB are left: the messages fit one by one, the large one does not.
    await corner.kept.decide(lambda transaction: transaction._db.rows(f"PRAGMA max_page_count = {pages + 50}"))
    with corner.kept.held():
        small = [corner.kept.submit(say(corner.room, corner.ann, "small")) for _ in range(3)]
        large = corner.kept.submit(say(corner.room, corner.ann, "x" * 400_000))
        small += [corner.kept.submit(say(corner.room, corner.ann, "small")) for _ in range(3)]
    outcomes = await asyncio.gather(*small)
    assert (await large).code == "storage_full"
    assert [entry.seq for entry in outcomes if isinstance(entry, Entry)] == [1, 2, 3, 4, 5, 6]


# Another program in the way.


async def test_while_another_program_holds_the_store_senders_are_told_to_try_again(corner: Corner) -> None:
    await corner.kept.decide(lambda transaction: transaction._db.rows("PRAGMA busy_timeout = 200"))
    other = apsw.Connection(str(corner.kept.directory / "klatch.sqlite"))
    other.execute("BEGIN IMMEDIATE")
    # All are told after one wait for the other program, or two, not after a wait each.
    async with asyncio.timeout(3):
        outcomes = await settle(corner.kept, corner.room, corner.ann, 20)
    other.execute("ROLLBACK")
    other.close()
    assert {outcome.code for outcome in outcomes} == {"try_again"}
    assert (await corner.kept.decide(say(corner.room, corner.ann, "after"))).seq == 1


# A disk that fails.

WRITER = """
import asyncio, os, sys
from pathlib import Path
from tests.storage.stores import Kept, add_account, add_room, say

async def main():
    kept = Kept(Path(sys.argv[1]))
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    broken = asyncio.ensure_future(kept.broken.wait())
    for n in range(1000):
        said = asyncio.ensure_future(kept.submit(say(room, ann, str(n))))
        await asyncio.wait([said, broken], return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            break
        print(said.result().seq, flush=True)
    late = kept.submit(say(room, ann, "after the fault"))
    await asyncio.wait([late], timeout=0.2)
    print("late", late.done(), "broken", kept.store.is_broken, flush=True)
    await kept.close()

asyncio.run(main())
"""


STRACE = pytest.mark.skipif(
    shutil.which("strace") is None, reason="there is no strace here to make the disk fail; install the package strace"
)


def write_until(fault: str, data: Path) -> tuple[int, list[str]]:
    """Writes to a store that was made before, until a fault comes; gives the exit status and the lines printed."""
    asyncio.run(make(data))
    call = fault.partition(":")[0]
    traced = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={fault}"]
    ended = subprocess.run(
        [*traced, sys.executable, "-c", WRITER, str(data)],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONPATH": "."},
    )
    return ended.returncode, ended.stdout.splitlines()


@STRACE
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_when_the_disk_fails_nothing_more_is_acknowledged_and_all_that_was_is_there(tmp_path: Path, call: str) -> None:
    status, [*acknowledged, last] = write_until(f"{call}:error=EIO:when=40+", tmp_path / "data")
    assert (last, status) == ("late False broken True", 0)
    report = verify(tmp_path / "data")
    assert report.faults == []
    # The lobby's beginning and what ann said; perhaps the one whose outcome nobody was told.
    assert report.entries - 1 - len(acknowledged) in {0, 1}


@STRACE
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_when_the_process_is_killed_at_any_call_all_that_was_acknowledged_is_there(tmp_path: Path, call: str) -> None:
    for place in range(10, 410, 5) if LONG else (41, 70):
        data = tmp_path / f"{call}-{place}"
        _, acknowledged = write_until(f"{call}:signal=SIGKILL:when={place}", data)
        report = verify(data)
        assert report.faults == []
        assert report.entries - 1 - len(acknowledged) in {0, 1}


async def test_another_program_that_checkpoints_all_the_time_does_no_harm(corner: Corner) -> None:
    path = str(corner.kept.directory / "klatch.sqlite")
    meddler = """
import apsw, sys
connection = apsw.Connection(sys.argv[1])
while True:
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except apsw.BusyError:
        pass
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", meddler, path)
    for _ in range(30):
        outcomes = await settle(corner.kept, corner.room, corner.ann, 50)
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        await asyncio.sleep(0.01)
    process.kill()
    await process.wait()
    report = await asyncio.to_thread(verify, corner.kept.directory)
    assert (report.entries, report.faults) == (1 + 1500, [])


@STRACE
def test_a_server_whose_disk_fails_ends_with_75_and_says_why(tmp_path: Path) -> None:
    asyncio.run(make(tmp_path / "data"))
    traced = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=6+"]
    command = [*traced, *KLATCH, "serve", "--json", "--data", str(tmp_path / "data"), "--port", "0", "--line-port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(json.loads(server.stdout.readline())["line"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as peer:
        peer.sendall(b"ann\n")
        with contextlib.suppress(OSError):
            for number in range(1, 30):
                peer.sendall(f"message {number}\n".encode())
                time.sleep(0.01)
        while peer.recv(4096):
            pass
    _, told = server.communicate(timeout=40)
    assert (server.returncode, "store_broken" in told or "disk failed" in told) == (75, True)
    assert verify(tmp_path / "data").faults == []


async def make(data: Path) -> None:
    async with opened(data):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are not counted there")
async def test_a_shortage_of_descriptors_fails_no_look_up_and_no_decision(corner: Corner) -> None:
    await asyncio.gather(*[corner.kept.decide(say(corner.room, corner.ann, "x" * 2_000)) for _ in range(200)])

    def rewrite_and_fail(transaction: Transaction) -> None:
        for entry in transaction.entries_after(corner.room, 0, 200):
            transaction.replace_body(entry, Message(text="y" * 2_000))
        raise ValueError("after all")

    with no_descriptors():
        with corner.kept.held():
            spoiled = corner.kept.submit(rewrite_and_fail)
            kept = corner.kept.submit(say(corner.room, corner.ann, "kept"))
        outcomes = await asyncio.gather(spoiled, kept, corner.kept.read(lambda reader: reader.head(corner.room)))
    assert isinstance(outcomes[0], ValueError)
    assert (outcomes[1].seq, outcomes[2] in {200, 201}, corner.kept.store.is_broken) == (201, True, False)


@contextlib.contextmanager
def no_descriptors() -> Iterator[None]:
    """Lets nothing be opened for the length of a block."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
