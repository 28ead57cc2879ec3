"""Accounts: guests register, come back with a password or a token, and are sent away once these do not hold."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from klatch.core import commands as ask
from klatch.core.answers import IsTyping
from klatch.core.credentials import ByLink, ByName, ByPassword, ByToken, Credentials
from klatch.core.events import Audited, Granted, Registered, SignedOut, StatusSet
from klatch.core.refusals import Refused
from klatch.core.running import Running
from klatch.engine import accounts
from klatch.engine.passwords import Passwords
from klatch.storage.port import Reader
from klatch.storage.writer import Writer
from tests.engine.people import OPEN, House, Person, open_house

OLD = "correct horse battery"
NEW = "staple without rust"
SECRET = "the secret of ann, long enough"
LINK = "a-link-made-at-random-0001"
TOKEN = "klatch_" + "t" * 43


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house in which any guest may register."""
    async with open_house(tmp_path / "data", running=OPEN) as house:
        yield house


async def registered(house: House, name: str) -> Person:
    """Somebody who came as a guest and registered."""
    person = await house.come(name, f"the secret of {name}, long enough")
    await person.does(ask.Register, password=OLD)
    await house.quiet()
    return person


async def owner(house: House) -> Person:
    """Whoever used the first owner's link."""
    made: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    house.engine.make_owner_link(made.set_result)
    link = await made
    assert link is not None
    return await house.come(credentials=ByLink(link, "olga", OLD))


async def code(house: House, shown: Credentials, **more: Any) -> str:
    """The code with which somebody is refused who shows this, or nothing."""
    try:
        (await house.come(credentials=shown, **more)).goes()
    except Refused as refused:
        return refused.code
    return ""


async def test_a_guest_who_registers_keeps_id_rooms_and_words(house: House) -> None:
    ann = await house.come("ann", SECRET)
    await ann.does(ask.CreateRoom, name="ops")
    said = await ann.says("#ops", "before")
    await ann.does(ask.Register, password=OLD)
    back = await house.come(credentials=ByPassword("ann", OLD))
    assert back.id == ann.id
    assert [item.seq for item in (await back.reads("#ops")).items][-1] == said.seq
    assert back.welcome.role == "member"


async def test_a_guest_who_registers_is_a_member_of_its_rooms(house: House) -> None:
    ann = await registered(house, "ann")
    assert (await ann.members("#lobby"))["ann"] == "member"
    assert [body for body in ann.bodies() if isinstance(body, Granted | Registered)] == [
        Granted(person=ann.entries()[0].author, role="member"),
        Registered(role="member"),
    ]


async def test_the_secret_of_a_guest_ends_with_the_registration(house: House) -> None:
    await registered(house, "ann")
    assert await code(house, ByName("ann", "the secret of ann, long enough")) == "password_needed"


async def test_the_name_of_an_account_is_not_for_guests_in_any_case_of_letters(house: House) -> None:
    await registered(house, "ann")
    assert await code(house, ByName("ANN")) == "password_needed"


async def test_a_password_is_not_in_the_store(house: House) -> None:
    await registered(house, "ann")
    await house.quiet()
    kept = b"".join(path.read_bytes() for path in house.directory.iterdir())
    assert OLD.encode() not in kept


@pytest.mark.parametrize("password", ["", "short", "x" * 129, "aaaaaaaaaaaa", "Password1", "tab\tin the middle"])
async def test_a_password_that_is_none_is_refused(house: House, password: str) -> None:
    ann = await house.come("ann", SECRET)
    assert await ann.refused(ask.Register, password=password) == "bad_password"


async def test_a_name_that_nobody_has_is_answered_as_a_wrong_password_is(house: House) -> None:
    await registered(house, "ann")
    await house.come("gus", "the secret of gus, long enough")
    shown = [("ann", "wrong"), ("ann", ""), ("nobody", OLD), ("gus", OLD), ("klatch", OLD), ("a b", OLD), ("", "")]
    assert {await code(house, ByPassword(*each)) for each in shown} == {"bad_credentials"}


async def test_a_password_begins_a_session_whose_token_brings_back(house: House) -> None:
    ann = await registered(house, "ann")
    token = (await house.come(credentials=ByPassword("ann", OLD))).welcome.token
    assert token is not None
    back = await house.come(credentials=ByToken(token))
    assert (back.id, back.welcome.token) == (ann.id, None)


