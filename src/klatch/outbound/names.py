"""Looks names up, each in a thread of its own: a slow one keeps nobody waiting, neither for another nor at the end."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from klatch.outbound.port import Unreachable

_AT_ONCE: Final = 64  # those that nobody waits for any more among them
_under_way = threading.BoundedSemaphore(_AT_ONCE)


async def look_up(host: str) -> list[str]:
    """The addresses that a name has, each once. Raises OSError and ValueError, and Unreachable where too many names are
    slow."""
    if not _under_way.acquire(blocking=False):
        raise Unreachable("too many names are being looked up")
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def ask() -> None:
        tell: Callable[[], None]
        try:
            tell = partial(found.set_result, _ask(host))
        except (OSError, ValueError) as fault:
            tell = partial(found.set_exception, fault)
        finally:
            _under_way.release()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(_unless_done, found, tell)

    threading.Thread(target=ask, name="klatch-names", daemon=True).start()
    return await found


def _unless_done(found: asyncio.Future[list[str]], tell: Callable[[], None]) -> None:
    if not found.done():
        tell()


def _ask(host: str) -> list[str]:
    return list(dict.fromkeys(str(place[0]) for *_, place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))
