"""A service manager as small as can be: it opens sockets, hands them to a server, and hears how the server is."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pace import PATIENCE
from tests.running import KLATCH

# The sockets are to be the descriptors after standard error, and LISTEN_PID is known only in the new process.
LAUNCHER = """
import os, sys
count = int(os.environ["LISTEN_FDS"])
for place, held in enumerate(map(int, sys.argv[1 : 1 + count])):
    os.dup2(held, 3 + place, inheritable=True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[1 + count], sys.argv[1 + count :])
"""


class Manager:
    """Keeps listening sockets over the ends and starts of one server."""

    def __init__(self, data: Path, *options: str, doors: tuple[str, ...] = ("http", "line"), **more: str) -> None:
        self.options = ("--data", str(data), *options)
        self.names = doors
        self.sockets = {door: _listen() for door in doors}
        self.ports = {door: listener.getsockname()[1] for door, listener in self.sockets.items()}
        self.environment = more
        self._folder = tempfile.TemporaryDirectory()
        address = f"{self._folder.name}/notify"
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.bind(address)
        self.heard.settimeout(PATIENCE)
        self.environment["NOTIFY_SOCKET"] = address
        self.process: subprocess.Popen[str] | None = None
        self.log = Path(self._folder.name) / "log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['http']}"

    def start(self, *, wait: bool = True) -> None:
        """Starts the server, and waits until it says that it is ready."""
        held = [os.dup(listener.fileno()) for listener in self.sockets.values()]
        high = [_above(descriptor) for descriptor in held]
        environment = {
            **os.environ,
            **self.environment,
            "LISTEN_FDS": str(len(high)),
            "LISTEN_FDNAMES": ":".join(self.names),
        }
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCHER, *map(str, high), *KLATCH, "serve", "--json", *self.options],
                pass_fds=high,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        for descriptor in high:
            os.close(descriptor)
        if wait:
            self.hear("READY=1")

    def hear(self, wanted: str) -> list[str]:
        """Waits for a message with this line; gives its lines."""
        while True:
            lines = self.heard.recv(65_536).decode().splitlines()
            if wanted in lines:
                return lines

    def doors(self) -> dict[str, str]:
        """Where the server says that its doors are."""
        assert self.process is not None
        assert self.process.stdout is not None
        told: dict[str, str] = json.loads(self.process.stdout.readline())
        return told

    def stop(self) -> int:
        """As `systemctl stop`: SIGTERM, then the end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def restart(self) -> None:
        """As `systemctl restart`."""
        self.stop()
        self.start()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        assert self.process is not None
        try:
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            if self.process.stdout is not None:
                self.process.stdout.close()

    def close(self) -> None:
        """Ends everything."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        for listener in self.sockets.values():
            listener.close()
        self.heard.close()
        self._folder.cleanup()


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    return listener


def _above(descriptor: int) -> int:
    """The same file under a number that is in nobody's way."""
    import fcntl

    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100)
    os.close(descriptor)
    return high
