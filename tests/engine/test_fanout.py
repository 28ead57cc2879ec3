"""Fan-out: each listener is owed each entry once and in order, encoded once; whoever goes hears nothing after."""

import asyncio
import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klatch.core.answers import AnyAnswer, Heads, IsTyping, Page
from klatch.core.commands import CreateRoom, EditMessage, History, JoinRoom, Kick, LeaveRoom, Rename, SendMessage
from klatch.core.events import Entry, Joined, Kicked, Left
from tests.engine.people import House, Lines, Person, make_cid, open_house
from tests.pace import LONG


async def test_everyone_in_the_room_is_told_once_and_in_order(ann: Person, bob: Person, cat: Person) -> None:
    before = {person: len(person.entries()) for person in (ann, bob, cat)}
    acks = [await who.says("#ops", "x") for who in (ann, bob, cat, ann, bob)]
    await ann.house.quiet()
    for person in (ann, bob, cat):
        told = [entry.seq for entry in person.entries(acks[0].room)][-5:]
        assert (told, len(person.entries()) - before[person] >= 5) == ([ack.seq for ack in acks], True)


async def test_who_is_not_in_the_room_is_told_nothing(ann: Person, eve: Person) -> None:
    ack = await ann.says("#ops", "x")
    await ann.house.quiet()
    assert eve.entries(ack.room) == []


async def test_every_connection_of_an_account_is_told(house: House, ann: Person) -> None:
    other = await house.come("ann", "the secret of ann, long enough")
    ack = await ann.says("#ops", "x")
    await house.quiet()
    assert [person.entries(ack.room)[-1].seq for person in (ann, other)] == [ack.seq, ack.seq]


async def test_entries_are_spelled_once_however_many_listen(house: House, ann: Person) -> None:
    shape = Lines()
    for number in range(10):
        listener = await house.come(f"listener{number}", shape=shape)
        await listener.does(JoinRoom, room="#ops")
    await house.quiet()
    before = shape.spelled
    await ann.says("#ops", "x")
    await house.quiet()
    assert shape.spelled == before + 1


async def test_what_is_owed_within_a_turn_leaves_in_one_write(house: House, ann: Person, bob: Person) -> None:
    await house.quiet()
    before = len(bob.wire.writes)
    for number in range(20):
        house.engine.act(ann.session, SendMessage(cid=make_cid(), room="#ops", text=f"{number}"), lambda _outcome: None)
    await house.quiet()
    assert len(bob.wire.writes) - before <= 3


async def test_who_joins_is_told_of_joining(ann: Person, eve: Person) -> None:
    ack = await eve.does(JoinRoom, room="#ops")
    await ann.house.quiet()
    assert [(entry.seq, entry.body) for entry in eve.entries(ack.room)] == [(ack.seq, Joined(role="guest"))]


async def test_who_joins_through_one_connection_listens_on_all(house: House, ann: Person, eve: Person) -> None:
    other = await house.come("eve", "the secret of eve, long enough")
    await eve.does(JoinRoom, room="#ops")
    ack = await ann.says("#ops", "welcome")
    await house.quiet()
    assert other.entries(ack.room)[-1].seq == ack.seq


async def test_an_entry_that_removes_somebody_is_the_last_they_are_told_even_in_one_batch(
    house: House, ann: Person, bob: Person
) -> None:
    act = house.engine.act
    for command in (
        SendMessage(cid=make_cid(), room="#ops", text="before"),
        Kick(cid=make_cid(), room="#ops", user="bob"),
        SendMessage(cid=make_cid(), room="#ops", text="after"),
    ):
        act(ann.session, command, lambda _outcome: None)
    await house.quiet()
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    assert isinstance(bob.bodies(room)[-1], Kicked)


