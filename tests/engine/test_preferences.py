"""Preferences: rooms starred, sorted and silenced, hours of peace; kept in the account, and told to nobody else."""

from klatch.core import commands as ask
from klatch.core.events import Arranged, Preferred, Quieted, RoomName
from tests.engine.people import House, Person
from tests.engine.roles import make


async def test_a_star_is_kept_and_told_to_ones_other_devices_and_to_nobody_else(
    house: House, ann: Person, bob: Person
) -> None:
    other = await house.come("fay", "f" * 22)
    device = await house.come("fay", "f" * 22)
    await device.does(ask.JoinRoom, room="#ops")
    ack = await device.does(ask.Prefer, room="#ops", star=True)
    await house.quiet()
    room = await device.room("#ops")
    assert room is not None
    assert room.star
    chosen = Preferred(room=RoomName(room.id, "#ops", "open"), star=True)
    assert (ack.room, other.bodies(device.id)[-1]) == (device.id, chosen)
    assert not any(isinstance(body, Preferred) for body in bob.bodies())


async def test_what_is_not_said_stays_as_it_is(ann: Person) -> None:
    await ann.does(ask.Prefer, room="#ops", star=True)
    await ann.does(ask.Prefer, room="#ops", notify="none")
    room = await ann.room("#ops")
    assert room is not None
    assert (room.star, room.notify) == (True, "none")
    await ann.does(ask.Prefer, room="#ops", notify="", star=False)
    room = await ann.room("#ops")
    assert room is not None
    assert (room.star, room.notify) == (False, "")


async def test_what_is_so_already_adds_nothing(ann: Person) -> None:
    assert (await ann.does(ask.Prefer, room="#ops", star=False)).seq == 0
    assert (await ann.does(ask.Prefer, room="#ops", notify="all")).seq > 0
    assert (await ann.does(ask.Prefer, room="#ops", notify="all")).seq == 0


async def test_there_are_four_levels_and_no_other(ann: Person) -> None:
    assert await ann.refused(ask.Prefer, room="#ops", notify="loud") == "type"


async def test_only_rooms_one_is_in_are_preferred(ann: Person, eve: Person) -> None:
    assert await eve.refused(ask.Prefer, room="#ops", star=True) == "not_a_member"
    assert await eve.refused(ask.Arrange, rooms=["#ops"]) == "not_a_member"
    assert await eve.refused(ask.Arrange, rooms=["#den"]) == "no_such_room"


async def test_rooms_are_listed_in_an_order_of_ones_own(house: House, ann: Person) -> None:
    await ann.does(ask.Arrange, rooms=["#den", "#lobby", "#den"])
    den, lobby, ops = [await ann.room(name) for name in ("#den", "#lobby", "#ops")]
    assert den is not None
    assert lobby is not None
    assert ops is not None
    assert (den.place, lobby.place, ops.place) == (0, 1, None)
    assert (await ann.does(ask.Arrange, rooms=[den.id, lobby.id])).seq == 0
    await ann.does(ask.Arrange, rooms=[ops.id])
    assert [(await ann.room(name)).place for name in ("#den", "#lobby", "#ops")] == [None, None, 0]  # type: ignore[union-attr]
    await house.quiet()
    assert ann.bodies(ann.id)[-2:] == [Arranged(rooms=[den.id, lobby.id]), Arranged(rooms=[ops.id])]


async def test_an_order_does_not_touch_stars(ann: Person) -> None:
    await ann.does(ask.Prefer, room="#ops", star=True, notify="none")
    await ann.does(ask.Arrange, rooms=["#ops"])
    await ann.does(ask.Arrange, rooms=[])
    room = await ann.room("#ops")
    assert room is not None
    assert (room.star, room.place, room.notify) == (True, None, "none")


async def test_no_more_rooms_are_put_in_order_than_one_is_told_of(ann: Person) -> None:
    assert await ann.refused(ask.Arrange, rooms=["#ops"] * 1_501) == "too_many"


async def test_one_is_left_in_peace_for_a_time_for_good_or_no_longer(house: House, ann: Person) -> None:
    await ann.does(ask.Quiet, seconds=60)
    until = house.clock() + 60_000
    assert (await ann.asks(ask.LookAtSelf)).quiet_until == until
    await ann.does(ask.Quiet)
    assert (await ann.asks(ask.LookAtSelf)).quiet_until == -1
    assert (await ann.does(ask.Quiet)).seq == 0
    await ann.does(ask.Quiet, seconds=0)
    assert (await ann.asks(ask.LookAtSelf)).quiet_until is None
    await house.quiet()
    assert ann.bodies(ann.id)[-3:] == [Quieted(until=until), Quieted(until=-1), Quieted()]
    assert await ann.refused(ask.Quiet, seconds=-1) == "limit"


async def test_whoever_comes_is_told_what_holds_for_them(house: House, ann: Person, bob: Person) -> None:
    await make(house, bob, "moderator")
    fay = await house.come("fay", "f" * 22)
    assert (fay.welcome.quiet_until, fay.welcome.muted, fay.welcome.guests_write) == (None, None, True)
    await fay.does(ask.JoinRoom, room="#ops")
    await fay.does(ask.Quiet)
    await ann.does(ask.Invite, room="#den", user="fay")
    await fay.does(ask.SetContact, guests=False)
    await fay.does(ask.Block, user="bob")
    await ann.does(ask.Mute, room="#ops", user="fay")
    await bob.does(ask.Mute, user="fay", seconds=60)
    again = (await house.come("fay", "f" * 22)).welcome
    assert (again.quiet_until, again.muted, again.guests_write) == (-1, house.clock() + 60_000, False)
    assert [person.name for person in again.blocked] == ["bob"]
    assert [room.name for room in again.invitations] == ["#den"]
    assert {room.name: room.muted for room in again.rooms} == {"#lobby": None, "#ops": -1}


async def test_preferences_go_with_the_room(ann: Person) -> None:
    await ann.does(ask.CreateRoom, name="attic")
    await ann.does(ask.Prefer, room="#attic", star=True)
    await ann.does(ask.DeleteRoom, room="#attic")
    assert await ann.refused(ask.Prefer, room="#attic", star=False) == "no_such_room"
