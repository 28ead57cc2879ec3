"""The API on the wire: requests that only a hand-made client would send, against a real socket."""

import contextlib
import json
import socket
import time

import pytest

from tests.gateways.calling import room_path, signed_in
from tests.gateways.talking import a_name, converse, head, hear_out, status
from tests.pace import PATIENCE

BIG = 262_145


@pytest.fixture(scope="module")
def ann(house):
    return signed_in(house)


@pytest.fixture
def room(ann):
    name = a_name("room")
    ann.post("/api/rooms", name=name)
    return f"#{name}"


def request(token, *headers, line="POST /api/rooms/%23lobby/messages HTTP/1.1", body=b"", close=True):
    """The bytes of a request. Further headers replace those of the same name; an empty one leaves it out."""
    wanted = {
        "Host": "127.0.0.1",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close" if close else "",
    }
    more = []
    for header in headers:
        name, _, value = header.partition(": ")
        if name in wanted:
            wanted[name] = value
        else:
            more.append(header)
    lines = [f"{name}: {value}" for name, value in wanted.items() if value]
    return "\r\n".join([line, *lines, *more, "", ""]).encode() + body


def code(answer):
    return json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"]


def said(program, room):
    items = program.get(room_path(room, "messages")).json["items"]
    return [item["body"]["text"] for item in items if item["body"]["kind"] == "message"]


def to(room):
    return f"POST {room_path(room, 'messages')} HTTP/1.1"


BODY = b'{"text": "smuggled"}'


