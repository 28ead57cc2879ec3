"""What a client sends is told apart just as the state machine of `websockets` would read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import CLIENT, OPEN, SERVER, Protocol

from klatch.protocols.websocket import Splitter, wrap

MOST = 1_000
MASK = b"\1\2\3\4"
SIZES = st.sampled_from([0, 1, 125, 126, 127, 999, 1_000, 1_001, 65_535, 65_536])
PIECES = st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.PING, Opcode.PONG]), SIZES, st.booleans())


def spell(opcode: Opcode, payload: bytes, *, fin: bool = True) -> bytes:
    """A frame as a client sends it."""
    return Frame(opcode, payload, fin).serialize(mask=True)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({place % (len(data) + 1) for place in at})
    return [data[first:last] for first, last in zip([0, *places], [*places, len(data)], strict=True)]


@given(st.lists(PIECES, max_size=6), st.lists(st.integers(0, 10_000), max_size=8))
def test_the_parts_put_together_are_what_came_and_texts_are_what_was_meant(
    pieces: list[tuple[Opcode, int, bool]], at: list[int]
) -> None:
    """However the network cuts it."""
    sent, meant = b"", []
    for opcode, size, in_pieces in pieces:
        payload = bytes(number % 251 for number in range(min(size, 125) if opcode >= Opcode.CLOSE else size))
        if in_pieces and opcode < Opcode.CLOSE:
            sent += spell(opcode, payload[:1], fin=False) + spell(Opcode.CONT, payload[1:])
        else:
            sent += spell(opcode, payload)
        meant.append((opcode, payload))
    splitter, reader, heard = Splitter(MOST), Protocol(SERVER, state=OPEN, max_size=None), []
    first, gathered = Opcode.TEXT, b""
    for data in cut(sent, at):
        for is_text, part in splitter.split(data):
            if is_text:
                heard.append((Opcode.TEXT, part))
                continue
            reader.receive_data(part)
            for frame in reader.events_received():
                assert isinstance(frame, Frame)
                if frame.fin and frame.opcode is not Opcode.CONT:
                    heard.append((frame.opcode, bytes(frame.data)))
                elif frame.fin:
                    heard.append((first, gathered + bytes(frame.data)))
                else:
                    first, gathered = frame.opcode, bytes(frame.data)
    assert heard == meant


def test_a_whole_text_message_is_read_at_once() -> None:
    assert Splitter(MOST).split(spell(Opcode.TEXT, b"hello") * 2) == [(True, b"hello")] * 2


def test_a_message_over_the_limit_is_handed_on_before_it_is_whole() -> None:
    frame = spell(Opcode.TEXT, b"x" * (MOST + 1))
    assert Splitter(MOST).split(frame[:20]) == [(False, frame[:20])]


def test_a_frame_without_a_mask_and_all_after_it_are_handed_on() -> None:
    splitter = Splitter(MOST)
    bare = wrap(b"hi")
    assert splitter.split(bare) == [(False, bare)]
    after = spell(Opcode.TEXT, b"after")
    assert splitter.split(after) == [(False, after)]


def test_a_text_in_the_middle_of_another_is_left_to_the_state_machine() -> None:
    splitter = Splitter(MOST)
    splitter.split(spell(Opcode.TEXT, b"one", fin=False))
    inner = spell(Opcode.TEXT, b"two")
    assert splitter.split(inner) == [(False, inner)]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_what_the_server_wraps_is_read_by_a_client(size: int) -> None:
    client = Protocol(CLIENT, state=OPEN, max_size=None)
    client.receive_data(wrap(b"x" * size))
    (frame,) = client.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.data, frame.fin) == (Opcode.TEXT, b"x" * size, True)
