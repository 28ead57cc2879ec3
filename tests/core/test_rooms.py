"""Rooms: what a room's name, a person's name or an id stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.refusals import Refused
from klatch.core.rooms import ById, ByName, Direct, direct_key, read_room, spell_direct
from tests.protocols.outcome import outcome


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2", ById("2")),
        ("#Ops", ByName("Ops", "ops")),
        ("@bob", Direct(("bob",))),
        ("@ann,bob", Direct(("ann", "bob"))),
        ("@ann, @bob", Direct(("ann", "bob"))),
    ],
)
def test_a_room_is_meant_by_name_people_or_id(text, meant):
    assert read_room(text) == meant


@pytest.mark.parametrize("text", ["", "ops", "#", "#a b", "@", "@a b", "@ann,", "1" * 19, "²", "-1", "+#a"])
def test_what_is_none_of_them_is_refused(text):
    assert outcome(read_room, text).code == "bad_name"


def test_nineteen_others_may_be_in_a_direct_room():
    assert len(read_room("@" + ",".join(f"user{number}" for number in range(19))).names) == 19


def test_twenty_others_may_not():
    assert outcome(read_room, "@" + ",".join(f"user{number}" for number in range(20))).code == "too_many"


def test_a_direct_room_is_found_by_its_people_in_any_order():
    assert direct_key(["10", "9", "10"]) == direct_key(["9", "10"]) == "9,10"


def test_a_direct_room_is_named_by_the_others_in_it():
    assert spell_direct(["bob", "ann"]) == "@ann,bob"


@given(text=st.text(max_size=60))
def test_any_text_is_a_room_or_a_refusal(text):
    assert isinstance(outcome(read_room, text), ById | ByName | Direct | Refused)
