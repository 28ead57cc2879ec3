"""Holds that a server on a local network is found there, and gone from there once it stops."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from klatch.clients.sdk import Client
from klatch.clients.sdk.finding import Found, find
from klatch.gateways.announce import announce, describe
from klatch.gateways.ways import Doors
from klatch.observe.recorder import Recorder
from tests.gateways.talking import masked, shake_hands
from tests.pace import PATIENCE
from tests.running import Server, running

HERE = "127.0.0.1"
DOORS = Doors(
    hosts=(HERE, "192.0.2.9"),
    port=8000,
    tls_port=None,
    line_port=5555,
    encrypted=False,
    fingerprint=None,
    pinned=False,
    guests=True,
    public_url="",
    pid=1,
    data="",
)


def hears_itself() -> bool:
    """Whether what is sent to all on loopback arrives on loopback."""
    group = "224.0.0.251"
    with contextlib.ExitStack() as stack:
        ears = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        mouth = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        try:
            ears.bind(("", 0))
            ears.settimeout(1)
            joined = socket.inet_aton(group) + socket.inet_aton(HERE)
            ears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HERE))
            mouth.sendto(b"hello", (group, ears.getsockname()[1]))
            return ears.recv(10) == b"hello"
        except OSError:
            return False


needs_multicast = pytest.mark.skipif(not hears_itself(), reason="loopback carries no multicast here")


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Server]:
    """A server for a local network that is this machine alone."""
    with running(tmp_path / "data", "--lan", "--host", HERE, "--tls", "self", "--tls-port", "0") as started:
        yield started


async def found_at(port: int, within: float = PATIENCE) -> Found | None:
    """The server at a port, if it is announced in time."""
    async with asyncio.timeout(within):
        while True:
            for each in await find(0.7, [HERE]):
                if each.page.endswith(f":{port}"):
                    return each


@needs_multicast
async def test_a_server_is_found_with_its_doors_and_its_key(lan: Server) -> None:
    found = await found_at(lan.port)
    assert found is not None
    assert found.page == lan.url
    assert found.line == lan.doors["line"]
    assert found.server == f"{lan.doors['https']}#sha256={lan.doors['fingerprint']}"


@needs_multicast
async def test_who_is_found_can_be_talked_to(lan: Server) -> None:
    found = await found_at(lan.port)
    assert found is not None
    told: list[str] = []
    async with Client(found.server, name="ann", on_notice=told.append) as klatch:
        await klatch.send("#lobby", "Hello")
    assert told == []


@needs_multicast
async def test_two_servers_of_one_machine_have_two_names(lan: Server, tmp_path: Path) -> None:
    first = await found_at(lan.port)
    with running(tmp_path / "other", "--lan", "--host", HERE) as other:
        second = await found_at(other.port)
        assert first is not None
        assert second is not None
        assert first.name != second.name


@needs_multicast
async def test_a_server_that_stopped_is_not_found(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--lan", "--host", HERE) as server:
        assert await found_at(server.port) is not None
    assert all(not each.page.endswith(f":{server.port}") for each in await find(1.0, [HERE]))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # zeroconf forgets a socket then
async def test_where_it_cannot_be_announced_one_sentence_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        await announce(DOORS, Recorder(), host="203.0.113.77")
    gc.collect()
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be announced on the local network" in line


def test_a_name_for_people_is_made_to_fit() -> None:
    info = describe(DOORS, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 80 + ".example", "12")
    assert len(info.name.partition(".")[0].encode()) <= 50


def test_what_is_announced_leads_to_the_address_of_the_network() -> None:
    assert describe(DOORS, "vm", "12").parsed_addresses() == ["192.0.2.9"]


def test_a_server_for_itself_alone_loads_nothing_of_the_network(server: Server) -> None:
    assert server.process is not None
    maps = Path(f"/proc/{server.process.pid}/maps")
    if not maps.exists():
        pytest.skip("this system does not tell what a process has loaded")
    loaded = maps.read_text()
    assert "zeroconf" not in loaded
    assert "cryptography" not in loaded


def test_guests_come_in_from_everywhere_on_a_lan(lan: Server) -> None:
    with contextlib.closing(shake_hands(lan.port, "X-Forwarded-For: 203.0.113.9")) as peer:
        peer.sendall(masked(b'{"op": "hello", "name": "ann"}'))
        assert b'"welcome"' in peer.recv(65_536)


def test_a_lan_may_refuse_guests(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(tmp_path / "data", "--lan", "--host", HERE, "--no-guests"))
        peer = stack.enter_context(contextlib.closing(shake_hands(server.port)))
        peer.sendall(masked(b'{"op": "hello", "name": "ann"}'))
        assert b'"guests_refused"' in peer.recv(65_536)
