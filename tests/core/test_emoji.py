"""Reactions: exactly one emoji, spelled one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.emoji import parse_emoji
from klatch.core.refusals import Refused
from tests.pace import SLOW, quickest

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
emoji_like = st.text("😀❤☝🕵🏋👩👨💋🏳🏴🌈🇩🇪🏽\u200d\ufe0f\ufe0e\u20e37#a\U000e0067\U000e007f", max_size=12)


def answer(text):
    """Return the emoji that a text is, or the refusal."""
    try:
        return parse_emoji(text)
    except Refused as refused:
        return refused


@pytest.mark.parametrize(
    "text",
    [
        "👍", "😀", "👍🏽", "☝🏽", "❤️", "🇩🇪", "7️⃣", "#️⃣", "👩‍💻", "👩🏽‍💻", "🏳️‍🌈", "🏳️‍⚧️", "🕵️‍♂️", "🏋🏽‍♂️",
        "👨‍👩‍👧‍👦", "👩🏻‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "⌚", "©️", "ℹ️", "㊗️", "🀄", "🅰️", "🫨", "🫪",
    ],
)  # fmt: skip
def test_one_emoji_is_accepted_as_unicode_fully_qualifies_it(text):
    assert parse_emoji(text) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("❤", "❤️"), ("❤\ufe0e", "❤️"), ("👍\ufe0f", "👍"), ("☝\ufe0f🏽", "☝🏽"), ("7\u20e3", "7️⃣"),
        ("🏳‍🌈", "🏳️‍🌈"), ("🕵‍♂", "🕵️‍♂️"), ("👩‍❤‍👨", "👩‍❤️‍👨"),
    ],
)  # fmt: skip
def test_selectors_do_not_make_two_emoji_of_one(text, same):
    assert parse_emoji(text) == same


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a", "7", "#", "hello", "👍👍", "👍 ", "👍a", "a👍", "\u200d", "\ufe0f", "👍\u200d", "\u200d👍",
        "🏽", "🇩", "🇩🇪🇫", "👍🏽🏽", "a\u20e3", "é", "→", "字", "\u202e", "\ud83d", "x" * 300, "👍" * 300,
        "👩" + "\u200d👩" * 20, "👍\n",
    ],
)  # fmt: skip
def test_what_is_not_one_emoji_is_refused(text):
    with pytest.raises(Refused) as refused:
        parse_emoji(text)
    assert (refused.value.code, refused.value.field) == ("bad_emoji", "emoji")


@given(text=anything | emoji_like)
def test_every_text_is_refused_or_an_emoji_that_stays(text):
    emoji = answer(text)
    if isinstance(emoji, Refused):
        assert emoji.code == "bad_emoji"
    else:
        assert parse_emoji(emoji) == emoji


@pytest.mark.parametrize("text", ["👩\u200d" * 20_000, "\ufe0f" * 65_536, "🇩" * 32, "👩\u200d" * 16])
def test_no_reaction_takes_ten_milliseconds(text):
    def refuse():
        with pytest.raises(Refused):
            parse_emoji(text)

    assert quickest(refuse) < SLOW
