"""Long work tells on a terminal how far it is, and nothing in a pipe."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import KLATCH, Server, klatch, running

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without rate limits, for all tests of a module."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


def on_terminal(words: str) -> str:
    """What a person sees of a command of Klatch's in a shell."""
    terminal = Terminal("sh", "-c", words.replace("klatch", f"{KLATCH[0]} -m klatch"))
    try:
        assert terminal.ends() == 0
        return terminal.screen.text
    finally:
        terminal.close()


def test_lines_that_are_sent_are_counted(house: Server, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text("line\n" * 300)
    seen = on_terminal(f"klatch send '#lobby' --lines --server {house.url} --name bob < {lines} > {tmp_path}/numbers")
    assert "Sending: 300 lines" in seen
    assert len((tmp_path / "numbers").read_text().split()) == 300


def test_a_history_that_goes_to_a_file_is_counted(house: Server, tmp_path: Path) -> None:
    assert "Reading: " in on_terminal(f"klatch history '#lobby' --server {house.url} --name cara > {tmp_path}/history")
    assert "100%" in on_terminal(f"klatch history '#lobby' -n 1 --server {house.url} --name cara > {tmp_path}/history")


def test_in_a_pipe_nothing_is_told(house: Server) -> None:
    done = klatch("send", "#lobby", "--lines", "--server", house.url, "--name", "dan", text="one\ntwo\n")
    assert (done.returncode, done.stderr) == (0, "")
