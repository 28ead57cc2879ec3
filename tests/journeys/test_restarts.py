"""A restart under a service manager: whoever is connected comes back in a moment, nobody is refused, nothing fails."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from klatch.clients.sdk import Client, State
from klatch.core.events import Message
from klatch.storage.verify import verify
from tests.manager import Manager
from tests.pace import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="service managers that hand over sockets are Linux's")

CLIENTS = 200
SENDERS = 20
WITHIN = 15.0  # seconds, also on a busy machine


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """A service manager with a server that runs."""
    with contextlib.closing(Manager(tmp_path / "data", "--no-limits")) as manages:
        manages.start()
        yield manages


def test_a_server_opens_the_doors_it_is_handed(manager: Manager) -> None:
    assert manager.doors()["http"] == manager.url
    with socket.create_connection(("127.0.0.1", manager.ports["line"]), timeout=PATIENCE) as peer:
        assert b"name" in peer.recv(1000)


def test_whoever_knocks_while_no_server_runs_waits_and_is_answered(manager: Manager) -> None:
    manager.stop()
    with socket.create_connection(("127.0.0.1", manager.ports["line"]), timeout=PATIENCE) as peer:
        time.sleep(0.2)
        manager.start()
        assert b"name" in peer.recv(1000)


def test_the_manager_hears_that_the_server_is_ready_and_that_it_stops(manager: Manager) -> None:
    manager.stop()
    assert "STATUS=Saying goodbye to all." in manager.hear("STOPPING=1")


def test_the_manager_hears_that_the_server_reads_its_certificate_again(manager: Manager) -> None:
    assert manager.process is not None
    manager.process.send_signal(signal.SIGHUP)
    moment = dict(line.split("=", 1) for line in manager.hear("RELOADING=1"))["MONOTONIC_USEC"]
    assert 0 <= time.monotonic_ns() // 1_000 - int(moment) < 5_000_000
    assert "READY=1" in manager.hear("READY=1")


def test_a_server_that_is_watched_gives_signs_of_life(tmp_path: Path) -> None:
    with contextlib.closing(Manager(tmp_path / "data", WATCHDOG_USEC="400000")) as manager:
        manager.start()
        for _ in range(3):
            manager.hear("WATCHDOG=1")


def test_a_server_that_nobody_watches_gives_no_signs_of_life(manager: Manager) -> None:
    manager.heard.settimeout(0.5)
    with pytest.raises(TimeoutError):
        manager.hear("WATCHDOG=1")


def test_a_server_that_is_held_gives_no_signs_of_life(tmp_path: Path) -> None:
    with contextlib.closing(Manager(tmp_path / "data", WATCHDOG_USEC="400000")) as manager:
        manager.start()
        assert manager.process is not None
        manager.process.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        manager.heard.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                manager.heard.recv(65_536)
        manager.heard.settimeout(1.0)
        try:
            with pytest.raises(TimeoutError):
                manager.hear("WATCHDOG=1")
        finally:
            manager.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("doors", "reason"), [(("http", "kitchen"), "named 'kitchen'"), (("http", "https"), "named 'https'")]
)
def test_a_socket_that_belongs_to_no_door_is_refused(tmp_path: Path, doors: tuple[str, ...], reason: str) -> None:
    with contextlib.closing(Manager(tmp_path / "data", doors=doors)) as manager:
        manager.start(wait=False)
        assert (manager.wait(), reason in manager.log.read_text()) == (1, True)


def test_a_socket_that_does_not_listen_is_refused(tmp_path: Path) -> None:
    with contextlib.closing(Manager(tmp_path / "data", doors=("http",))) as manager:
        manager.sockets["http"].close()
        manager.sockets["http"] = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.start(wait=False)
        assert (manager.wait(), "no listening TCP socket" in manager.log.read_text()) == (1, True)


async def test_two_hundred_clients_live_through_a_restart_and_nothing_fails(tmp_path: Path, manager: Manager) -> None:
    states: list[tuple[float, State]] = []
    async with contextlib.AsyncExitStack() as leaving:
        clients = [
            await leaving.enter_async_context(
                Client(
                    manager.url,
                    name=f"guest{number}",
                    secret=f"{number:024}",
                    on_state=lambda state: states.append((time.monotonic(), state)),
                )
            )
            for number in range(CLIENTS)
        ]
        states.clear()
        stop, sent = asyncio.Event(), []

        async def talk(client: Client, number: int) -> None:
            turn = 0
            while not stop.is_set():
                sent.append(f"{number} {turn}")
                await client.send("#lobby", sent[-1])
                turn += 1

        async with asyncio.TaskGroup() as tasks:
            for number, client in enumerate(clients[:SENDERS]):
                tasks.create_task(talk(client, number))
            await asyncio.sleep(0.5)
            began = time.monotonic()
            await asyncio.to_thread(manager.restart)
            while any(client.state.name != "online" for client in clients):
                assert time.monotonic() - began < 3 * WITHIN
                await asyncio.sleep(0.01)
            last = max(moment for moment, state in states if state.name == "online") - began
            await asyncio.sleep(0.5)
            stop.set()
        said = [entry.body.text for entry in await all_entries(clients[0]) if isinstance(entry.body, Message)]
    refusals = [state.reason for _, state in states if "refused" in state.reason.lower()]
    assert refusals == []
    assert sorted(said) == sorted(sent)
    assert len({state.name for _, state in states}) > 1, "nobody noticed a restart"
    assert last < WITHIN
    manager.stop()
    assert verify(tmp_path / "data").faults == []


async def test_a_server_that_was_killed_is_started_again_and_nobody_is_refused(manager: Manager) -> None:
    states: list[State] = []
    async with Client(manager.url, name="ann", secret="a" * 24, on_state=states.append) as ann:
        sending = asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(200)])
        await asyncio.sleep(0.02)
        await asyncio.to_thread(manager.kill)
        await asyncio.to_thread(manager.start)
        async with asyncio.timeout(PATIENCE):
            acks = await sending
    assert len({ack.seq for ack in acks}) == 200
    assert not [state for state in states if "refused" in state.reason.lower()]


async def all_entries(client: Client) -> list[object]:
    entries: list[object] = []
    while page := (await client.fetch("#lobby", len(entries))).entries:
        entries += page
    return entries


def test_what_the_manager_said_is_for_the_server_alone(manager: Manager) -> None:
    assert manager.process is not None
    environment = {"LISTEN_PID": "1", "LISTEN_FDS": "2", "NOTIFY_SOCKET": "/nowhere", "PATH": os.environ["PATH"]}
    from klatch.gateways.handed import take_handed
    from klatch.observe.service import Service

    Service(environment)
    assert take_handed(environment, ["http"]) == {}
    assert set(environment) == {"PATH"}
