"""Texts: what people may write, and what a terminal may be shown of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.refusals import Refused
from klatch.core.texts import make_inert, parse_message, parse_reason, parse_status, parse_topic
from tests.pace import SLOW, quickest

LINES = {"topic": (parse_topic, 500), "status": (parse_status, 140), "reason": (parse_reason, 140)}
ZALGO = "a" + "\u0301\u0323" * 16_383
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=700)


def answer(parse, text):
    """Return what a parser says: the text it made of a text, or its refusal."""
    try:
        return parse(text)
    except Refused as refused:
        return refused


def refusal(parse, text):
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.message.isprintable()
    return refused.value


@pytest.mark.parametrize(
    "text", ["hi", " indented", "a\tb\n\n", "\x1b[31mred", "e\u0301", "\u202ertl", "é" * 16_000, "0"]
)
def test_a_message_is_kept_as_it_was_written(text):
    assert parse_message(text) == text


def test_line_ends_become_line_feeds():
    assert parse_message("a\r\nb\rc\nd\r\r\ne") == "a\nb\nc\nd\n\ne"


@pytest.mark.parametrize("text", ["", " ", "\r\n\t ", "\u3000\u00a0", " \u200b \ufeff"])
def test_a_message_of_blanks_is_refused(text):
    assert refusal(parse_message, text).code == "empty"


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "a\udfffb"])
def test_a_message_that_a_database_cannot_hold_is_refused(text):
    assert refusal(parse_message, text).code == "control_char"


def test_a_message_of_too_many_characters_is_refused_with_both_numbers():
    refused = refusal(parse_message, "x" * 16_001)
    assert refused.code == "too_long"
    assert "16,000" in refused.message
    assert "16,001" in refused.message


def test_a_message_within_both_limits_has_at_most_64_kib():
    # 16,000 characters of 4 bytes are 64,000: the limit in bytes holds for whatever the limit in characters becomes.
    assert len(parse_message("😀" * 16_000).encode()) <= 64 * 1024


@pytest.mark.parametrize("field", LINES)
def test_a_line_is_composed_and_trimmed(field):
    assert LINES[field][0](" Zoe\u0308 \n") == "Zoë"


@pytest.mark.parametrize("field", LINES)
def test_a_line_may_be_empty(field):
    assert LINES[field][0]("  ") == ""


@pytest.mark.parametrize("field", LINES)
def test_a_line_too_long_is_refused_with_the_limit(field):
    parse, limit = LINES[field]
    assert parse("x" * limit) == "x" * limit
    refused = refusal(parse, "x" * (limit + 1))
    assert (refused.code, refused.field) == ("too_long", field)
    assert str(limit) in refused.message


@pytest.mark.parametrize("field", LINES)
@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x1b", "\x7f", "\x9b", "\u2028", "\ud800"])
def test_a_line_with_a_control_character_is_refused(field, character):
    assert refusal(LINES[field][0], f"a{character}b").code == "control_char"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("a\bb\rc", "a\\x08b\\x0dc"),
        ("\x7f\x9b2J\xff", "\\x7f\\x9b2Jÿ"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u200e\u200f\u061c", "\\u200e\\u200f\\u061c"),
        ("👩\u200d💻 日本", "👩\u200d💻 日本"),
    ],
)
def test_a_terminal_is_shown_controls_spelled_out(text, shown):
    assert make_inert(text) == shown


@given(text=anything)
def test_what_was_made_inert_stays_so_and_has_no_controls(text):
    inert = make_inert(text)
    assert make_inert(inert) == inert
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in inert if character not in "\n\t")


@given(text=anything)
def test_every_message_is_returned_or_refused_and_accepted_again_unchanged(text):
    message = answer(parse_message, text)
    if isinstance(message, Refused):
        assert message.code in {"empty", "control_char", "too_long"}
    else:
        assert parse_message(message) == message


@pytest.mark.parametrize("field", LINES)
@given(text=anything)
def test_every_line_is_returned_or_refused_and_accepted_again_unchanged(field, text):
    parse = LINES[field][0]
    line = answer(parse, text)
    if isinstance(line, Refused):
        assert (line.code, line.field) in {("control_char", field), ("too_long", field)}
    else:
        assert parse(line) == line


@pytest.mark.parametrize("use", [parse_message, parse_topic, parse_status, make_inert])
@pytest.mark.parametrize("text", [ZALGO, ZALGO[:1_999], " " * 65_536, "\u200b" * 15_999 + "a", "\x1b" * 15_000])
def test_no_text_takes_ten_milliseconds(use, text):
    assert quickest(lambda: answer(use, text)) < SLOW
