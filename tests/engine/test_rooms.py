"""Rooms: who may find, join, see and rule which; direct rooms; what each role may do to which."""

import asyncio
import itertools

import pytest

from klatch.core.commands import (
    CreateRoom,
    Fetch,
    Grant,
    History,
    Invite,
    JoinRoom,
    Kick,
    LeaveRoom,
    ListMembers,
    LookAtRoom,
    MarkRead,
    Rename,
    SendMessage,
    SetTopic,
)
from klatch.core.credentials import ByName, Identity
from klatch.core.events import (
    Created,
    Departed,
    Entered,
    GotInvitation,
    Granted,
    Joined,
    Kicked,
    Left,
    RoomName,
    TopicSet,
)
from klatch.core.members import ROLES
from klatch.engine.accounts import Entrance, enter, greet
from tests.engine.people import House, Person

# Making and finding.


async def test_who_makes_a_room_is_its_owner(ann: Person) -> None:
    assert await ann.members("#ops") == {"ann": "owner"}


@pytest.mark.parametrize("name", ["ops", "OPS", "орѕ"])
async def test_a_room_by_a_name_that_is_there_or_looks_alike_is_not_made_again(bob: Person, name: str) -> None:
    assert await bob.refused(CreateRoom, name=name) == "room_exists"


async def test_a_name_that_only_looks_alike_finds_no_room(bob: Person) -> None:
    assert await bob.refused(SendMessage, room="#орѕ", text="hi") == "no_such_room"


async def test_a_room_is_found_whatever_the_case(bob: Person) -> None:
    assert (await bob.says("#OPS", "hi")).room == (await bob.says("#ops", "hi")).room


async def test_a_name_that_a_door_cannot_carry_is_refused(ann: Person) -> None:
    assert await ann.refused(CreateRoom, name="a room") == "bad_name"


async def test_everyone_is_in_the_lobby_without_an_entry(eve: Person) -> None:
    assert (await eve.reads("#lobby")).as_of == 1


async def test_the_lobby_can_be_left_and_joined_again(eve: Person) -> None:
    await eve.does(LeaveRoom, room="#lobby")
    assert await eve.refused(SendMessage, room="#lobby", text="hi") == "not_a_member"
    await eve.does(JoinRoom, room="#lobby")
    assert (await eve.says("#lobby", "back")).seq == 4


async def test_joining_twice_adds_nothing(bob: Person) -> None:
    assert (await bob.does(JoinRoom, room="#ops")).seq == 0


async def test_who_is_not_in_a_room_cannot_leave_it(eve: Person) -> None:
    assert await eve.refused(LeaveRoom, room="#ops") == "not_a_member"


async def test_joining_is_an_entry_of_the_room_and_of_ones_own_log(ann: Person, bob: Person) -> None:
    await ann.house.quiet()
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    assert (ann.bodies(room)[-1], bob.bodies(bob.id)[-1]) == (
        Joined(role="guest"),
        Entered(room=RoomName(room, "#ops", "open")),
    )


# Closed rooms.


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (JoinRoom, {}),
        (LeaveRoom, {}),
        (SendMessage, {"text": "hi"}),
        (History, {}),
        (Fetch, {"after": 0}),
        (ListMembers, {}),
        (SetTopic, {"topic": "x"}),
        (Invite, {"user": "bob"}),
        (Kick, {"user": "ann"}),
        (Grant, {"user": "ann", "role": "guest"}),
        (MarkRead, {}),
    ],
)
async def test_a_closed_room_does_not_exist_for_who_is_not_invited(
    ann: Person, bob: Person, kind: type, arguments: dict[str, object]
) -> None:
    den = (await ann.room("#den")).id  # type: ignore[union-attr]
    assert await bob.refused(kind, room="#den", **arguments) == "no_such_room"
    assert await bob.refused(kind, room=den, **arguments) == "no_such_room"


async def test_a_closed_room_is_not_listed_to_others(bob: Person) -> None:
    assert await bob.room("#den") is None


async def test_a_closed_room_and_no_room_are_refused_in_the_same_words(ann: Person, bob: Person) -> None:
    words = []
    for name in ("#den", "#nil"):
        with pytest.raises(Exception, match="closed to you") as caught:
            await bob.does(JoinRoom, room=name)
        words.append(str(caught.value).replace(name, ""))
    assert words[0] == words[1]


async def test_who_is_invited_may_join(ann: Person, bob: Person) -> None:
    await ann.does(Invite, room="#den", user="bob")
    await bob.does(JoinRoom, room="#den")
    assert set(await ann.members("#den")) == {"ann", "bob"}


