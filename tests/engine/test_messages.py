"""Messages: who may say, edit, delete and react to what; and that what was taken back is gone."""

import pytest

from klatch.core.commands import (
    DeleteMessage,
    EditMessage,
    Fetch,
    Grant,
    History,
    JoinRoom,
    React,
    SendMessage,
    SetRoom,
    Unreact,
)
from klatch.core.events import Deleted, Edited, Message, Reacted
from klatch.core.messages import DELETED
from klatch.core.refusals import Refused
from klatch.storage.verify import verify
from tests.engine.people import House, Person, make_cid

EMOJI = [chr(0x1F600 + number) for number in range(51)]

# Saying.


async def test_a_message_is_kept_and_acknowledged_with_its_number(ann: Person) -> None:
    ack = await ann.says("#ops", "hello")
    page = await ann.reads("#ops")
    assert (page.items[-1].seq, page.items[-1].body) == (ack.seq, Message(text="hello"))


async def test_one_who_is_no_member_may_not_speak(eve: Person) -> None:
    assert await eve.refused(SendMessage, room="#ops", text="hi") == "not_a_member"


async def test_nothing_is_said_in_a_room_that_is_not_there(ann: Person) -> None:
    assert await ann.refused(SendMessage, room="#nowhere", text="hi") == "no_such_room"


async def test_an_empty_message_is_refused(ann: Person) -> None:
    assert await ann.refused(SendMessage, room="#ops", text=" \n ") == "empty"


async def test_the_same_command_twice_is_done_once_and_acknowledged_alike(ann: Person) -> None:
    cid = make_cid()
    first, second = await ann.says("#ops", "once", cid=cid), await ann.says("#ops", "once", cid=cid)
    page = await ann.reads("#ops")
    assert (first == second, [item.body for item in page.items].count(Message(text="once"))) == (True, 1)


async def test_a_command_is_acknowledged_alike_after_a_restart_and_under_another_name(
    house: House, ann: Person
) -> None:
    cid = make_cid()
    first = await ann.says("#ops", "once", cid=cid)
    ann.goes()
    house.clock.now += 1_000_000
    again = await house.come("ignored", "the secret of ann, long enough")
    assert await again.says("#ops", "once", cid=cid) == first


async def test_a_cid_is_refused_for_another_command(ann: Person) -> None:
    cid = make_cid()
    await ann.says("#ops", "one thing", cid=cid)
    assert await ann.refused(SendMessage, room="#ops", text="another thing", cid=cid) == "cid_reused"


async def test_two_people_may_use_the_same_cid(ann: Person, bob: Person) -> None:
    cid = make_cid()
    assert (await ann.says("#ops", "mine", cid=cid)).seq + 1 == (await bob.says("#ops", "mine", cid=cid)).seq


async def test_an_impossible_cid_is_refused(ann: Person) -> None:
    assert await ann.refused(SendMessage, room="#ops", text="hi", cid="short") == "cid"


async def test_a_reply_names_the_message_it_answers(ann: Person) -> None:
    first = await ann.says("#ops", "well?")
    await ann.says("#ops", "yes", reply_to=first.seq)
    assert (await ann.reads("#ops")).items[-1].body == Message(text="yes", reply_to=first.seq)


@pytest.mark.parametrize("target", [0, -1, 1, 999, 2**62])
async def test_only_a_message_can_be_answered(ann: Person, target: int) -> None:
    assert await ann.refused(SendMessage, room="#ops", text="yes", reply_to=target) == "no_such_message"


async def test_a_reply_that_is_refused_begins_no_direct_room(ann: Person, bob: Person) -> None:
    assert await ann.refused(SendMessage, room="@bob", text="yes", reply_to=1) == "no_such_message"
    assert await ann.room("@bob") is None


# Editing.


async def test_an_edit_replaces_the_words_and_keeps_the_place(ann: Person) -> None:
    ack = await ann.says("#ops", "teh")
    await ann.says("#ops", "later")
    await ann.does(EditMessage, room="#ops", seq=ack.seq, text="the")
    item = next(item for item in (await ann.reads("#ops")).items if item.seq == ack.seq)
    assert (item.body, item.edited) == (Message(text="the"), ann.house.clock.now)


async def test_without_a_number_ones_last_message_is_edited(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "teh")
    await bob.says("#ops", "between")
    await ann.does(EditMessage, room="#ops", text="the")
    await ann.house.quiet()
    assert bob.bodies()[-1] == Edited(target=ack.seq, text="the")


async def test_nobody_edits_the_words_of_others_not_even_the_owner(ann: Person, bob: Person) -> None:
    ack = await bob.says("#ops", "mine")
    assert await ann.refused(EditMessage, room="#ops", seq=ack.seq, text="yours") == "not_allowed"


