"""What is measured, and how. The server has one core for itself, the load the other, where there are two."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.files import files
from benchmarks.guest import Guest
from benchmarks.page import page
from benchmarks.peer import Peer, connect, frame_bytes
from benchmarks.terminal import scroll as terminal
from benchmarks.window import scroll
from tests.manager import Manager
from tests.running import Server, running

TEXT = "x" * 100
RUNS = 5
_SETTLES = 3  # seconds in which a new server is done with what it does once, such as a first hash of 19 MiB


def start() -> Iterator[str]:
    """How soon a new server is ready, and how much memory it holds when idle."""
    times, sizes = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            with running(Path(folder) / "data") as server:
                times.append(time.perf_counter() - began)
                time.sleep(_SETTLES)
                sizes.append(_resident(server))
    yield f"ready in {statistics.median(times):.2f} s (median of {RUNS})"
    yield f"{statistics.median(sizes) / 1e6:.1f} MB resident"


def latency() -> Iterator[str]:
    """From send to ack: one sender, one message in flight, each on disk before its ack."""
    with _server() as server:
        times = asyncio.run(_latencies(server.port, 2_000))
    cuts = statistics.quantiles(times, n=100)
    yield f"median {cuts[49] * 1e3:.2f} ms, 99th percentile {cuts[98] * 1e3:.2f} ms"


def throughput() -> Iterator[str]:
    """Durable acknowledged messages a second: 50 senders, each in a room of its own, then all in one room."""
    for flight in (1, 16, 64):
        yield _throughput(50, flight, together=False)
    yield _throughput(50, 16, together=True)


def floor() -> Iterator[str]:
    """As throughput, of a server without rules (benchmarks/floor.py): what this machine has to spend."""
    for flight in (1, 16, 64):
        yield _throughput(50, flight, together=False, open_server=_floor)


def idle() -> Iterator[str]:
    """Memory of an idle WebSocket session."""
    count = 2_000
    with _server() as server:
        yield asyncio.run(_idle(server, count))


def fanout() -> Iterator[str]:
    """Server CPU for each delivery: one sender, 1,000 listeners in one room, 100-byte messages."""
    for flight in (1, 16):
        with _server() as server:
            yield asyncio.run(_fanout(server, 1_000, 300, flight))


def restart() -> Iterator[str]:
    """From SIGTERM until all of 1,000 clients are back, 50 of whom send; a service manager keeps the sockets."""
    with tempfile.TemporaryDirectory() as folder:
        manager = Manager(Path(folder) / "data", "--no-limits")
        try:
            manager.start()
            yield asyncio.run(_restart(manager, 1_000, 50))
        finally:
            manager.close()


Opened = AbstractContextManager["Server | Floor"]
MEASURES: dict[str, Callable[[], Iterator[str]]] = {
    "start": start,
    "latency": latency,
    "throughput": throughput,
    "floor": floor,
    "idle": idle,
    "fanout": fanout,
    "scroll": scroll,
    "page": page,
    "terminal": terminal,
    "restart": restart,
    "files": files,
}


@contextmanager
def _server() -> Iterator[Server]:
    """A server without rate limits, on a core of its own."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data", "--no-limits") as server:
        assert server.process is not None
        with _apart(server.process.pid):
            yield server


@contextmanager
def _floor() -> Iterator["Floor"]:
    """The bare server, in place of Klatch."""
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "benchmarks.floor", folder)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                port = int(process.stdout.readline())
                with _apart(process.pid):
                    yield Floor(port, process)
            finally:
                process.kill()


@dataclass
class Floor:
    """A running bare server."""

    port: int
    process: "subprocess.Popen[str]"


@contextmanager
def _apart(pid: int) -> Iterator[None]:
    """A process on a core of its own, the load on another."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) < 2:
        yield
        return
    _pin(pid, cores[0])
    os.sched_setaffinity(0, {cores[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, set(cores))


def _pin(pid: int, core: int) -> None:
    """Keeps every thread of a process on one core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


