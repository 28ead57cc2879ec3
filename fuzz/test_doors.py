"""Doors: any bytes on a real socket, and the next peer is answered as if nothing had been."""

import contextlib
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import inputs
from fuzz.conftest import EXAMPLES
from tests.gateways.talking import masked, say_goodbye, shake_hands, talking

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

# A connection costs many times what a parser does.
few = settings(max_examples=max(20, EXAMPLES // 20))
HELLO = masked(b'{"op":"hello","name":"fuzz"}')
QUIT = masked(b'{"op":"quit"}') + masked(b"\x03\xe8", 8)
pieces = st.one_of(
    st.builds(masked, inputs.frames, st.sampled_from([1, 1, 1, 2]), fin=st.just(True)),
    st.builds(masked, inputs.soup, st.integers(0, 15), fin=st.booleans()),
    st.binary(max_size=40),
)


def write(port, data):
    """Writes bytes and listens a moment, whatever becomes of it."""
    with (
        contextlib.suppress(ConnectionResetError, BrokenPipeError, TimeoutError),
        socket.create_connection(("127.0.0.1", port), timeout=0.1) as peer,
    ):
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65_536):
            pass


@pytest.fixture
def alive(house):
    """After all of them somebody comes in and is heard."""
    yield
    with talking(house) as ann:
        assert ann.send("#lobby", "still here")["op"] == "ack"


@pytest.mark.usefixtures("alive")
@few
@given(written=st.lists(pieces, max_size=8), hello=st.booleans())
def test_any_frames_on_a_websocket_end_in_answers_or_a_close(house, written, hello):
    with shake_hands(house.port) as peer:
        peer.settimeout(0.2)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError, TimeoutError):
            peer.sendall((HELLO if hello else b"") + b"".join(written) + QUIT)
        assert all(opcode in (1, 8, 9, 10) for opcode, _ in say_goodbye(peer))


@pytest.mark.usefixtures("alive")
@few
@given(stream=inputs.lines, name=st.sampled_from([b"", b"fuzz\n"]))
def test_any_bytes_at_the_line_door_harm_nobody(house, stream, name):
    write(house.line_port, name + stream)


@pytest.mark.usefixtures("alive")
@few
@given(
    line=st.sampled_from([b"GET / HTTP/1.1", b"GET /ws HTTP/1.1", b"POST / HTTP/1.1", b"PRI * HTTP/2.0", b""])
    | inputs.soup,
    headers=st.lists(
        st.sampled_from(
            [
                b"Host: x",
                b"Upgrade: websocket",
                b"Connection: Upgrade",
                b"Content-Length: 5",
                b"Transfer-Encoding: chunked",
            ]
        )
        | inputs.soup
    ),
    rest=inputs.soup,
)
def test_any_bytes_at_the_http_door_harm_nobody(house, line, headers, rest):
    write(house.port, b"\r\n".join([line, *headers, b"", rest]))
