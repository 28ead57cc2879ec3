"""A proxy between a client and a server that loses connections, and what is on them, when a test says so."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self


class Proxy:
    """Passes bytes both ways, until it is cut. `deaf`: no answer arrives; `shut`: nobody comes in.
    `port`: of the server, which may become another. `tunnels`: each time when so many bytes in all went to the server,
    every connection ends, and nobody comes in for `DARK` seconds."""

    DARK = 1.0

    def __init__(self, port: int, tunnels: tuple[int, ...] = ()) -> None:
        self.port = port
        self.tunnels = list(tunnels)
        self.carried = 0
        self._open: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server
        self.deaf = False
        self.shut = False
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.sleep(0.05)

    def cut(self) -> None:
        """Ends every connection without a goodbye."""
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.shut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        self._open += [writer, far_writer]
        await asyncio.gather(self._pass(reader, far_writer, back=False), self._pass(far_reader, writer, back=True))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if back and self.deaf:
                    continue
                writer.write(data)
                await writer.drain()
                if not back:
                    self._carry(len(data))
        writer.transport.abort()

    def _carry(self, count: int) -> None:
        self.carried += count
        if self.tunnels and self.carried >= self.tunnels[0]:
            self.tunnels.pop(0)
            self.shut = True
            self.cut()
            asyncio.get_running_loop().call_later(self.DARK, self._leave_tunnel)

    def _leave_tunnel(self) -> None:
        self.shut = False


@contextlib.contextmanager
def running_proxy(port: int, tunnels: tuple[int, ...]) -> Iterator[Proxy]:
    """A proxy on a thread of its own, for tests that do not wait by `await`."""
    ready, ended = threading.Event(), asyncio.Event()
    proxy = Proxy(port, tunnels)
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with proxy:
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
