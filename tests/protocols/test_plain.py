"""Plain text: how entries and answers read as lines."""

from datetime import UTC

import pytest

from klatch.core.answers import HelpText, Person, RoomState
from klatch.core.events import Author, DisplayNamed, Entry, Kicked, StatusSet, TopicSet
from klatch.core.grammar import describe
from klatch.protocols import frames, plain
from tests.vectors import cases

ANN, BOB = Author("3", "ann"), Author("4", "bob")
NOON = 1_789_992_000_000  # 2026-09-21 12:00 UTC
SILENT = {"removed_change", "created_direct", "edited_deleted", "entered", "departed", "renamed", "marked_read"}


def entries():
    return [
        (case["name"], frames.read_answer(cases.spell(case["frame"]))) for case in cases.read("frames.json", "entries")
    ]


@pytest.mark.parametrize(("name", "entry"), entries(), ids=lambda part: part if isinstance(part, str) else "")
def test_every_kind_of_entry_reads_as_one_line_or_is_silent_on_purpose(name, entry):
    assert isinstance(entry, Entry)
    said = plain.spell_entry(entry)
    assert (said == "") == (name in SILENT)
    assert "\n" not in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (TopicSet(topic="\u202eevil"), "* ann set the topic: \\u202eevil"),
        (StatusSet(text="\u202eevil"), "* Your status is: \\u202eevil"),
        (Kicked(person=BOB, reason="\u202eevil"), "* ann removed bob: \\u202eevil."),
        (DisplayNamed(name="Ann"), "* You are shown as Ann now."),
    ],
)
def test_what_turns_the_direction_of_text_is_spelled_out(body, said):
    assert plain.spell_body(ANN, body) == said


def test_a_topic_in_the_list_of_rooms_is_inert():
    room = RoomState(id="2", name="#ops", kind="open", topic="\u202eevil", head=1)
    assert plain.spell_rooms([room]) == ["  #ops  not joined, \\u202eevil"]


def test_a_status_in_the_list_of_people_is_inert():
    bob = Person(id="4", name="bob", display_name="Bob", state="away", status="\u202eevil")
    assert plain.spell_people([bob], NOON, UTC) == ["  bob (Bob)  away  \\u202eevil"]


def test_people_stand_in_columns_also_with_wide_letters():
    people = [
        Person(id="4", name="花子", display_name="花子", state="away", since=NOON, active=NOON, status="lunch"),
        Person(id="5", name="bo", display_name="bo", state="online", since=NOON, active=NOON - 60_000),
    ]
    assert plain.spell_people(people, NOON, UTC) == [
        "  花子  away    since 12:00  active just now   lunch",
        "  bo    online  since 12:00  active 1 min ago",
    ]


def test_rooms_are_told_with_what_is_unread():
    room = RoomState(id="2", name="#ops", kind="closed", topic="", head=9, role="guest", unread=100, mentions=2)
    assert plain.spell_rooms([room]) == ["  #ops  closed, 100+ unread, 2 mentions"]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (-5, "just now"),
        (59_999, "just now"),
        (60_000, "1 min ago"),
        (3_600_000, "1 h ago"),
        (86_400_000, "1 d ago"),
    ],
)
def test_how_long_ago(before, said):
    assert plain.spell_ago(NOON - before, NOON) == said


def test_the_day_is_told_unless_it_is_today():
    assert plain.spell_since(NOON, NOON, UTC) == "12:00"
    assert plain.spell_since(NOON - 86_400_000, NOON, UTC) == "2026-09-20 12:00"


def test_a_moment_is_told_to_the_second():
    assert plain.spell_moment(NOON + 5_000, UTC) == "2026-09-21 12:00:05"


@pytest.mark.parametrize("line", plain.spell_help(HelpText(commands=describe())))
def test_help_fits_a_terminal(line):
    assert len(line) <= 80


def test_help_has_a_line_for_each_command():
    lines = plain.spell_help(HelpText(commands=describe()))
    assert [line.split()[0] for line in lines if line.startswith("  /")] == [row.usage.split()[0] for row in describe()]
