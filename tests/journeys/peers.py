"""Peers at the line door as people have them: a real `nc`, or a program with a bare socket."""

import contextlib
import re
import socket
import struct
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from shutil import which

import pytest

from tests.pace import PATIENCE
from tests.running import Server

HAS_NC = which("nc") is not None
needs_nc = pytest.mark.skipif(not HAS_NC, reason="there is no nc here; install the package netcat-openbsd")


class Peer(ABC):
    """Somebody at the other end of the line door, and all that they were shown."""

    def __init__(self) -> None:
        self.shown = ""
        self.over = threading.Event()

    def type(self, *lines: str) -> None:
        """Types lines and presses Enter after each."""
        self.send("".join(f"{line}\n" for line in lines).encode())

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""

    def sees(self, pattern: str, within: float = PATIENCE) -> str:
        """Waits until something is shown that matches; gives it."""
        deadline = time.monotonic() + within
        while (found := re.search(pattern, self.shown, re.MULTILINE)) is None:
            assert time.monotonic() < deadline, f"{pattern!r} is not in:\n{self.shown}"
            time.sleep(0.01)
        return found.group()

    def lines(self) -> list[str]:
        """What was shown, without times of day."""
        return [re.sub(r"^\[\d\d:\d\d\] ", "", line) for line in self.shown.splitlines()]


class Nc(Peer):
    """A real `nc` in a process of its own."""

    def __init__(self, port: int, *options: str) -> None:
        super().__init__()
        self.process = subprocess.Popen(
            ["nc", *options, "127.0.0.1", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def vanish(self) -> None:
        """As when its window is closed by force."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.vanish()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            while data := self.process.stdout.read(65_536):
                self.shown += data.decode()
        self.over.set()


class OldProgram(Peer):
    """A client like those of old: it sends without a line feed, and prints whatever comes."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reset(self) -> None:
        """The connection breaks: no goodbye, a reset instead."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RD)
        self.socket.close()
        self._thread.join(5)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.socket.recv(1024):
                self.shown += data.decode()
        self.over.set()


@contextlib.contextmanager
def at(server: Server, *names: str, kind: type[Nc] | type[OldProgram] = OldProgram) -> Iterator[list[Peer]]:
    """Peers who have come in under these names, one after the other, and have been shown who is there."""
    with contextlib.ExitStack() as leaving:
        peers: list[Peer] = []
        for name in names:
            peer = leaving.enter_context(contextlib.closing(kind(server.line_port)))
            peer.sees("What is your name")
            peer.type(name)
            peer.sees(r"^\* (Online|Nobody)")
            for earlier in peers:
                earlier.sees(rf"\* {re.escape(name)} came")
            peers.append(peer)
        yield peers