async def test_who_is_invited_is_told(ann: Person, bob: Person) -> None:
    await ann.does(Invite, room="#den", user="@bob")
    await ann.house.quiet()
    den = (await ann.room("#den")).id  # type: ignore[union-attr]
    assert bob.bodies(bob.id)[-1] == GotInvitation(room=RoomName(den, "#den", "closed"))


async def test_who_is_invited_reads_nothing_before_joining(ann: Person, bob: Person) -> None:
    await ann.does(Invite, room="#den", user="bob")
    assert await bob.refused(History, room="#den") == "not_a_member"


async def test_an_invitation_is_used_up_by_joining(ann: Person, bob: Person) -> None:
    await ann.does(Invite, room="#den", user="bob")
    await bob.does(JoinRoom, room="#den")
    await bob.does(LeaveRoom, room="#den")
    assert await bob.refused(JoinRoom, room="#den") == "no_such_room"


async def test_who_was_removed_from_a_closed_room_does_not_come_back_alone(ann: Person, cat: Person) -> None:
    await ann.does(Kick, room="#den", user="cat")
    assert await cat.refused(JoinRoom, room="#den") == "no_such_room"


async def test_a_guest_of_a_room_may_not_invite(bob: Person, eve: Person) -> None:
    assert await bob.refused(Invite, room="#ops", user="eve") == "not_allowed"


async def test_nobody_invites_somebody_who_is_not_there(ann: Person) -> None:
    assert await ann.refused(Invite, room="#den", user="nobody") == "no_such_user"


async def test_inviting_a_member_adds_nothing(ann: Person, cat: Person) -> None:
    assert (await ann.does(Invite, room="#den", user="cat")).seq == 0


# Direct rooms.


async def test_a_first_message_begins_a_direct_room_for_both(ann: Person, bob: Person) -> None:
    ack = await ann.says("@bob", "psst")
    assert [(await ann.room("@bob")).id, (await bob.room("@ann")).id] == [ack.room, ack.room]  # type: ignore[union-attr]


async def test_both_write_in_the_same_direct_room(ann: Person, bob: Person) -> None:
    first = await ann.says("@bob", "psst")
    assert (await bob.says("@ann", "yes?")).room == first.room


async def test_a_direct_room_begins_with_who_is_in_it_and_both_are_told_everything(ann: Person, bob: Person) -> None:
    ack = await ann.says("@bob", "psst")
    await ann.house.quiet()
    assert [entry.seq for entry in bob.entries(ack.room)] == [1, 2]
    assert isinstance(bob.bodies(ack.room)[0], Created)


async def test_a_direct_room_is_seen_by_nobody_else(ann: Person, bob: Person, cat: Person) -> None:
    ack = await ann.says("@bob", "psst")
    assert await cat.refused(History, room=ack.room) == "no_such_room"
    assert await cat.refused(SendMessage, room=ack.room, text="what?") == "no_such_room"
    await ann.house.quiet()
    assert cat.entries(ack.room) == []


async def test_one_may_write_to_oneself(ann: Person) -> None:
    ack = await ann.says("@ann", "buy milk")
    assert (await ann.room("@ann")).id == ack.room  # type: ignore[union-attr]
    assert list(await ann.members("@ann")) == ["ann"]


async def test_a_direct_room_of_several_is_one_whoever_names_it_and_in_any_order(
    ann: Person, bob: Person, cat: Person
) -> None:
    acks = [await ann.says("@bob,cat", "1"), await bob.says("@cat,@ann", "2"), await cat.says("@bob,bob,ann", "3")]
    assert len({ack.room for ack in acks}) == 1


async def test_a_direct_room_of_several_is_another_than_that_of_two(ann: Person, bob: Person, cat: Person) -> None:
    assert (await ann.says("@bob,cat", "1")).room != (await ann.says("@bob", "2")).room


async def test_a_direct_room_holds_twenty_at_most(house: House, ann: Person) -> None:
    names = [(await house.come(f"guest{number}")).name for number in range(20)]
    assert await ann.refused(SendMessage, room=f"@{','.join(names)}", text="hi") == "too_many"
    assert (await ann.says(f"@{','.join(names[:19])}", "hi")).seq == 2


async def test_nobody_writes_to_somebody_who_is_not_there(ann: Person) -> None:
    assert await ann.refused(SendMessage, room="@nobody", text="hi") == "no_such_user"


async def test_a_direct_room_that_has_not_begun_cannot_be_read(ann: Person, bob: Person) -> None:
    assert await ann.refused(History, room="@bob") == "no_such_room"


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [(LeaveRoom, {}), (Invite, {"user": "cat"}), (Kick, {"user": "bob"}), (Grant, {"user": "bob", "role": "guest"})],
)
async def test_nobody_is_added_to_or_removed_from_a_direct_room(
    ann: Person, bob: Person, cat: Person, kind: type, arguments: dict[str, str]
) -> None:
    await ann.says("@bob", "psst")
    assert await ann.refused(kind, room="@bob", **arguments) == "not_allowed"