@pytest.mark.parametrize(
    "headers",
    [
        ["Transfer-Encoding: chunked"],
        ["X: y", "Content-Length : 20"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding : chunked"],
        ["X: y", " folded: z"],
        ["Na me: x"],
        ["X: a\x00b"],
        ["Content-Length: 20, 20"],
        ["Content-Length: +20"],
        ["Content-Length: 0x14"],
        ["Content-Length: -1"],
    ],
    ids=ascii,
)
def test_a_request_that_two_could_read_differently_is_400_and_the_end(house, ann, room, headers):
    both = request(ann.token, *headers, line=to(room), body=BODY, close=False) + request(ann.token, line=to(room))
    answer = converse(house.port, both)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert said(ann, room) == []


def test_two_lengths_are_400_and_the_end(house, ann, room):
    twice = request(ann.token, line=to(room), body=BODY).replace(
        b"Content-Length", b"Content-Length: 1\r\nContent-Length"
    )
    assert status(house.port, twice) == 400
    assert said(ann, room) == []


def test_a_body_in_chunks_is_read(house, ann, room):
    chunks = b"".join(b"%x\r\n%b\r\n" % (1, BODY[at : at + 1]) for at in range(len(BODY))) + b"0\r\n\r\n"
    sent = request(ann.token, "Content-Length: ", "Transfer-Encoding: chunked", line=to(room)) + chunks
    assert status(house.port, sent) == 201
    assert said(ann, room) == ["smuggled"]


@pytest.mark.parametrize(
    "chunk", [b"zz\r\nx\r\n", b"-1\r\nx\r\n", b"fffffffffffffffff\r\nx\r\n", b"1;\x00\r\nx\r\n"], ids=ascii
)
def test_a_chunk_that_cannot_be_read_ends_the_connection(house, ann, room, chunk):
    sent = request(ann.token, "Content-Length: ", "Transfer-Encoding: chunked", line=to(room)) + chunk
    answer = converse(house.port, sent)
    assert answer == b"" or b" 400 " in answer.splitlines()[0]
    assert said(ann, room) == []


def test_a_body_that_is_too_big_is_413_before_it_is_sent(house, ann):
    answer = head(house.port, request(ann.token, f"Content-Length: {BIG}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer


def test_whoever_waits_to_be_told_to_go_on_is_told_that_it_is_too_big(house, ann):
    answer = converse(house.port, request(ann.token, f"Content-Length: {BIG}", "Expect: 100-continue"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert code(answer) == "too_big"


def test_whoever_waits_to_be_told_to_go_on_is_told_so(house, ann, room):
    with socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE) as peer:
        peer.sendall(request(ann.token, f"Content-Length: {len(BODY)}", "Expect: 100-continue", line=to(room)))
        assert peer.recv(100).startswith(b"HTTP/1.1 100 ")
        peer.sendall(BODY)
        assert hear_out(peer).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("chunked", [False, True])
def test_whoever_sends_too_much_reads_why(house, ann, chunked):
    body = b'{"text": "' + b"x" * (BIG * 2) + b'"}'
    if chunked:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        sent = request(ann.token, "Content-Length: ", "Transfer-Encoding: chunked") + body
    else:
        sent = request(ann.token, body=body)
    answer = converse(house.port, sent)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert code(answer) == "too_big"


def test_a_body_without_end_is_413(house, ann):
    with socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE) as peer:
        peer.sendall(request(ann.token, "Content-Length: ", "Transfer-Encoding: chunked"))
        piece = b"4000\r\n" + b"x" * 16_384 + b"\r\n"
        with contextlib.suppress(ConnectionError):
            for _ in range(2_000):
                peer.sendall(piece)
        heard = b""
        with contextlib.suppress(ConnectionError):
            heard = peer.recv(100)
        assert heard == b"" or heard.startswith(b"HTTP/1.1 413 ")
    assert house.get("/healthz") == "ok\n"


def test_a_body_that_breaks_off_where_it_looks_whole_does_nothing(house, ann, room):
    with socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE) as peer:
        peer.sendall(request(ann.token, "Content-Length: 1000", line=to(room)) + BODY)
        time.sleep(0.2)
    time.sleep(0.2)
    assert said(ann, room) == []


def test_a_body_that_does_not_go_on_for_10_s_ends_the_connection(house, ann, room):
    with socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE) as peer:
        peer.sendall(request(ann.token, "Content-Length: 1000", line=to(room)) + BODY)
        started = time.monotonic()
        assert hear_out(peer) == b""
        assert time.monotonic() - started > 9
    assert said(ann, room) == []


def test_a_connection_goes_on_after_a_refusal(house, ann, room):
    bad = request(ann.token, line=to(room), body=b"{", close=False)
    good = request(ann.token, line=to(room), body=b'{"text": "good"}')
    answer = converse(house.port, bad * 3 + good)
    assert [line.split()[1] for line in answer.splitlines() if line.startswith(b"HTTP/1.1")] == [b"400"] * 3 + [b"201"]
    assert said(ann, room) == ["good"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("GET http://127.0.0.1/api/me HTTP/1.1", 200),
        ("GET /api/me HTTP/1.0", 200),
        ("GET /api/me HTTP/2.0", 400),
        ("GET /api/me HTTP/0.9", 400),
        ("GET /api/me", 400),
        ("get /api/me HTTP/1.1", 400),
        ("FETCH /api/me HTTP/1.1", 400),
        ("CONNECT /api/me HTTP/1.1", 405),
        ("GET api/me HTTP/1.1", 400),
        ("GET /api/m\x00e HTTP/1.1", 400),
        ("GET /api/m\u00eb HTTP/1.1", 400),
        ("GET /api/rooms /x HTTP/1.1", 400),
        ("TRACE /api/me HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 404),
        ("GET //127.0.0.1/api/me HTTP/1.1", 404),
        ("GET /healthz/../api/me HTTP/1.1", 404),
    ],
)
def test_a_first_line_is_answered_as_it_deserves(house, ann, line, answer):
    assert status(house.port, request(ann.token, "Content-Type: ", "Content-Length: ", line=line)) == answer


@pytest.mark.parametrize("headers", [["X: y"] * 300, ["X: " + "y" * 65_536]], ids=["300 headers", "64 KiB"])
def test_headers_that_are_too_many_or_too_large_are_431(house, ann, headers):
    assert status(house.port, request(ann.token, *headers)) == 431


def test_two_authorizations_are_refused(house, ann):
    twice = request(ann.token, "X: y", line="GET /api/me HTTP/1.1").replace(
        b"X: y", f"Authorization: Bearer {ann.token}".encode()
    )
    assert code(converse(house.port, twice)) == "bad_token"


def test_many_slow_bodies_hold_nobody_up(house, ann):
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", house.port)))
            peer.sendall(request(ann.token, "Content-Length: 1000") + b"{")
        started = time.monotonic()
        assert ann.get("/api/me").status == 200
        assert time.monotonic() - started < 5  # half of what they may take


def test_programs_that_leave_before_the_answer_leave_nothing_behind(house, ann, room):
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", house.port)) as peer:
            peer.sendall(request(ann.token, line=f"GET {room_path(room, 'messages')} HTTP/1.1"))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
    assert ann.get("/api/me").status == 200
