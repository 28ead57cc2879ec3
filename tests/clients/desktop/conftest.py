"""A screen that nobody sees, and somebody who sits before the window."""

import gc
import importlib.util
import os
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from tests.running import Server, running

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person

HERE = Path(__file__).parent


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What a window leaves is collected here, once nothing holds the test any more: Tk ends in its own thread only, and
    takes the process with it elsewhere."""
    done = yield
    if item.path.parent == HERE:  # with several workers all tests come by
        gc.collect()
    return done


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """One screen for all windows of this process."""
    if which("Xvfb") is None:
        pytest.skip("there is no Xvfb here; install the package xvfb")
    if importlib.util.find_spec("_tkinter") is None:
        pytest.skip("this Python has no Tk; install the package python3-tk")
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told, pytest.MonkeyPatch.context() as surroundings:
            display = f":{told.readline().strip()}"
            surroundings.setenv("DISPLAY", display)
            yield display
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def display(screen: str) -> str:
    """The screen, as programs find it."""
    return screen


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests of a file."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


@pytest.fixture(scope="module")
def seat(house: Server, screen: str) -> "Iterator[Person]":
    """A window for all tests of a file."""
    from tests.clients.desktop.person import Person

    with Person() as person:
        person.joins(house.url, "bob")
        yield person


@pytest.fixture
def bob(seat: "Person") -> "Person":
    """Bob, whose window shows the lobby and nothing of the test before."""
    seat.settles()
    return seat


@pytest.fixture
def alone(server: Server, display: str) -> "Iterator[Person]":
    """Bob at a server of his own, which may be killed."""
    from tests.clients.desktop.person import Person

    with Person() as person:
        person.joins(server.url, "bob")
        yield person
