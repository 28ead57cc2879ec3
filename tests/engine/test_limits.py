"""Limits: how much one may send, and how much may wait to be read."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from klatch.core.commands import SendMessage
from klatch.core.credentials import ByPassword
from klatch.core.limits import UNLIMITED, Limits
from klatch.core.refusals import Refused
from klatch.engine.limits import Bucket
from tests.engine.people import House, Person, open_house

SECRET = "the secret of zoe, long enough"
SLOW = Limits(member_burst=3, member_rate=2.0, address_burst=5, address_rate=4.0, lan_burst=5, lan_rate=4.0)


async def send(person: Person, times: int) -> list[str]:
    """The codes with which messages are refused, or nothing."""
    return [await person.refused(SendMessage, room="#lobby", text="x") for _ in range(times)]


# Rates.


async def test_a_burst_is_allowed_and_then_no_more(tmp_path: Path) -> None:
    async with open_house(tmp_path, SLOW) as house:
        zoe = await house.come("zoe")
        assert await send(zoe, 4) == ["", "", "", "rate_limited"]


async def test_after_the_time_that_was_told_it_is_allowed_again(tmp_path: Path) -> None:
    async with open_house(tmp_path, SLOW) as house:
        zoe = await house.come("zoe")
        await send(zoe, 3)
        with pytest.raises(Refused) as caught:
            await zoe.says("#lobby", "x")
        assert caught.value.retry_after == 500
        house.pace += 0.5
        assert await send(zoe, 2) == ["", "rate_limited"]


async def test_the_connections_of_an_account_share_its_rate(tmp_path: Path) -> None:
    async with open_house(tmp_path, SLOW) as house:
        first, second = await house.come("zoe", SECRET), await house.come("zoe", SECRET)
        await send(first, 3)
        assert await send(second, 1) == ["rate_limited"]


async def test_the_people_of_an_address_share_its_rate(tmp_path: Path) -> None:
    async with open_house(tmp_path, SLOW) as house:
        first, second = await house.come("zoe"), await house.come("max")
        await send(first, 3)
        assert await send(second, 3) == ["", "", "rate_limited"]


async def test_another_address_has_a_rate_of_its_own(tmp_path: Path) -> None:
    async with open_house(tmp_path, SLOW) as house:
        first, second = await house.come("zoe"), await house.come("max", address="192.0.2.7")
        await send(first, 3)
        assert await send(second, 3) == ["", "", ""]


async def test_what_is_refused_for_its_rate_is_not_stored(tmp_path: Path) -> None:
    async with open_house(tmp_path, SLOW) as house:
        zoe = await house.come("zoe")
        await send(zoe, 10)
        assert (await zoe.reads("#lobby")).as_of == 4


def test_a_bucket_that_was_left_alone_is_as_good_as_new() -> None:
    bucket = Bucket(burst=2, rate=1.0, now=0.0)
    bucket.take(0.0)
    assert (bucket.full(0.5), bucket.full(1.0)) == (False, True)


# Backlogs.


async def test_what_one_who_reads_slowly_is_owed_is_held_until_they_have_read(house: House, ann: Person) -> None:
    zoe = await house.come("zoe")
    await house.quiet()
    zoe.wire.stuck = house.engine.limits.backlog
    before = len(zoe.wire.writes)
    await ann.says("#lobby", "one too many")
    await house.quiet()
    held = zoe.wire.writes[before:]
    zoe.wire.stuck = 0
    await asyncio.sleep(0.1)
    told = b"".join(zoe.wire.writes[before:]).count(b"one too many")
    assert (held, told, zoe.wire.fell_behind) == ([], 1, False)


async def test_one_who_does_not_catch_up_in_time_falls_behind_and_is_told_nothing_more(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", msgspec.structs.replace(UNLIMITED, slow_within=100)) as house:
        ann, zoe = await house.come("ann"), await house.come("zoe")
        await house.quiet()
        zoe.wire.stuck = house.engine.limits.backlog
        before = len(zoe.wire.writes)
        await ann.says("#lobby", "one too many")
        await asyncio.sleep(0.3)
        zoe.wire.stuck = 0
        await ann.says("#lobby", "after the hole")
        await house.quiet()
        assert (zoe.wire.fell_behind, zoe.wire.writes[before:]) == (True, [])


async def test_one_who_is_owed_eight_times_the_limit_falls_behind_at_once(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", msgspec.structs.replace(UNLIMITED, backlog=1_000)) as house:
        ann, zoe = await house.come("ann"), await house.come("zoe")
        await house.quiet()
        zoe.wire.stuck = house.engine.limits.backlog
        await ann.says("#lobby", "x" * 10_000)
        await house.quiet()
        assert zoe.wire.fell_behind


async def test_one_who_reads_at_once_is_given_more_than_the_limit(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", msgspec.structs.replace(UNLIMITED, backlog=1_000)) as house:
        ann, zoe = await house.come("ann"), await house.come("zoe")
        ack = await ann.says("#lobby", "x" * 5_000)
        await house.quiet()
        assert (zoe.entries(ack.room)[-1].seq, zoe.wire.fell_behind) == (ack.seq, False)


async def test_one_who_falls_behind_does_not_hold_up_the_others(house: House, ann: Person, bob: Person) -> None:
    zoe = await house.come("zoe")
    zoe.wire.stuck = house.engine.limits.backlog
    ack = await ann.says("#lobby", "x")
    await house.quiet()
    assert bob.entries(ack.room)[-1].seq == ack.seq


async def test_a_connection_that_fails_when_written_to_does_not_hold_up_the_others(
    house: House, ann: Person, bob: Person
) -> None:
    zoe = await house.come("zoe")
    await house.quiet()

    def fail(_data: bytes) -> None:
        raise RuntimeError("the handle is closed")

    zoe.wire.write = fail  # type: ignore[method-assign]
    acks = [await ann.says("#lobby", "x") for _ in range(3)]
    await house.quiet()
    assert [entry.seq for entry in bob.entries(acks[0].room)][-3:] == [ack.seq for ack in acks]
    assert len(house.notes.defects) == 3
    house.notes.defects.clear()


# Signing in.


async def attempts(house: House, addresses: list[str]) -> list[str]:
    """The codes with which somebody is refused who tries another name each time."""
    codes = []
    for number, address in enumerate(addresses):
        with pytest.raises(Refused) as caught:
            await house.come(credentials=ByPassword(f"nobody{number}", "a wrong password"), address=address)
        codes.append(caught.value.code)
    return codes


async def test_the_attempts_of_an_address_are_counted_whatever_names_are_tried(tmp_path: Path) -> None:
    async with open_house(tmp_path, Limits(sign_in_burst=3)) as house:
        assert await attempts(house, ["192.0.2.7"] * 4) == ["bad_credentials"] * 3 + ["rate_limited"]
        assert await attempts(house, ["192.0.2.8"]) == ["bad_credentials"]


async def test_the_addresses_of_one_network_of_ipv6_count_as_one(tmp_path: Path) -> None:
    async with open_house(tmp_path, Limits(sign_in_burst=2)) as house:
        near = [f"2001:db8::{last}" for last in (1, 2, 3)]
        assert await attempts(house, near) == ["bad_credentials", "bad_credentials", "rate_limited"]
        assert await attempts(house, ["2001:db8:0:1::1"]) == ["bad_credentials"]
