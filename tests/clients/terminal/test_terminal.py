"""The real program in a real pseudo-terminal, against a real server."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.pace import PATIENCE
from tests.running import KLATCH, Server, klatch

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal


@pytest.fixture
def ann(unlimited: Server) -> Iterator[Terminal]:
    terminal = Terminal(*KLATCH, "chat", unlimited.url, "--name", "ann")
    try:
        terminal.sees("#lobby", "● ann")
        yield terminal
    finally:
        terminal.close()


def say(server: Server, *words: str, name: str = "bob", text: str | None = None) -> str:
    done = klatch("send", "--server", server.url, "--name", name, *words, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_talks_and_hears_and_leaves(unlimited: Server, ann: Terminal) -> None:
    say(unlimited, "#lobby", "good morning")
    ann.sees("bob", "good morning")
    ann.type("hello bob\r")
    ann.sees("hello bob")
    ann.type("quit\r")
    ann.sees("Do you want to leave?")
    ann.type("\r")
    assert ann.ends() == 0
    said = klatch("tail", "#lobby", "--server", unlimited.url, "--name", "bob").stdout
    assert "ann: hello bob" in said
    assert "quit" not in said


def test_what_others_write_does_nothing_to_the_terminal(unlimited: Server, ann: Terminal) -> None:
    say(unlimited, "#lobby", "-", text="\x1b]52;c;cm0gLXJmIC8=\x07\x1b[31mred\x1b[2J\x9b5m \u202eevil @ann")
    ann.sees("\\x1b]52;c;cm0gLXJmIC8=\\x07", "\\u202eevil", "● ann")
    assert not any("]52;" in told for told in ann.screen.told)


def test_a_paste_of_many_lines_is_one_message(unlimited: Server, ann: Terminal) -> None:
    ann.type("\x1b[200~one\ntwo\nthree\x1b[201~\r")
    ann.sees("one\n", "three")
    history = klatch("history", "#lobby", "--server", unlimited.url, "--name", "bob", "--format", "json").stdout
    assert '"text":"one\\ntwo\\nthree"' in history


def test_resizes_are_followed(unlimited: Server, ann: Terminal) -> None:
    say(unlimited, "#lobby", "still here")
    for width, height in ((40, 12), (200, 50), (20, 5), (100, 30)):
        ann.resize(width, height)
    ann.until(lambda screen: "still here" in screen.text and "".join(screen.rows[29]).startswith("  ● ann"))


def test_wide_letters_leave_the_columns_in_line(unlimited: Server, ann: Terminal) -> None:
    ann.resize(120, 20)
    say(unlimited, "#lobby", "日本語 👍🏽 👨‍👩‍👧 ❤️ é ok")
    rows = ann.sees("ok", "Online").splitlines()
    (at,) = [at for at, row in enumerate(rows) if row.endswith(" ok")]
    assert rows[at].strip() == "日本語 👍 👨👩👧 ❤ é ok"
    assert ann.screen.rows[at][94:] == [" "] * 26


def test_a_terminal_that_is_closed_ends_it_and_loses_nothing_sent(unlimited: Server, ann: Terminal) -> None:
    ann.type("last words\r")
    ann.sees(f"{'':24}ann  ")
    ann.hang_up()
    try:
        ann.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        pytest.fail("it goes on without a terminal")
    assert "last words" in klatch("tail", "#lobby", "--server", unlimited.url, "--name", "bob").stdout


def test_a_call_rings(unlimited: Server, ann: Terminal) -> None:
    ann.type("\x1b[O")  # the terminal says that one looks elsewhere
    say(unlimited, "#lobby", "@ann wake up")
    ann.sees("wake up")
    assert "\a" in ann.screen.told
    assert any(told.startswith("\x1b]9;bob in #lobby: @ann wake up") for told in ann.screen.told)


def test_without_a_server_it_says_so_and_asks_again(unlimited: Server) -> None:
    terminal = Terminal(*KLATCH, "chat", "127.0.0.1:1", "--name", "ann")
    try:
        terminal.sees("No server answers at http://127.0.0.1:1", "Your name")
        terminal.type("\x03")
        assert terminal.ends() == 0
    finally:
        terminal.close()


def test_without_a_terminal_it_is_wrong_usage() -> None:
    done = klatch("chat", "127.0.0.1:1", "--name", "ann")
    assert (done.returncode, done.stdout) == (2, "")
    assert "klatch send" in done.stderr
