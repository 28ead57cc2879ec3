"""Waiting for what is answered through a callback."""

import asyncio
from collections.abc import Callable
from typing import Any

Begin = Callable[[Callable[[Any], None]], None]


async def outcome_of(begin: Begin) -> Any:
    """What `begin`, which is given a callback, is told through it; raises what it is told that is an exception. Whoever
    stops waiting does not hinder what was begun."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def done(outcome: Any) -> None:
        if future.done():
            return
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    begin(done)
    return await future
