"""Rules of rooms, their end, their heirs; contacts; the pause; the audit log."""

import asyncio
from typing import Any

import pytest

from klatch.core import commands as ask
from klatch.core.events import Audited, Departed, Granted, RoomDeleted, RoomSet
from klatch.core.refusals import Refused
from klatch.storage.verify import verify
from tests.engine.people import House, Person, make_cid
from tests.engine.roles import make
from tests.pace import PATIENCE


@pytest.fixture
async def dan(house: House, ann: Person) -> Person:
    """Dan, an admin of the server."""
    return await make(house, await house.come("dan", "the secret of dan, long enough"), "admin")


async def tidy(house: House) -> None:
    """Lets all that takes long come to its end."""
    house.engine.tidying.wake()
    async with asyncio.timeout(PATIENCE):
        while True:
            await house.quiet()
            await house.look(lambda _reader: None)
            if not house.engine.tidying._at_work:
                return


# Who may write, and how fast.


async def test_in_a_slow_room_a_member_waits_between_two_messages(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", slow=30)
    await bob.says("#ops", "one")
    with pytest.raises(Refused) as refused:
        await bob.says("#ops", "two")
    assert (refused.value.code, refused.value.retry_after) == ("rate_limited", 30_000)
    house.clock.now += 30_000
    assert await bob.refused(ask.SendMessage, room="#ops", text="two") == ""


async def test_leaving_does_not_make_a_slow_room_faster(ann: Person, bob: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", slow=30)
    await bob.says("#ops", "one")
    await bob.does(ask.LeaveRoom, room="#ops")
    await bob.does(ask.JoinRoom, room="#ops")
    assert await bob.refused(ask.SendMessage, room="#ops", text="two") == "rate_limited"


async def test_a_clock_set_back_makes_nobody_wait_longer_than_the_room_says(
    house: House, ann: Person, bob: Person
) -> None:
    await ann.does(ask.SetRoom, room="#ops", slow=30)
    await bob.says("#ops", "one")
    house.clock.now -= 10**9
    with pytest.raises(Refused) as refused:
        await bob.says("#ops", "two")
    assert refused.value.retry_after == 30_000


async def test_moderators_are_as_fast_as_they_like(ann: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", slow=30)
    await ann.says("#ops", "one")
    assert await ann.refused(ask.SendMessage, room="#ops", text="two") == ""


async def test_a_message_of_a_slow_room_that_is_sent_again_gets_its_ack(ann: Person, bob: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", slow=30)
    cid = make_cid()
    first = await bob.does(ask.SendMessage, cid, room="#ops", text="one")
    assert await bob.does(ask.SendMessage, cid, room="#ops", text="one") == first


async def test_in_a_read_only_room_only_moderators_write(ann: Person, bob: Person) -> None:
    seq = (await ann.says("#ops", "news")).seq
    await ann.does(ask.SetRoom, room="#ops", posting="moderators")
    assert await bob.refused(ask.SendMessage, room="#ops", text="hi") == "read_only"
    assert await bob.refused(ask.React, room="#ops", seq=seq, emoji="👍") == ""
    assert await ann.refused(ask.SendMessage, room="#ops", text="more") == ""


async def test_in_an_archived_room_nobody_writes_and_lists_leave_it_out(ann: Person, bob: Person, eve: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", archived=True)
    assert await ann.refused(ask.SendMessage, room="#ops", text="hi") == "read_only"
    assert [await person.room("#ops") for person in (ann, eve)] == [None, None]
    listed = (await eve.asks(ask.ListRooms, archived=True)).rooms
    assert "#ops" in [room.name for room in listed]
    assert len((await bob.reads("#ops")).items) > 0
    await ann.does(ask.SetRoom, room="#ops", archived=False)
    assert await bob.refused(ask.SendMessage, room="#ops", text="hi") == ""


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "missing_field"),
        ({"slow": -1}, "limit"),
        ({"slow": 86_401}, "limit"),
        ({"slow": 2**62}, "limit"),
        ({"keep": -3}, "limit"),
        ({"keep": 36_501}, "limit"),
        ({"posting": "nobody"}, "type"),
        ({"newcomers": ""}, "type"),
    ],
)
async def test_a_rule_that_is_none_is_refused(ann: Person, given: dict[str, Any], code: str) -> None:
    assert await ann.refused(ask.SetRoom, room="#ops", **given) == code


@pytest.mark.parametrize("given", [{"slow": 1}, {"archived": True}, {"keep": 0}, {"closed": True}])
async def test_a_member_gives_no_rules(bob: Person, given: dict[str, Any]) -> None:
    assert await bob.refused(ask.SetRoom, room="#ops", **given) == "not_allowed"


@pytest.mark.parametrize("given", [{"archived": True}, {"slow": 1, "keep": 0}])
async def test_a_moderator_gives_only_the_rules_of_moderators(ann: Person, bob: Person, given: dict[str, Any]) -> None:
    await ann.does(ask.Grant, room="#ops", user="bob", role="moderator")
    assert await bob.refused(ask.SetRoom, room="#ops", **given) == "not_allowed"
    assert await bob.refused(ask.SetRoom, room="#ops", slow=1) == ""


async def test_only_what_changes_is_told(house: House, ann: Person, bob: Person) -> None:
    room = (await ann.does(ask.SetRoom, room="#ops", slow=30, posting="everyone", closed=False)).room
    assert (await ann.does(ask.SetRoom, room="#ops", slow=30)).seq == 0
    await house.quiet()
    assert bob.bodies(room)[-1] == RoomSet(slow=30)


async def test_a_direct_conversation_has_no_rules(ann: Person, bob: Person) -> None:
    await ann.says("@bob", "hi")
    for kind, more in ((ask.SetRoom, {"slow": 1}), (ask.RenameRoom, {"name": "x"}), (ask.DeleteRoom, {})):
        assert await ann.refused(kind, room="@bob", **more) == "not_allowed"


# What newcomers read.


async def test_newcomers_read_from_their_joining_where_the_room_says_so(ann: Person, bob: Person, eve: Person) -> None:
    await ann.says("#ops", "before")
    await ann.does(ask.SetRoom, room="#ops", newcomers="joining")
    joined = await eve.does(ask.JoinRoom, room="#ops")
    assert [item.seq for item in (await eve.reads("#ops")).items] == [joined.seq]
    assert [entry.seq for entry in (await eve.asks(ask.Fetch, room="#ops", after=0)).entries] == [joined.seq]
    assert (await bob.reads("#ops")).items[0].seq == 1


async def test_leaving_and_coming_back_does_not_open_what_was_before(ann: Person, bob: Person) -> None:
    await ann.does(ask.SetRoom, room="#ops", newcomers="joining")
    await bob.does(ask.LeaveRoom, room="#ops")
    await ann.says("#ops", "between us")
    await bob.does(ask.JoinRoom, room="#ops")
    assert "between us" not in str((await bob.reads("#ops")).items)


# Names and ends.


async def test_a_room_takes_another_name_and_the_old_one_is_free(ann: Person, bob: Person) -> None:
    await ann.does(ask.RenameRoom, room="#ops", name="operations")
    assert (await bob.room("#operations")) is not None
    assert await bob.refused(ask.CreateRoom, name="ops") == ""


@pytest.mark.parametrize("name", ["den", "DEN", "a room", ""])
async def test_a_name_that_is_taken_or_none_is_refused(ann: Person, name: str) -> None:
    assert await ann.refused(ask.RenameRoom, room="#ops", name=name) in {"room_exists", "bad_name"}


async def test_a_name_may_change_its_capitals(ann: Person) -> None:
    await ann.does(ask.RenameRoom, room="#ops", name="Ops")
    assert (await ann.room("#Ops")) is not None


async def test_the_lobby_stays(house: House, dan: Person) -> None:
    await make(house, dan, "owner")
    assert await dan.refused(ask.RenameRoom, room="#lobby", name="hall") == "not_allowed"
    assert await dan.refused(ask.DeleteRoom, room="#lobby") == "not_allowed"
    assert await dan.refused(ask.SetRoom, room="#lobby", closed=True) == "not_allowed"


async def test_a_deleted_room_is_gone_for_all_and_they_are_told(house: House, ann: Person, bob: Person) -> None:
    await bob.says("#ops", "a word of bob's")
    room = (await ann.does(ask.DeleteRoom, room="#ops")).room
    for kind, more in ((ask.History, {}), (ask.Fetch, {"after": 0}), (ask.SendMessage, {"text": "x"})):
        assert await bob.refused(kind, room=room, **more) == "no_such_room"
    await tidy(house)
    assert isinstance(bob.bodies(room)[-1], RoomDeleted)
    assert isinstance(bob.bodies(bob.id)[-1], Departed)
    assert await bob.room("#ops") is None
    assert await bob.refused(ask.CreateRoom, name="ops") == ""
    entries = await house.look(lambda reader: reader.entries_after(room, 0, 100))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert {type(entry.body).__name__ for entry in entries} == {"Removed"}


async def test_a_long_room_goes_in_portions_and_goes_on_after_a_restart(house: House, ann: Person) -> None:
    for number in range(450):
        await ann.says("#ops", f"word {number}")
    room = (await ann.does(ask.DeleteRoom, room="#ops")).room
    await house.close()
    again = House(house.directory)
    await tidy(again)
    entries = await again.look(lambda reader: reader.entries_after(room, 0, 1_000))
    assert {type(entry.body).__name__ for entry in entries} == {"Removed"}
    await again.close()
    assert verify(house.directory).faults == []
    assert b"word 1" not in (house.directory / "klatch.sqlite").read_bytes()
    house.store = House(house.directory).store  # the fixture closes it


async def test_only_its_owner_deletes_a_room(ann: Person, bob: Person) -> None:
    await ann.does(ask.Grant, room="#ops", user="bob", role="admin")
    assert await bob.refused(ask.DeleteRoom, room="#ops") == "not_allowed"


# Heirs.


async def test_a_room_whose_owner_leaves_is_owned_by_the_highest_and_then_the_longest(
    house: House, ann: Person, bob: Person, cat: Person, eve: Person
) -> None:
    house.clock.now += 1
    await eve.does(ask.JoinRoom, room="#ops")
    await ann.does(ask.Grant, room="#ops", user="eve", role="moderator")
    await ann.does(ask.Grant, room="#ops", user="cat", role="moderator")
    room = (await ann.does(ask.LeaveRoom, room="#ops")).room
    assert (await cat.members("#ops"))["cat"] == "owner"
    await house.quiet()
    assert bob.bodies(room)[-1] == Granted(person=bob.entries(room)[-1].body.person, role="owner")  # type: ignore[union-attr]


async def test_a_room_with_another_owner_keeps_it(ann: Person, bob: Person) -> None:
    await ann.does(ask.Grant, room="#ops", user="bob", role="owner")
    await ann.does(ask.LeaveRoom, room="#ops")
    assert await bob.members("#ops") == {"bob": "owner"}


async def test_a_room_whose_owner_ends_has_another(house: House, bob: Person) -> None:
    gone = await house.come("gone")
    await gone.does(ask.CreateRoom, name="theirs")
    await bob.does(ask.JoinRoom, room="#theirs")
    gone.goes()
    await house.quiet()
    assert await bob.members("#theirs") == {"bob": "owner"}


async def test_who_runs_the_server_rules_an_open_room_they_are_in_and_no_closed_one(
    ann: Person, bob: Person, dan: Person
) -> None:
    assert await dan.refused(ask.Kick, room="#ops", user="bob") == "not_a_member"
    await dan.does(ask.JoinRoom, room="#ops")
    assert await dan.refused(ask.Kick, room="#ops", user="bob") == ""
    assert await dan.refused(ask.Kick, room="#ops", user="ann") == "not_allowed"
    await ann.does(ask.Invite, room="#den", user="dan")
    await dan.does(ask.JoinRoom, room="#den")
    assert await dan.refused(ask.SetRoom, room="#den", slow=1) == "not_allowed"


# Contacts.


async def test_who_is_blocked_gets_no_word_through(ann: Person, bob: Person, cat: Person) -> None:
    seq = (await bob.says("@ann", "hi")).seq
    await ann.does(ask.Block, user="bob")
    assert await bob.refused(ask.SendMessage, room="@ann", text="hi") == "not_allowed"
    assert await bob.refused(ask.EditMessage, room="@ann", seq=seq, text="hi!") == "not_allowed"
    assert await bob.refused(ask.React, room="@ann", seq=seq, emoji="👍") == "not_allowed"
    assert await bob.refused(ask.SendMessage, room="@ann,cat", text="hi") == "not_allowed"
    assert await ann.refused(ask.SendMessage, room="@bob", text="hi") == "not_allowed"
    assert await cat.refused(ask.SendMessage, room="@ann", text="hi") == ""
    await ann.does(ask.Unblock, user="bob")
    assert await bob.refused(ask.SendMessage, room="@ann", text="hi") == ""


async def test_who_is_blocked_neither_invites_nor_mentions(house: House, ann: Person, bob: Person) -> None:
    await bob.does(ask.CreateRoom, name="lair", closed=True)
    await ann.does(ask.Block, user="bob")
    assert await bob.refused(ask.Invite, room="#lair", user="ann") == "not_allowed"
    await bob.says("#ops", "@ann look")
    assert (await ann.room("#ops")).mentions == 0  # type: ignore[union-attr]


async def test_whom_one_blocks_is_listed(ann: Person, bob: Person) -> None:
    await ann.does(ask.Block, user="bob")
    assert (await ann.does(ask.Block, user="bob")).seq == 0
    assert [person.name for person in (await ann.asks(ask.ListBlocked)).people] == ["bob"]
    assert (await bob.asks(ask.ListBlocked)).people == []
    assert await ann.refused(ask.Block, user="ann") == "not_allowed"


async def test_guests_are_heard_or_not_as_one_likes(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.SetContact, guests=False)
    assert await bob.refused(ask.SendMessage, room="@ann", text="hi") == "not_allowed"
    await make(house, bob, "member")
    assert await bob.refused(ask.SendMessage, room="@ann", text="hi") == ""


async def test_a_closed_room_one_is_invited_to_is_listed(ann: Person, eve: Person) -> None:
    await ann.does(ask.Invite, room="#den", user="eve")
    room = await eve.room("#den")
    assert room is not None
    assert (room.kind, room.role) == ("closed", None)


# The whole house.


async def test_while_all_is_paused_only_moderators_of_the_server_write(house: House, ann: Person, dan: Person) -> None:
    await dan.does(ask.Pause, reason="look here")
    assert await ann.refused(ask.SendMessage, room="#ops", text="hi") == "paused"
    assert await ann.refused(ask.SetStatus, text="hi") == "paused"
    assert await dan.refused(ask.SendMessage, room="#lobby", text="hi") == ""
    assert (await house.come("late")).welcome.paused
    told = [hint for hint in ann.wire.told if type(hint).__name__ == "PauseTold"]
    assert [(hint.paused, hint.by.name, hint.reason) for hint in told] == [(True, "dan", "look here")]  # type: ignore[union-attr]
    await dan.does(ask.Resume)
    assert await ann.refused(ask.SendMessage, room="#ops", text="hi") == ""


async def test_a_pause_outlasts_a_restart(house: House, dan: Person) -> None:
    await dan.does(ask.Pause)
    await house.close()
    again = House(house.directory)
    person = await again.come("late")
    assert await person.refused(ask.SendMessage, room="#lobby", text="hi") == "paused"
    await again.close()
    house.store = House(house.directory).store  # the fixture closes it


async def test_a_member_pauses_nobody(ann: Person) -> None:
    assert await ann.refused(ask.Pause) == "not_allowed"
    assert await ann.refused(ask.Resume) == "not_allowed"


async def test_acts_are_noted_and_only_those_who_run_the_server_read_them(
    house: House, ann: Person, bob: Person, dan: Person
) -> None:
    await ann.does(ask.Mute, room="#ops", user="bob", seconds=600, reason="loud")
    await ann.does(ask.SetRoom, room="#ops", slow=30)
    await ann.does(ask.Kick, room="#ops", user="bob")
    await dan.does(ask.Pause)
    told = await dan.asks(ask.Audit, after=0)
    acts = [(entry.author.name, entry.body.act, entry.body.detail) for entry in told.entries]
    assert acts == [
        ("ann", "mute", "for 10 min loud"),
        ("ann", "set_room", "slow=30"),
        ("ann", "kick", ""),
        ("dan", "pause", ""),
    ]
    assert all(isinstance(entry.body, Audited) for entry in told.entries)
    await make(house, bob, "moderator")
    for person in (ann, bob):
        assert await person.refused(ask.Audit) == "not_allowed"
    for person in (ann, bob, dan):
        assert await person.refused(ask.Fetch, room=told.room, after=0) == "no_such_room"
        assert await person.refused(ask.History, room=told.room) == "no_such_room"


async def test_what_is_deleted_of_others_is_noted(ann: Person, bob: Person, dan: Person) -> None:
    seq = (await bob.says("#ops", "bad words")).seq
    own = (await ann.says("#ops", "mine")).seq
    await ann.does(ask.DeleteMessage, room="#ops", seq=own)
    await ann.does(ask.DeleteMessage, room="#ops", seq=seq)
    (entry,) = (await dan.asks(ask.Audit)).entries
    assert (entry.body.act, entry.body.person.name, entry.body.detail) == ("delete", "bob", f"message {seq}")
