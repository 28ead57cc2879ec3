"""Takes turns: in each turn of the event loop one piece of a file, so that those who talk are behind no more."""

import asyncio
from collections import deque
from typing import Final

_AT_ONCE: Final = 1


class Turns:
    """Whoever moves pieces of files waits here before each."""

    def __init__(self) -> None:
        self._left = _AT_ONCE
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._begun = False

    async def take(self) -> None:
        """Comes back in a turn of the loop that has room for one more piece."""
        loop = asyncio.get_running_loop()
        if not self._begun:
            self._begun = True
            loop.call_soon(self._begin)
        if self._left > 0 and not self._waiting:
            self._left -= 1
            return
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _begin(self) -> None:
        """Another turn of the loop."""
        self._left, self._begun = _AT_ONCE, False
        while self._waiting and self._left:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._left -= 1
        if self._waiting:
            self._begun = True
            asyncio.get_running_loop().call_soon(self._begin)
