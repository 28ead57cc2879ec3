"""Presence: who is online, told in a moment's hints; what came to nothing within the moment is not told."""

import asyncio

import pytest

from klatch.core.commands import ListOnline, Rename, SetStatus
from klatch.engine import presence
from klatch.engine.presence import GATHER_SECONDS
from tests.engine.people import House, Person

SECRET = "the secret of zoe, long enough"


@pytest.fixture(autouse=True)
def long_moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment ends when a test says so, not when a busy machine comes to it."""
    if "real_moment" not in request.fixturenames:
        monkeypatch.setattr(presence, "GATHER_SECONDS", 3_600)


@pytest.fixture
def real_moment() -> None:
    """The moment is as long as for people."""


async def a_moment(house: House) -> None:
    """Until what gathers is told."""
    await house.quiet()
    house.engine.roster._tell_changes()
    await house.quiet()


async def online(person: Person) -> dict[str, str]:
    """Who is online, and how."""
    return {each.name: each.state for each in (await person.asks(ListOnline)).people}


async def test_who_comes_is_online_at_once(house: House, ann: Person) -> None:
    await house.come("zoe")
    assert await online(ann) == {"ann": "online", "zoe": "online"}


async def test_who_comes_and_who_goes_is_told_to_the_others(real_moment: None, house: House, ann: Person) -> None:
    zoe = await house.come("zoe", SECRET)
    await asyncio.sleep(GATHER_SECONDS * 1.5)
    zoe.goes()
    await asyncio.sleep(GATHER_SECONDS * 1.5)
    assert [news for news in ann.presence() if news[0] == "zoe"] == [("zoe", "online"), ("zoe", "offline")]


async def test_who_comes_and_goes_within_a_moment_is_not_told(house: House, ann: Person) -> None:
    (await house.come("zoe", SECRET)).goes()
    await a_moment(house)
    assert [name for name, _ in ann.presence() if name == "zoe"] == []


async def test_who_goes_and_comes_back_within_a_moment_is_not_told(house: House, ann: Person) -> None:
    zoe = await house.come("zoe", SECRET)
    await a_moment(house)
    before = len(ann.presence())
    zoe.goes()
    await house.come("zoe", SECRET)
    await a_moment(house)
    assert ann.presence()[before:] == []


async def test_a_second_connection_changes_nothing(house: House, ann: Person) -> None:
    first = await house.come("zoe", SECRET)
    await house.come("zoe", SECRET)
    await a_moment(house)
    before = len(ann.presence())
    first.goes()
    await a_moment(house)
    assert (ann.presence()[before:], (await online(ann))["zoe"]) == ([], "online")


async def test_many_who_come_within_a_moment_are_told_in_one_hint(house: House, ann: Person) -> None:
    await a_moment(house)
    before = len(ann.wire.told)
    for number in range(20):
        await house.come(f"guest{number}")
    await a_moment(house)
    hints = ann.wire.told[before:]
    assert (len(hints), len(ann.presence()) >= 20) == (1, True)


async def test_a_new_name_and_a_status_are_told(house: House, ann: Person) -> None:
    zoe = await house.come("zoe", SECRET)
    await a_moment(house)
    await zoe.does(Rename, name="zora")
    await zoe.does(SetStatus, away=True)
    await a_moment(house)
    assert ann.presence()[-1] == ("zora", "away")


async def test_to_be_busy_is_seen_but_not_told(house: House, ann: Person) -> None:
    zoe = await house.come("zoe", SECRET)
    await a_moment(house)
    before = len(ann.presence())
    house.clock.now += 60_000
    await zoe.says("#lobby", "hi")
    await a_moment(house)
    person = next(each for each in (await ann.asks(ListOnline)).people if each.name == "zoe")
    assert (person.active, ann.presence()[before:]) == (house.clock.now, [])
