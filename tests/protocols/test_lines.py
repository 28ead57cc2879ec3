"""Bytes into lines: wherever the network cuts them, the same lines come out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.refusals import Refused
from klatch.protocols.lines import LINE_MOST, LineSplitter, TelnetFilter

IAC, DONT, DO, WONT, WILL, SB, SE, NOP = 255, 254, 253, 252, 251, 250, 240, 241
streams = st.lists(st.sampled_from([b"a", b"\n", b"\r", b"hi", b"\xff", b"\xfd\x01", b"\xfa\x18x\xff\xf0", b"\0"])).map(
    b"".join
)


def split(*pieces):
    splitter = LineSplitter()
    return [line for piece in pieces for line in splitter.feed(piece)], splitter


def lines(*pieces):
    return split(*pieces)[0]


def cut(stream, places):
    edges = [0, *sorted({place % (len(stream) + 1) for place in places}), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


def test_a_line_ends_at_its_line_feed():
    assert lines(b"one\ntwo\nthr") == [b"one", b"two"]


def test_one_carriage_return_before_the_line_feed_belongs_to_the_line_end():
    assert lines(b"one\r\ntwo\r\r\n") == [b"one", b"two\r"]


def test_an_empty_line_is_a_line():
    assert lines(b"\n\r\n") == [b"", b""]


def test_a_line_of_64_kib_is_whole():
    assert lines(b"x" * LINE_MOST + b"\n") == [b"x" * LINE_MOST]


@pytest.mark.parametrize(
    "pieces", [(b"x" * 70_000 + b"\nhi\n",), (b"x" * 70_000, b"\nhi\n"), (b"x",) * 70_000 + (b"\nhi\n",)]
)
def test_a_line_too_long_is_refused_once_and_the_next_is_whole(pieces):
    refused, following = lines(*pieces)
    assert (refused.code, following) == ("too_big", b"hi")


def test_the_rest_can_be_taken_as_a_line():
    _, splitter = split(b"one\ntwo\r")
    assert (splitter.has_rest, splitter.take_rest(), splitter.has_rest) == (True, b"two", False)


def test_the_rest_of_a_line_too_long_is_no_line():
    _, splitter = split(b"x" * 70_000, b"y" * 10)
    assert splitter.take_rest() == b""


@given(stream=streams, places=st.lists(st.integers(0, 1_000)))
def test_lines_do_not_depend_on_where_the_bytes_are_cut(stream, places):
    assert lines(*cut(stream, places)) == lines(stream)


@given(stream=st.binary(max_size=60), places=st.lists(st.integers(0, 60)))
def test_nothing_is_lost_but_line_ends(stream, places):
    whole, splitter = split(*cut(stream, places))
    joined = b"\n".join([*whole, splitter.take_rest()])
    assert joined.replace(b"\r", b"") == stream.replace(b"\r", b"")


def test_every_option_of_telnet_is_refused():
    asked = bytes([IAC, DO, 1, IAC, WILL, 3])
    assert TelnetFilter().feed(asked + b"hi\n") == (b"hi\n", bytes([IAC, WONT, 1, IAC, DONT, 3]))


def test_an_option_that_is_asked_for_again_is_not_refused_again():
    telnet, asked = TelnetFilter(), bytes([IAC, DO, 1])
    assert [telnet.feed(asked * 2)[1], telnet.feed(asked)[1]] == [bytes([IAC, WONT, 1]), b""]


@pytest.mark.parametrize("command", [(IAC, DONT, 1), (IAC, WONT, 3), (IAC, NOP), (IAC, SB, 24, 0, 65, IAC, SE)])
def test_other_commands_of_telnet_are_taken_out_in_silence(command):
    assert TelnetFilter().feed(b"a" + bytes(command) + b"b") == (b"ab", b"")


def test_a_subnegotiation_without_end_is_held_no_longer_than_256_bytes():
    telnet = TelnetFilter()
    swallowed = [telnet.feed(piece)[0] for piece in (bytes([IAC, SB]), *[b"x"] * 300)]
    assert b"".join(swallowed).strip(b"x") == b""
    assert telnet.feed(b"hi\n")[0].endswith(b"hi\n")


def test_a_subnegotiation_without_end_ends_at_the_same_byte_in_one_piece():
    stream = bytes([IAC, SB]) + b"x" * 1_000 + b"\n"
    assert TelnetFilter().feed(stream)[0] == b"x" * (1_002 - 256) + b"\n"


@given(stream=streams, places=st.lists(st.integers(0, 1_000)))
def test_what_telnet_leaves_does_not_depend_on_where_the_bytes_are_cut(stream, places):
    telnet = TelnetFilter()
    pieces = [telnet.feed(piece) for piece in cut(stream, places)]
    assert tuple(b"".join(part) for part in zip(*pieces, strict=True)) == TelnetFilter().feed(stream)


@given(stream=st.binary(max_size=400), places=st.lists(st.integers(0, 400)))
def test_any_bytes_make_lines_or_refusals(stream, places):
    telnet, splitter = TelnetFilter(), LineSplitter()
    for piece in cut(stream, places):
        assert all(isinstance(line, bytes | Refused) for line in splitter.feed(telnet.feed(piece)[0]))
