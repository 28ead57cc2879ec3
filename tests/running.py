"""Runs real servers for tests: a process of its own, on free loopback ports, in a temporary folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from tests.pace import PATIENCE

KLATCH = (sys.executable, "-m", "klatch")


class Server:
    """One `klatch serve`, which can be killed and started again on the same data."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.options = options
        self.port = self.line_port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> "Server":
        """Starts it, on the ports it had before if it had any, and waits until its doors are open."""
        ports = ("--port", str(self.port), "--line-port", str(self.line_port))
        self.log = (self.data.parent / f"{self.data.name}.log").open("a")
        self.process = subprocess.Popen(
            [*KLATCH, "serve", "--json", "--data", str(self.data), *ports, *self.options],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self._close()
            raise RuntimeError(f"the server did not start: {Path(self.log.name).read_text()}")
        self.doors = json.loads(line)
        self.port = int(self.doors["http"].rpartition(":")[2])
        self.line_port = int(self.doors["line"].rpartition(":")[2]) if self.doors["line"] else 0
        return self

    @property
    def url(self) -> str:
        return str(self.doors["http"])

    @property
    def websocket(self) -> str:
        return f"{'wss' if self.url.startswith('https') else 'ws'}://127.0.0.1:{self.port}/ws"

    def get(self, path: str) -> str:
        with urlopen(self.url + path, timeout=PATIENCE) as response:  # noqa: S310 - the test's own server
            return str(response.read().decode())

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self._close()

    def stop(self) -> int:
        """Asks it to end and waits for that; gives its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self._close()

    def _close(self) -> None:
        assert self.process is not None
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()


@contextlib.contextmanager
def running(data: Path, *options: str) -> Iterator[Server]:
    """A server for the length of a block."""
    server = Server(data, *options).start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.returncode is None:
            server.stop()


def klatch(
    *arguments: str, text: str | None = None, timeout: float = 2 * PATIENCE, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Runs a command of Klatch's to its end."""
    return subprocess.run(
        [*KLATCH, *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **environment},
    )


def eventually(condition: "object", within: float = PATIENCE) -> None:
    """Waits until a condition holds; fails if it does not in time."""
    assert callable(condition)
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
