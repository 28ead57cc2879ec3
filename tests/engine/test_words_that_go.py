"""Words that go: kept for some days, not at all, or erased with the one who wrote them. Numbers stay dense."""

from pathlib import Path
from typing import Any

import pytest

from klatch.core import commands as ask
from klatch.core.events import Entry, Message, Removed, Swept
from klatch.core.refusals import Refused
from klatch.core.view import View, fold
from klatch.storage.port import Reader
from klatch.storage.verify import verify
from tests.engine.people import House, Person, make_cid
from tests.engine.roles import make
from tests.engine.test_rules import tidy

DAY = 86_400_000


@pytest.fixture
async def dan(house: House, ann: Person) -> Person:
    """Dan, an admin of the server."""
    return await make(house, await house.come("dan", "the secret of dan, long enough"), "admin")


def files(directory: Path) -> bytes:
    """All bytes that the store has on disk."""
    return b"".join(path.read_bytes() for path in directory.glob("klatch.sqlite*"))


async def entries(house: House, log: str) -> list[Entry]:
    found: list[Entry] = await house.look(lambda reader: reader.entries_after(log, 0, 10_000))
    return found


async def agrees(house: House, person: Person, room: str) -> None:
    """What a listener has folded from the beginning is what they fetch now."""
    view = View()
    for entry in person.entries(room):
        if entry.seq == view.as_of + 1:
            fold(view, entry)
    page = await person.reads(room, limit=200)
    assert page.as_of == view.as_of
    assert list(view.items.values())[-len(page.items) :] == page.items


async def sweep(house: House) -> None:
    house.engine.tidying.sweep()
    await house.quiet()
    await house.quiet()
    await tidy(house)


# Kept for some days.


async def test_words_older_than_the_room_keeps_them_go_and_views_agree(house: House, ann: Person) -> None:
    cat = await house.come("kat", "the secret of kat, long enough")
    room = (await cat.does(ask.CreateRoom, name="brief")).room
    await ann.does(ask.JoinRoom, room="#brief")
    old = (await cat.says("#brief", "an old word @ann")).seq
    await cat.does(ask.EditMessage, room="#brief", seq=old, text="an older word")
    await ann.does(ask.React, room="#brief", seq=old, emoji="👍")
    await cat.does(ask.SetRoom, room="#brief", keep=30)
    house.clock.now += 30 * DAY
    await cat.does(ask.EditMessage, room="#brief", seq=old, text="a late word")
    await cat.says("#brief", "a new word")
    house.clock.now += 1
    await sweep(house)
    found = await entries(house, room)
    assert [entry.seq for entry in found] == list(range(1, len(found) + 1))
    assert [type(entry.body) for entry in found if entry.seq == old or entry.author.id == cat.id][2:4] == [Removed] * 2
    assert not any("old" in str(entry.body) or "late" in str(entry.body) for entry in found)
    assert isinstance(found[-1].body, Swept)
    await agrees(house, cat, room)
    assert (await ann.room("#brief")).mentions == 0  # type: ignore[union-attr]
    await sweep(house)
    assert len(await entries(house, room)) == len(found)  # nothing is told twice


async def test_a_server_keeps_words_for_rooms_that_say_nothing(
    house: House, ann: Person, bob: Person, dan: Person
) -> None:
    await dan.does(ask.SetKeep, days=7)
    await ann.does(ask.SetRoom, room="#den", keep=-1)
    await ann.says("#ops", "goes")
    await ann.says("@bob", "goes too")
    await ann.says("#den", "stays")
    house.clock.now += 7 * DAY + 1
    await sweep(house)
    said = [str((await ann.reads(room)).items) for room in ("#ops", "@bob", "#den")]
    assert ["goes" in each or "stays" in each for each in said] == [False, False, True]


