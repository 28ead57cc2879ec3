"""Settings changed while the server runs: they hold at once, outlast a restart, and are told; and figures."""

import asyncio
from pathlib import Path

import pytest

from klatch.core import commands as ask
from klatch.core.credentials import ByToken
from klatch.core.events import Audited, Change
from klatch.core.limits import UNLIMITED
from klatch.core.refusals import Refused
from klatch.core.running import Running
from klatch.engine.settings import Settings
from tests.engine.people import House, Person, open_house
from tests.engine.roles import make

DAY = 86_400_000


@pytest.fixture
async def dan(house: House) -> Person:
    """Dan, an admin of the server."""
    return await make(house, await house.come("dan", "the secret of dan, long enough"), "admin")


async def value(person: Person, name: str) -> object:
    """What a setting is, as it is told."""
    return {each.name: each.value for each in (await person.asks(ask.ListSettings)).settings}[name]


async def test_a_limit_holds_at_once_for_those_who_are_connected(dan: Person, ann: Person) -> None:
    await dan.does(ask.Configure, name="member_burst", value=2)
    await dan.does(ask.Configure, name="member_rate", value=0.5)
    assert [await ann.refused(ask.SendMessage, room="#ops", text="x") for _ in range(3)] == ["", "", "rate_limited"]
    await dan.does(ask.Configure, name="member_burst")
    assert await ann.refused(ask.SendMessage, room="#ops", text="x") == ""


async def test_guests_are_let_in_no_more_from_the_ack_on(house: House, dan: Person) -> None:
    await dan.does(ask.Configure, name="guests", value="none")
    with pytest.raises(Refused) as refused:
        await house.come("late")
    assert refused.value.code == "guests_refused"
    await dan.does(ask.Configure, name="guests", value="all")
    await house.come("late", here=False)


async def test_those_who_are_in_stay_when_guests_are_let_in_no_more(dan: Person, ann: Person) -> None:
    await dan.does(ask.Configure, name="guests", value="none")
    assert (ann.closed, await ann.refused(ask.SendMessage, room="#ops", text="x")) == ([], "")


async def test_registration_is_opened_and_closed(house: House, dan: Person, ann: Person) -> None:
    assert await ann.refused(ask.Register, password="a pot of coffee") == "not_allowed"
    await dan.does(ask.Configure, name="registration", value="open")
    await ann.does(ask.Register, password="a pot of coffee")
    await dan.does(ask.Configure, name="registration", value="invite")
    guest = await house.come("late", "the secret of late, long enough")
    assert await guest.refused(ask.Register, password="a pot of coffee") == "not_allowed"


async def test_a_session_ends_after_the_days_that_are_chosen(house: House, dan: Person, ann: Person) -> None:
    await dan.does(ask.Configure, name="registration", value="open")
    await dan.does(ask.Configure, name="session_days", value=1)
    await ann.does(ask.Register, password="a pot of coffee")
    secret = f"klatch_{'s' * 43}"
    await ann.does(ask.MakeToken, name="script", scopes=["read"], secret=secret)
    house.clock.now += 2 * DAY
    await house.come(credentials=ByToken(secret))  # a token is no session
    told = (await dan.asks(ask.ListSettings)).settings
    assert {each.name: (each.value, each.default) for each in told}["session_days"] == (1, 90)


async def test_what_was_chosen_outlasts_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data") as house:
        dan = await make(house, await house.come("dan", "the secret of dan, long enough"), "admin")
        await dan.does(ask.Configure, name="guests", value="all")
        await dan.does(ask.Configure, name="guest_days", value=7)
        await dan.does(ask.Configure, name="session_days", value=7)
        await dan.does(ask.Configure, name="session_days", value=90)
    async with open_house(tmp_path / "data") as house:
        assert (house.engine.settings.now.guests, house.engine.limits.guest_days) == ("all", 7)
        assert set(house.store.chosen) == {"guests", "guest_days"}
    fixed = {"guests": "klatch.toml"}
    async with open_house(tmp_path / "data", running=Running(guests="local", limits=UNLIMITED), fixed=fixed) as house:
        assert house.engine.settings.now.guests == "local"  # what is set in the file goes before


