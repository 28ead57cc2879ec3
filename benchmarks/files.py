"""How fast files go up and come down, what memory that takes, and whether those who talk meanwhile notice."""

import contextlib
import itertools
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.gateways.calling import Program, signed_in
from tests.gateways.talking import talking
from tests.gateways.uploading import say_with
from tests.running import Server, eventually, running

SIZE = 1_000_000_000
AT_ONCE = 100
SMALL = 20_000_000
_PIECE = 1_048_576
_LIMITS = """[limits]
file_size = 4_000_000_000
file_quota_of_guest = 100_000_000_000
member_burst = 100_000
address_burst = 100_000
"""
_ROUNDS = 3
_SITE = """daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; {user} events {{}}
http {{ access_log off; sendfile on; client_max_body_size 0; client_body_temp_path {folder}/temp;
  server {{ listen 127.0.0.1:{port}; root {folder}/site; location / {{ dav_methods PUT; }} }}
}}
"""


def files() -> Iterator[str]:
    """A file of 1 GB up and down, beside cp and nginx; 100 uploads at once beside a talk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "large"
        _fill(source, SIZE)
        config = folder / "klatch.toml"
        config.write_text(_LIMITS)
        with running(folder / "data", "--config", str(config)) as server:
            ann = signed_in(server, "ann")
            _send(ann, source, 50_000_000)
            before = _peak(server)
            yield from _race(ann, source, folder)
            yield f"memory, at most: {(_peak(server) - before) / 1024:,.1f} MB more than before"
            yield from _talk_beside(server, ann, source)


def _race(ann: Program, source: Path, folder: Path) -> Iterator[str]:
    """A few rounds, in each of which another begins: a disk that just wrote much writes the next more slowly."""
    taken: dict[str, list[float]] = {}
    nginx = shutil.which("nginx")
    with _site(nginx, folder) if nginx else contextlib.nullcontext(0) as port:
        sent: list[_Sent] = []

        def send_up() -> float:
            sent.append(_send(ann, source, SIZE))
            return sent[-1].seconds

        copies = itertools.count()
        # Each to a place of its own: blocks that were written before are written faster.
        runners = {"cp with fsync": lambda: _copy(source, folder / f"copy{next(copies)}"), "1 GB up": send_up}
        if port:
            runners["nginx up, without fsync"] = lambda: _put(port, source)
        for number in range(_ROUNDS * len(runners)):
            with source.open("r+b") as file:
                file.write(os.urandom(16))  # or it would be the same content, and kept once
            names = list(runners)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                os.sync()
                taken.setdefault(name, []).append(runners[name]())
        say_with(ann, "#lobby", sent[-1].file)
        for _ in range(_ROUNDS):
            if port:
                taken.setdefault("nginx down", []).append(_fetch(port, "/large"))
            down = _fetch(ann.port, f"/api/files/{sent[-1].file}/large", ann.token or "")
            taken.setdefault("1 GB down", []).append(down)
    for what, times in taken.items():
        each = sorted(SIZE / seconds / 1e6 for seconds in times)
        yield f"{what}: {statistics.median(each):,.0f} MB/s, from {each[0]:,.0f} to {each[-1]:,.0f}"


def _talk_beside(server: Server, ann: Program, source: Path) -> Iterator[str]:
    alone = _talk(server, 300)
    away = multiprocessing.get_context("spawn")
    begun, done = away.Event(), away.Event()
    senders = away.Process(target=_send_many, args=(ann.port, ann.token, source, begun, done))
    senders.start()
    begun.wait()
    beside = _talk(server, 10_000, done)
    senders.join()
    yield (
        f"from send to ack, median and p99: {alone[0]:.1f} and {alone[1]:.1f} ms, "
        f"beside {AT_ONCE} uploads {beside[0]:.1f} and {beside[1]:.1f} ms"
    )


def _send_many(port: int, token: str, source: Path, begun: Any, done: Any) -> None:
    """In a process of its own, which takes nothing from whoever measures but the processor."""
    threads = [threading.Thread(target=_send, args=(_Sender(port, token), source, SMALL)) for _ in range(AT_ONCE)]
    begun.set()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()


class _Sender:
    def __init__(self, port: int, token: str | None) -> None:
        self.port = port
        self.token = token


class _Sent:
    def __init__(self, seconds: float, file: str) -> None:
        self.seconds = seconds
        self.file = file


def _send(program: "Program | _Sender", source: Path, size: int) -> _Sent:
    began = time.perf_counter()
    with source.open("rb") as file, socket.create_connection(("127.0.0.1", program.port)) as peer:
        head = f"POST /api/files?name=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {program.token}\r\n"
        peer.sendall(f"{head}Content-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n".encode())
        peer.sendfile(file, 0, size)
        answer = b""
        while b"}" not in answer:
            answer += peer.recv(65_536)
    if b" 201 " not in answer[:20]:
        raise RuntimeError(answer.decode())
    return _Sent(time.perf_counter() - began, answer.partition(b'"id":"')[2][:32].decode())


def _fetch(port: int, path: str, token: str = "") -> float:
    began, left, buffer = time.perf_counter(), SIZE, bytearray(_PIECE)
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        while left > 0 and (came := peer.recv_into(buffer)):
            left -= came
    if left > 0:
        raise RuntimeError(f"{left:,} bytes are missing")
    return time.perf_counter() - began


def _put(port: int, source: Path) -> float:
    """The same to nginx."""
    began = time.perf_counter()
    with source.open("rb") as file, socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(f"PUT /put HTTP/1.1\r\nHost: x\r\nContent-Length: {SIZE}\r\n\r\n".encode())
        peer.sendfile(file, 0, SIZE)
        if not peer.recv(65_536).startswith(b"HTTP/1.1 20"):
            raise RuntimeError("nginx did not take it")
    return time.perf_counter() - began


def _talk(server: Server, count: int, done: Any = None) -> tuple[float, float]:
    """The median and the p99 of the time from send to ack, in ms."""
    times = []
    with talking(server) as talker:
        while len(times) < count and not (done is not None and done.is_set()):
            began = time.perf_counter()
            talker.send("#lobby", f"line {len(times)}")
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.01)
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def _copy(source: Path, target: Path) -> float:
    began = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - began


def _fill(path: Path, size: int) -> None:
    block = os.urandom(_PIECE)
    with path.open("wb") as file:
        for _ in range(size // _PIECE + 1):
            file.write(block)
        file.truncate(size)


def _peak(server: Server) -> int:
    """The most memory that the server ever had, in kB."""
    assert server.process is not None
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@contextlib.contextmanager
def _site(nginx: str, folder: Path) -> Iterator[int]:
    """nginx with the same file, where files may be put, too; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for path in (folder / "site", folder / "temp"):
        path.mkdir()
    (folder / "site" / "large").hardlink_to(folder / "large")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_SITE.format(folder=folder, port=port, user=user))
    process = subprocess.Popen([nginx, "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as peer:
        return peer.connect_ex(("127.0.0.1", port)) == 0
