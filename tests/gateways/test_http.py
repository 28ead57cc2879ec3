"""The HTTP door: what it serves, and how it answers requests that are not as they should be."""

import contextlib
import socket
import time

import pytest

from tests.gateways.talking import converse, head, status


def request(line="GET /healthz HTTP/1.1", *headers):
    return "\r\n".join([line, "Host: 127.0.0.1", "Connection: close", *headers, "", ""]).encode()


@pytest.mark.parametrize(("path", "words"), [("/", "<!doctype html>"), ("/healthz", "ok"), ("/readyz", "ready")])
def test_what_is_served(house, path, words):
    assert words in house.get(path)


def test_metrics_are_served_for_prometheus(house):
    assert b"content-type: text/plain; version=0.0.4" in head(house.port, request("GET /metrics HTTP/1.1")).lower()


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere"])
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
    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as peer:
        for byte in request():
            peer.sendall(bytes([byte]))
        assert peer.recv(100).startswith(b"HTTP/1.1 200")


def test_headers_that_do_not_come_within_10_s_end_the_connection(house):
    """Nothing at all, a piece of a line, all but the end: all three at once, as each takes its ten seconds."""
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        for begun in (b"", b"GET /healthz HT", request()[:-2]):
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=15))
            peer.sendall(begun)
            stack.callback(assert_ended, peer, started)


def assert_ended(peer, started):
    with contextlib.suppress(ConnectionResetError):
        assert peer.recv(100) == b""
    assert 9 < time.monotonic() - started < 12


def test_many_who_write_slowly_hold_nobody_up(house):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", house.port))) for _ in range(200)]
        for peer in slow:
            peer.sendall(b"GET / HTTP/1.1\r\nX")
        started = time.monotonic()
        assert house.get("/healthz") == "ok\n"
        assert time.monotonic() - started < 1
