"""Messages: what may be reacted to, and how often."""

import pytest

from klatch.core.events import Edited, Message, Reacted, Unreacted
from klatch.core.messages import DELETED, EMOJI_KINDS_MOST, amend, compose, react, standing, unreact
from tests.protocols.outcome import outcome

FIFTY = {chr(0x1F600 + number) for number in range(EMOJI_KINDS_MOST)}


def test_a_message_is_composed_of_what_was_written():
    assert compose("hi\r\n", 42, action=True) == Message(text="hi\n", reply_to=42, action=True)


def test_an_edit_is_checked_as_a_message_is():
    assert amend(42, "hi") == Edited(target=42, text="hi")
    assert outcome(amend, 42, " ").code == "empty"


def test_a_message_with_files_needs_no_words():
    assert compose("", has_files=True) == Message(text="")
    assert amend(42, "", has_files=True) == Edited(target=42, text="")
    assert outcome(amend, 42, "").code == "empty"


def test_a_reaction_is_spelled_as_unicode_spells_it():
    assert react(42, "❤", set()) == Reacted(target=42, emoji="❤️")
    assert unreact(42, "❤") == Unreacted(target=42, emoji="❤️")


def test_a_message_takes_fifty_kinds_of_emoji_and_no_more():
    refused = outcome(react, 42, "👍", FIFTY)
    assert (refused.code, refused.field) == ("too_many", "emoji")


def test_an_emoji_that_is_there_may_be_joined_also_then():
    assert react(42, min(FIFTY), FIFTY).emoji == min(FIFTY)


@pytest.mark.parametrize("emoji", ["", "a", "👍👍", "hi 👍", "<b>", "👍" * 1000])
def test_a_reaction_is_one_emoji(emoji):
    assert outcome(react, 42, emoji, set()).code == "bad_emoji"


@pytest.mark.parametrize(("message", "code"), [(None, "no_such_message"), (DELETED, "message_deleted")])
def test_what_is_gone_cannot_be_changed(message, code):
    refused = outcome(standing, message, 42)
    assert (refused.code, refused.field) == (code, "seq")


def test_what_stands_can_be_changed():
    assert standing(Message(text="hi"), 42).text == "hi"
