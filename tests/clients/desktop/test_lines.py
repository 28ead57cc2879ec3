"""Which lines have a head, where a day begins, and what is new."""

from datetime import UTC, date

import msgspec

from klatch.clients.desktop.scene import OpenRoom
from klatch.clients.desktop.timeline.lines import Lines
from klatch.clients.desktop.timeline.moments import spell_day
from klatch.core.answers import Person, RoomState
from klatch.core.events import AnyBody, Author, Joined, Message
from klatch.core.view import Item

NOON = 1_795_262_400_000  # 2026-11-21 12:00 UTC
MINUTE = 60_000
ANN = Author("3", "ann")
BOB = Author("4", "bob")
PEOPLE = {
    each.id: Person(id=each.id, name=each.name, display_name=each.name.title(), state="online") for each in (ANN, BOB)
}


def item(seq: int, author: Author, minutes: int, body: AnyBody | None = None) -> Item:
    body = body or Message(text="x")
    return Item(seq=seq, id=str(seq), ts=NOON + minutes * MINUTE, author=author, body=body)


def lines(*items: Item, new_after: int | None = None, before: Lines | None = None) -> Lines:
    state = RoomState(id="2", name="#lobby", kind="open", topic="", head=len(items), role="guest")
    room = OpenRoom(
        state=state, topic="", head=len(items), order=[each.seq for each in items],
        items={each.seq: each for each in items}, pending=[], people=[], typists=[], loaded=True, complete=True,
    )  # fmt: skip
    return Lines(room, PEOPLE, PEOPLE["4"], date(2026, 11, 21), new_after, UTC, before)


def heads(found: Lines) -> list[bool]:
    return [found.line(place).head for place in range(len(found))]


def test_messages_of_one_author_within_five_minutes_share_a_head() -> None:
    assert heads(lines(item(1, ANN, 0), item(2, ANN, 4), item(3, ANN, 10), item(4, BOB, 11))) == [
        True, False, True, True,
    ]  # fmt: skip


def test_an_answer_has_a_head_of_its_own() -> None:
    assert heads(lines(item(1, ANN, 0), item(2, ANN, 1, Message(text="y", reply_to=1)))) == [True, True]


def test_the_first_line_of_a_day_says_which() -> None:
    found = lines(item(1, ANN, -24 * 60), item(2, ANN, 0), item(3, ANN, 1))
    assert [found.line(place).day for place in range(3)] == ["Yesterday", "Today", ""]


def test_the_first_unread_line_is_marked_and_has_a_head() -> None:
    found = lines(item(1, ANN, 0), item(2, ANN, 1), item(3, ANN, 2), new_after=1)
    assert [found.line(place).is_new for place in range(3)] == [False, True, False]
    assert heads(found) == [True, True, False]


def test_names_are_those_of_now() -> None:
    assert lines(item(1, Author("3", "old_name"), 0)).line(0).name == "Ann"


def test_a_quote_tells_who_and_what() -> None:
    found = lines(item(1, ANN, 0, Message(text="one\ntwo")), item(2, BOB, 1, Message(text="y", reply_to=1)))
    quote = found.line(1).quote
    assert quote is not None
    assert (quote.author, quote.text) == ("Ann", "one two")


def test_what_happened_is_a_sentence() -> None:
    found = lines(item(1, ANN, 0, Joined(role="member")), item(2, BOB, 0, Joined(role="member")))
    assert [found.line(place).notice for place in range(2)] == ["Ann joined.", "You joined."]


def test_lines_of_which_nothing_changed_are_kept() -> None:
    items = [item(1, ANN, 0), item(2, ANN, 1), item(3, ANN, 2)]
    first = lines(*items)
    drawn = [first.line(place) for place in range(3)]
    items[1] = msgspec.structs.replace(items[1], edited=NOON)
    second = lines(*items, before=first)
    again = [second.line(place) for place in range(3)]
    assert again[0] is drawn[0]
    assert again[1] != drawn[1]
    assert again[2] == drawn[2]


def test_days_are_named_as_people_do() -> None:
    today = date(2026, 11, 21)
    days = [date(2026, 11, 21), date(2026, 11, 20), date(2026, 11, 16), date(2026, 3, 2), date(2025, 12, 31)]
    assert [spell_day(day, today) for day in days] == ["Today", "Yesterday", "Monday", "2 March", "31 December 2025"]
