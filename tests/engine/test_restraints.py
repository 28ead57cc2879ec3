"""Bans and mutes, in rooms and on the server: laid, held up, lifted, outlasted; and tried by those who may not."""

import asyncio
from typing import Any

import pytest

from klatch.core import commands as ask
from klatch.core.events import Author, Banned, Departed, Kicked, Muted, Unbanned, Unmuted
from klatch.core.refusals import Refused
from klatch.storage.port import Transaction
from tests.engine.people import House, Person, make_cid
from tests.engine.roles import make

HOUR = 3_600_000


@pytest.fixture
async def dan(house: House, ann: Person) -> Person:
    """Dan, a moderator of the server."""
    return await make(house, await house.come("dan", "the secret of dan, long enough"), "moderator")


async def refusal(person: Person, kind: type[ask.Command], **arguments: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await person.does(kind, **arguments)
    return refused.value


# Bans of rooms.


async def test_who_is_banned_from_a_room_goes_and_stays_out(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.Ban, room="#ops", who="bob", reason="loud")
    assert "bob" not in await ann.members("#ops")
    refused = await refusal(bob, ask.JoinRoom, room="#ops")
    assert (refused.code, refused.message) == ("banned_here", "You are banned from this room: loud.")


async def test_who_is_banned_from_a_room_is_told_and_hears_no_more(house: House, ann: Person, bob: Person) -> None:
    room = (await ann.does(ask.Ban, room="#ops", who="bob")).room
    await ann.says("#ops", "secret")
    await house.quiet()
    assert isinstance(bob.bodies(room)[-1], Banned)
    assert isinstance(bob.bodies(bob.id)[-1], Departed)


async def test_a_ban_ends_when_its_time_is_over(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.Ban, room="#ops", who="bob", seconds=3600)
    refused = await refusal(bob, ask.JoinRoom, room="#ops")
    assert refused.message == "You are banned from this room for another 60 min."
    house.clock.now += HOUR
    assert await bob.refused(ask.JoinRoom, room="#ops") == ""


async def test_a_ban_may_come_before_the_one_it_keeps_out(ann: Person, eve: Person) -> None:
    await ann.does(ask.Ban, room="#ops", who="@eve")
    assert await eve.refused(ask.JoinRoom, room="#ops") == "banned_here"


async def test_a_ban_takes_an_invitation_back(ann: Person, eve: Person) -> None:
    await ann.does(ask.Invite, room="#den", user="eve")
    await ann.does(ask.Ban, room="#den", who="eve")
    assert await eve.refused(ask.JoinRoom, room="#den") == "no_such_room"
    assert await ann.refused(ask.Invite, room="#den", user="eve") == "not_allowed"


async def test_a_ban_is_lifted(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.Ban, room="#ops", who="bob")
    room = (await ann.does(ask.Unban, room="#ops", who="bob")).room
    await house.quiet()
    assert ann.bodies(room)[-1] == Unbanned(person=Author(bob.id, "bob"))
    assert await bob.refused(ask.JoinRoom, room="#ops") == ""


async def test_a_ban_that_is_not_there_is_lifted_without_an_entry(ann: Person, bob: Person) -> None:
    assert (await ann.does(ask.Unban, room="#ops", who="bob")).seq == 0


async def test_a_pattern_removes_whom_it_covers_and_keeps_the_next_out(house: House, ann: Person) -> None:
    spams = [await house.come(name) for name in ("spam1", "Spammer", "ham")]
    for person in spams:
        await person.does(ask.JoinRoom, room="#ops")
    room = (await ann.does(ask.Ban, room="#ops", who="spam*")).room
    assert set(await ann.members("#ops")) == {"ann", "ham"}
    await house.quiet()
    kicked = [body.person.name for body in ann.bodies(room) if isinstance(body, Kicked)]
    assert sorted(kicked) == ["Spammer", "spam1"]
    later = await house.come("sparn_spam")
    assert await later.refused(ask.JoinRoom, room="#ops") == ""
    assert await (await house.come("spam_again")).refused(ask.JoinRoom, room="#ops") == "banned_here"


async def test_a_pattern_covers_names_that_look_alike(house: House, ann: Person) -> None:
    """These are letters of Cyrillic."""
    await ann.does(ask.Ban, room="#ops", who="ops*")
    assert await (await house.come("орѕ")).refused(ask.JoinRoom, room="#ops") == "banned_here"


@pytest.mark.parametrize("who", ["*", "**", "?", "a*", "*ab*", "????", "*\u200b*"])
async def test_a_pattern_that_would_cover_everyone_is_refused(ann: Person, who: str) -> None:
    assert await ann.refused(ask.Ban, room="#ops", who=who) == "bad_name"


@pytest.mark.parametrize("who", ["", " ", "two words", "@", "a" * 33, "x" * 10_000, "a" * 99 + "*", "\0", "\ud800*abc"])
async def test_what_names_nobody_is_refused(ann: Person, who: str) -> None:
    assert await ann.refused(ask.Ban, room="#ops", who=who) in {"bad_name", "too_long"}


async def test_a_room_bans_no_addresses(ann: Person) -> None:
    assert await ann.refused(ask.Ban, room="#ops", who="192.0.2.1") == "not_allowed"


@pytest.mark.parametrize("seconds", [0, -1, -(2**62), 10 * 365 * 86_400 + 1, 2**62])
async def test_a_time_that_is_none_is_refused(ann: Person, bob: Person, seconds: int) -> None:
    assert await ann.refused(ask.Ban, room="#ops", who="bob", seconds=seconds) == "limit"
    assert await ann.refused(ask.Mute, room="#ops", user="bob", seconds=seconds) == "limit"


async def test_one_cannot_ban_or_mute_oneself(ann: Person) -> None:
    assert await ann.refused(ask.Ban, room="#ops", who="ann") == "not_allowed"
    assert await ann.refused(ask.Mute, room="#ops", user="ann") == "not_allowed"


@pytest.mark.parametrize("role", ["moderator", "admin", "owner"])
async def test_nobody_bans_or_mutes_who_is_not_below(ann: Person, bob: Person, cat: Person, role: str) -> None:
    await ann.does(ask.Grant, room="#ops", user="bob", role="moderator")
    await ann.does(ask.Grant, room="#ops", user="cat", role=role)
    assert await bob.refused(ask.Ban, room="#ops", who="cat") == "not_allowed"
    assert await bob.refused(ask.Mute, room="#ops", user="cat") == "not_allowed"


async def test_a_member_bans_nobody(bob: Person, cat: Person) -> None:
    assert await bob.refused(ask.Ban, room="#ops", who="cat") == "not_allowed"
    assert await bob.refused(ask.ListBans, room="#ops") == "not_allowed"


async def test_a_moderator_does_not_lift_what_the_owner_laid(ann: Person, bob: Person, eve: Person) -> None:
    await ann.does(ask.Grant, room="#ops", user="bob", role="moderator")
    await ann.does(ask.Ban, room="#ops", who="eve")
    assert await bob.refused(ask.Unban, room="#ops", who="eve") == "not_allowed"
    assert await bob.refused(ask.Ban, room="#ops", who="eve", seconds=1) == "not_allowed"


async def test_who_runs_the_server_is_not_kept_out_of_an_open_room(house: House, ann: Person, eve: Person) -> None:
    await make(house, eve, "admin")
    assert await ann.refused(ask.Ban, room="#ops", who="eve") == ""  # an owner stands above an admin
    await make(house, eve, "owner")
    assert await ann.refused(ask.Ban, room="#ops", who="eve") == "not_allowed"
    assert await eve.refused(ask.JoinRoom, room="#ops") == ""


async def test_a_direct_conversation_has_no_bans_and_mutes(ann: Person, bob: Person) -> None:
    await ann.says("@bob", "hi")
    assert await ann.refused(ask.Ban, room="@bob", who="bob") == "not_allowed"
    assert await ann.refused(ask.Mute, room="@bob", user="bob") == "not_allowed"


async def test_two_who_ban_each_other_at_once_leave_one(house: House, ann: Person, bob: Person, cat: Person) -> None:
    await ann.does(ask.Grant, room="#ops", user="bob", role="admin")
    await ann.does(ask.Grant, room="#ops", user="cat", role="moderator")
    await asyncio.gather(bob.refused(ask.Ban, room="#ops", who="cat"), cat.refused(ask.Ban, room="#ops", who="bob"))
    assert set(await ann.members("#ops")) == {"ann", "bob"}


async def test_a_ban_that_is_sent_again_is_stored_once(house: House, ann: Person, bob: Person) -> None:
    cid = make_cid()
    first = await ann.does(ask.Ban, cid, room="#ops", who="bob", seconds=60)
    house.clock.now += HOUR
    await bob.does(ask.JoinRoom, room="#ops")
    assert await ann.does(ask.Ban, cid, room="#ops", who="bob", seconds=60) == first
    assert "bob" in await ann.members("#ops")


async def test_bans_are_listed_to_those_who_may_lay_them(ann: Person, bob: Person) -> None:
    await ann.does(ask.Ban, room="#ops", who="spam*", reason="spam")
    await ann.does(ask.Mute, room="#ops", user="bob", seconds=60)
    held = (await ann.asks(ask.ListBans, room="#ops")).bans
    assert {(ban.act, ban.who, ban.by, ban.reason) for ban in held} == {
        ("ban", "spam*", "ann", "spam"),
        ("mute", "bob", "ann", ""),
    }


async def test_a_room_has_a_thousand_bans_at_most(ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klatch.core.restraints.RESTRAINTS_MOST", 2)
    await ann.does(ask.Ban, room="#ops", who="one*")
    await ann.does(ask.Ban, room="#ops", who="two*")
    assert await ann.refused(ask.Ban, room="#ops", who="three*") == "too_many"
    assert await ann.refused(ask.Ban, room="#ops", who="one*", reason="again") == ""


# Mutes.


async def test_one_who_is_muted_reads_and_does_not_write(house: House, ann: Person, bob: Person) -> None:
    seq = (await bob.says("#ops", "hi")).seq
    await ann.does(ask.Mute, room="#ops", user="bob", seconds=600)
    refused = await refusal(bob, ask.SendMessage, room="#ops", text="let me")
    assert (refused.code, refused.retry_after) == ("muted", 600_000)
    assert await bob.refused(ask.EditMessage, room="#ops", seq=seq, text="x") == "muted"
    assert await bob.refused(ask.React, room="#ops", seq=seq, emoji="👍") == "muted"
    assert await bob.refused(ask.SendMessage, room="#lobby", text="here I may") == ""
    assert await bob.refused(ask.DeleteMessage, room="#ops", seq=seq) == ""
    await ann.says("#ops", "you can read this")
    assert (await bob.reads("#ops")).items[-1].body.text == "you can read this"  # type: ignore[union-attr]


async def test_a_mute_outlasts_leaving_and_coming_back(ann: Person, bob: Person) -> None:
    await ann.does(ask.Mute, room="#ops", user="bob")
    await bob.does(ask.LeaveRoom, room="#ops")
    await bob.does(ask.JoinRoom, room="#ops")
    assert await bob.refused(ask.SendMessage, room="#ops", text="hi") == "muted"


async def test_a_mute_passes(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.Mute, room="#ops", user="bob", seconds=600)
    house.clock.now += 600_000
    assert await bob.refused(ask.SendMessage, room="#ops", text="hi") == ""


async def test_a_mute_is_lifted_and_both_are_told(house: House, ann: Person, bob: Person) -> None:
    room = (await ann.does(ask.Mute, room="#ops", user="bob")).room
    await ann.does(ask.Unmute, room="#ops", user="bob")
    assert await bob.refused(ask.SendMessage, room="#ops", text="hi") == ""
    await house.quiet()
    assert [type(body) for body in bob.bodies(room)][-3:-1] == [Muted, Unmuted]


# On the server.


@pytest.mark.parametrize("kind", [ask.Ban, ask.Unban, ask.Mute, ask.Unmute])
async def test_a_member_keeps_nobody_out_of_the_server(ann: Person, bob: Person, kind: type) -> None:
    whom = "who" if kind in (ask.Ban, ask.Unban) else "user"
    assert await ann.refused(kind, **{whom: "bob"}) == "not_allowed"


async def test_who_is_banned_from_the_server_goes_at_once_and_does_not_come_back(
    house: House, bob: Person, dan: Person
) -> None:
    await dan.does(ask.Ban, who="bob", seconds=3600, reason="spam")
    await house.quiet()
    assert bob.closed == ["banned"]
    with pytest.raises(Refused) as refused:
        await house.come("bob", "the secret of bob, long enough")
    assert (refused.value.code, refused.value.retry_after) == ("banned", HOUR)
    assert refused.value.message == "You are banned from this server for another 60 min: spam."
    house.clock.now += HOUR
    await house.come("bob", "the secret of bob, long enough")


async def test_a_command_behind_a_ban_is_refused(house: House, bob: Person, dan: Person) -> None:
    """It was under way when the ban was stored."""
    outcomes: list[Any] = []
    cids = [make_cid() for _ in range(3)]
    house.engine.act(bob.session, ask.SendMessage(cid=cids[0], room="#ops", text="before"), outcomes.append)
    house.engine.act(dan.session, ask.Ban(cid=cids[1], who="bob"), outcomes.append)
    house.engine.act(bob.session, ask.SendMessage(cid=cids[2], room="#ops", text="after"), outcomes.append)
    await house.quiet()
    assert [getattr(outcome, "code", "") for outcome in outcomes] == ["", "", "banned"]


async def test_a_network_is_kept_out_but_not_who_keeps_order(house: House, ann: Person, dan: Person) -> None:
    far = await house.come("far", address="203.0.113.9")
    near = await house.come("near", address="198.51.100.1")
    mapped = await house.come("mapped", address="::ffff:203.0.113.10")
    keeper = await make(house, await house.come("keeper", address="203.0.113.11"), "moderator")
    keeper.session.account = await house.look(lambda reader: reader.account(keeper.id))
    await dan.does(ask.Ban, who="203.0.113.0/24")
    await house.quiet()
    await house.look(lambda _reader: None)
    assert [person.closed for person in (far, near, mapped, keeper)] == [["banned"], [], ["banned"], []]


async def test_a_pattern_is_kept_out_of_the_server_also_under_a_new_name(
    house: House, eve: Person, dan: Person
) -> None:
    spammer = await house.come("spammer")
    await dan.does(ask.Ban, who="spam*")
    await house.quiet()
    await house.look(lambda _reader: None)
    assert spammer.closed == ["banned"]
    with pytest.raises(Refused) as refused:
        await house.come("spam2")
    assert refused.value.code == "banned"
    assert await eve.refused(ask.Rename, name="spam3") == "banned"


@pytest.mark.parametrize("who", ["0.0.0.0/0", "10.0.0.0/7", "::/0", "2000::/3"])
async def test_a_network_that_is_nearly_everyone_is_refused(dan: Person, who: str) -> None:
    assert await dan.refused(ask.Ban, who=who) == "limit"


@pytest.mark.parametrize("who", ["127.0.0.1", "127.0.0.0/8", "::1", "::ffff:127.0.0.1"])
async def test_the_machine_itself_is_not_banned(dan: Person, who: str) -> None:
    assert await dan.refused(ask.Ban, who=who) == "not_allowed"


@pytest.mark.parametrize("role", ["moderator", "admin", "owner"])
async def test_nobody_is_kept_out_of_the_server_by_one_who_is_not_above(
    house: House, eve: Person, dan: Person, role: str
) -> None:
    await make(house, eve, role)
    assert await dan.refused(ask.Ban, who="eve") == "not_allowed"
    assert await dan.refused(ask.Mute, user="eve") == "not_allowed"


async def test_one_who_is_muted_on_the_server_has_no_words_anywhere(house: House, bob: Person, dan: Person) -> None:
    await dan.does(ask.Mute, user="bob")
    for kind, arguments in [
        (ask.SendMessage, {"room": "#lobby", "text": "x"}),
        (ask.SendMessage, {"room": "@ann", "text": "x"}),
        (ask.SetTopic, {"room": "#ops", "topic": "x"}),
        (ask.CreateRoom, {"name": "mine"}),
        (ask.Rename, {"name": "let-me-speak"}),
        (ask.SetDisplayName, {"name": "let me speak"}),
        (ask.SetStatus, {"text": "let me speak"}),
    ]:
        assert await bob.refused(kind, **arguments) in {"muted", "not_allowed"}, kind
    await dan.does(ask.Unmute, user="bob")
    assert await bob.refused(ask.SendMessage, room="@ann", text="x") == ""


async def test_bans_hold_after_a_restart(house: House, bob: Person, dan: Person) -> None:
    await dan.does(ask.Ban, who="bob")
    await house.close()
    again = House(house.directory)
    with pytest.raises(Refused) as refused:
        await again.come("bob", "the secret of bob, long enough")
    assert refused.value.code == "banned"
    await again.close()
    house.store = House(house.directory).store  # the fixture closes it


async def test_ended_bans_are_forgotten(house: House, ann: Person, bob: Person) -> None:
    await ann.does(ask.Ban, room="#ops", who="bob", seconds=60)
    house.clock.now += HOUR
    house.engine.tidying.sweep()
    await house.quiet()
    assert (await ann.asks(ask.ListBans, room="#ops")).bans == []


async def test_what_failed_later_leaves_no_ban_remembered(house: House, ann: Person, bob: Person) -> None:
    """A decision that is undone takes its ban out of what the writer remembers, too."""

    def lay_and_fail(transaction: Transaction) -> None:
        transaction.restraints(ann.id)
        transaction.set_paused(paused=True)
        raise ZeroDivisionError

    house.store.decide(lay_and_fail, lambda _outcome: None)
    assert await bob.refused(ask.SendMessage, room="#ops", text="hi") == ""
