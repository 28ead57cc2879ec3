"""Stores to back up, and backups of them."""

import asyncio
from pathlib import Path

import pytest

from klatch.storage.backups.making import back_up
from tests.storage.stores import NOON, Kept, add_account, add_room, opened, say


async def fill(directory: Path, entries: int = 20) -> None:
    """A store in which ann has said something."""
    async with opened(directory) as kept:
        await talk(kept, entries)


async def talk(kept: Kept, entries: int = 20) -> None:
    """Ann says something."""
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    for number in range(entries):
        await kept.decide(say(room, ann, f"message {number}", f"cid-of-message-number-{number}"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store that was closed."""
    asyncio.run(fill(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def made(data: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    back_up(data, tmp_path / "made.klatch", NOON)
    return tmp_path / "made.klatch"
