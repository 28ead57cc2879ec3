"""Reading: marks that never go back, what is unread, and who is mentioned."""

import pytest

from klatch.core.commands import DeleteMessage, EditMessage, JoinRoom, LeaveRoom, MarkRead
from klatch.core.events import Read
from tests.engine.people import Person


async def counts(person: Person, room: str = "#ops") -> tuple[int, int]:
    """What is unread and how often one is mentioned in it."""
    state = await person.room(room)
    assert state is not None
    return state.unread, state.mentions


@pytest.fixture
async def reader(bob: Person) -> Person:
    """Bob, who has read #ops to its end."""
    await bob.does(MarkRead, room="#ops")
    return bob


async def test_messages_of_others_are_unread(ann: Person, reader: Person) -> None:
    await ann.says("#ops", "one")
    await ann.says("#ops", "two")
    assert await counts(reader) == (2, 0)


async def test_ones_own_messages_are_not_unread(reader: Person) -> None:
    await reader.says("#ops", "one")
    assert await counts(reader) == (0, 0)


async def test_what_was_read_is_not_unread(ann: Person, reader: Person) -> None:
    first = await ann.says("#ops", "one")
    await ann.says("#ops", "two")
    await reader.does(MarkRead, room="#ops", seq=first.seq)
    assert await counts(reader) == (1, 0)


async def test_without_a_number_everything_is_read(ann: Person, reader: Person) -> None:
    await ann.says("#ops", "one")
    await reader.does(MarkRead, room="#ops")
    assert await counts(reader) == (0, 0)


async def test_a_mark_never_goes_back(ann: Person, reader: Person) -> None:
    first = await ann.says("#ops", "one")
    await ann.says("#ops", "two")
    await reader.does(MarkRead, room="#ops")
    assert (await reader.does(MarkRead, room="#ops", seq=first.seq)).seq == 0
    assert await counts(reader) == (0, 0)


async def test_nobody_reads_beyond_the_end(reader: Person) -> None:
    assert await reader.refused(MarkRead, room="#ops", seq=10**6) == "cursor"


async def test_a_mark_is_told_to_ones_other_connections_and_to_nobody_else(ann: Person, reader: Person) -> None:
    other = await reader.house.come("bob", "the secret of bob, long enough")
    ack = await ann.says("#ops", "one")
    await reader.does(MarkRead, room="#ops", seq=ack.seq)
    await ann.house.quiet()
    assert other.bodies()[-1] == Read(room=ack.room, seq=ack.seq)
    assert not any(isinstance(body, Read) for body in ann.bodies())


async def test_reactions_and_edits_are_not_unread(ann: Person, reader: Person) -> None:
    ack = await ann.says("#ops", "one")
    await reader.does(MarkRead, room="#ops")
    await ann.does(EditMessage, room="#ops", seq=ack.seq, text="uno")
    assert await counts(reader) == (0, 0)


async def test_no_more_than_a_hundred_are_counted(ann: Person, reader: Person) -> None:
    for number in range(105):
        await ann.says("#ops", f"@bob {number}")
    assert await counts(reader) == (100, 100)


# Mentions.


@pytest.mark.parametrize("text", ["@bob hello", "hello @BOB.", "(@bob)", "well, @bob"])
async def test_who_is_named_is_mentioned(ann: Person, reader: Person, text: str) -> None:
    await ann.says("#ops", text)
    assert await counts(reader) == (1, 1)


@pytest.mark.parametrize("text", ["bob", "mail@bob", "@bobby", "@b0b"])
async def test_who_is_not_named_is_not_mentioned(ann: Person, reader: Person, text: str) -> None:
    await ann.says("#ops", text)
    assert await counts(reader) == (1, 0)


async def test_naming_somebody_twice_is_one_mention(ann: Person, reader: Person) -> None:
    await ann.says("#ops", "@bob @bob @Bob")
    assert await counts(reader) == (1, 1)


async def test_naming_oneself_is_no_mention(reader: Person) -> None:
    await reader.says("#ops", "I, @bob, was here")
    assert await counts(reader) == (0, 0)


async def test_an_edit_may_take_a_mention_away(ann: Person, reader: Person) -> None:
    ack = await ann.says("#ops", "@bob hello")
    await ann.does(EditMessage, room="#ops", seq=ack.seq, text="hello")
    assert (await counts(reader))[1] == 0


async def test_an_edit_may_add_a_mention(ann: Person, reader: Person) -> None:
    ack = await ann.says("#ops", "hello")
    await ann.does(EditMessage, room="#ops", seq=ack.seq, text="@bob hello")
    assert (await counts(reader))[1] == 1


async def test_a_deleted_message_mentions_nobody(ann: Person, reader: Person) -> None:
    ack = await ann.says("#ops", "@bob hello")
    await ann.does(DeleteMessage, room="#ops", seq=ack.seq)
    assert (await counts(reader))[1] == 0


async def test_more_than_fifty_mentions_are_refused(ann: Person) -> None:
    from klatch.core.commands import SendMessage

    text = " ".join(f"@guest{number}" for number in range(51))
    assert await ann.refused(SendMessage, room="#ops", text=text) == "too_many"


async def test_the_read_mark_is_there_again_after_leaving_and_joining(ann: Person, reader: Person) -> None:
    await reader.does(LeaveRoom, room="#ops")
    await ann.says("#ops", "meanwhile")
    await reader.does(JoinRoom, room="#ops")
    assert await counts(reader) == (1, 0)
