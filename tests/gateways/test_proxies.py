"""Holds that of trusted proxies, and of nobody else, it is taken where a request comes from; at every door alike."""

import contextlib
import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from klatch.core.addresses import parse_network
from klatch.gateways.http.built import FOLDER
from klatch.gateways.trust import Trust
from tests.gateways.talking import Talker, a_name, head, hear_out, masked, shake_hands, status, upgrade
from tests.pace import PATIENCE
from tests.running import Server, klatch

PROXY = "10.9.8.7"
TRUST = Trust(proxies=(parse_network(PROXY), parse_network("fd00::/8"), parse_network("127.0.0.0/8")))


def trace(peer: str, *headers: tuple[str, str], trust: Trust = TRUST) -> tuple[str, bool]:
    origin = trust.trace(peer, headers)
    return origin.address, origin.here


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["203.0.113.5"], "203.0.113.5"),
        (["127.0.0.1, 203.0.113.5"], "203.0.113.5"),
        (["127.0.0.1", "203.0.113.5"], "203.0.113.5"),
        (["203.0.113.5, fd00::1"], "203.0.113.5"),
        (["1.1.1.1, 203.0.113.5, 127.0.0.1, fd00::1"], "203.0.113.5"),
        (["203.0.113.5:4711"], "203.0.113.5"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["::ffff:203.0.113.5"], "203.0.113.5"),
        (["203.0.113.5, unknown"], PROXY),
        (["203.0.113.5,"], PROXY),
        (["203.0.113.5, nonsense, fd00::1"], "fd00::1"),
        ([""], PROXY),
        (["fd00::1, 127.0.0.1"], "fd00::1"),
    ],
)
def test_the_last_hop_that_is_not_trusted_is_the_client(forwarded: list[str], client: str) -> None:
    assert trace(PROXY, *[("X-Forwarded-For", line) for line in forwarded])[0] == client


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP"])
def test_what_others_say_changes_no_address(name: str) -> None:
    assert trace("10.9.8.8", (name, "203.0.113.5"))[0] == "10.9.8.8"


@pytest.mark.parametrize("name", ["Forwarded", "X-Real-IP", "X-Client-IP", "Via"])
def test_other_headers_of_a_trusted_proxy_are_not_read_and_make_nobody_a_guest(name: str) -> None:
    assert trace("127.0.0.1", (name, "for=127.0.0.1")) == ("127.0.0.1", False)


@pytest.mark.parametrize(
    ("forwarded", "guests"),
    [("127.0.0.1", True), ("::1", True), ("203.0.113.5", False), ("127.0.0.1, 203.0.113.5", False), ("unknown", False)],
)
def test_a_guest_comes_through_a_trusted_proxy_only_from_its_own_machine(forwarded: str, guests: bool) -> None:
    assert trace("127.0.0.1", ("X-Forwarded-For", forwarded))[1] is guests


def test_the_word_of_a_stranger_that_it_is_this_machine_makes_no_guest() -> None:
    assert trace("203.0.113.5", ("X-Forwarded-For", "127.0.0.1")) == ("203.0.113.5", False)


@pytest.mark.parametrize(
    ("peer", "said", "encrypted"),
    [(PROXY, "https", True), (PROXY, "http", False), (PROXY, "http, https", True), ("10.9.8.8", "https", False)],
)
def test_a_trusted_proxy_tells_whether_its_client_is_encrypted(peer: str, said: str, encrypted: bool) -> None:
    assert TRUST.trace(peer, [("X-Forwarded-Proto", said)]).encrypted is encrypted


def test_a_page_of_the_public_address_is_one_of_the_servers_own_whatever_the_proxy_asks_for() -> None:
    trust = Trust(public_url="https://chat.example/")
    assert trust.is_own_page("https://chat.example", "127.0.0.1:8000")
    assert not trust.is_own_page("https://evil.example", "127.0.0.1:8000")
    assert not trust.is_own_page("http://chat.example", "127.0.0.1:8000")


# With a real server, which trusts the machine that these tests run on.


@pytest.fixture
def behind(serve: Callable[..., Server]) -> Server:
    return serve("--trust-proxy", "127.0.0.1,10.0.0.0/8", sessions_of_address=3)


def forwarded(address: str) -> str:
    return f"X-Forwarded-For: {address}"


def hello(peer: socket.socket, name: str) -> bytes:
    peer.sendall(masked(json.dumps({"op": "hello", "name": name}).encode()))
    return peer.recv(65_536)


