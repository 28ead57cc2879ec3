"""The HTTP door: what it serves, and how it answers requests that are not as they should be."""

import contextlib
import socket
import time

import pytest

from tests.gateways.talking import converse, head, shake_hands, status, upgrade
from tests.pace import PATIENCE
from tests.running import eventually


def request(line="GET /healthz HTTP/1.1", *headers):
    return "\r\n".join([line, "Host: 127.0.0.1", "Connection: close", *headers, "", ""]).encode()


@pytest.mark.parametrize(("path", "words"), [("/", "<!doctype html>"), ("/healthz", "ok"), ("/readyz", "ready")])
def test_what_is_served(house, path, words):
    assert words in house.get(path)


def test_metrics_are_served_for_prometheus(house):
    assert b"content-type: text/plain; version=0.0.4" in head(house.port, request("GET /metrics HTTP/1.1")).lower()


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/api/me", "/api/nowhere"])
@pytest.mark.parametrize(
    "header", [b"content-security-policy: ", b"x-content-type-options: nosniff", b"referrer-policy: "]
)
def test_browsers_are_told_to_be_careful(house, path, header):
    assert header in head(house.port, request(f"GET {path} HTTP/1.1")).lower()


def test_the_program_behind_it_is_not_told(house):
    assert b"\r\nserver:" not in head(house.port, request()).lower()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("GET /healthz HTTP/1.1", 200),
        ("HEAD /healthz HTTP/1.1", 200),
        ("GET /nowhere HTTP/1.1", 404),
        ("GET /ws HTTP/1.1", 404),
        ("GET /healthz/../../etc/passwd HTTP/1.1", 404),
        ("GET /%2e%2e%2fetc/passwd HTTP/1.1", 404),
        ("GET /%c0%ae/ HTTP/1.1", 404),
        ("GET //healthz HTTP/1.1", 404),
        ("GET /\\healthz HTTP/1.1", 404),
        ("POST /healthz HTTP/1.1", 405),
        ("PUT / HTTP/1.1", 405),
        ("DELETE /metrics HTTP/1.1", 405),
        ("OPTIONS / HTTP/1.1", 405),
        ("TRACE / HTTP/1.1", 405),
        ("TRACE /nowhere HTTP/1.1", 404),
        ("FETCH / HTTP/1.1", 400),
        ("GET / HTTP/9.9", 400),
        ("GET /healthz HTTP/1.0", 200),
        ("GET", 400),
        ("\x16\x03\x01\x02\x00", 400),
    ],
)
def test_a_request_is_answered_with_its_status(house, line, answer):
    assert status(house.port, request(line)) == answer


def test_a_method_that_is_not_for_a_path_is_told_which_are(house):
    assert b"\r\nallow: get, head" in head(house.port, request("PUT /healthz HTTP/1.1")).lower().replace(
        b"head, get", b"get, head"
    )


def test_no_other_site_is_granted_anything(house):
    answer = head(house.port, request("OPTIONS / HTTP/1.1", "Origin: https://evil.example"))
    assert b"access-control" not in answer.lower()


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        (["X: y"] * 97, 200),
        (["X: y"] * 300, 431),
        (["X: " + "y" * 16_000], 200),
        (["X: " + "y" * 65_536], 431),
        (["X" * 65_536 + ": y"], 431),
        (["Content-Length: 3", "Transfer-Encoding: chunked"], 400),
        (["Content-Length: 3", "Content-Length: 4"], 400),
        (["Content-Length: -1"], 400),
        (["Content-Length: 99999999999999999999999"], 400),
        (["Transfer-Encoding: identity, chunked, chunked"], 400),
        (["Na me: x"], 400),
        (["X: y", " folded: z"], 400),
        (["X: a\x00b"], 400),
    ],
    ids=lambda part: ascii(" ".join(part)[:50]) + f", {len(part)}" if isinstance(part, list) else str(part),
)
def test_headers_are_answered_as_they_deserve(house, headers, answer):
    assert status(house.port, request("GET /healthz HTTP/1.1", *headers)) == answer


def test_a_target_of_64_kib_is_too_large(house):
    assert status(house.port, request(f"GET /{'x' * 65_536} HTTP/1.1")) == 431


