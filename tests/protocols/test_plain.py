"""Plain text: how entries read as lines."""

import pytest

from klatch.core.events import Author, DisplayNamed, Entry, Kicked, StatusSet, TopicSet
from klatch.protocols import frames, plain
from tests.vectors import cases

ANN, BOB = Author("3", "ann"), Author("4", "bob")
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
