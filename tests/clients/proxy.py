"""A proxy between a client and a server that loses connections, and what is on them, when a test says so."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class Proxy:
    """Passes bytes both ways, until it is cut. `deaf`: no answer arrives; `shut`: nobody comes in.
    `port`: of the server, which may become another."""

    def __init__(self, port: int) -> None:
        self.port = port
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
        writer.transport.abort()
