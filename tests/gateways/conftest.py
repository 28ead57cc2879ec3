"""One server for all tests that do not change how it is set up, and people who go when the test ends."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateways.talking import Liner, Talker, a_name
from tests.running import Server, running


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without rate limits that many tests share; names and rooms are each test's own."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


@pytest.fixture
def leaving() -> Iterator[contextlib.ExitStack]:
    """Closes what a test opened."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def knock(house: Server, leaving: contextlib.ExitStack) -> Callable[..., Talker]:
    """Makes a WebSocket client that has not said hello."""

    def knocks(**options: Any) -> Talker:
        return leaving.enter_context(contextlib.closing(Talker(house, **options)))

    return knocks


@pytest.fixture
def guest(knock: Callable[..., Talker]) -> Callable[..., Talker]:
    """Makes a WebSocket client that has come in, under a name of its own unless one is given."""

    def enters(name: str | None = None, **hello: Any) -> Talker:
        talker = knock()
        assert talker.hello(name or a_name(), **hello)["op"] == "welcome"
        return talker

    return enters


@pytest.fixture
def line(house: Server, leaving: contextlib.ExitStack) -> Callable[..., Liner]:
    """Makes a client of the line door; it has come in unless `name` is empty."""

    def enters(name: str | None = None) -> Liner:
        liner = leaving.enter_context(contextlib.closing(Liner(house)))
        if name != "":
            liner.enter(name or a_name())
        return liner

    return enters


@pytest.fixture
def serve(tmp_path: Path, leaving: contextlib.ExitStack) -> Callable[..., Server]:
    """Starts a server of the test's own, with limits of its own."""

    def starts(*options: str, **limits: int) -> Server:
        config = tmp_path / "klatch.toml"
        config.write_text("[limits]\n" + "".join(f"{name} = {value}\n" for name, value in limits.items()))
        return leaving.enter_context(running(tmp_path / "data", "--config", str(config), *options))

    return starts
