"""Servers that are announced on the local network are offered where one is asked for a server."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from klatch.clients.sdk.finding import find
from klatch.clients.terminal.app import Chat
from klatch.clients.terminal.ways import Near, Way
from tests.clients.terminal.screens import sees
from tests.gateways.test_announce import HERE, needs_multicast
from tests.pace import PATIENCE
from tests.running import KLATCH, Server, running

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal

pytestmark = needs_multicast


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for a local network that is this machine alone."""
    with running(tmp_path_factory.mktemp("lan") / "data", "--lan", "--host", HERE) as started:
        yield started


async def look_here(tell: Callable[[Sequence[Near]], None]) -> None:
    """Looks on this machine alone, until something is found."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await find(0.7, [HERE])):
            pass
    tell([Near(each.server, each.name) for each in found])


Look = Callable[[Callable[[Sequence[Near]], None]], Coroutine[Any, Any, None]]


async def test_the_entrance_offers_a_server_near_by_and_leads_in(lan: Server, me: str) -> None:
    app = Chat(Way(), suggested=me, find=look_here)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Your name")
        await sees(pilot, f":{lan.port}", "near by")
        await pilot.press("tab", "tab", "tab", "down", "enter")
        await sees(pilot, "#lobby", f"● {me}")


def test_simple_lines_offer_it_by_number(lan: Server, me: str, home: Path) -> None:
    terminal = Terminal(*KLATCH, "chat", "--plain")
    try:
        terminal.sees("Looking for servers near by ...", f":{lan.port}", "near by", "Server, or its number")
        (number,) = [line.split()[0] for line in terminal.screen.text.splitlines() if f":{lan.port}" in line]
        terminal.type(f"{number}\n")
        terminal.sees("Name")
        terminal.type(f"{me}\n")
        terminal.sees("--- #lobby")
    finally:
        terminal.close()