@pytest.mark.parametrize("bad", [["X: y"] * 300, ["Content-Length: 3", "Content-Length: 4"], ["Na me: x"]])
def test_after_a_refused_request_the_connection_is_closed(house, bad):
    both = request("GET /healthz HTTP/1.1", *bad).replace(b"Connection: close\r\n", b"") + request()
    assert converse(house.port, both).count(b"HTTP/1.1 ") == 1


def test_headers_that_come_byte_by_byte_are_whole_in_the_end(house):
    with socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE) as peer:
        for byte in request():
            peer.sendall(bytes([byte]))
        assert peer.recv(100).startswith(b"HTTP/1.1 200")


def test_headers_that_do_not_come_within_10_s_end_the_connection(house):
    """At first and after an answer, whatever else comes: all at once, as each takes its ten seconds."""
    plain = request().replace(b"Connection: close\r\n", b"")
    promising = plain.replace(b"Host", b"Content-Length: 1000\r\nHost")
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        for answered, begun in (
            (b"", b""),
            (b"", b"GET /healthz HT"),
            (b"", request()[:-2]),
            (plain, b""),
            (plain, b"\r\n"),
            (plain, b"G"),
            (promising, b"x"),
        ):
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE))
            peer.sendall(answered)
            heard = b""
            while answered and not heard.endswith(b"ok\n"):
                heard += peer.recv(1_000)
            peer.sendall(begun)
            stack.callback(assert_ended, peer, started)


def assert_ended(peer, started):
    with contextlib.suppress(ConnectionResetError):
        assert peer.recv(100) == b""
    assert time.monotonic() - started > 9


def test_a_connection_goes_on_after_an_answer(house):
    plain = request().replace(b"Connection: close\r\n", b"")
    assert converse(house.port, plain * 3 + request()).count(b"HTTP/1.1 200") == 4


def test_too_many_requests_at_once_end_the_connection(house):
    many = request().replace(b"Connection: close\r\n", b"") * 12_000
    assert converse(house.port, many).count(b"HTTP/1.1 200") < 10
    assert house.get("/healthz") == "ok\n"


def test_a_connection_too_many_of_an_address_is_turned_away_with_429(serve):
    server = serve(sessions_of_address=2)
    with (
        socket.create_connection(("127.0.0.1", server.port)),
        socket.create_connection(("127.0.0.1", server.port)),
    ):
        eventually(lambda: status(server.port, request()) == 429)
        assert b"There are 2 connections from your address" in converse(server.port, request())
    eventually(lambda: status(server.port, request()) == 200)


def test_a_websocket_is_counted_once(serve):
    server = serve(sessions_of_address=2)
    for _ in range(3):
        with shake_hands(server.port), shake_hands(server.port):
            assert status(server.port, upgrade()) == 429
        eventually(lambda: status(server.port, request()) == 200)


@pytest.mark.parametrize("header", ["Content-Length: 3", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("body", [b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n"])
def test_a_request_for_a_websocket_has_no_body(house, header, body):
    answer = converse(house.port, upgrade(header) + body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"A request for a WebSocket has no body.\n")


def test_a_request_for_a_websocket_does_not_overtake_an_answer(house):
    plain = request().replace(b"Connection: close\r\n", b"")
    assert b" 101 " not in converse(house.port, plain + upgrade())


def test_many_who_write_slowly_hold_nobody_up(house):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", house.port))) for _ in range(200)]
        for peer in slow:
            peer.sendall(b"GET / HTTP/1.1\r\nX")
        started = time.monotonic()
        assert house.get("/healthz") == "ok\n"
        assert time.monotonic() - started < 5  # half of what they may take


@pytest.mark.parametrize(
    ("line", "hosts", "answer"),
    [
        ("GET /healthz HTTP/1.1", 0, 400),
        ("GET /healthz HTTP/1.1", 1, 200),
        ("GET /healthz HTTP/1.1", 2, 400),
        ("GET /healthz HTTP/1.0", 0, 200),
        ("GET /healthz HTTP/0.9", 1, 400),
        ("GET /healthz", 0, 400),
        ("GET /healthz HTTP/2.0", 1, 400),
    ],
)
def test_a_request_names_its_version_and_one_host(house, line, hosts, answer):
    lines = [line, *["Host: 127.0.0.1"] * hosts, "Connection: close", "", ""]
    assert status(house.port, "\r\n".join(lines).encode()) == answer
