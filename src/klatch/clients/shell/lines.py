"""Standard input, read line by line as the lines come, while other things go on."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import Final

from klatch.core.refusals import Refused
from klatch.core.texts import MESSAGE_BYTES_LIMIT, parse_message

_CHUNK: Final = 65_536
_CHUNKS_MOST: Final = 4


def check_argument(text: str) -> str:
    """A message given on the command line; refuses what is none. A poor locale may have left it half read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = decode(os.fsencode(text))
    return parse_message(text)


async def read_lines(source: int) -> AsyncIterator[bytes]:
    """The lines of a file descriptor without their ends, each as soon as it is whole."""
    rest = b""
    async for chunk in _read_chunks(source):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r")
        if len(rest) > MESSAGE_BYTES_LIMIT:
            raise Refused("too_long", f"It has more than {MESSAGE_BYTES_LIMIT:,} bytes.")
    if rest:
        yield rest


def decode(data: bytes) -> str:
    """Bytes as text; refuses what is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise Refused("utf8", f"It is not UTF-8 text: byte {fault.start + 1:,} cannot be read.") from None


async def _read_chunks(source: int) -> AsyncIterator[bytes]:
    """Reads on a thread of its own: whoever waits for a terminal or a pipe cannot be stopped, only left alone."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue()
    room = threading.Semaphore(_CHUNKS_MOST)

    def read() -> None:
        while True:
            room.acquire()
            chunk: bytes | OSError
            try:
                chunk = os.read(source, _CHUNK)
            except OSError as fault:
                chunk = fault
            try:
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)
            except RuntimeError:
                return  # the program has ended
            if not chunk or isinstance(chunk, OSError):
                return

    threading.Thread(target=read, daemon=True).start()
    while chunk := await chunks.get():
        if isinstance(chunk, OSError):
            raise chunk
        room.release()
        yield chunk
