"""Accounts: guests come, come back, take other names, and end; nobody gets at what another has."""

from pathlib import Path

import pytest

from klatch.core.commands import CreateRoom, JoinRoom, LookAtSelf, Rename, SendMessage, SetDisplayName, SetStatus
from klatch.core.events import Left, Message, Renamed
from klatch.core.refusals import Refused
from klatch.engine import actions
from klatch.storage.verify import verify
from tests.engine.people import House, Person, make_cid, open_house
from tests.storage.stores import DAY, Clock

SECRET = "a secret of twenty-two or more"


async def names(house: House) -> list[str]:
    """The names that are taken."""
    return [account.name for account in await house.accounts()]


# Coming.


async def test_the_same_secret_brings_the_same_account_back_whatever_the_name(house: House) -> None:
    first = await house.come("zoe", SECRET)
    first.goes()
    again = await house.come("somebody", SECRET)
    assert (again.id, again.name) == (first.id, "zoe")


async def test_the_same_secret_at_once_is_one_account_on_two_connections(house: House) -> None:
    first, second = await house.come("zoe", SECRET), await house.come("zoe", SECRET)
    assert first.id == second.id


async def test_another_secret_does_not_get_a_name_that_is_taken(house: House) -> None:
    await house.come("zoe", SECRET)
    with pytest.raises(Refused, match="taken"):
        await house.come("zoe", SECRET + "!")


@pytest.mark.parametrize("name", ["ZOE", "zоe"])
async def test_a_name_that_looks_like_one_that_is_taken_is_refused(house: House, name: str) -> None:
    await house.come("zoe", SECRET)
    with pytest.raises(Refused):
        await house.come(name)


@pytest.mark.parametrize("secret", ["", "short", "x" * 21, "x" * 129])
async def test_a_secret_that_is_too_short_or_too_long_is_refused(house: House, secret: str) -> None:
    with pytest.raises(Refused, match="22 to 128"):
        await house.come("zoe", secret)


async def test_a_secret_is_not_kept_as_it_is(house: House) -> None:
    await house.come("zoe", SECRET)
    await house.close()
    assert SECRET.encode() not in (house.directory / "klatch.sqlite").read_bytes()


@pytest.mark.parametrize("name", ["klatch", "system", "everyone", "", "a b", "-x", "1st"])
async def test_nobody_comes_under_a_name_that_may_not_be(house: House, name: str) -> None:
    with pytest.raises(Refused):
        await house.come(name)


async def test_too_many_connections_of_one_account_are_refused(tmp_path: Path) -> None:
    from klatch.core.limits import Limits

    async with open_house(tmp_path, Limits(sessions_of_account=2)) as house:
        await house.come("zoe", SECRET)
        await house.come("zoe", SECRET)
        with pytest.raises(Refused, match="connected 2 times"):
            await house.come("zoe", SECRET)


async def test_while_the_server_stops_nobody_comes_in(house: House) -> None:
    house.engine.stop()
    with pytest.raises(Refused, match="stopping"):
        await house.come("zoe")


# Names.


async def test_a_new_name_is_ones_own_at_once_on_every_connection(house: House) -> None:
    first, second = await house.come("zoe", SECRET), await house.come("zoe", SECRET)
    await first.does(Rename, name="zoë")
    await house.quiet()
    assert (first.name, second.name, second.bodies()[-1]) == ("zoë", "zoë", Renamed(name="zoë"))


async def test_a_name_that_somebody_holds_is_refused(ann: Person, bob: Person) -> None:
    assert await bob.refused(Rename, name="Ann") == "name_taken"


async def test_the_case_of_ones_own_name_may_be_changed(ann: Person) -> None:
    await ann.does(Rename, name="Ann")
    await ann.house.quiet()
    assert ann.name == "Ann"


async def test_a_name_that_was_given_up_is_free(ann: Person, bob: Person) -> None:
    await ann.does(Rename, name="anna")
    await bob.does(Rename, name="ann")
    await ann.house.quiet()
    assert (ann.name, bob.name) == ("anna", "ann")


async def test_two_who_want_one_name_at_once_get_it_once(ann: Person, bob: Person) -> None:
    import asyncio

    codes = await asyncio.gather(ann.refused(Rename, name="star"), bob.refused(Rename, name="star"))
    assert sorted(codes) == ["", "name_taken"]


async def test_what_was_said_keeps_the_name_under_which_it_was_said(ann: Person) -> None:
    await ann.says("#ops", "before")
    await ann.does(Rename, name="anna")
    await ann.says("#ops", "after")
    assert [item.author.name for item in (await ann.reads("#ops")).items[-2:]] == ["ann", "anna"]


async def test_a_display_name_and_a_status_are_seen_by_others(ann: Person, bob: Person) -> None:
    await bob.does(SetDisplayName, name="Bob 👋")
    await bob.does(SetStatus, text="lunch", away=True)
    await ann.house.quiet()
    person = next(p for p in ann.house.engine.roster.online() if p.name == "bob")
    assert (person.display_name, person.status, person.state) == ("Bob 👋", "lunch", "away")