async def test_what_is_no_message_cannot_be_edited(ann: Person) -> None:
    assert await ann.refused(EditMessage, room="#ops", seq=1, text="x") == "no_such_message"


async def test_who_has_said_nothing_has_nothing_to_edit(bob: Person) -> None:
    assert await bob.refused(EditMessage, room="#ops", text="x") == "no_such_message"


# Deleting.


async def test_a_deleted_message_keeps_its_number_and_loses_its_words(ann: Person) -> None:
    ack = await ann.says("#ops", "oops")
    await ann.does(DeleteMessage, room="#ops", seq=ack.seq)
    assert next(item for item in (await ann.reads("#ops")).items if item.seq == ack.seq).body == DELETED


async def test_those_who_are_here_are_told_of_a_deletion(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "oops")
    await ann.does(DeleteMessage, room="#ops", seq=ack.seq)
    await ann.house.quiet()
    assert bob.bodies()[-1] == Deleted(target=ack.seq)


async def test_the_words_are_gone_from_the_entry_and_from_its_edits(ann: Person) -> None:
    ack = await ann.says("#ops", "a secret")
    await ann.does(EditMessage, room="#ops", seq=ack.seq, text="the same secret")
    await ann.does(DeleteMessage, room="#ops", seq=ack.seq)
    entries = (await ann.asks(Fetch, room="#ops", after=0)).entries
    assert [entry.body for entry in entries if "secret" in repr(entry.body)] == []


async def test_the_words_are_gone_from_the_file_when_the_server_has_stopped(house: House, ann: Person) -> None:
    canary = "canary-" + "of-which-no-trace-may-stay-" * 200  # longer than a page
    for _ in range(3):
        ack = await ann.says("#ops", canary)
        await ann.does(EditMessage, room="#ops", seq=ack.seq, text=f"{canary} edited")
        await ann.says("#ops", "small talk")
        await ann.does(DeleteMessage, room="#ops", seq=ack.seq)
    await house.close()
    found = [path.name for path in house.directory.iterdir() if b"of-which-no-trace-may-stay" in path.read_bytes()]
    assert (found, verify(house.directory).faults) == ([], [])


async def test_a_member_may_not_delete_what_others_wrote(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "mine")
    assert await bob.refused(DeleteMessage, room="#ops", seq=ack.seq) == "not_allowed"


async def test_a_moderator_may_delete_what_others_wrote(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "mine")
    await ann.does(Grant, room="#ops", user="bob", role="moderator")
    assert (await bob.does(DeleteMessage, room="#ops", seq=ack.seq)).seq > 0


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (EditMessage, {"text": "x"}),
        (DeleteMessage, {}),
        (React, {"emoji": "👍"}),
        (Unreact, {"emoji": "👍"}),
    ],
)
async def test_what_was_deleted_cannot_be_changed(ann: Person, kind: type, arguments: dict[str, str]) -> None:
    ack = await ann.says("#ops", "oops")
    await ann.does(DeleteMessage, room="#ops", seq=ack.seq)
    assert await ann.refused(kind, room="#ops", seq=ack.seq, **arguments) == "message_deleted"


async def test_without_a_number_ones_last_message_that_stands_is_deleted(ann: Person) -> None:
    first = await ann.says("#ops", "one")
    await ann.says("#ops", "two")
    await ann.does(DeleteMessage, room="#ops")
    await ann.does(DeleteMessage, room="#ops")
    await ann.house.quiet()
    assert ann.bodies()[-1] == Deleted(target=first.seq)


async def test_a_retry_of_a_message_that_was_deleted_gets_its_ack_and_not_its_words_back(ann: Person) -> None:
    cid = make_cid()
    first = await ann.says("#ops", "oops", cid=cid)
    await ann.does(DeleteMessage, room="#ops", seq=first.seq)
    assert await ann.says("#ops", "oops", cid=cid) == first
    assert (await ann.reads("#ops")).items[-1].body == DELETED


# Reacting.


async def test_reactions_are_counted_by_emoji_first_come_first(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "done")
    await bob.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    assert (await ann.reads("#ops")).items[-1].reactions == {"🎉": [bob.id, ann.id]}