async def test_a_session_that_does_not_last_has_no_token_and_ends_with_its_connection(house: House) -> None:
    (await registered(house, "ann")).goes()
    ann = await house.come(credentials=ByPassword("ann", OLD), lasting=False)
    assert ann.welcome.token is None
    assert [each.live for each in (await ann.asks(ask.ListCredentials)).credentials] == [True]
    ann.goes()
    await house.quiet()
    again = await house.come(credentials=ByPassword("ann", OLD))
    assert len((await again.asks(ask.ListCredentials)).credentials) == 1


async def test_a_changed_password_ends_the_other_sessions_at_once(house: House) -> None:
    await registered(house, "ann")
    here, there = [await house.come(credentials=ByPassword("ann", OLD)) for _ in range(2)]
    await here.does(ask.ChangePassword, old=OLD, password=NEW)
    await house.quiet()
    assert (here.closed, there.closed) == ([], ["signed_out"])
    assert await code(house, ByToken(there.welcome.token or "")) == "bad_token"
    assert await code(house, ByToken(here.welcome.token or "")) == ""
    assert await code(house, ByPassword("ann", OLD)) == "bad_credentials"
    assert await code(house, ByPassword("ann", NEW)) == ""


async def test_a_password_is_changed_by_whoever_knows_the_old_one_only(house: House) -> None:
    ann = await registered(house, "ann")
    assert await ann.refused(ask.ChangePassword, old="wrong", password=NEW) == "bad_credentials"
    assert await code(house, ByPassword("ann", OLD)) == ""


async def test_a_change_of_password_that_is_sent_again_gets_its_ack_again(house: House) -> None:
    await registered(house, "ann")
    ann = await house.come(credentials=ByPassword("ann", OLD))
    first = await ann.does(ask.ChangePassword, cid="the-change-000001", old=OLD, password=NEW)
    assert await ann.does(ask.ChangePassword, cid="the-change-000001", old=OLD, password=NEW) == first


async def test_a_revoked_session_is_sent_away_and_hears_nothing_more(house: House) -> None:
    await registered(house, "ann")
    here, there = [await house.come(credentials=ByPassword("ann", OLD)) for _ in range(2)]
    await here.does(ask.SignOut, credential=there.session.credential)
    await house.quiet()
    assert (here.closed, there.closed) == ([], ["signed_out"])
    assert await code(house, ByToken(there.welcome.token or "")) == "bad_token"


async def test_nobody_revokes_what_is_somebody_elses(house: House) -> None:
    await registered(house, "ann")
    await registered(house, "bob")
    ann = await house.come(credentials=ByPassword("ann", OLD))
    bob = await house.come(credentials=ByPassword("bob", OLD))
    assert await bob.refused(ask.SignOut, credential=ann.session.credential) == "bad_token"
    assert ann.closed == []


async def test_a_token_does_what_its_scopes_allow(house: House) -> None:
    ann = await registered(house, "ann")
    await ann.does(ask.MakeToken, name="reader", scopes=["read"], secret=TOKEN)
    script = await house.come(credentials=ByToken(TOKEN))
    await script.reads("#lobby")
    assert await script.refused(ask.SendMessage, room="#lobby", text="hi") == "not_allowed"
    assert await script.refused(ask.ListCredentials) == "not_allowed"
    assert await script.refused(ask.MakeToken, name="more", scopes=["admin"], secret="klatch_" + "u" * 43) == (
        "not_allowed"
    )


async def test_a_token_that_expired_lets_nobody_in(house: House) -> None:
    ann = await registered(house, "ann")
    await ann.does(ask.MakeToken, name="soon", scopes=["read"], secret=TOKEN, expires=house.clock.now + 1_000)
    assert await code(house, ByToken(TOKEN)) == ""
    house.clock.now += 1_000
    assert await code(house, ByToken(TOKEN)) == "bad_token"


