"""Reading: whom a message mentions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.reading import MENTIONS_MOST, find_mentions
from klatch.core.refusals import Refused
from tests.pace import SLOW, quickest
from tests.protocols.outcome import outcome


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hello", []),
        ("@bob", ["bob"]),
        ("hi @bob and @zoë!", ["bob", "zoë"]),
        ("(@bob) @ann, @eve: @joe?", ["bob", "ann", "eve", "joe"]),
        ("@bob.", ["bob"]),
        ("@bob...", ["bob"]),
        ("@b.o.b", ["b.o.b"]),
        ("@bob @bob @Bob", ["bob", "Bob"]),
        ("ann@example", []),
        ("@@bob", []),
        ("@", []),
        ("@...", []),
        ("a @ b", []),
        ("line\n@bob", ["bob"]),
        ("@[a]{b}\\|^`", ["[a]{b}\\|^`"]),
        ("@山田さん", ["山田さん"]),
    ],
)
def test_a_mention_is_a_name_after_an_at_that_starts_a_word(text, names):
    assert find_mentions(text) == names


def test_fifty_people_may_be_mentioned():
    assert len(find_mentions(" ".join(f"@user{number}" for number in range(MENTIONS_MOST)))) == 50


def test_fifty_one_may_not():
    refused = outcome(find_mentions, " ".join(f"@user{number}" for number in range(51)))
    assert (refused.code, refused.field) == ("too_many", "text")
    assert "51" in refused.message


def test_one_person_mentioned_500_times_is_one_mention():
    assert find_mentions("@all " * 500) == ["all"]


@given(text=st.text(alphabet=st.characters() | st.sampled_from("@@@ab. \n"), max_size=200))
def test_mentions_are_each_once_and_in_the_text(text):
    names = outcome(find_mentions, text)
    if not isinstance(names, Refused):
        assert len(set(names)) == len(names)
        assert all(f"@{name}" in text for name in names)


@pytest.mark.parametrize("text", ["@" * 16_000, "@a " * 5_000, "@" + "a" * 15_999, "@." * 8_000])
def test_no_text_takes_ten_milliseconds(text):
    assert quickest(lambda: outcome(find_mentions, text)) < SLOW
