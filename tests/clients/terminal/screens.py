"""The client on a screen of its own, with a real server behind it; and what is on that screen, as text."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC

from textual.pilot import Pilot

from klatch.clients.terminal.app import Chat
from klatch.clients.terminal.conversation import Conversation
from klatch.clients.terminal.ways import Way
from tests.pace import PATIENCE
from tests.running import Server


def shown(pilot: "Pilot[int]") -> str:
    """All rows of the screen."""
    app = pilot.app
    width, height = app.size
    rows = [[" "] * width for _ in range(height)]
    for screen in app.screen_stack[-1:]:
        for y, strip in enumerate(screen._compositor.render_strips()):
            rows[y] = [strip.text]
    return "\n".join("".join(row).rstrip() for row in rows)


async def sees(pilot: "Pilot[int]", *words: str, within: float = PATIENCE) -> str:
    """Waits until all words are on the screen; gives it."""
    return await until(pilot, lambda screen: all(word in screen for word in words), f"{words} not seen", within)


async def sees_no(pilot: "Pilot[int]", word: str, within: float = PATIENCE) -> str:
    """Waits until a word is not on the screen."""
    return await until(pilot, lambda screen: word not in screen, f"{word!r} still seen", within)


async def until(pilot: "Pilot[int]", holds: Callable[[str], bool], otherwise: str, within: float) -> str:
    deadline = asyncio.get_running_loop().time() + within
    while not holds(screen := shown(pilot)):
        assert asyncio.get_running_loop().time() < deadline, f"{otherwise}:\n{screen}"
        await asyncio.sleep(0.02)
    return screen


async def type_in(pilot: "Pilot[int]", text: str) -> None:
    """Types letter by letter."""
    await pilot.press(*({" ": "space", "\n": "ctrl+j"}.get(each, each) for each in text))


def conversation(pilot: "Pilot[int]") -> Conversation:
    app = pilot.app
    assert isinstance(app, Chat)
    assert app.conversation is not None
    return app.conversation


@contextlib.asynccontextmanager
async def chatting(
    server: Server, name: str = "ann", size: tuple[int, int] = (80, 24), look: str = "dark"
) -> AsyncIterator["Pilot[int]"]:
    """Somebody in the client, in the lobby."""
    app = Chat(Way(url=server.url, name=name), look=look, zone=UTC)
    async with app.run_test(size=size, notifications=True) as pilot:
        await sees(pilot, "#lobby", "● " + name if size[0] > 30 else "#lobby")
        yield pilot