def test_the_connections_of_a_client_are_counted_not_those_of_the_proxy(behind: Server) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(9):  # three each of three clients
            peer = shake_hands(behind.port, forwarded(f"203.0.113.{number % 3}"))
            stack.enter_context(contextlib.closing(peer))
        assert status(behind.port, upgrade(forwarded("203.0.113.1"))) == 429
        assert status(behind.port, upgrade(forwarded("203.0.113.7"))) == 101


def test_requests_of_a_client_count_on_a_connection_of_the_proxy(behind: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(contextlib.closing(shake_hands(behind.port, forwarded("203.0.113.1"))))
        proxy = HTTPConnection("127.0.0.1", behind.port, timeout=PATIENCE)
        stack.callback(proxy.close)
        for address, wanted in (("203.0.113.2", 200), ("203.0.113.3", 200), ("203.0.113.1", 429)):
            proxy.request("GET", "/healthz", headers={"X-Forwarded-For": address})
            answer = proxy.getresponse()
            answer.read()
            assert answer.status == wanted


def test_a_proxy_keeps_one_connection_for_a_thousand_requests(behind: Server) -> None:
    proxy = HTTPConnection("127.0.0.1", behind.port, timeout=PATIENCE)
    for number in range(1_000):
        proxy.request("GET", "/healthz", headers={"X-Forwarded-For": f"203.0.113.{number % 250}"})
        assert proxy.getresponse().read() == b"ok\n"
    proxy.close()


def test_a_guest_is_let_in_by_the_address_that_the_proxy_saw(behind: Server) -> None:
    with contextlib.closing(shake_hands(behind.port, forwarded("127.0.0.1"))) as near:
        assert b'"welcome"' in hello(near, a_name())
    with contextlib.closing(shake_hands(behind.port, forwarded("203.0.113.9"))) as far:
        assert b'"guests_refused"' in hello(far, a_name())


def test_the_log_names_the_client(serve: Callable[..., Server]) -> None:
    server = serve("--trust-proxy", "127.0.0.1", "--guests")
    with contextlib.closing(Talker(server, additional_headers={"X-Forwarded-For": "203.0.113.9"})) as talker:
        assert talker.hello(a_name())["op"] == "welcome"
    with open(server.log.name) as log:  # noqa: PTH123 - the name is all there is
        assert '"address": "203.0.113.9"' in log.read()


def test_the_rate_of_an_address_is_that_of_the_client(serve: Callable[..., Server]) -> None:
    server = serve("--trust-proxy", "127.0.0.1", "--guests", address_burst=2, address_rate=1)
    answers = []
    for address in ("203.0.113.1", "203.0.113.1", "203.0.113.2"):
        with contextlib.closing(Talker(server, additional_headers={"X-Forwarded-For": address})) as talker:
            talker.hello(a_name())
            answers += [talker.send("#lobby", "hi")["op"], talker.send("#lobby", "hi")["op"]]
    assert answers == ["ack", "ack", "error", "error", "ack", "ack"]


def test_without_trust_the_header_changes_nothing(serve: Callable[..., Server]) -> None:
    server = serve("--guests", sessions_of_address=2)
    with contextlib.ExitStack() as stack:
        for number in range(2):
            stack.enter_context(contextlib.closing(shake_hands(server.port, forwarded(f"203.0.113.{number}"))))
        assert status(server.port, upgrade(forwarded("203.0.113.9"))) == 429


def test_a_foreign_host_header_is_in_no_link(serve: Callable[..., Server]) -> None:
    server = serve("--public-url", "https://chat.example")
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: evil\r\nX-Forwarded-Host: evil\r\nConnection: close\r\n\r\n")
        page = hear_out(peer)
    assert page.startswith(b"HTTP/1.1 200 ")
    assert b"evil" not in page
    if not (FOLDER / "index.html").exists():
        assert b"--server &#x27;https://chat.example&#x27;" in page


def test_requests_in_parts_are_counted_in_the_end(behind: Server) -> None:
    """A client whose requests are turned away leaves nothing counted behind."""
    for _ in range(20):
        assert b" 200 " in head(
            behind.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.1\r\n\r\n"
        )
    assert status(behind.port, upgrade(forwarded("203.0.113.1"))) == 101


def test_a_server_that_trusts_its_own_machine_still_lets_it_in_directly(behind: Server) -> None:
    with contextlib.closing(Talker(behind)) as talker:
        assert talker.hello(a_name())["op"] == "welcome"


@pytest.mark.parametrize("given", ["127.0.0.1/33", "localhost", "", "10.0.0.0/8,,", "*"])
def test_what_is_no_address_cannot_be_trusted(given: str, tmp_path: Path) -> None:
    done = klatch("serve", "--trust-proxy", given, "--port", "0", "--line-port", "0", "--data", str(tmp_path))
    assert done.returncode == 78
    assert "is no address and no network" in done.stderr
