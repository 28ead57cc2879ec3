"""Frames: every example is what the code reads and writes, and nothing else is read."""

import json
from typing import get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Request
from klatch.core.events import AnyBody, Entry
from klatch.core.refusals import Refused
from klatch.protocols import frames
from tests.pace import SLOW, quickest
from tests.protocols.outcome import outcome
from tests.vectors import cases

REQUESTS = cases.read("frames.json", "requests")
ANSWERS = cases.read("frames.json", "answers")
ENTRIES = cases.read("frames.json", "entries")
BAD_FRAMES = cases.read("refusals.json", "frames")


def tags(union):
    return {kind.__struct_config__.tag for kind in get_args(union)}


def sparse(request):
    """A request as the vectors write it: without the fields that have their default."""
    spelled = json.loads(frames.encode(request))
    defaults = {field.name: field.default for field in msgspec.structs.fields(type(request))}
    return {name: value for name, value in spelled.items() if name == "op" or value != defaults.get(name)}


def refusal(frame):
    with pytest.raises(Refused) as refused:
        frames.read(frame)
    return refused.value


@pytest.mark.parametrize("case", REQUESTS, ids=cases.named)
def test_an_example_of_a_request_is_read_and_written_alike(case):
    assert sparse(frames.read(cases.spell(case["frame"]))) == case["frame"]


@pytest.mark.parametrize("case", REQUESTS, ids=cases.named)
def test_blanks_and_the_order_of_fields_do_not_matter(case):
    backwards = dict(reversed(case["frame"].items()))
    assert frames.read(json.dumps(backwards, indent=2).encode()) == frames.read(cases.spell(case["frame"]))


@pytest.mark.parametrize("case", [*ANSWERS, *ENTRIES], ids=cases.named)
def test_an_example_of_an_answer_is_read_and_written_alike(case):
    assert json.loads(frames.encode(frames.read_answer(cases.spell(case["frame"])))) == case["frame"]


def test_every_request_has_an_example():
    assert tags(Request) - {case["frame"]["op"] for case in REQUESTS} == set()


def test_every_answer_has_an_example():
    assert tags(AnyAnswer) - {case["frame"]["op"] for case in ANSWERS} == set()


def test_every_kind_of_entry_has_an_example():
    assert tags(AnyBody) - {case["frame"]["body"]["kind"] for case in ENTRIES} == set()


@pytest.mark.parametrize("case", BAD_FRAMES, ids=cases.named)
def test_a_bad_frame_is_refused_with_its_code_and_field(case):
    refused = refusal(cases.wire(case))
    assert (refused.code, refused.field) == (case["code"], case.get("field"))


@pytest.mark.parametrize("case", [case for case in BAD_FRAMES if "offset" in case], ids=cases.named)
def test_a_frame_that_is_cut_is_refused_with_the_byte(case):
    assert f"byte {case['offset']} " in refusal(cases.wire(case)).message


@pytest.mark.parametrize("case", BAD_FRAMES, ids=cases.named)
def test_a_refusal_is_one_printable_sentence(case):
    message = refusal(cases.wire(case)).message
    assert message.isprintable()
    assert message.endswith(".")
    assert len(message) < 200


@pytest.mark.parametrize("case", BAD_FRAMES, ids=cases.named)
def test_a_bad_frame_takes_less_than_ten_milliseconds(case):
    frame = cases.wire(case)
    assert quickest(lambda: refusal(frame)) < SLOW


@pytest.mark.parametrize("number", [0, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_a_number_of_64_bits_is_read(number):
    assert frames.read(b'{"op":"fetch","room":"2","after":%d}' % number).after == number


def test_many_cursors_are_read_in_time_that_grows_with_their_number():
    rooms = {str(number): 0 for number in range(15_000)}
    frame = cases.spell({"op": "hello", "name": "ann", "cursors": {"epoch": "-0", "rooms": rooms}})
    assert len(frames.read(frame).cursors.rooms) == 15_000
    assert quickest(lambda: frames.read(frame)) < 10 * SLOW


def test_a_text_may_hold_what_looks_like_structure():
    text = "[{" * 1000 + '":-0,"' + "\\"
    frame = cases.spell({"op": "send", "cid": "kX3v9Qe1mB7tR2aZ", "room": "2", "text": text, "reply_to": 0})
    assert frames.read(frame).text == text


def test_a_whole_pair_of_surrogates_is_a_character():
    assert frames.read(b'{"op":"ping","ref":"\\ud83d\\ude00"}').ref == "\U0001f600"


def test_the_marks_of_a_refused_frame_come_back():
    assert frames.marks(b'{"op":"nope","cid":"kX3v9Qe1mB7tR2aZ","ref":"r1"}') == ("kX3v9Qe1mB7tR2aZ", "r1")


def test_marks_too_long_do_not_come_back():
    assert frames.marks(cases.spell({"cid": "c" * 65, "ref": "r" * 65})) == (None, None)


@pytest.mark.parametrize("frame", [b"", b"\xff", b"[" * 1000, b'{"cid":1}', b"[]"])
def test_a_frame_that_cannot_be_read_has_no_marks(frame):
    assert frames.marks(frame) == (None, None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
field_names = st.sampled_from(["cid", "room", "text", "seq", "ref", "after", "limit", "cursors", "name", "reply_to"])
near_frames = st.builds(
    lambda op, fields: json.dumps({"op": op, **fields}).encode(),
    st.sampled_from(sorted(tags(Request))),
    st.dictionaries(field_names, json_values, max_size=5),
)


@given(frame=st.binary(max_size=300) | near_frames)
@example(frame=b'{"op":"fetch", "room":"2" ,"after" :' + b"1" * 5000 + b"}")
def test_any_bytes_are_a_request_or_a_documented_refusal(frame):
    assert isinstance(outcome(frames.read, frame), Request | Refused)


@given(case=st.sampled_from(REQUESTS), at=st.integers(0, 200), junk=st.binary(max_size=3))
def test_a_frame_with_a_wound_is_a_request_or_a_documented_refusal(case, at, junk):
    frame = cases.spell(case["frame"])
    assert isinstance(outcome(frames.read, frame[:at] + junk + frame[at + 1 :]), Request | Refused)


def test_an_entry_is_one_shape_for_all():
    assert Entry.__struct_config__.tag == "entry"
