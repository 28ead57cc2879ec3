"""Lists: how answers read as lines, in columns."""

from datetime import UTC

import pytest

from klatch.core.answers import HelpText, Person, RoomState
from klatch.core.grammar import describe
from klatch.protocols import lists

NOON = 1_789_992_000_000  # 2026-09-21 12:00 UTC


def test_a_topic_in_the_list_of_rooms_is_inert():
    room = RoomState(id="2", name="#ops", kind="open", topic="\u202eevil", head=1)
    assert lists.spell_rooms([room]) == ["  #ops  not joined, \\u202eevil"]


def test_a_status_in_the_list_of_people_is_inert():
    bob = Person(id="4", name="bob", display_name="Bob", state="away", status="\u202eevil")
    assert lists.spell_people([bob], NOON, UTC) == ["  bob (Bob)  away  \\u202eevil"]


def test_people_stand_in_columns_also_with_wide_letters():
    people = [
        Person(id="4", name="花子", display_name="花子", state="away", since=NOON, active=NOON, status="lunch"),
        Person(id="5", name="bo", display_name="bo", state="online", since=NOON, active=NOON - 60_000),
    ]
    assert lists.spell_people(people, NOON, UTC) == [
        "  花子  away    since 12:00  active just now   lunch",
        "  bo    online  since 12:00  active 1 min ago",
    ]


def test_rooms_are_told_with_what_is_unread():
    room = RoomState(id="2", name="#ops", kind="closed", topic="", head=9, role="guest", unread=100, mentions=2)
    assert lists.spell_rooms([room]) == ["  #ops  closed, 100+ unread, 2 mentions"]


@pytest.mark.parametrize("line", lists.spell_help(HelpText(commands=describe())))
def test_help_fits_a_terminal(line):
    assert len(line) <= 80


def test_help_has_a_line_for_each_command():
    lines = lists.spell_help(HelpText(commands=describe()))
    assert [line.split()[0] for line in lines if line.startswith("  /")] == [row.usage.split()[0] for row in describe()]
