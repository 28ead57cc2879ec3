"""Parsers: any bytes give a request or a documented refusal, and soon."""

from datetime import UTC
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import inputs
from fuzz.timing import quickly
from klatch.core.answers import Person, RoomState, Welcome
from klatch.core.commands import Request
from klatch.core.grammar import Asked, Place, parse
from klatch.core.reading import find_mentions
from klatch.core.refusals import Refused
from klatch.core.rooms import read_room
from klatch.core.texts import MESSAGE_LIMIT, make_inert, parse_message
from klatch.protocols import frames
from klatch.protocols.line import LineDialect
from klatch.protocols.lines import LINE_MOST, LineSplitter, TelnetFilter

# Large inputs are large when they are shown, too.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

PLACE = Place(room="2", cid="typed-0123456789")
ANN = Person(id="3", name="ann", display_name="ann", state="online")
LOBBY = RoomState(id="2", name="#lobby", kind="open", topic="", head=1, role="guest")
WELCOME = Welcome(version="1", epoch="e", account=ANN, head=0, rooms=[LOBBY], heads_every=1, now=1)


@given(frame=inputs.frames)
def test_any_frame_is_a_request_or_a_refusal(frame):
    answer = quickly(frames.read, frame)
    assert isinstance(answer, Request | Refused)
    if isinstance(answer, Refused):
        assert answer.message.isprintable()
        quickly(frames.marks, frame)
    else:
        assert frames.read(frames.encode(answer)) == answer


@given(typed=inputs.typed, private_at=st.booleans())
def test_anything_typed_is_a_request_or_a_refusal(typed, private_at):
    answer = quickly(parse, typed, PLACE, private_at=private_at)
    assert isinstance(answer, Asked | Refused)
    if isinstance(answer, Refused):
        assert answer.message.isprintable()


@given(stream=inputs.lines, cuts=st.lists(st.integers(0, 2_000), max_size=5))
def test_any_stream_is_lines_wherever_it_is_cut(stream, cuts):
    edges = [0, *sorted(cuts), len(stream)]
    telnet, splitter, lines, answers = TelnetFilter(), LineSplitter(), [], b""
    for start, end in pairwise(edges):
        text, answer = telnet.feed(stream[start:end])
        answers += answer
        lines += splitter.feed(text)
    text, answer = TelnetFilter().feed(stream)
    assert (answers, spelled(lines)) == (answer, spelled(LineSplitter().feed(text)))
    assert all(len(line) <= LINE_MOST for line in lines if isinstance(line, bytes))


def spelled(lines):
    return [line.message if isinstance(line, Refused) else line for line in lines]


@given(stream=inputs.lines, named=st.booleans())
def test_any_line_is_a_request_or_a_refusal(stream, named):
    dialect = LineDialect(lambda: 1, lambda: PLACE.cid, UTC)
    if named:
        dialect.spell(WELCOME)
    for line in stream.split(b"\n"):
        assert isinstance(quickly(dialect.read, line), Request | Refused | None)


@given(text=inputs.typed)
def test_any_text_is_read_as_what_it_may_be(text):
    for read in (parse_message, read_room):
        quickly(read, text)
    for read in (make_inert, find_mentions):
        quickly(read, text[:MESSAGE_LIMIT])