async def test_a_direct_room_follows_a_new_name(ann: Person, bob: Person) -> None:
    ack = await ann.says("@bob", "psst")
    await bob.does(Rename, name="robert")
    assert (await ann.room("@robert")).id == ack.room  # type: ignore[union-attr]


async def test_who_takes_a_name_later_sees_nothing_of_who_had_it(house: House, ann: Person) -> None:
    first = await house.come("zoe")
    before = await ann.says("@zoe", "for the first")
    first.goes()
    await house.quiet()
    second = await house.come("zoe")
    assert await second.room("@ann") is None
    assert (await ann.says("@zoe", "for the second")).room != before.room


# Leaving and being removed.


async def test_who_left_is_told_so_and_nothing_after(ann: Person, bob: Person) -> None:
    await bob.does(LeaveRoom, room="#ops")
    await ann.says("#ops", "is bob gone?")
    await ann.house.quiet()
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    assert bob.bodies(room)[-1] == Left()
    assert bob.bodies(bob.id)[-1] == Departed(room=RoomName(room, "#ops", "open"))


async def test_who_was_removed_is_told_why_and_nothing_after(ann: Person, bob: Person) -> None:
    await ann.does(Kick, room="#ops", user="bob", reason="spam")
    await ann.says("#ops", "peace")
    await ann.house.quiet()
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    last = bob.bodies(room)[-1]
    assert isinstance(last, Kicked)
    assert (last.person.name, last.reason) == ("bob", "spam")


async def test_who_was_removed_may_neither_write_nor_read(ann: Person, bob: Person) -> None:
    await ann.does(Kick, room="#ops", user="bob")
    assert await bob.refused(SendMessage, room="#ops", text="hi") == "not_a_member"
    assert await bob.refused(History, room="#ops") == "not_a_member"


async def test_who_is_not_in_the_room_cannot_be_removed(ann: Person, eve: Person) -> None:
    assert await ann.refused(Kick, room="#ops", user="eve") == "no_such_user"


async def test_nobody_removes_themselves(ann: Person) -> None:
    assert await ann.refused(Kick, room="#ops", user="ann") == "not_allowed"


# Roles.


async def rule(ann: Person, person: Person, role: str) -> None:
    """Gives somebody a role in #ops, through the owner."""
    await ann.does(Grant, room="#ops", user=person.name, role=role)


@pytest.mark.parametrize(("actor", "target"), list(itertools.product(ROLES[1:], ROLES[1:])))
async def test_only_moderators_and_above_remove_and_only_who_is_below_them(
    ann: Person, bob: Person, cat: Person, actor: str, target: str
) -> None:
    await rule(ann, bob, actor)
    await rule(ann, cat, target)
    may = actor in {"admin", "moderator"} and ROLES.index(target) > ROLES.index(actor)
    assert await bob.refused(Kick, room="#ops", user="cat") == ("" if may else "not_allowed")


@pytest.mark.parametrize("role", ROLES)
async def test_an_admin_gives_roles_up_to_their_own(ann: Person, bob: Person, cat: Person, role: str) -> None:
    await rule(ann, bob, "admin")
    assert await bob.refused(Grant, room="#ops", user="cat", role=role) == ("not_allowed" if role == "owner" else "")


@pytest.mark.parametrize("role", ["moderator", "member", "guest"])
async def test_who_is_below_an_admin_gives_no_roles(ann: Person, bob: Person, cat: Person, role: str) -> None:
    await rule(ann, bob, role)
    assert await bob.refused(Grant, room="#ops", user="cat", role="guest") == "not_allowed"


async def test_nobody_gives_themselves_a_role(ann: Person) -> None:
    assert await ann.refused(Grant, room="#ops", user="ann", role="guest") == "not_allowed"


async def test_an_admin_does_not_touch_another_admin(ann: Person, bob: Person, cat: Person) -> None:
    await rule(ann, bob, "admin")
    await rule(ann, cat, "admin")
    assert await bob.refused(Grant, room="#ops", user="cat", role="guest") == "not_allowed"


async def test_there_are_no_other_roles(ann: Person, bob: Person) -> None:
    assert await ann.refused(Grant, room="#ops", user="bob", role="emperor") == "type"


async def test_a_new_role_is_told_to_the_room(ann: Person, bob: Person) -> None:
    await rule(ann, bob, "moderator")
    await ann.house.quiet()
    granted = bob.bodies()[-1]
    assert isinstance(granted, Granted)
    assert granted.role == "moderator"


