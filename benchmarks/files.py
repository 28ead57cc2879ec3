"""How fast files go up and come down, what memory that takes, and whether those who talk meanwhile notice."""

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
_SITE = """daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; events {{}}
http {{ access_log off; sendfile on; client_max_body_size 0; client_body_temp_path {folder}/temp;
  server {{ listen 127.0.0.1:{port}; root {folder}/site;
  }} }}
"""


def files() -> Iterator[str]:
    """A file of 1 GB up and down, beside cp and nginx; 100 uploads at once beside a talk."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "large")
        _fill(source, SIZE)
        copied = min(_copy(source, Path(folder, "copy")) for _ in range(3))
        yield f"cp with fsync: {SIZE / copied / 1e6:,.0f} MB/s"
        config = Path(folder, "klatch.toml")
        config.write_text(_LIMITS)
        with running(Path(folder, "data"), "--config", str(config)) as server:
            yield from _measure(server, source, copied)
        if (nginx := shutil.which("nginx")) is not None:
            yield f"nginx: 1 GB down {_beside(nginx, Path(folder), source):,.0f} MB/s"


def _measure(server: Server, source: Path, copied: float) -> Iterator[str]:
    ann = signed_in(server, "ann")
    _send(ann, source, 50_000_000)
    before = _peak(server)
    up = _send(ann, source, SIZE)
    yield f"1 GB up: {SIZE / up.seconds / 1e6:,.0f} MB/s, {copied / up.seconds:.2f} of cp"
    say_with(ann, "#lobby", up.file)
    down = min(_fetch(ann.port, f"/api/files/{up.file}/x", ann.token or "") for _ in range(3))
    yield f"1 GB down: {SIZE / down / 1e6:,.0f} MB/s"
    yield f"memory, at most: {(_peak(server) - before) / 1024:,.1f} MB more than before"
    alone = _talk(server, 300)
    senders = [threading.Thread(target=_send, args=(ann, source, SMALL)) for _ in range(AT_ONCE)]
    for sender in senders:
        sender.start()
    beside = _talk(server, 300)
    for sender in senders:
        sender.join()
    yield f"p99 from send to ack: {alone * 1000:.1f} ms, beside {AT_ONCE} uploads {beside * 1000:.1f} ms"


class _Sent:
    def __init__(self, seconds: float, file: str) -> None:
        self.seconds = seconds
        self.file = file


def _send(program: Program, source: Path, size: int) -> _Sent:
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


def _talk(server: Server, count: int) -> float:
    """The p99 of the time from send to ack, in seconds."""
    times = []
    with talking(server) as talker:
        for number in range(count):
            began = time.perf_counter()
            talker.send("#lobby", f"line {number}")
            times.append(time.perf_counter() - began)
            time.sleep(0.01)
    return statistics.quantiles(times, n=100)[98]


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


def _beside(nginx: str, folder: Path, source: Path) -> float:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for path in (folder / "site", folder / "temp"):
        path.mkdir()
    (folder / "site" / "large").hardlink_to(source)
    for path in (folder, folder / "site", folder / "temp"):
        path.chmod(0o755)
    source.chmod(0o644)
    (folder / "nginx.conf").write_text(_SITE.format(folder=folder, port=port))
    process = subprocess.Popen([nginx, "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(port))
        return SIZE / min(_fetch(port, "/large") for _ in range(3)) / 1e6
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as peer:
        return peer.connect_ex(("127.0.0.1", port)) == 0
