"""A few threads for what waits for the disk, so that the event loop does not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

T = TypeVar("T")

_COUNT: Final = 4


class Threads:
    """Runs functions beside the event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_COUNT, thread_name_prefix="klatch-files")

    def begin(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        """Begins some work; its outcome comes as the future's."""
        return asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Does some work to its end, also if nobody waits for it any more: what is half written is worth nothing."""
        future = self.begin(work, *arguments)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    def close(self) -> None:
        """Finishes what was begun."""
        self._pool.shutdown()
