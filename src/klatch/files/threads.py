"""Threads for what waits for the disk, so that the event loop does not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

T = TypeVar("T")

_COUNT: Final = 1


class Threads:
    """Runs functions beside the event loop. One thread moves all pieces, for several would be no faster and would have
    the loop wait for its turn among them; what takes longer has threads of its own."""

    def __init__(self) -> None:
        self._moving = ThreadPoolExecutor(1, thread_name_prefix="klatch-pieces")
        self._working = ThreadPoolExecutor(_COUNT, thread_name_prefix="klatch-files")

    def move(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        """Begins to read or write a piece; the outcome comes as the future's."""
        return asyncio.get_running_loop().run_in_executor(self._moving, work, *arguments)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Does some work to its end, also if nobody waits for it any more: what is half written is worth nothing."""
        future = asyncio.get_running_loop().run_in_executor(self._working, work, *arguments)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    def close(self) -> None:
        """Finishes what was begun."""
        self._moving.shutdown()
        self._working.shutdown()
