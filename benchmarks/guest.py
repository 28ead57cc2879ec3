"""A WebSocket client that comes back: as the protocol asks of clients, and no more than that."""

import asyncio
import json
import os
import random
import time
from typing import Any

from benchmarks.peer import Peer

_BACKOFF = 0.5  # seconds, where the server did not say when to come back


class Guest:
    """Enters, sends one message after the other if asked to, and after a loss comes back and sends again what it is
    owed an answer for."""

    def __init__(self, port: int, name: str) -> None:
        self.back_at: float | None = None
        self.refused = self.failed = self.acked = 0
        self.owed: dict[str, Any] | None = None
        self._port = port
        self._name = name
        self._secret = os.urandom(16).hex()
        self._talks = False
        self._turn = 0
        self._closed = False
        self._peer: Returning | None = None
        self._timer: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """Connects and is welcomed; tries again while it is not."""
        loop = asyncio.get_running_loop()
        while not self._closed:
            try:
                _, peer = await loop.create_connection(
                    lambda: Returning(self, self._name, self._secret), "127.0.0.1", self._port
                )
                await peer.ready
            except ConnectionRefusedError:
                self.refused += 1
                await asyncio.sleep(_BACKOFF * random.uniform(0.5, 1.5))
            except OSError:
                await asyncio.sleep(_BACKOFF * random.uniform(0.5, 1.5))
            else:
                self._peer = peer
                self.back_at = time.perf_counter()
                if self.owed is not None:
                    peer.say(self.owed)
                return

    def talk(self) -> None:
        """Says one thing after the other."""
        self._talks = True
        self._say_next()

    def stop(self) -> None:
        """Says nothing more once the last thing is acknowledged."""
        self._talks = False

    def close(self) -> None:
        self._closed = True
        if self._peer is not None:
            self._peer.close()

    def heard_ack(self, count: int) -> None:
        self.acked += count
        self.owed = None
        if self._talks:
            self._say_next()

    def lost(self, wait: float | None) -> None:
        """The connection is gone; the server may have said when to come back."""
        if not self._closed:
            self._peer = None
            seconds = wait if wait is not None else _BACKOFF * random.uniform(0.5, 1.5)
            self._timer = asyncio.get_running_loop().create_task(self._come_back(seconds))

    async def _come_back(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.back_at = None
        await self.enter()

    def _say_next(self) -> None:
        self._turn += 1
        cid = f"{self._name}-{self._turn:012}"
        self.owed = {"op": "send", "cid": cid, "room": "#lobby", "text": "x" * 100}
        if self._peer is not None:
            self._peer.say(self.owed)


class Returning(Peer):
    """One connection of a guest."""

    def __init__(self, guest: Guest, name: str, secret: str) -> None:
        super().__init__(name)
        self.secret = secret
        self._guest = guest
        self._wait: float | None = None
        self.on_acks = guest.heard_ack

    def data_received(self, data: bytes) -> None:
        at = data.find(b'{"op":"bye"')
        if at >= 0:
            bye = json.JSONDecoder().raw_decode(data[at:].decode(errors="replace"))[0]
            self._wait = bye.get("retry_after", 500) / 1000
        errors = self.errors
        super().data_received(data)
        self._guest.failed += self.errors - errors
        if at >= 0:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        entered = self.ready.done()
        super().connection_lost(exc)
        if entered:
            self._guest.lost(self._wait)