async def test_whoever_came_by_a_token_is_sent_away_when_it_expires(house: House) -> None:
    ann = await registered(house, "ann")
    await ann.does(ask.MakeToken, name="ci", secret=TOKEN, scopes=["read"], expires=house.clock.now + 1_000)
    script = await house.come(credentials=ByToken(TOKEN))
    house.engine.end_expired()
    assert script.closed == []
    house.clock.now += 1_000
    house.engine.end_expired()
    assert (script.closed, ann.closed) == (["signed_out"], [])


async def test_a_session_that_was_not_used_for_long_ends(house: House) -> None:
    await registered(house, "ann")
    token = (await house.come(credentials=ByPassword("ann", OLD))).welcome.token or ""
    house.clock.now += 91 * 86_400_000
    assert await code(house, ByToken(token)) == "bad_token"


async def test_whoever_is_suspended_is_sent_away_and_let_in_no_more_until_that_is_taken_back(house: House) -> None:
    olga = await owner(house)
    eve = await registered(house, "eve")
    token = (await house.come(credentials=ByPassword("eve", OLD))).welcome.token or ""
    await olga.does(ask.Suspend, user="eve", reason="spam")
    await house.quiet()
    assert eve.closed == ["suspended"]
    assert await eve.refused(ask.SendMessage, room="#lobby", text="hi") == "suspended"
    shown = [ByPassword("eve", OLD), ByToken(token)]
    assert [await code(house, each) for each in shown] == ["suspended", "suspended"]
    assert await code(house, ByPassword("eve", "wrong")) == "bad_credentials"
    await olga.does(ask.Unsuspend, user="eve")
    assert [await code(house, each) for each in shown] == ["", ""]


async def test_acts_of_administration_are_in_the_log_of_the_server(house: House) -> None:
    olga = await owner(house)
    eve = await registered(house, "eve")
    await olga.does(ask.Suspend, user="eve", reason="spam")

    def look(reader: Reader) -> Any:
        return [entry.body for entry in reader.entries_after("1", 0, 10)]

    assert await house.look(look) == [
        Audited(act="suspend", person=eve.entries()[0].author, detail="spam"),
    ]


async def test_the_first_owners_link_is_used_once(house: House) -> None:
    olga = await owner(house)
    assert olga.welcome.role == "owner"
    made: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    house.engine.make_owner_link(made.set_result)
    assert await made is None


async def test_a_guest_becomes_the_owner_by_the_first_owners_link(house: House) -> None:
    made: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    house.engine.make_owner_link(made.set_result)
    link = await made
    ann = await house.come("ann", SECRET)
    await ann.does(ask.Register, password=OLD, link=link)
    assert (await house.come(credentials=ByPassword("ann", OLD))).welcome.role == "owner"


async def test_an_invite_link_leads_into_its_room_as_often_as_it_says(house: House) -> None:
    olga = await owner(house)
    await olga.does(ask.CreateRoom, name="den", closed=True)
    await olga.does(ask.MakeLink, secret=LINK, room="#den", role="moderator", uses=1)
    dora = await house.come(credentials=ByLink(LINK, "dora", OLD))
    assert (await dora.members("#den"))["dora"] == "moderator"
    assert dora.welcome.role == "member"
    assert await code(house, ByLink(LINK, "dirk", OLD)) == "bad_link"


async def test_an_invite_link_that_expired_or_was_taken_back_does_nothing(house: House) -> None:
    olga = await owner(house)
    await olga.does(ask.MakeLink, secret=LINK, expires=house.clock.now + 1_000)
    await olga.does(ask.MakeLink, secret=LINK + "2")
    second = (await olga.asks(ask.ListLinks)).links[0]
    await olga.does(ask.RevokeLink, link=second.id)
    house.clock.now += 1_000
    assert {await code(house, ByLink(each, "dora", OLD)) for each in (LINK, LINK + "2", "x")} == {"bad_link"}


async def test_nobody_gives_more_by_a_link_than_they_have(house: House) -> None:
    olga = await owner(house)
    mona = await registered(house, "mona")
    assert await mona.refused(ask.MakeLink, secret=LINK) == "not_allowed"
    await olga.does(ask.GiveServerRole, user="mona", role="moderator")
    assert await mona.refused(ask.MakeLink, secret=LINK, role="admin") == "not_allowed"
    await mona.does(ask.MakeLink, secret=LINK, role="moderator")