async def _latencies(port: int, count: int) -> list[float]:
    peer = await connect(port, "sender")
    acked = asyncio.Event()
    peer.on_acks = lambda _: acked.set()
    times = []
    for number in range(count):
        acked.clear()
        began = time.perf_counter()
        peer.say(_message("#lobby", f"latency-{number:012}"))
        await acked.wait()
        times.append(time.perf_counter() - began)
    peer.close()
    return times[count // 10 :]


def _throughput(senders: int, flight: int, *, together: bool, open_server: "Callable[[], Opened]" = _server) -> str:
    with open_server() as server:
        seconds, acks, errors, deliveries, cpu = asyncio.run(_send_all(server, senders, flight, together=together))
    where = "one room" if together else "rooms of their own"
    return (
        f"{senders} senders in {where}, {flight} in flight each: {acks / seconds:,.0f} messages/s, "
        f"{deliveries / seconds:,.0f} deliveries/s, {cpu / acks * 1e6:.1f} us of CPU a message"
        + (f", {errors} ERRORS" if errors else "")
    )


async def _send_all(
    server: "Server | Floor", senders: int, flight: int, *, together: bool
) -> tuple[float, int, int, int, float]:
    peers = [await connect(server.port, f"sender{number}") for number in range(senders)]
    rooms = ["#lobby"] * senders
    if not together:
        for number, peer in enumerate(peers):
            peer.say({"op": "create", "cid": f"create-{number:012}", "name": f"room{number}"})
            peer.say({"op": "leave", "cid": f"leaving-{number:012}", "room": "#lobby"})
            rooms[number] = f"#room{number}"
        await _until(lambda: sum(peer.acks for peer in peers) >= 2 * senders)
    for peer in peers:
        peer.acks = peer.entries = 0
    sources = [_Source(peer, room, number) for number, (peer, room) in enumerate(zip(peers, rooms, strict=True))]
    used, began = _cpu(server), time.perf_counter()
    for source in sources:
        source.send(flight)
    await asyncio.sleep(4)
    for source in sources:
        source.stopped = True
    seconds = time.perf_counter() - began
    acks, entries = sum(peer.acks for peer in peers), sum(peer.entries for peer in peers)
    result = seconds, acks, sum(peer.errors for peer in peers), entries, _cpu(server) - used
    for peer in peers:
        peer.close()
    return result


class _Source:
    """Sends the next message for every ack."""

    def __init__(self, peer: Peer, room: str, number: int) -> None:
        self.stopped = False
        self._peer = peer
        self._next = 0
        head, tail = frame_bytes(_message(room, "C" * 16)).split(b"C" * 16)
        self._head, self._tail, self._mark = head, tail, f"{number:04}".encode()
        peer.on_acks = self.send

    def send(self, count: int) -> None:
        if self.stopped:
            return
        first, self._next = self._next, self._next + count
        self._peer.write(
            b"".join(
                b"%s%s%012d%s" % (self._head, self._mark, number, self._tail) for number in range(first, self._next)
            )
        )


async def _idle(server: Server, count: int) -> str:
    peers = [await connect(server.port, f"warm{number}") for number in range(50)]
    await asyncio.sleep(0.5)
    before = _resident(server)
    peers += [await connect(server.port, f"idle{number}") for number in range(count)]
    await asyncio.sleep(1.5)
    each = (_resident(server) - before) / count
    for peer in peers:
        peer.close()
    return f"{each / 1e3:.1f} KB each, of {count}"


async def _fanout(server: Server, listeners: int, messages: int, flight: int) -> str:
    peers = [await connect(server.port, f"listener{number}") for number in range(listeners)]
    sender = await connect(server.port, "sender")
    await asyncio.sleep(1)
    for peer in peers:
        peer.entries = 0
    source = _Source(sender, "#lobby", 0)
    used, began = _cpu(server), time.perf_counter()
    left = messages - flight

    def go_on(acks: int) -> None:
        nonlocal left
        more = min(acks, left)
        left -= more
        if more:
            source.send(more)

    sender.on_acks = go_on
    source.send(flight)
    await _until(lambda: sum(peer.entries for peer in peers) >= listeners * messages)
    seconds, cpu = time.perf_counter() - began, _cpu(server) - used
    for peer in [*peers, sender]:
        peer.close()
    deliveries = listeners * messages
    each, rate = cpu / deliveries * 1e6, deliveries / seconds
    return f"{flight} in flight: {each:.2f} us of CPU a delivery, {rate:,.0f} deliveries/s"


async def _restart(manager: Manager, count: int, senders: int) -> str:
    guests = [Guest(manager.ports["http"], f"guest{number}") for number in range(count)]
    for guest in guests:
        await guest.enter()
    for guest in guests[:senders]:
        guest.talk()
    await asyncio.sleep(1)
    began = time.perf_counter()
    for guest in guests:
        guest.back_at = None
    restarting = asyncio.create_task(asyncio.to_thread(manager.restart))  # noqa: TID251 - awaited two lines below
    await _until(lambda: all(guest.back_at is not None for guest in guests))
    await restarting
    for guest in guests:
        guest.stop()
    await _until(lambda: all(not guest.owed for guest in guests))
    away = [guest.back_at - began for guest in guests if guest.back_at is not None]
    cuts = statistics.quantiles(away, n=100)
    refused, failed = sum(guest.refused for guest in guests), sum(guest.failed for guest in guests)
    acked = sum(guest.acked for guest in guests)
    for guest in guests:
        guest.close()
    return (
        f"{count:,} clients back after {cuts[49]:.2f} s at the median, {cuts[98]:.2f} s at the 99th percentile, "
        f"{max(away):.2f} s at most; {refused} refused, {failed} failed, {acked:,} acknowledged"
    )


def _message(room: str, cid: str) -> dict[str, Any]:
    return {"op": "send", "cid": cid, "room": room, "text": TEXT}


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not answer within 60 s")
        await asyncio.sleep(0.005)


def _cpu(server: "Server | Floor") -> float:
    """Seconds of CPU that the server has used, user and system."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(server: Server) -> float:
    """Bytes of memory that the server holds."""
    assert server.process is not None
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