@pytest.mark.parametrize(("role", "code"), [("guest", "not_allowed"), ("member", "")])
async def test_members_set_the_topic_and_guests_do_not(ann: Person, bob: Person, role: str, code: str) -> None:
    await rule(ann, bob, role)
    assert await bob.refused(SetTopic, room="#ops", topic="coffee") == code


async def test_a_topic_is_kept_and_told(ann: Person, bob: Person) -> None:
    await ann.does(SetTopic, room="#ops", topic=" coffee ")
    await ann.house.quiet()
    room = await bob.room("#ops")
    assert room is not None
    assert (room.topic, bob.bodies()[-1]) == ("coffee", TopicSet(topic="coffee"))


async def test_a_topic_that_is_too_long_is_refused(ann: Person) -> None:
    assert await ann.refused(SetTopic, room="#ops", topic="x" * 501) == "too_long"


# As many rooms as allowed.


async def test_one_is_in_a_thousand_rooms_at_most(house: House, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klatch.core.rooms.ROOMS_MOST", 5)
    for number in range(2):
        await ann.does(CreateRoom, name=f"room{number}")
    assert await ann.refused(CreateRoom, name="one-more") == "too_many"
    assert await ann.refused(JoinRoom, room="#one-more") == "no_such_room"


async def test_direct_rooms_that_others_began_do_not_count(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klatch.core.rooms.ROOMS_MOST", 4)
    await bob.says("@ann", "hi")
    assert await ann.refused(CreateRoom, name="one-more") == ""


async def test_of_many_direct_rooms_the_last_written_in_are_told_and_all_are_heard(
    house: House, ann: Person, bob: Person, cat: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klatch.engine.accounts.DIRECT_TOLD_MOST", 2)
    began = []
    for person in (bob, cat, await house.come("dan")):
        house.clock.now += 1
        began.append((await person.says("@ann", "hi")).room)
    house.clock.now += 1
    await bob.says("@ann", "hi again")
    shown = ByName("ann", "the secret of ann, long enough")
    outcome: asyncio.Future[Entrance] = asyncio.get_running_loop().create_future()
    house.store.decide(lambda transaction: enter(transaction, Identity(greet(transaction, shown))), outcome.set_result)
    entrance = await outcome
    told = [room.id for room in entrance.rooms if room.kind == "direct"]
    assert (told, set(began) <= set(entrance.logs)) == ([began[0], began[2]], True)
    assert {room.id for room in entrance.rooms} <= set(entrance.logs)


# Invitations taken back.


async def test_kicking_one_who_is_only_invited_takes_the_invitation_back(ann: Person, eve: Person) -> None:
    await ann.does(Invite, room="#den", user="eve")
    await ann.does(Kick, room="#den", user="eve", reason="no")
    await ann.house.quiet()
    assert isinstance(ann.bodies()[-1], Kicked)
    assert await eve.refused(JoinRoom, room="#den") == "no_such_room"


async def test_an_invitation_is_not_given_twice(ann: Person, eve: Person) -> None:
    first, second = [await ann.does(Invite, room="#den", user="eve") for _ in range(2)]
    assert (first.seq > 0, second.seq) == (True, 0)


@pytest.mark.parametrize("kind", [Kick, Invite])
async def test_who_may_not_act_learns_of_nobody(bob: Person, kind: type[Kick | Invite]) -> None:
    assert await bob.refused(kind, room="#ops", user="nobody") == "not_allowed"


async def test_only_messages_are_unread_and_those_far_back_are_not_counted(
    ann: Person, bob: Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("one", "two", "three"):
        await ann.says("#ops", text)
    await eve.does(JoinRoom, room="#ops")
    before = await bob.room("#ops")
    monkeypatch.setattr("klatch.engine.rooms._COUNTED_BACK", 3)
    after = await bob.room("#ops")
    assert before is not None
    assert after is not None
    assert (before.unread, after.unread) == (3, 2)


# Looking at one.


async def test_an_open_room_is_shown_without_a_role_to_one_who_is_not_in_it(ann: Person, bob: Person) -> None:
    made = await ann.does(CreateRoom, name="#shown", topic="tea")
    room = (await bob.asks(LookAtRoom, room="#shown")).room
    assert (room.id, room.topic, room.role) == (made.room, "tea", None)


async def test_a_closed_room_is_shown_to_its_members_alone(ann: Person, bob: Person) -> None:
    await ann.does(CreateRoom, name="#hidden", closed=True)
    assert (await ann.asks(LookAtRoom, room="#hidden")).room.role == "owner"
    assert await bob.refused(LookAtRoom, room="#hidden") == "no_such_room"
