"""Fixtures for stores."""

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from klatch.core.events import Author
from tests.storage.stores import Clock, Kept, add_account, add_room

MakeStore = Callable[[], Kept]


class Corner(msgspec.Struct):
    """A store with ann in a room."""

    kept: Kept
    ann: Author
    room: str


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def make_store(tmp_path: Path, clock: Clock) -> MakeStore:
    """Opens the test's store; again after it was closed."""
    return lambda: Kept(tmp_path / "data", clock)


@pytest.fixture
async def kept(make_store: MakeStore) -> AsyncIterator[Kept]:
    """An open store; nothing may go wrong in it that nobody is told."""
    kept = make_store()
    yield kept
    await kept.close()
    assert not kept.notes.defects


@pytest.fixture
async def corner(kept: Kept) -> Corner:
    """A store with ann in a room."""
    return Corner(kept, await kept.decide(add_account("ann")), await kept.decide(add_room("ops")))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can make a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
