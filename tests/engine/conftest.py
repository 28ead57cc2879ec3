"""Fixtures: a house, and people in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from klatch.core.commands import CreateRoom, Invite, JoinRoom
from tests.engine.people import House, Person, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house without rate limits."""
    async with open_house(tmp_path / "data") as house:
        yield house


@pytest.fixture
async def ann(house: House) -> Person:
    """Ann, who owns #ops and the closed #den."""
    ann = await house.come("ann", "the secret of ann, long enough")
    await ann.does(CreateRoom, name="ops")
    await ann.does(CreateRoom, name="den", closed=True)
    return ann


@pytest.fixture
async def bob(house: House, ann: Person) -> Person:
    """Bob, who is in #ops."""
    bob = await house.come("bob", "the secret of bob, long enough")
    await bob.does(JoinRoom, room="#ops")
    return bob


@pytest.fixture
async def cat(house: House, ann: Person) -> Person:
    """Cat, who is in both."""
    cat = await house.come("cat", "the secret of cat, long enough")
    await cat.does(JoinRoom, room="#ops")
    await ann.does(Invite, room="#den", user="cat")
    await cat.does(JoinRoom, room="#den")
    return cat


@pytest.fixture
async def eve(house: House, ann: Person) -> Person:
    """Eve, who is in the lobby only."""
    return await house.come("eve", "the secret of eve, long enough")
