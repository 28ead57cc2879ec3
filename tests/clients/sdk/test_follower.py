"""Holds the client rule: whatever is lost, doubled or out of order, each entry is applied once and in order."""

from hypothesis import given
from hypothesis import strategies as st

from klatch.clients.sdk.follower import Follower
from klatch.core.events import Author, Entry, Message

ANN = Author("1", "ann")
MOST = 40


def entry(seq: int) -> Entry:
    return Entry(room="7", seq=seq, id=str(1000 + seq), ts=seq, author=ANN, body=Message(text=f"message {seq}"))


LOG = [entry(seq) for seq in range(1, MOST + 1)]


def seqs(entries: list[Entry]) -> list[int]:
    return [each.seq for each in entries]


@st.composite
def rooms(draw: st.DrawFn) -> tuple[int, int, list[tuple[str, int]]]:
    """The length of a log, where one begins, and what is told of it: pushes, fetched pages, heads."""
    length = draw(st.integers(0, MOST))
    since = draw(st.integers(0, length))
    told = st.tuples(st.sampled_from(["push", "page", "late page", "head"]), st.integers(0, length))
    return length, since, draw(st.lists(told, max_size=80))


@given(rooms())
def test_any_loss_doubling_and_disorder_of_pushes_ends_in_exactly_the_log(
    case: tuple[int, int, list[tuple[str, int]]],
) -> None:
    length, since, events = case
    follower = Follower(since)
    applied: list[Entry] = []
    asked = since
    for what, number in events:
        match what:
            case "push" if number:
                applied += follower.push(LOG[number - 1])
            case "page":
                asked = follower.have
                applied += follower.fill(LOG[asked:length][: number or 1], length)
            case "late page":
                applied += follower.fill(LOG[asked:length][: number or 1], length)
            case _:
                follower.tell(number)
        assert seqs(applied) == list(range(since + 1, follower.have + 1))
    follower.tell(length)
    while follower.behind:
        applied += follower.fill(LOG[follower.have : length][:7], length)
    assert applied == LOG[since:length]


def test_the_next_entry_is_applied_at_once() -> None:
    assert seqs(Follower(1).push(entry(2))) == [2]


def test_an_entry_that_was_applied_is_dropped() -> None:
    assert Follower(5).push(entry(5)) == []


def test_an_entry_after_a_hole_waits_until_the_hole_is_filled() -> None:
    follower = Follower(1)
    assert follower.push(entry(4)) == []
    assert follower.behind
    assert seqs(follower.fill([entry(2), entry(3)], 4)) == [2, 3, 4]
    assert not follower.behind


def test_a_head_that_is_told_shows_what_was_missed() -> None:
    follower = Follower(3)
    follower.tell(4)
    assert follower.behind


def test_entries_one_may_not_read_are_skipped() -> None:
    follower = Follower(0)
    assert seqs(follower.fill([entry(9), entry(10)], 10)) == [9, 10]
    assert not follower.behind


def test_a_log_of_which_one_may_read_nothing_is_not_asked_for_again() -> None:
    follower = Follower(0)
    assert follower.fill([], 10) == []
    assert not follower.behind


def test_what_was_cut_off_by_a_restore_is_not_waited_for() -> None:
    follower = Follower(9)
    follower.push(entry(12))
    follower.cut(4)
    assert (follower.have, follower.behind) == (4, False)
    assert seqs(follower.push(entry(5))) == [5]