@pytest.mark.parametrize(
    "end",
    [
        ask.Suspend(cid="the-end-of-amys-rights", user="amy"),
        ask.GiveServerRole(cid="the-end-of-amys-rights", user="amy", role="moderator"),
        ask.Ban(cid="the-end-of-amys-rights", who="amy"),
        ask.Erase(cid="the-end-of-amys-rights", user="amy"),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_nobody_comes_in_by_a_link_whose_maker_could_not_make_it_any_more(house: House, end: Any) -> None:
    olga = await owner(house)
    amy = await registered(house, "amy")
    await registered(house, "ann")
    await olga.does(ask.GiveServerRole, user="amy", role="admin")
    await amy.does(ask.MakeLink, secret=LINK, role="admin")
    await amy.does(ask.MakeResetLink, secret=LINK + "2", user="ann")
    await olga.does(type(end), **{name: value for name, value in msgspec.structs.asdict(end).items() if name != "cid"})
    used = ByLink(LINK, "eve", OLD), ByLink(LINK + "2", "", NEW)
    assert {await code(house, each) for each in used} == {"bad_link"}


async def test_a_link_into_a_room_ends_with_the_place_of_its_maker(house: House) -> None:
    olga = await owner(house)
    amy = await registered(house, "amy")
    await olga.does(ask.GiveServerRole, user="amy", role="moderator")
    await amy.does(ask.CreateRoom, name="den", closed=True)
    await amy.does(ask.MakeLink, secret=LINK, room="#den", role="owner")
    await amy.does(ask.Invite, room="#den", user="olga")
    await olga.does(ask.JoinRoom, room="#den")
    await amy.does(ask.LeaveRoom, room="#den")
    assert await code(house, ByLink(LINK, "eve", OLD)) == "bad_link"


async def test_a_reset_link_sets_a_password_and_ends_all_sessions(house: House) -> None:
    olga = await owner(house)
    ann = await registered(house, "ann")
    token = (await house.come(credentials=ByPassword("ann", OLD))).welcome.token or ""
    await olga.does(ask.MakeResetLink, user="ann", secret=LINK)
    back = await house.come(credentials=ByLink(LINK, "", NEW))
    assert back.id == ann.id
    assert ann.closed == ["signed_out"]
    assert back.closed == []
    assert await code(house, ByToken(token)) == "bad_token"
    assert await code(house, ByPassword("ann", NEW)) == ""
    assert await code(house, ByLink(LINK, "", OLD)) == "bad_link"


async def test_nobody_resets_the_password_of_an_equal(house: House) -> None:
    olga = await owner(house)
    for name in ("amy", "abe"):
        await registered(house, name)
        await olga.does(ask.GiveServerRole, user=name, role="admin")
    amy = await house.come(credentials=ByPassword("amy", OLD))
    assert await amy.refused(ask.MakeResetLink, user="abe", secret=LINK) == "not_allowed"
    assert await amy.refused(ask.Suspend, user="olga") == "not_allowed"


async def test_accounts_are_listed_for_administrators_by_name(house: House) -> None:
    olga = await owner(house)
    ann = await registered(house, "ann")
    await house.come("gus", "the secret of gus, long enough")
    told = await olga.asks(ask.ListAccounts, limit=2)
    assert [(each.name, each.role, each.registered) for each in told.accounts] == [
        ("ann", "member", True),
        ("gus", "guest", False),
    ]
    assert told.more
    after = await olga.asks(ask.ListAccounts, after="gus")
    assert [each.name for each in after.accounts][-1] == "olga"
    assert await ann.refused(ask.ListAccounts) == "not_allowed"


async def test_a_status_passes_when_its_time_comes(house: House) -> None:
    ann = await registered(house, "ann")
    await ann.does(ask.SetStatus, text="at lunch", away=True, until=house.clock.now + 1_000)
    await house.quiet()
    assert house.engine.roster.online()[0].status == "at lunch"
    house.clock.now += 1_000
    assert (house.engine.roster.online()[0].status, house.engine.roster.online()[0].state) == ("", "online")


async def test_registration_needs_an_invite_unless_it_is_open(tmp_path: Path) -> None:
    async with open_house(tmp_path / "other") as house:
        gus = await house.come("gus", "the secret of gus, long enough")
        assert await gus.refused(ask.Register, password=OLD) == "not_allowed"
        olga = await owner(house)
        await olga.does(ask.MakeLink, secret=LINK)
        await gus.does(ask.Register, password=OLD, link=LINK)
        assert await code(house, ByPassword("gus", OLD)) == ""


async def test_the_eleventh_attempt_in_a_minute_is_refused_whatever_it_shows(tmp_path: Path) -> None:
    async with open_house(tmp_path / "other", running=Running(registration="open")) as house:
        await registered(house, "ann")
        codes = [await code(house, ByPassword("ann", "wrong")) for _ in range(11)]
        assert codes == ["bad_credentials"] * 10 + ["rate_limited"]
        assert await code(house, ByPassword("ann", OLD)) == "rate_limited"
        assert await code(house, ByPassword("ann", OLD), address="192.0.2.7") == ""
        house.pace += 60
        assert await code(house, ByPassword("ann", OLD)) == ""


async def test_what_is_kept_of_a_password_changes_with_how_it_is_made(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", running=OPEN) as house:
        ann = await registered(house, "ann")
        before = await house.look(lambda reader: reader.password_hash(ann.id))
    slower = Passwords(memory=256, passes=3, iterations=4_096)
    async with open_house(tmp_path / "data", running=OPEN, passwords=slower) as house:
        await house.come(credentials=ByPassword("ann", OLD))
        after = await house.look(lambda reader: reader.password_hash(ann.id))
        assert (before != after, "t=3" in after) == (True, True)
        assert await code(house, ByPassword("ann", OLD)) == ""


async def test_whoever_has_too_many_sessions_loses_the_oldest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klatch.engine.authentication.SESSIONS_MOST", 2)
    await registered(house, "ann")
    sessions = []
    for _ in range(3):
        house.clock.now += 1
        sessions.append(await house.come(credentials=ByPassword("ann", OLD)))
    await house.quiet()
    assert [each.closed for each in sessions] == [["signed_out"], [], []]
    assert any(isinstance(body, SignedOut) for body in sessions[2].bodies())


async def test_signing_out_elsewhere_ends_also_the_connections_from_before_one_registered(house: House) -> None:
    before = await registered(house, "ann")
    here = await house.come(credentials=ByPassword("ann", OLD))
    await here.does(ask.SignOut, others=True)
    await house.quiet()
    assert (before.closed, here.closed) == (["signed_out"], [])


async def test_connections_from_before_one_registered_are_listed_and_signed_out_one_by_one(house: House) -> None:
    phone, laptop = await house.come("ann", SECRET), await house.come("ann", SECRET)
    await laptop.does(ask.Register, password=OLD)
    await house.quiet()
    found = (await laptop.asks(ask.ListCredentials)).credentials
    assert [(each.live, each.mine) for each in found] in ([(True, True), (True, False)], [(True, False), (True, True)])
    await laptop.does(ask.SignOut, credential=next(each.id for each in found if not each.mine))
    await house.quiet()
    assert (phone.closed, laptop.closed) == (["signed_out"], [])


async def test_a_session_from_before_one_registered_ends_with_its_connection(house: House) -> None:
    before = await registered(house, "ann")
    here = await house.come(credentials=ByPassword("ann", OLD))
    before.goes()
    await house.quiet()
    assert [each.mine for each in (await here.asks(ask.ListCredentials)).credentials] == [True]


async def test_a_connection_that_goes_while_one_registers_leaves_no_session(house: House) -> None:
    ann = await house.come("ann", SECRET)
    await ann.does(ask.Register, password=OLD)
    ann.goes()
    await house.quiet()
    await house.quiet()
    here = await house.come(credentials=ByPassword("ann", OLD))
    assert len((await here.asks(ask.ListCredentials)).credentials) == 1


async def test_who_changes_the_password_from_before_one_registered_stays(house: House) -> None:
    ann = await registered(house, "ann")
    await ann.does(ask.ChangePassword, old=OLD, password=NEW)
    await house.quiet()
    assert ann.closed == []


@pytest.mark.parametrize("door", ["password", "token", "new link", "reset link", "name"])
async def test_who_is_banned_is_refused_before_anything_is_changed(
    house: House, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    olga, ann = await owner(house), await registered(house, "ann")
    await ann.does(ask.MakeToken, name="script", scopes=["read"], secret=TOKEN)
    if door == "reset link":
        await olga.does(ask.MakeResetLink, user="ann", secret=LINK)
    else:
        await olga.does(ask.MakeLink, secret=LINK)
    await olga.does(ask.Ban, who="192.0.2.0/24")
    replayed, again = [], Writer._apart
    monkeypatch.setattr(Writer, "_apart", lambda writer, batch: replayed.append(batch) or again(writer, batch))
    shown: dict[str, Credentials] = {
        "password": ByPassword("ann", OLD),
        "token": ByToken(TOKEN),
        "new link": ByLink(LINK, "dora", NEW),
        "reset link": ByLink(LINK, "", NEW),
        "name": ByName("gus"),
    }
    assert await code(house, shown[door], address="192.0.2.7") == "banned"
    assert replayed == []
    assert await code(house, shown[door]) == ""


async def test_a_guest_who_may_not_set_a_topic_is_told_how_to(house: House) -> None:
    await house.come("ann", SECRET)
    with pytest.raises(Refused, match="/register"):
        await (await house.come("gus")).does(ask.SetTopic, room="#lobby", topic="Hi")


@pytest.mark.parametrize("name", ["admin", "Root", "help", "quit", "exit", "login", "klatch", "system", "server"])
async def test_nobody_takes_a_name_that_the_server_keeps(house: House, name: str) -> None:
    assert await code(house, ByName(name)) == "bad_name"
    ann = await registered(house, "ann")
    assert await ann.refused(ask.Rename, name=name) == "bad_name"


async def test_the_same_command_with_another_password_is_a_retry(house: House) -> None:
    ann = await house.come("ann", SECRET)
    first = await ann.does(ask.Register, cid="the-register-0001", password=OLD)
    assert await ann.does(ask.Register, cid="the-register-0001", password=NEW) == first
    assert await code(house, ByPassword("ann", NEW)) == "bad_credentials"


async def test_two_who_use_the_last_of_a_link_at_once_are_one_too_many(house: House) -> None:
    olga = await owner(house)
    await olga.does(ask.MakeLink, secret=LINK)
    codes = await asyncio.gather(*(code(house, ByLink(LINK, name, OLD)) for name in ("dora", "dirk")))
    assert sorted(codes) == ["", "bad_link"]


async def test_a_password_that_changes_while_it_is_checked_lets_nobody_in(house: House) -> None:
    (await registered(house, "ann")).goes()
    ann = await house.come(credentials=ByPassword("ann", OLD))
    outcomes = await asyncio.gather(
        ann.does(ask.ChangePassword, old=OLD, password=NEW),
        *(code(house, ByPassword("ann", OLD)) for _ in range(20)),
    )
    assert set(outcomes[1:]) <= {"", "bad_credentials"}
    await house.quiet()
    live = [session for session in house.engine.sessions.of(ann.id) if session.credential is not None]
    known = {each.id for each in (await ann.asks(ask.ListCredentials)).credentials}
    assert {session.credential for session in live} <= known


async def test_a_status_that_has_passed_is_taken_away_in_the_log(house: House) -> None:
    ann = await registered(house, "ann")
    await ann.does(ask.SetStatus, text="at lunch", away=True, until=house.clock.now + 1_000)
    for expected in ("at lunch", ""):
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        house.store.decide(accounts.clear_statuses, done.set_result)
        await done
        await house.quiet()
        assert [body for body in ann.bodies() if isinstance(body, StatusSet)][-1].text == expected
        house.clock.now += 1_000


async def test_a_token_to_read_by_does_not_tell_that_somebody_types(house: House) -> None:
    ann, bob = await registered(house, "ann"), await registered(house, "bob")
    await ann.does(ask.MakeToken, name="reader", scopes=["read"], secret=TOKEN)
    script = await house.come(credentials=ByToken(TOKEN))
    room = await ann.room("#lobby")
    assert room is not None
    house.engine.type(script.session, room.id)
    await house.quiet()
    assert bob.heard(IsTyping) == []
    house.engine.type(ann.session, room.id)
    await house.quiet()
    assert len(bob.heard(IsTyping)) == 1
