"""The one file that knows of two threads: the window's, in which Tk lives, and the network's, with its event loop."""

import asyncio
import contextlib
import queue
import socket
import sys
import threading
import time
import tkinter
from collections.abc import Callable
from typing import Final, ParamSpec

from klatch.clients.desktop.network import Network
from klatch.clients.desktop.scene import Over, Scene, Told

_AT_A_TIME: Final = 0.008  # seconds of taking in, before the window is drawn again
_LOOK_EVERY: Final = 20  # milliseconds, where Tk cannot wait for a socket
_END_WITHIN: Final = 3.0

_Asked = ParamSpec("_Asked")


class Threads:
    """Two one-way streets: `do` calls the network half in its thread; what that tells is `taken` in the window's."""

    def __init__(self, window: tkinter.Misc, take: Callable[[Told], None]) -> None:
        self._window = window
        self._take = take
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self.network: Network
        self._thread = threading.Thread(target=self._live, name="network", daemon=True)
        self._thread.start()
        self._ready.wait()
        self._waits = sys.platform != "win32"
        if self._waits:
            window.tk.createfilehandler(self._near, tkinter.READABLE, self._look)
        else:
            window.after(_LOOK_EVERY, self._look_again)

    def do(self, work: Callable[_Asked, None], *args: _Asked.args, **kwargs: _Asked.kwargs) -> None:
        """Has the network half do something, soon; work that comes after its end is dropped."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: work(*args, **kwargs))

    @property
    def lives(self) -> bool:
        """Whether the network's thread has not ended yet."""
        return self._thread.is_alive()

    def end(self) -> None:
        """Says goodbye to the server, and waits a moment for it."""
        self.do(self.network.end)
        self._thread.join(_END_WITHIN)
        if self._waits:
            self._window.tk.deletefilehandler(self._near)
        self._near.close()
        self._far.close()

    # In the network's thread.

    def _live(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception as fault:  # noqa: BLE001 - a thread has nobody else to tell
            self._tell(Over(f"This program failed ({type(fault).__name__}: {fault}). Start it again."))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.network = Network(self._tell)
        self._ready.set()
        await self.network.run()

    def _tell(self, told: Told) -> None:
        self._told.put(told)
        with contextlib.suppress(OSError):  # full: the window is woken already
            self._far.send(b".")

    # In the window's thread.

    def _look_again(self) -> None:
        self._look()
        self._window.after(_LOOK_EVERY, self._look_again)

    def _look(self, *_ready: object) -> None:
        with contextlib.suppress(OSError):
            while self._near.recv(4096):
                pass
        began = time.monotonic()
        scene: Scene | None = None
        while not self._told.empty():
            told = self._told.get()
            # Of several scenes only the last is worth drawing.
            if isinstance(told, Scene):
                scene = told
            else:
                if scene is not None:
                    self._take(scene)
                    scene = None
                self._take(told)
            if time.monotonic() - began > _AT_A_TIME:
                self._window.after(1, self._look)
                break
        if scene is not None:
            self._take(scene)