async def test_who_is_removed_and_comes_back_in_one_batch_is_told_of_both(
    house: House, ann: Person, bob: Person
) -> None:
    room = (await bob.room("#ops")).id  # type: ignore[union-attr]
    commands = [
        (bob, LeaveRoom(cid=make_cid(), room="#ops")),
        (ann, SendMessage(cid=make_cid(), room="#ops", text="while bob is away")),
        (bob, JoinRoom(cid=make_cid(), room="#ops")),
        (ann, SendMessage(cid=make_cid(), room="#ops", text="welcome back")),
    ]
    for person, command in commands:
        house.engine.act(person.session, command, lambda _outcome: None)
    await house.quiet()
    kinds = [type(body) for body in bob.bodies(room)[-3:]]
    assert kinds[:2] == [Left, Joined]
    assert bob.entries(room)[-1].seq - bob.entries(room)[-2].seq == 1


async def test_who_has_gone_is_owed_nothing(ann: Person, bob: Person) -> None:
    bob.goes()
    before = len(bob.wire.writes)
    await ann.says("#ops", "x")
    await ann.house.quiet()
    assert len(bob.wire.writes) == before


async def test_one_shape_that_fails_does_not_silence_the_others(house: House, ann: Person, bob: Person) -> None:
    class Broken(Lines):
        def spell_entries(self, _entries: list[Entry]) -> bytes:
            raise ZeroDivisionError

        def spell(self, _answer: AnyAnswer) -> bytes:
            raise ZeroDivisionError

    broken = await house.come("broken", shape=Broken())
    await broken.does(JoinRoom, room="#ops")
    ack = await ann.says("#ops", "x")
    await house.quiet()
    assert bob.entries(ack.room)[-1].seq == ack.seq
    assert {type(defect) for defect in house.notes.defects} == {ZeroDivisionError}
    house.notes.defects.clear()


# Hints.


async def test_who_types_is_told_to_the_others_in_the_room(ann: Person, bob: Person, eve: Person) -> None:
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    ann.house.engine.type(ann.session, room)
    await ann.house.quiet()
    assert [len(person.heard(IsTyping)) for person in (ann, bob, eve)] == [0, 1, 0]


async def test_who_is_not_in_the_room_does_not_type_there(ann: Person, eve: Person) -> None:
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    ann.house.engine.type(eve.session, room)
    await ann.house.quiet()
    assert ann.heard(IsTyping) == []


async def test_the_beat_tells_how_far_rooms_have_grown_to_those_who_listen(ann: Person, eve: Person) -> None:
    ack = await ann.says("#ops", "x")
    await ann.house.quiet()
    ann.house.engine.fanout.beat()
    await ann.house.quiet()
    heads = {log: head for hint in ann.heard(Heads) for log, head in hint.rooms.items()}
    assert heads[ack.room] == ack.seq
    assert all(ack.room not in hint.rooms for hint in eve.heard(Heads))


async def test_a_room_that_did_not_grow_is_beaten_twice_and_then_no_more(ann: Person) -> None:
    await ann.says("#ops", "x")
    await ann.house.quiet()
    for _ in range(4):
        ann.house.engine.fanout.beat()
    await ann.house.quiet()
    room = (await ann.room("#ops")).id  # type: ignore[union-attr]
    assert sum(room in hint.rooms for hint in ann.heard(Heads)) == 2


# Law 2: subscribe, then fetch, then apply.


async def talk(person: Person, count: int, rhythm: random.Random) -> None:
    """Says things, now one by one, now many at once."""
    said = 0
    while said < count:
        many = rhythm.randint(1, 8)
        for _ in range(many):
            command = SendMessage(cid=make_cid(), room="#ops", text="x")
            person.house.engine.act(person.session, command, lambda _outcome: None)
        said += many
        for _ in range(rhythm.randint(0, 3)):
            await asyncio.sleep(0)
        if rhythm.random() < 0.2:
            await asyncio.sleep(0.001)