async def test_what_is_fixed_says_where_and_stays(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", fixed={"guests": "klatch.toml", "member_rate": "--no-limits"}) as house:
        dan = await make(house, await house.come("dan", "the secret of dan, long enough"), "admin")
        for name, where in (("guests", "in klatch.toml"), ("member_rate", "with --no-limits")):
            with pytest.raises(Refused, match=f"{name} is set {where}; change it there") as refused:
                await dan.does(ask.Configure, name=name, value="all")
            assert (refused.value.code, refused.value.field) == ("not_allowed", "name")
        told = {each.name: each.locked for each in (await dan.asks(ask.ListSettings)).settings}
        assert (told["guests"], told["member_rate"], told["registration"]) == ("klatch.toml", "--no-limits", "")


async def test_a_change_is_noted_with_both_values_and_once(dan: Person) -> None:
    cid = "configure-0000000001"
    for _ in range(2):
        await dan.does(ask.Configure, cid, name="guest_days", value=7)
    assert (await dan.does(ask.Configure, name="guest_days", value=7)).seq == 0
    (entry,) = (await dan.asks(ask.Audit)).entries
    assert entry.body == Audited(act="configure", change=Change(name="guest_days", before=30, value=7))
    assert entry.author.name == "dan"


async def test_a_change_sent_again_does_not_undo_a_later_one(house: House, dan: Person) -> None:
    cid = "configure-0000000001"
    await dan.does(ask.Configure, cid, name="guest_days", value=7)
    await dan.does(ask.Configure, name="guest_days", value=8)
    await dan.does(ask.Configure, cid, name="guest_days", value=7)
    assert (house.engine.limits.guest_days, await value(dan, "guest_days")) == (8, 8)


async def test_many_changes_at_once_end_alike_in_the_store_and_in_force(house: House, dan: Person) -> None:
    await asyncio.gather(*(dan.does(ask.Configure, name="guest_days", value=days) for days in range(1, 30)))
    kept = await house.look(lambda reader: reader.choices())
    assert kept["guest_days"] == house.engine.limits.guest_days == await value(dan, "guest_days")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("port", 1, "no_such_setting"), ("lan_rate", 5, "no_such_setting"), ("guests", "few", "type")],
)
async def test_what_cannot_be_is_refused(dan: Person, name: str, value: object, code: str) -> None:
    assert await dan.refused(ask.Configure, name=name, value=value) == code


async def test_only_admins_see_and_change_settings(house: House, dan: Person, ann: Person, bob: Person) -> None:
    await make(house, bob, "moderator")
    for person in (ann, bob):
        assert await person.refused(ask.ListSettings) == "not_allowed"
        assert await person.refused(ask.Configure, name="guests", value="all") == "not_allowed"
        assert await person.refused(ask.ListFigures) == "not_allowed"
    assert house.engine.settings.now.guests == "local"


async def test_how_long_words_are_kept_is_told_with_the_command_that_changes_it(dan: Person) -> None:
    await dan.does(ask.SetKeep, days=30)
    keep = (await dan.asks(ask.ListSettings)).settings[-1]
    assert (keep.name, keep.value, keep.default, keep.command) == ("keep", 30, -1, "keep")


def test_what_an_older_klatch_allowed_is_left_alone() -> None:
    settings = Settings(Running(), {}, {"guest_days": 0, "gone": 3, "guests": "few", "session_days": 9})
    assert settings.now == Running(limits=settings.limits)
    assert (settings.limits.guest_days, settings.limits.session_days) == (30, 9)


async def test_figures_tell_how_the_server_is(house: House, dan: Person, ann: Person, bob: Person) -> None:
    before = await dan.asks(ask.ListFigures)
    await ann.says("#ops", "hello")
    await ann.does(ask.SetTopic, room="#ops", topic="tea")
    house.clock.now += 5_000
    told = await dan.asks(ask.ListFigures)
    assert (told.messages - before.messages, told.entries - before.entries) == (1, 2)
    assert (told.now - told.since, told.online, told.sessions) == (5_000, 3, {"test": 3})
    assert (told.guests, told.accounts, told.rooms) == (2, 0, {"closed": 1, "open": 2})
    assert (told.paused, told.memory) == (None, None)
    await dan.does(ask.Pause)
    assert (await dan.asks(ask.ListFigures)).paused == house.clock.now


async def test_rooms_are_told_with_the_number_of_their_members(ann: Person, bob: Person, eve: Person) -> None:
    told = (await eve.asks(ask.ListRooms, counted=True)).rooms
    assert {room.name: room.members for room in told} == {"#lobby": 3, "#ops": 2}