async def test_the_same_reaction_twice_adds_nothing(ann: Person) -> None:
    ack = await ann.says("#ops", "done")
    await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    assert (await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")).seq == 0


async def test_one_emoji_spelled_in_two_ways_is_one(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "done")
    await ann.does(React, room="#ops", seq=ack.seq, emoji="❤")
    await bob.does(React, room="#ops", seq=ack.seq, emoji="❤️")
    assert len((await ann.reads("#ops")).items[-1].reactions) == 1


async def test_a_reaction_is_taken_back(ann: Person) -> None:
    ack = await ann.says("#ops", "done")
    await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    await ann.does(Unreact, room="#ops", seq=ack.seq, emoji="🎉")
    assert (await ann.reads("#ops")).items[-1].reactions == {}


async def test_what_was_never_given_cannot_be_taken_back(ann: Person) -> None:
    ack = await ann.says("#ops", "done")
    assert (await ann.does(Unreact, room="#ops", seq=ack.seq, emoji="🎉")).seq == 0


async def test_a_message_takes_fifty_kinds_of_emoji_and_no_more(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "done")
    for emoji in EMOJI[:50]:
        await ann.does(React, room="#ops", seq=ack.seq, emoji=emoji)
    assert await bob.refused(React, room="#ops", seq=ack.seq, emoji=EMOJI[50]) == "too_many"
    assert (await bob.does(React, room="#ops", seq=ack.seq, emoji=EMOJI[0])).seq > 0


async def test_text_is_no_reaction(ann: Person) -> None:
    ack = await ann.says("#ops", "done")
    assert await ann.refused(React, room="#ops", seq=ack.seq, emoji=":-)") == "bad_emoji"


async def test_one_who_is_no_member_may_not_react(ann: Person, eve: Person) -> None:
    ack = await ann.says("#ops", "done")
    assert await eve.refused(React, room="#ops", seq=ack.seq, emoji="🎉") == "not_a_member"


# Reading pages.


async def test_pages_join_without_a_gap_or_a_double(ann: Person) -> None:
    for number in range(30):
        ack = await ann.says("#ops", f"{number}")
        if number % 3 == 0:
            await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    pages, before = [], None
    while True:
        page = await ann.reads("#ops", before=before, limit=7)
        pages.append(page)
        before = page.items[0].seq
        if not page.more:
            break
    items = [item for page in reversed(pages) for item in page.items]
    assert items == (await ann.reads("#ops", limit=200)).items


async def test_pages_forward_are_those_backward(ann: Person) -> None:
    for number in range(30):
        ack = await ann.says("#ops", f"{number}")
        if number % 3 == 0:
            await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    items, after, more = [], 0, True
    while more:
        page = await ann.reads("#ops", after=after, limit=7)
        items += page.items
        after, more = page.items[-1].seq, page.more
    assert items == (await ann.reads("#ops", limit=200)).items


async def test_after_the_last_there_is_nothing(ann: Person) -> None:
    last = await ann.says("#ops", "one")
    page = await ann.reads("#ops", after=last.seq)
    assert (page.items, page.more, page.as_of) == ([], False, last.seq)


async def test_a_page_since_a_time_begins_with_the_first_at_that_time(house: House, ann: Person) -> None:
    acks = []
    for number in range(9):
        house.clock.now += 1_000
        acks.append(await ann.says("#ops", f"{number}"))
    for since in (acks[4].ts, acks[3].ts + 1):
        page = await ann.reads("#ops", since=since, limit=3)
        assert (page.items[0].seq, len(page.items), page.more) == (acks[4].seq, 3, True)


@pytest.mark.parametrize(("since", "found"), [(-1, True), (0, True), (2**53, False)])
async def test_a_page_since_any_time_is_told(ann: Person, since: int, found: bool) -> None:
    await ann.says("#ops", "one")
    assert bool((await ann.reads("#ops", since=since)).items) == found


async def test_a_page_since_a_time_begins_where_one_may_read(ann: Person, eve: Person) -> None:
    await ann.does(SetRoom, room="#ops", newcomers="joining")
    old = await ann.says("#ops", "before eve")
    joined = await eve.does(JoinRoom, room="#ops")
    for bound in ({"since": old.ts}, {"after": 0}):
        assert (await eve.reads("#ops", **bound)).items[0].seq == joined.seq


async def test_a_page_between_two_numbers_fills_a_hole_and_no_more(ann: Person) -> None:
    acks = [await ann.says("#ops", f"{number}") for number in range(9)]
    page = await ann.reads("#ops", after=acks[2].seq, before=acks[6].seq)
    assert ([item.seq for item in page.items], page.more) == ([ack.seq for ack in acks[3:6]], False)
    assert [item.seq for item in (await ann.reads("#ops", since=0, after=acks[7].seq)).items] == [acks[8].seq]


@pytest.mark.parametrize("after", [-1, 10**6])
async def test_nothing_is_after_a_number_that_is_not_there(ann: Person, after: int) -> None:
    assert await ann.refused(History, room="#ops", after=after) == "cursor"


async def test_a_page_holds_two_hundred_at_most(ann: Person) -> None:
    for number in range(210):
        await ann.says("#ops", f"{number}")
    assert len((await ann.reads("#ops", limit=10**9)).items) == 200


async def test_a_page_of_long_messages_holds_as_many_as_fit_and_tells_that_there_are_more(ann: Person) -> None:
    acks = [await ann.says("#ops", "x" * 16_000) for _ in range(40)]
    page, raw = await ann.reads("#ops", limit=200), await ann.asks(Fetch, room="#ops", after=0, limit=200)
    assert (len(page.items), page.more, page.items[-1].seq) == (16, True, acks[-1].seq)
    assert (len(raw.entries), raw.more, raw.entries[0].seq) == (18, True, 1)
    forward = await ann.reads("#ops", limit=200, after=0)
    assert (forward.items[0].seq, forward.more) == (1, True)
    assert len(forward.items) == len(raw.entries)


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_page_of_nothing_is_refused(ann: Person, limit: int) -> None:
    assert await ann.refused(History, room="#ops", limit=limit) == "limit"


@pytest.mark.parametrize("before", [0, -5])
async def test_there_is_nothing_before_the_beginning(ann: Person, before: int) -> None:
    assert await ann.refused(History, room="#ops", before=before) == "cursor"


async def test_raw_entries_are_read_after_a_number(ann: Person) -> None:
    acks = [await ann.says("#ops", f"{number}") for number in range(5)]
    entries = (await ann.asks(Fetch, room="#ops", after=acks[1].seq, limit=2)).entries
    assert [entry.seq for entry in entries] == [acks[2].seq, acks[3].seq]


@pytest.mark.parametrize("after", [-1, 10**6, 2**62])
async def test_a_cursor_beyond_the_log_is_refused(ann: Person, after: int) -> None:
    assert await ann.refused(Fetch, room="#ops", after=after) == "cursor"


@pytest.mark.parametrize("kind", [History, Fetch])
async def test_one_who_is_no_member_may_not_read(eve: Person, kind: type) -> None:
    arguments = {"after": 0} if kind is Fetch else {}
    assert await eve.refused(kind, room="#ops", **arguments) == "not_a_member"


async def test_ones_own_log_is_read_by_ones_id_and_by_nobody_else(ann: Person, bob: Person) -> None:
    assert (await ann.asks(Fetch, room=ann.id, after=0)).room == ann.id
    with pytest.raises(Refused, match="no room"):
        await bob.asks(Fetch, room=ann.id, after=0)


async def test_who_joins_an_open_room_reads_what_was_said_before(ann: Person, eve: Person) -> None:
    await ann.says("#ops", "before eve")
    await eve.does(JoinRoom, room="#ops")
    assert Message(text="before eve") in [item.body for item in (await eve.reads("#ops")).items]


async def test_a_reaction_reaches_those_who_are_here(ann: Person, bob: Person) -> None:
    ack = await ann.says("#ops", "done")
    await ann.does(React, room="#ops", seq=ack.seq, emoji="🎉")
    await ann.house.quiet()
    assert bob.bodies()[-1] == Reacted(target=ack.seq, emoji="🎉")


# As many changes as allowed.


async def test_a_message_is_changed_a_hundred_times_at_most(ann: Person) -> None:
    seq = (await ann.says("#ops", "0")).seq
    for number in range(1, 101):
        await ann.does(EditMessage, room="#ops", seq=seq, text=str(number))
    assert await ann.refused(EditMessage, room="#ops", seq=seq, text="101") == "too_many"
    assert (await ann.reads("#ops")).items[-1].body == Message(text="100")


async def test_a_message_takes_so_many_reactions_and_they_can_still_be_taken_back(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klatch.engine.messages.REACTIONS_MOST", 3)
    seq = (await ann.says("#ops", "hi")).seq
    for kind in (React, Unreact, React):
        await ann.does(kind, room="#ops", seq=seq, emoji=EMOJI[0])
    assert await bob.refused(React, room="#ops", seq=seq, emoji=EMOJI[0]) == "too_many"
    assert (await ann.does(Unreact, room="#ops", seq=seq, emoji=EMOJI[0])).seq > 0


async def test_one_s_own_last_message_is_not_looked_for_far_back(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klatch.engine.messages._LOOKED_BACK", 2)
    await ann.says("#ops", "mine")
    await bob.says("#ops", "one")
    assert await ann.refused(EditMessage, room="#ops", text="still mine") == ""
    await bob.says("#ops", "two")
    await bob.says("#ops", "three")
    assert await ann.refused(EditMessage, room="#ops", text="mine no more") == "no_such_message"