@settings(max_examples=100 if LONG else 8)
@given(seed=st.integers(0, 2**32))
def test_who_comes_in_the_middle_sees_each_entry_after_its_heads_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    async def come_in_the_middle() -> None:
        rhythm = random.Random(seed)
        async with open_house(tmp_path_factory.mktemp("house")) as house:
            talkers = [await house.come(f"talker{number}") for number in range(3)]
            await talkers[0].does(CreateRoom, name="ops")
            newcomer = await house.come("newcomer", "the secret of newcomer")
            for person in (*talkers[1:], newcomer):
                await person.does(JoinRoom, room="#ops")
            newcomer.goes()
            listeners = []
            async with asyncio.TaskGroup() as tasks:
                for talker in talkers:
                    tasks.create_task(talk(talker, 60, rhythm))
                for _ in range(4):
                    await asyncio.sleep(rhythm.random() * 0.004)
                    listeners.append(await house.come("newcomer", "the secret of newcomer"))
            await house.quiet()
            end = (await talkers[0].reads("#ops")).as_of
            for listener in listeners:
                room = next(room for room in listener.welcome.rooms if room.name == "#ops")
                assert [entry.seq for entry in listener.entries(room.id)] == list(range(room.head + 1, end + 1))

    asyncio.run(come_in_the_middle())


@settings(max_examples=100 if LONG else 8)
@given(seed=st.integers(0, 2**32))
def test_a_page_holds_nothing_of_what_is_told_after_it(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    async def read_while_others_talk() -> None:
        rhythm = random.Random(seed)
        async with open_house(tmp_path_factory.mktemp("house")) as house:
            talkers = [await house.come(f"talker{number}") for number in range(3)]
            await talkers[0].does(CreateRoom, name="ops")
            reader = await house.come("reader")
            for person in (*talkers[1:], reader):
                await person.does(JoinRoom, room="#ops")
            async with asyncio.TaskGroup() as tasks:
                for talker in talkers:
                    tasks.create_task(talk(talker, 60, rhythm))
                for _ in range(10):
                    await asyncio.sleep(rhythm.random() * 0.002)
                    # Told as a conversation tells it: in the stream, at the moment of the answer.
                    house.engine.look(reader.session, History(room="#ops", limit=200), reader.session.tell)
            await house.quiet()
            await asyncio.sleep(0.02)
            last = 0
            for told in reader.wire.told:
                if isinstance(told, Page):
                    assert told.as_of <= last
                elif isinstance(told, Entry) and told.room not in {reader.id, "2"}:
                    assert last in {0, told.seq - 1}
                    last = told.seq

    asyncio.run(read_while_others_talk())


async def test_a_batch_of_many_rooms_keeps_each_room_in_order(house: House, ann: Person) -> None:
    for number in range(5):
        await ann.does(CreateRoom, name=f"room{number}")
    rhythm = random.Random(7)
    for _ in range(300):
        command = SendMessage(cid=make_cid(), room=f"#room{rhythm.randrange(5)}", text="x")
        house.engine.act(ann.session, command, lambda _outcome: None)
    await house.quiet()
    told: dict[str, list[int]] = defaultdict(list)
    for entry in ann.entries():
        told[entry.room].append(entry.seq)
    assert all(numbers == list(range(numbers[0], numbers[0] + len(numbers))) for numbers in told.values())


async def test_a_rename_and_an_edit_reach_ones_other_connection_in_their_order(house: House, ann: Person) -> None:
    other = await house.come("ann", "the secret of ann, long enough")
    await ann.says("#ops", "teh")
    await ann.does(EditMessage, room="#ops", text="the")
    await ann.does(Rename, name="anna")
    await house.quiet()
    assert [type(body).__name__ for body in other.bodies()] == ["Message", "Edited", "Renamed"]


async def test_the_one_who_makes_a_room_is_owed_its_first_entry(house: House, ann: Person) -> None:
    ack = await ann.does(CreateRoom, name="tea")
    await house.quiet()
    assert [entry.seq for entry in ann.entries(ack.room)] == [1, 2]


async def test_typing_is_told_every_two_seconds_at_most(house: House, ann: Person, bob: Person) -> None:
    room = (await ann.says("#lobby", "x")).room
    await house.quiet()
    before = len(bob.wire.writes)
    for _ in range(50):
        house.engine.type(ann.session, room)
    await house.quiet()
    assert len(bob.wire.writes[before:]) == 1
