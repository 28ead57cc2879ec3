"""Acts that race: whichever comes first, there is one winner, and all agree on who it is."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from klatch.core import commands as ask
from klatch.core.credentials import ByLink, ByName, ByPassword, ByToken, Credentials
from klatch.core.refusals import Refused
from tests.engine.people import OPEN, House, Person, open_house
from tests.engine.roles import make

PASSWORD, ONE, OTHER = "correct horse battery", "staple without rust", "a third one of them"
LINK = "a-link-made-at-random-0001"
HEAD_STARTS = [-20, -3, -1, 0, 1, 3, 20]


async def racing(head_start: int, one: Awaitable[str], other: Awaitable[str]) -> tuple[str, str]:
    """Does two things at once, or one of them so many turns of the event loop before the other."""

    async def late(turns: int, what: Awaitable[str]) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await what

    first, second = await asyncio.gather(late(max(0, -head_start), one), late(max(0, head_start), other))
    return first, second


async def come(house: House, shown: Credentials) -> Person | str:
    """Somebody who came in, or the code with which they were refused."""
    try:
        return await house.come(credentials=shown)
    except Refused as refused:
        return refused.code


async def code(house: House, shown: Credentials) -> str:
    came = await come(house, shown)
    return came if isinstance(came, str) else ""


@pytest.mark.parametrize("head_start", HEAD_STARTS)
async def test_who_joins_while_being_banned_is_out(house: House, ann: Person, eve: Person, head_start: int) -> None:
    banned, joined = await racing(
        head_start, ann.refused(ask.Ban, room="#ops", who="eve"), eve.refused(ask.JoinRoom, room="#ops")
    )
    await ann.says("#ops", "not for eve")
    await house.quiet()
    assert (banned, joined in ("", "banned_here")) == ("", True)
    assert "eve" not in await ann.members("#ops")
    assert [item for item in eve.wire.told if "not for eve" in str(item)] == []


@pytest.mark.parametrize("head_start", HEAD_STARTS)
async def test_who_comes_while_being_banned_from_the_server_is_out(house: House, ann: Person, head_start: int) -> None:
    dan = await make(house, await house.come("dan", "the secret of dan, long enough"), "admin")
    gus: list[Person | str] = []

    async def enter() -> str:
        gus.append(await come(house, ByName("gus")))
        return ""

    banned, _ = await racing(head_start, dan.refused(ask.Ban, who="gus*"), enter())
    assert banned == ""
    (came,) = gus
    if isinstance(came, str):
        assert came == "banned"
        return
    async with asyncio.timeout(5):
        while not came.closed:  # noqa: ASYNC110 - who is banned is looked up beside the event loop
            await asyncio.sleep(0.01)
    assert came.closed[0] == "banned"


@pytest.mark.parametrize("head_start", HEAD_STARTS)
async def test_who_signs_in_while_being_suspended_is_out(tmp_path: Path, head_start: int) -> None:
    async with open_house(tmp_path / "data", running=OPEN) as house:
        olga = await make(house, await house.come("olga", "the secret of olga, long enough"), "admin")
        ann = await house.come("ann")
        await ann.does(ask.Register, password=PASSWORD)
        ann.goes()
        came: list[Person | str] = []

        async def enter() -> str:
            came.append(await come(house, ByPassword("ann", PASSWORD)))
            return ""

        suspended, _ = await racing(head_start, olga.refused(ask.Suspend, user="ann"), enter())
        await house.quiet()
        (outcome,) = came
        assert suspended == ""
        assert (outcome if isinstance(outcome, str) else outcome.closed[0]) == "suspended"
        # What they signed in with before the suspension does not let them in either.
        token = "" if isinstance(outcome, str) else outcome.welcome.token
        if token:
            assert await code(house, ByToken(token)) == "suspended"


@pytest.mark.parametrize("head_start", HEAD_STARTS)
async def test_of_two_who_use_one_reset_link_one_sets_the_password(tmp_path: Path, head_start: int) -> None:
    async with open_house(tmp_path / "data", running=OPEN) as house:
        olga = await make(house, await house.come("olga", "the secret of olga, long enough"), "admin")
        await (await house.come("ann")).does(ask.Register, password=PASSWORD)
        await olga.does(ask.MakeResetLink, user="ann", secret=LINK)
        outcomes = await racing(
            head_start, code(house, ByLink(LINK, "ann", ONE)), code(house, ByLink(LINK, "ann", OTHER))
        )
        assert sorted(outcomes) == ["", "bad_link"]
        known = [await code(house, ByPassword("ann", password)) for password in (ONE, OTHER)]
        assert known == ["" if outcome == "" else "bad_credentials" for outcome in outcomes]
