"""Who has read a message: those who share it, told to those who share it, too."""

import pytest

from klatch.core.commands import Configure, Erase, JoinRoom, LeaveRoom, ListReaders, MarkRead, SetRoom, ShareReading
from klatch.core.events import ReadingShared
from tests.engine.people import House, Person
from tests.engine.roles import make


async def readers(person: Person, seq: int, room: str = "#ops") -> list[str]:
    """Who has read a message."""
    return [each.name for each in (await person.asks(ListReaders, room=room, seq=seq)).people]


async def test_who_has_read_so_far_is_told_by_name(ann: Person, bob: Person, eve: Person) -> None:
    await eve.does(JoinRoom, room="#ops")
    said = await ann.says("#ops", "did you see this")
    assert await readers(ann, said.seq) == []
    await eve.does(MarkRead, room="#ops")
    await bob.does(MarkRead, room="#ops", seq=said.seq)
    assert await readers(ann, said.seq) == ["bob", "eve"]
    later = await ann.says("#ops", "and this")
    assert (await readers(ann, later.seq), await readers(ann, said.seq)) == ([], ["bob", "eve"])


async def test_neither_oneself_nor_the_author_is_told_of(ann: Person, bob: Person) -> None:
    said = await ann.says("#ops", "mine")
    for each in (ann, bob):
        await each.does(MarkRead, room="#ops")
    assert (await readers(ann, said.seq), await readers(bob, said.seq)) == (["bob"], [])


async def test_whoever_keeps_it_to_themselves_is_neither_told_of_nor_told(ann: Person, bob: Person) -> None:
    said = await ann.says("#ops", "one")
    await bob.does(MarkRead, room="#ops")
    await bob.does(ShareReading, share=False)
    assert await readers(ann, said.seq) == []
    assert await bob.refused(ListReaders, room="#ops", seq=said.seq) == "not_allowed"
    await bob.does(ShareReading, share=True)
    assert await readers(ann, said.seq) == ["bob"]
    assert bob.bodies(bob.id)[-2:] == [ReadingShared(share=False), ReadingShared(share=True)]
    assert (await bob.does(ShareReading, share=True)).seq == 0


async def test_whoever_comes_is_told_what_they_chose(house: House) -> None:
    fay = await house.come("fay", "f" * 22)
    await fay.does(ShareReading, share=False)
    assert (fay.welcome.shares_reading, (await house.come("fay", "f" * 22)).welcome.shares_reading) == (True, False)


async def test_where_the_server_shows_nobody_nobody_is_told(house: House, ann: Person, bob: Person) -> None:
    await make(house, bob, "admin")
    said = await ann.says("#ops", "one")
    await bob.does(Configure, name="read_receipts", value=False)
    assert await ann.refused(ListReaders, room="#ops", seq=said.seq) == "not_allowed"
    await bob.does(Configure, name="read_receipts", value="on")
    assert await ann.refused(ListReaders, room="#ops", seq=said.seq) == ""


async def test_only_members_are_told_and_only_of_what_they_may_read(ann: Person, bob: Person, eve: Person) -> None:
    await ann.does(SetRoom, room="#ops", newcomers="joining")
    hidden = await ann.says("#ops", "before eve")
    assert await eve.refused(ListReaders, room="#ops", seq=hidden.seq) == "not_a_member"
    await eve.does(JoinRoom, room="#ops")
    await eve.does(MarkRead, room="#ops")
    assert await eve.refused(ListReaders, room="#ops", seq=hidden.seq) == "no_such_message"
    assert await readers(ann, hidden.seq) == []


@pytest.mark.parametrize("seq", [-1, 0, 10**6])
async def test_what_is_not_there_was_read_by_nobody(ann: Person, seq: int) -> None:
    assert await ann.refused(ListReaders, room="#ops", seq=seq) == "no_such_message"


async def test_who_has_left_or_is_gone_is_not_told_of(house: House, ann: Person, bob: Person, eve: Person) -> None:
    await eve.does(JoinRoom, room="#ops")
    said = await ann.says("#ops", "one")
    for each in (bob, eve):
        await each.does(MarkRead, room="#ops")
    await bob.does(LeaveRoom, room="#ops")
    await eve.does(Erase, user="eve")
    assert await readers(ann, said.seq) == []