async def test_a_clock_set_back_sweeps_nothing(house: House, ann: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", keep=1)
    await ann.says("#ops", "stays")
    house.clock.now -= 100 * DAY
    await sweep(house)
    assert "stays" in str((await ann.reads("#ops")).items)


async def test_many_words_go_in_portions(house: House, ann: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", keep=1)
    for number in range(430):
        await ann.says("#ops", f"word {number}")
    house.clock.now += DAY + 1
    await sweep(house)
    assert not any(isinstance(item.body, Message) for item in (await ann.reads("#ops", limit=200)).items)


@pytest.mark.parametrize("days", [-2, 36_501, -(2**60)])
async def test_days_that_are_none_are_refused(dan: Person, days: int) -> None:
    assert await dan.refused(ask.SetKeep, days=days) == "limit"


async def test_only_who_runs_the_server_says_how_long_it_keeps(house: House, ann: Person) -> None:
    await make(house, ann, "moderator")
    assert await ann.refused(ask.SetKeep, days=1) == "not_allowed"


# Not at all.


async def test_a_room_that_keeps_nothing_tells_and_does_not_write(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", keep=0)
    cid = make_cid()
    first = await ann.does(ask.SendMessage, cid, room="#ops", text="a secret for now @bob")
    await house.quiet()
    assert bob.bodies(first.room)[-1] == Message(text="a secret for now @bob")
    assert (await bob.reads("#ops")).items[-1].body == Removed()
    assert (await bob.asks(ask.Fetch, room="#ops", after=first.seq - 1)).entries[0].body == Removed()
    assert await ann.does(ask.SendMessage, cid, room="#ops", text="a secret for now @bob") == first
    assert await ann.refused(ask.EditMessage, room="#ops", seq=first.seq, text="x") == "no_such_message"
    assert b"secret for now" not in files(house.directory)


async def test_a_message_from_before_is_changed_without_a_trace(house: House, ann: Person, bob: Person) -> None:
    seq = (await ann.says("#ops", "kept")).seq
    await ann.does(ask.SetRoom, room="#ops", keep=0)
    await ann.does(ask.EditMessage, room="#ops", seq=seq, text="a passing word")
    assert b"a passing word" not in files(house.directory)


# Erased.


async def everything(house: House) -> str:
    """All that the store knows, as text."""

    def read(reader: Reader) -> str:
        rows: Any = reader._db.rows
        tables = [row[0] for row in rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return str([rows("SELECT * FROM " + table) for table in tables])  # noqa: S608 - names of the store's own

    found: str = await house.look(read)
    return found


async def test_somebody_who_is_erased_is_nowhere_any_more(house: House, ann: Person, cat: Person, dan: Person) -> None:
    zed = await house.come("zedekiah", "the secret of zedekiah, enough")
    await zed.does(ask.JoinRoom, room="#ops")
    seq = (await zed.says("#ops", "words of a lifetime")).seq
    await zed.does(ask.EditMessage, room="#ops", seq=seq, text="words of a longer lifetime")
    await cat.does(ask.React, room="#ops", seq=seq, emoji="👍")
    other = (await cat.says("#ops", "words of another")).seq
    await zed.does(ask.React, room="#ops", seq=other, emoji="🎉")
    await zed.says("@ann", "only for you, lifetime")
    await zed.says("@ann,cat", "for two, lifetime")
    await zed.does(ask.SetStatus, text="a lifetime status")
    await zed.does(ask.Rename, name="zedekiah2")
    await zed.does(ask.CreateRoom, name="own")
    await ann.does(ask.JoinRoom, room="#own")
    await ann.does(ask.Grant, room="#ops", user="zedekiah2", role="moderator")
    await ann.does(ask.Block, user="zedekiah2")
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    await dan.does(ask.Erase, user="zedekiah2")
    await tidy(house)
    assert zed.closed == ["signed_out"]
    left = await everything(house)
    assert "zedekiah" not in left
    assert "lifetime" not in left
    assert "words of another" in left
    await agrees(house, ann, room)
    assert (await ann.members("#own")) == {"ann": "owner"}
    assert f"@erased-{zed.id}" in [state.name for state in (await ann.asks(ask.ListRooms)).rooms]


async def test_the_store_is_whole_after_an_erasure_also_one_cut_short(house: House, ann: Person, dan: Person) -> None:
    zed = await house.come("zed", "the secret of zed, long enough")
    for number in range(250):
        await zed.says("#lobby", f"word {number}")
    await dan.does(ask.Erase, user="zed")
    await house.close()
    assert verify(house.directory).faults == []
    again = House(house.directory)
    await tidy(again)
    await again.close()
    assert verify(house.directory).faults == []
    assert b"word 1" not in (house.directory / "klatch.sqlite").read_bytes()
    house.store = House(house.directory).store  # the fixture closes it


async def test_one_erases_oneself_and_comes_back_as_somebody_else(house: House, ann: Person, eve: Person) -> None:
    await eve.says("#lobby", "forget me")
    await eve.does(ask.Erase, user="eve")
    await tidy(house)
    assert eve.closed == ["signed_out"]
    assert "forget me" not in await everything(house)
    again = await house.come("eve", "the secret of eve, long enough")
    assert again.id != eve.id


@pytest.mark.parametrize("role", ["admin", "owner"])
async def test_nobody_is_erased_by_one_who_is_not_above(house: House, ann: Person, dan: Person, role: str) -> None:
    await make(house, ann, role)
    assert await dan.refused(ask.Erase, user="ann") == "not_allowed"


async def test_a_moderator_erases_nobody_else(house: House, ann: Person, bob: Person) -> None:
    await make(house, ann, "moderator")
    assert await ann.refused(ask.Erase, user="bob") == "not_allowed"


async def test_the_owner_of_the_server_is_not_erased(house: House, dan: Person) -> None:
    await make(house, dan, "owner")
    assert await dan.refused(ask.Erase, user="dan") == "not_allowed"


async def test_the_servers_own_account_is_not_erased(house: House, dan: Person) -> None:
    with pytest.raises(Refused):
        await dan.does(ask.Erase, user="klatch")