@pytest.mark.parametrize(
    ("kind", "arguments", "code"),
    [
        (Rename, {"name": "a b"}, "bad_name"),
        (SetDisplayName, {"name": " "}, "bad_name"),
        (SetStatus, {"text": "x" * 141}, "too_long"),
        (SetStatus, {"text": "two\nlines"}, "control_char"),
    ],
)
async def test_what_may_not_be_ones_name_or_status_is_refused(
    ann: Person, kind: type, arguments: dict[str, str], code: str
) -> None:
    assert await ann.refused(kind, **arguments) == code


# Ending.


async def test_who_has_no_secret_ends_with_the_connection_and_frees_the_name(house: House) -> None:
    first = await house.come("zoe")
    first.goes()
    await house.quiet()
    assert await names(house) == []
    assert (await house.come("zoe")).id != first.id


async def test_who_has_a_secret_stays(house: House) -> None:
    (await house.come("zoe", SECRET)).goes()
    await house.quiet()
    assert await names(house) == ["zoe"]


async def test_one_of_two_connections_that_goes_ends_nothing(house: House) -> None:
    first, second = await house.come("zoe", SECRET), await house.come("zoe", SECRET)
    first.goes()
    assert (await second.says("#lobby", "still here")).seq == 2


async def test_who_ends_leaves_the_rooms_joined_and_their_words(house: House, ann: Person) -> None:
    zoe = await house.come("zoe")
    await zoe.does(JoinRoom, room="#ops")
    await zoe.says("#ops", "I was here")
    zoe.goes()
    await house.quiet()
    assert [item.body for item in (await ann.reads("#ops")).items[-2:]] == [Message(text="I was here"), Left()]
    assert set(await ann.members("#ops")) == {"ann"}


async def test_who_ends_leaves_no_entry_in_the_lobby_which_nobody_joins(house: House, ann: Person) -> None:
    (await house.come("zoe")).goes()
    await house.quiet()
    assert (await ann.reads("#lobby")).as_of == 1


async def test_an_account_that_has_ended_does_nothing_more(house: House) -> None:
    zoe = await house.come("zoe")
    zoe.goes()
    await house.quiet()
    with pytest.raises(Refused, match="has ended"):
        await house.look(lambda reader: actions.present(reader, zoe.id))


async def test_fleeting_accounts_of_a_server_that_was_killed_end_at_the_next_start(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        zoe = await house.come("zoe")
        await zoe.does(CreateRoom, name="ops")
        await house.come("max", SECRET)
    async with open_house(tmp_path) as house:
        assert await names(house) == ["zoe", "max"]
        house.engine.end_fleeting()
        await house.quiet()
        assert await names(house) == ["max"]
    assert verify(tmp_path).faults == []


@pytest.mark.parametrize(("days", "left"), [(29, ["zoe"]), (31, [])])
async def test_a_guest_unseen_for_thirty_days_ends(tmp_path: Path, days: int, left: list[str]) -> None:
    clock = Clock()
    async with open_house(tmp_path, clock=clock) as house:
        (await house.come("zoe", SECRET)).goes()
        await house.quiet()
        clock.now += days * DAY
        house.engine._end_unseen()
        await house.quiet()
        assert await names(house) == left


async def test_a_guest_who_stays_connected_for_a_year_does_not_end(tmp_path: Path) -> None:
    clock = Clock()
    async with open_house(tmp_path, clock=clock) as house:
        await house.come("zoe", SECRET)
        clock.now += 365 * DAY
        house.engine._end_unseen()
        await house.quiet()
        assert await names(house) == ["zoe"]


async def test_a_guest_who_was_connected_for_long_when_the_server_was_killed_can_come_back(tmp_path: Path) -> None:
    clock = Clock()
    async with open_house(tmp_path, clock=clock) as house:
        zoe = await house.come("zoe", SECRET)
        clock.now += 40 * DAY
        house.engine._end_unseen()  # as every hour
        await house.quiet()
    async with open_house(tmp_path, clock=clock) as house:
        house.engine._end_unseen()  # as at every start
        assert (await house.come("zoe", SECRET)).id == zoe.id


async def test_what_one_sent_before_going_is_kept(house: House, ann: Person) -> None:
    zoe = await house.come("zoe")
    house.engine.act(zoe.session, SendMessage(cid=make_cid(), room="#lobby", text="and goodbye"), lambda _outcome: None)
    zoe.goes()
    await house.quiet()
    assert (await ann.reads("#lobby")).items[-1].body == Message(text="and goodbye")


async def test_one_is_told_who_one_is(house: House, ann: Person) -> None:
    renamed = await ann.does(Rename, name="Anna")
    me = await ann.asks(LookAtSelf)
    assert (me.account.id, me.account.name, me.role) == (ann.id, "Anna", "guest")
    assert (me.head, me.epoch) == (renamed.seq, house.engine.epoch)
