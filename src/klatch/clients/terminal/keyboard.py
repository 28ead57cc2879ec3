"""What is typed, line by line, for one conversation after the other; passwords are typed unseen."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Self

_WAITING_MOST: Final = 1_000  # lines that were typed or piped in ahead


class Keyboard:
    """`async with Keyboard(lines, hide) as keyboard: await keyboard.line()`; who waits for a line may be cancelled."""

    def __init__(self, lines: AsyncIterator[bytes], hide: Callable[[bool], None]) -> None:
        """`hide` has the terminal show nothing of what is typed, or show it again."""
        self.hide = hide
        self._lines = lines
        self._ahead: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(_WAITING_MOST)
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        """Begins to read."""
        await self._tasks.__aenter__()
        self._reading = self._tasks.create_task(self._read())
        return self

    async def __aexit__(self, *_fault: object) -> None:
        """Reads no more; what is typed is seen again."""
        self.hide(False)
        self._reading.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def line(self) -> bytes | None:
        """The next line; None once there are no more, however often one asks."""
        line = await self._ahead.get()
        if line is None:
            self._ahead.put_nowait(None)
        if isinstance(line, Exception):
            raise line
        return line

    async def _read(self) -> None:
        try:
            async for line in self._lines:
                await self._ahead.put(line)
        except Exception as fault:  # noqa: BLE001 - whoever asks for a line is told, whatever it is
            await self._ahead.put(fault)
        await self._ahead.put(None)


def make_hide() -> Callable[[bool], None]:
    """What hides the letters that are typed on standard input, where that is a terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        return lambda _: None
    try:
        import termios  # noqa: PLC0415 - Windows has none
    except ImportError:
        return lambda _: None
    source = sys.stdin.fileno()

    def hide(hidden: bool) -> None:
        state: list[Any] = termios.tcgetattr(source)
        state[3] = state[3] & ~termios.ECHO if hidden else state[3] | termios.ECHO
        termios.tcsetattr(source, termios.TCSADRAIN, state)

    return hide
