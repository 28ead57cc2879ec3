"""Tells the service manager how the server is, where one asks: systemd's protocol, as sd_notify(3) describes it."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, MutableMapping
from typing import Final

_BEATS: Final = 2  # within the time after which systemd takes a silent server for dead


class Service:
    """Silent where nobody asks. What is told never holds what people said."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Takes what the service manager put into the environment out of it: it is meant for this process alone."""
        address = environment.pop("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        mine = environment.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environment.pop("WATCHDOG_USEC", "")
        self.every = int(microseconds) / 1e6 / _BEATS if mine and microseconds.isdecimal() else 0.0
        """Seconds between two signs of life, 0 if nobody wants them."""

    def ready(self, status: str) -> None:
        """The doors are open, or open again after a reload."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Settings or certificates are read again."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1_000}")

    def stopping(self) -> None:
        """The server says goodbye."""
        self._tell("STOPPING=1", "STATUS=Saying goodbye to all.")

    async def live(self, status: Callable[[], str]) -> None:
        """Gives signs of life, for ever: whoever gives them can do its other work, too."""
        while self.every:
            self._tell("WATCHDOG=1", f"STATUS={status()}")
            await asyncio.sleep(self.every)

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        # Whoever asked may be gone by now; the server goes on without it.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
            service.setblocking(False)
            service.sendto("\n".join(lines).encode(), self._address)
