"""A screen that nobody sees, and somebody who sits before the window."""

import gc
import importlib.util
import os
import subprocess
from collections.abc import Iterator
from shutil import which
from typing import TYPE_CHECKING

import pytest

from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


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
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """What a window leaves is collected here: pictures of Tk may end in the thread of their window only."""
    yield
    gc.collect()


@pytest.fixture
def display(screen: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The screen, as programs find it."""
    monkeypatch.setenv("DISPLAY", screen)
    return screen


@pytest.fixture
def bob(server: Server, display: str) -> "Iterator[Person]":
    """Bob, whose window shows the lobby."""
    from tests.clients.desktop.person import Person

    with Person() as person:
        person.joins(server.url, "bob")
        yield person
