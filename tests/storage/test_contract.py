"""What every store does, whatever database keeps it."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klatch.core.events import Author, Edited, Entry, Message, Reacted, Unreadable
from klatch.core.refusals import Refused
from klatch.storage import queries
from klatch.storage.faults import Reused
from klatch.storage.migrations.runner import known
from klatch.storage.port import NewAccount, Reader, Transaction
from tests.pace import LONG, PATIENCE
from tests.storage.conftest import Corner, MakeStore
from tests.storage.stores import DAY, NOON, YEAR, Clock, Kept, add_account, add_room, ignore, say


def refuse(transaction: Transaction) -> None:
    raise Refused("not_allowed", "No.")


def change_and_refuse(transaction: Transaction) -> None:
    transaction.add_account(NewAccount("mallory", "mallory", "guest", None))
    raise Refused("not_allowed", "No.")


def change_and_fail(transaction: Transaction) -> None:
    transaction.add_account(NewAccount("mallory", "mallory", "guest", None))
    raise ZeroDivisionError


def change_a_counter_and_fail(transaction: Transaction) -> None:
    transaction._add_log()  # an INSERT whose only trace is its RETURNING row
    raise ZeroDivisionError


def take_a_name_that_is_taken(transaction: Transaction) -> None:
    transaction.add_account(NewAccount("ann", "ann", "guest", None))


def use_a_cid_twice(transaction: Transaction) -> None:
    ann = transaction.account_by_key("ann")
    assert ann is not None
    for text in ("once", "twice"):
        transaction.append(ann.id, Author(ann.id, ann.name), Message(text=text), "the-same-cid-0001")


# Numbers and times.


async def test_entries_of_a_log_are_numbered_without_gaps(corner: Corner) -> None:
    entries = [await corner.kept.decide(say(corner.room, corner.ann, f"{n}")) for n in range(5)]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]


async def test_logs_are_numbered_each_by_itself(corner: Corner) -> None:
    other = await corner.kept.decide(add_room("other"))
    await corner.kept.decide(say(corner.room, corner.ann, "one"))
    entry = await corner.kept.decide(say(other, corner.ann, "one"))
    assert entry.seq == 1


async def test_a_number_that_was_given_in_vain_is_given_again(corner: Corner) -> None:
    def say_and_fail(transaction: Transaction) -> None:
        transaction.append(corner.room, corner.ann, Message(text="lost"))
        raise ZeroDivisionError

    await corner.kept.submit(say_and_fail)
    entry = await corner.kept.decide(say(corner.room, corner.ann, "kept"))
    assert entry.seq == 1


@pytest.mark.parametrize("jump", [-DAY, DAY, -10 * YEAR, 10 * YEAR])
async def test_times_within_a_log_never_go_back_when_the_clock_jumps(corner: Corner, clock: Clock, jump: int) -> None:
    times = []
    for now in (NOON, NOON + jump, NOON + 1, NOON - jump, NOON + 2):
        clock.now = now
        times.append((await corner.kept.decide(say(corner.room, corner.ann, "tick"))).ts)
    assert times == sorted(times)


async def test_times_do_not_go_back_when_the_clock_was_set_back_while_the_store_was_closed(
    make_store: MakeStore, clock: Clock
) -> None:
    kept = make_store()
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    before = await kept.decide(say(room, ann, "before"))
    await kept.close()
    clock.now -= 10 * YEAR
    kept = make_store()
    after = await kept.decide(say(room, ann, "after"))
    await kept.close()
    assert (after.seq, after.ts) == (before.seq + 1, before.ts)


async def test_ids_differ_even_within_one_millisecond(corner: Corner) -> None:
    entries = await asyncio.gather(*[corner.kept.decide(say(corner.room, corner.ann, "x")) for _ in range(100)])
    assert len({entry.id for entry in entries}) == 100


# What is kept.


async def test_an_entry_is_read_back_as_it_was_added(corner: Corner) -> None:
    added = await corner.kept.decide(say(corner.room, corner.ann, 'Grüße 👋🏽\n\t\\ " \u202e', "cid-0123456789abcdef"))
    assert await corner.kept.read(lambda reader: reader.entry(corner.room, 1)) == added


@settings(max_examples=200 if LONG else 15)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=20))
def test_whatever_was_said_is_read_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    async def say_and_read() -> None:
        kept = Kept(tmp_path_factory.mktemp("store"))
        ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
        said = [await kept.decide(say(room, ann, text)) for text in texts]
        assert await kept.read(lambda reader: reader.entries_after(room, 0, 100)) == said
        await kept.close()

    asyncio.run(say_and_read())


async def test_everything_is_there_after_the_store_was_closed_and_opened(make_store: MakeStore) -> None:
    kept = make_store()
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    said = await kept.decide(say(room, ann, "still here"))
    epoch = kept.store.epoch
    await kept.close()
    kept = make_store()
    assert await kept.read(lambda reader: reader.entry(room, 1)) == said
    assert kept.store.epoch == epoch
    await kept.close()


async def test_a_command_is_found_by_its_cid_after_a_restart(make_store: MakeStore) -> None:
    kept = make_store()
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    said = await kept.decide(say(room, ann, "once", "cid-0123456789abcdef"))
    await kept.close()
    kept = make_store()
    found = await kept.read(lambda reader: reader.by_cid(ann.id, "cid-0123456789abcdef"))
    await kept.close()
    assert (found.room, found.seq, found.id, found.ts) == (room, said.seq, said.id, said.ts)


async def test_one_author_uses_a_cid_once(corner: Corner) -> None:
    await corner.kept.decide(say(corner.room, corner.ann, "once", "cid-0123456789abcdef"))
    with pytest.raises(Reused):
        await corner.kept.decide(say(corner.room, corner.ann, "twice", "cid-0123456789abcdef"))


async def test_two_authors_may_use_the_same_cid(corner: Corner) -> None:
    bob = await corner.kept.decide(add_account("bob"))
    await corner.kept.decide(say(corner.room, corner.ann, "mine", "cid-0123456789abcdef"))
    assert (await corner.kept.decide(say(corner.room, bob, "mine", "cid-0123456789abcdef"))).seq == 2


async def test_a_command_that_is_expected_is_found_in_the_batch_that_records_it_and_in_later_ones(
    corner: Corner,
) -> None:
    cids = [f"expected-{number:08}" for number in range(100)]

    def record(cid: str) -> Callable[[Transaction], str]:
        def decide(transaction: Transaction) -> str:
            if transaction.by_cid(corner.ann.id, cid) is not None:
                return "known"
            transaction.append(corner.room, corner.ann, Message(text=cid), cid)
            return "new"

        return decide

    outcomes: list[Any] = []
    with corner.kept.held():
        for cid in cids * 2:
            corner.kept.store.decide(record(cid), outcomes.append, (corner.ann.id, cid))
    for cid in cids:
        corner.kept.store.decide(record(cid), outcomes.append, (corner.ann.id, cid))
    await corner.kept.decide(do_nothing)
    assert outcomes == ["new"] * 100 + ["known"] * 200


async def test_an_entry_that_was_just_added_is_seen_by_what_is_looked_up_next(corner: Corner) -> None:
    def say_and_look(transaction: Transaction) -> list[Entry]:
        for number in range(3):
            transaction.append(corner.room, corner.ann, Message(text=str(number)))
        return transaction.entries_after(corner.room, 0, 10)

    assert [entry.seq for entry in await corner.kept.decide(say_and_look)] == [1, 2, 3]


async def test_replaced_words_are_gone_from_the_entry(corner: Corner) -> None:
    entry = await corner.kept.decide(say(corner.room, corner.ann, "a secret"))
    await corner.kept.decide(lambda transaction: transaction.replace_body(entry, Message(text="", deleted=True)))
    found = await corner.kept.read(lambda reader: reader.entry(corner.room, 1))
    assert found.body == Message(text="", deleted=True)


async def test_changes_are_found_by_what_they_change(corner: Corner) -> None:
    await corner.kept.decide(say(corner.room, corner.ann, "frist"))
    edited = await corner.kept.decide(
        lambda transaction: transaction.append(corner.room, corner.ann, Edited(target=1, text="first"))
    )
    assert await corner.kept.read(lambda reader: reader.changes(corner.room, 1, 1)) == [edited]


async def test_of_the_edits_only_the_last_shows_and_reactions_are_found_without_edits(corner: Corner) -> None:
    await corner.kept.decide(say(corner.room, corner.ann, "frist"))

    def alter(transaction: Transaction) -> list[Entry]:
        bodies = [Edited(target=1, text="fisrt"), Reacted(target=1, emoji="👍"), Edited(target=1, text="first")]
        return [transaction.append(corner.room, corner.ann, body) for body in bodies]

    _, reacted, last = await corner.kept.decide(alter)
    assert await corner.kept.read(lambda reader: reader.last_changes(corner.room, 1, 1)) == [reacted, last]
    assert await corner.kept.read(lambda reader: reader.reactions(corner.room, 1)) == [reacted]
    assert await corner.kept.read(lambda reader: reader.edits_count(corner.room, 1)) == 2


@pytest.mark.parametrize("statement", [queries.REACTIONS, queries.EDITS_COUNT, queries.LAST_CHANGES])
def test_the_changes_of_a_message_are_found_without_walking_through_its_log(statement: str) -> None:
    database = apsw.Connection(":memory:")
    database.execute(known()[0][2]).fetchall()
    values = {"log": 1, "target": 1, "first": 1, "last": 1}
    plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    assert "entries_by_target" in plan[0][3]


# Decisions in company.


@pytest.mark.parametrize(
    "bad",
    [refuse, change_and_refuse, change_and_fail, change_a_counter_and_fail, take_a_name_that_is_taken, use_a_cid_twice],
)
async def test_a_decision_that_fails_does_not_fail_its_neighbours(
    corner: Corner, bad: Callable[[Transaction], Any]
) -> None:
    with corner.kept.held():
        before = [corner.kept.submit(say(corner.room, corner.ann, f"{n}")) for n in range(3)]
        failed = corner.kept.submit(bad)
        after = [corner.kept.submit(say(corner.room, corner.ann, f"{n}")) for n in range(3)]
    assert isinstance(await failed, Exception)
    entries = await asyncio.gather(*before, *after)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("bad", [change_and_refuse, change_and_fail])
async def test_nothing_of_a_decision_that_fails_is_kept(corner: Corner, bad: Callable[[Transaction], Any]) -> None:
    with corner.kept.held():
        corner.kept.submit(say(corner.room, corner.ann, "beside it"))
        failed = corner.kept.submit(bad)
    await failed
    assert await corner.kept.read(lambda reader: reader.account_by_key("mallory")) is None


async def test_what_failed_is_told_as_it_was_raised(corner: Corner) -> None:
    with corner.kept.held():
        refused = corner.kept.submit(change_and_refuse)
        broken = corner.kept.submit(change_and_fail)
        reused = corner.kept.submit(take_a_name_that_is_taken)
    kinds = [type(outcome) for outcome in await asyncio.gather(refused, broken, reused)]
    assert kinds == [Refused, ZeroDivisionError, Reused]


async def test_many_that_fail_in_one_batch_fail_each_by_itself(corner: Corner) -> None:
    with corner.kept.held():
        outcomes = [
            corner.kept.submit(change_and_fail if n % 3 == 0 else say(corner.room, corner.ann, f"{n}"))
            for n in range(60)
        ]
    done = await asyncio.gather(*outcomes)
    assert [entry.seq for entry in done if isinstance(entry, Entry)] == list(range(1, 41))


async def test_entries_of_a_decision_that_failed_are_not_published(corner: Corner) -> None:
    def say_and_fail(transaction: Transaction) -> None:
        transaction.append(corner.room, corner.ann, Message(text="lost"))
        raise ZeroDivisionError

    with corner.kept.held():
        corner.kept.submit(say_and_fail)
        last = corner.kept.submit(say(corner.room, corner.ann, "kept"))
    await last
    await asyncio.sleep(0)
    assert [entry.body for entry in corner.kept.published] == [Message(text="kept")]


async def test_decisions_that_wait_share_a_commit(corner: Corner) -> None:
    await corner.kept.decide(say(corner.room, corner.ann, "before"))
    commits = corner.kept.notes.figures["commits"]
    with corner.kept.held():
        outcomes = [corner.kept.submit(say(corner.room, corner.ann, f"{n}")) for n in range(200)]
    await asyncio.gather(*outcomes)
    # One for the decision that held the writer, one for all that waited meanwhile.
    assert corner.kept.notes.figures["commits"] == commits + 2


async def test_each_is_told_before_its_entries_are_published_and_all_in_order(corner: Corner) -> None:
    told: list[tuple[int, int]] = []
    with corner.kept.held():
        for _ in range(5):
            corner.kept.store.decide(
                say(corner.room, corner.ann, "x"), lambda entry: told.append((entry.seq, len(corner.kept.published)))
            )
    await corner.kept.decide(do_nothing)
    assert told == [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]


async def test_a_listener_that_fails_does_not_keep_others_from_being_told(make_store: MakeStore) -> None:
    kept = make_store()
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))

    def fail(_outcome: object) -> None:
        raise ZeroDivisionError

    with kept.held():
        kept.store.decide(say(room, ann, "one"), fail)
        other = kept.submit(say(room, ann, "two"))
    assert (await other).seq == 2
    await asyncio.sleep(0)
    assert [entry.seq for entry in kept.published] == [1, 2]
    assert [type(defect) for defect in kept.notes.defects] == [ZeroDivisionError]
    await kept.close()


async def test_closing_finishes_what_waits(make_store: MakeStore) -> None:
    kept = make_store()
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    with kept.held():
        outcomes = [kept.submit(say(room, ann, f"{n}")) for n in range(50)]
        closing = asyncio.get_running_loop().create_task(kept.close())
        await asyncio.sleep(0)
    await closing
    assert [outcome.result().seq for outcome in outcomes] == list(range(1, 51))


async def test_a_store_that_is_closed_answers_nothing_and_harms_nobody(make_store: MakeStore) -> None:
    kept = make_store()
    await kept.close()
    kept.store.read(Reader.epoch, ignore)
    kept.store.decide(do_nothing, ignore)


# Reading.


async def test_a_reader_sees_what_was_acknowledged_before(corner: Corner) -> None:
    for n in range(1, 20):
        await corner.kept.decide(say(corner.room, corner.ann, "x"))
        assert await corner.kept.read(lambda reader: reader.head(corner.room)) == n


async def test_a_reader_sees_one_snapshot_and_holds_up_no_writer(corner: Corner) -> None:
    looked, written = threading.Event(), threading.Event()

    def look_twice(reader: Reader) -> tuple[int, int]:
        first = reader.head(corner.room)
        looked.set()
        assert written.wait(PATIENCE)
        return first, len(reader.entries_after(corner.room, 0, 10))

    outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    corner.kept.store.read(look_twice, outcome.set_result)
    await asyncio.to_thread(looked.wait, 10)
    await corner.kept.decide(say(corner.room, corner.ann, "meanwhile"))
    written.set()
    assert await outcome == (0, 0)


async def test_what_a_look_saw_has_been_published_when_it_is_told(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = corner.kept.store._writer
    settle = writer._settle

    def settle_late(settled: list[Any]) -> None:
        time.sleep(0.05)
        settle(settled)

    monkeypatch.setattr(writer, "_settle", settle_late)
    said = corner.kept.submit(say(corner.room, corner.ann, "seen by readers before its sender is told"))
    while not (head := await corner.kept.read(lambda reader: reader.head(corner.room))):
        pass
    assert len(corner.kept.published) == head
    await said


async def test_a_reader_cannot_write(corner: Corner) -> None:
    with pytest.raises(Exception, match="readonly"):
        await corner.kept.read(lambda reader: reader._db.run("DELETE FROM entries"))


async def test_a_look_that_fails_fails_alone(corner: Corner) -> None:
    with pytest.raises(ZeroDivisionError):
        await corner.kept.read(lambda _reader: 1 / 0)
    assert await corner.kept.read(lambda reader: reader.head(corner.room)) == 0


def do_nothing(transaction: Transaction) -> None:
    """A decision that does nothing."""


async def test_a_name_is_had_by_one_account(corner: Corner) -> None:
    with pytest.raises(Reused):
        await corner.kept.decide(take_a_name_that_is_taken)


async def test_a_name_is_free_again_when_its_account_has_ended(corner: Corner) -> None:
    await corner.kept.decide(lambda transaction: transaction.end_account(corner.ann.id))
    again: Author = await corner.kept.decide(
        lambda transaction: Author(transaction.add_account(NewAccount("ann", "ann", "guest", None)), "ann")
    )
    assert again.id != corner.ann.id


# Damage.


async def test_an_entry_that_cannot_be_read_is_shown_as_such_and_hides_none_around_it(corner: Corner) -> None:
    for text in ("before", "damaged", "after"):
        await corner.kept.decide(say(corner.room, corner.ann, text))
    await corner.kept.decide(
        lambda transaction: transaction._db.run("UPDATE entries SET body = x'ff' WHERE log_id = 4 AND seq = 2")
    )
    entries = await corner.kept.read(lambda reader: reader.entries_after(corner.room, 0, 10))
    assert [entry.body for entry in entries] == [Message(text="before"), Unreadable(), Message(text="after")]


async def test_an_entry_that_cannot_be_read_is_told_of_once(corner: Corner) -> None:
    await corner.kept.decide(say(corner.room, corner.ann, "damaged"))
    await corner.kept.decide(
        lambda transaction: transaction._db.run('UPDATE entries SET body = \'{"kind":"new"}\' WHERE log_id = 4')
    )
    for _ in range(3):
        await corner.kept.read(lambda reader: reader.entry(corner.room, 1))
    assert corner.kept.notes.events == ["unreadable"]


async def test_a_room_with_an_entry_that_cannot_be_read_goes_on(corner: Corner) -> None:
    await corner.kept.decide(say(corner.room, corner.ann, "damaged"))
    await corner.kept.decide(lambda transaction: transaction._db.run("UPDATE entries SET body = x'' WHERE log_id = 4"))
    assert (await corner.kept.decide(say(corner.room, corner.ann, "after"))).seq == 2


@pytest.mark.parametrize("later", [-(10**15), 0, 10**15])
async def test_ids_grow_whatever_the_clock_says(corner: Corner, later: int) -> None:
    first = await corner.kept.decide(say(corner.room, corner.ann, "one"))
    corner.kept.clock.now += later
    other = await corner.kept.decide(add_room("other"))
    following = [await corner.kept.decide(say(other, corner.ann, "two")) for _ in range(3)]
    ids = [int(entry.id) for entry in [first, *following]]
    assert (ids == sorted(set(ids)), ids[-1] < 2**63) == (True, True)
