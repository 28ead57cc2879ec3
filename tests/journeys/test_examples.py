"""The example clients work against a real server, as a pupil starts them."""

import contextlib
import importlib.util
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from types import ModuleType
from typing import Any

import pytest

from tests.clients.desktop.conftest import screen
from tests.journeys.peers import at
from tests.pace import PATIENCE
from tests.running import Server

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HAS_TK = importlib.util.find_spec("_tkinter") is not None

needs_xvfb = pytest.mark.skipif(which("Xvfb") is None, reason="there is no Xvfb here; install the package xvfb")
needs_tk = pytest.mark.skipif(not HAS_TK, reason="this Python has no Tk; install the package python3-tk")


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *command: str) -> None:
        self.keyboard, inside = pty.openpty()
        self.process = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, start_new_session=True)
        os.close(inside)
        self.screen = ""

    def type(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    def sees(self, pattern: str, within: float = PATIENCE) -> None:
        deadline = time.monotonic() + within
        while re.search(pattern, self.screen) is None:
            assert time.monotonic() < deadline, f"{pattern!r} is not on the screen:\n{self.screen}"
            if select.select([self.keyboard], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    self.screen += os.read(self.keyboard, 65_536).decode()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.keyboard)


@contextlib.contextmanager
def terminal_client(server: Server, name: str) -> Iterator[Terminal]:
    command = (sys.executable, str(EXAMPLES / "terminal_client.py"), "127.0.0.1", str(server.line_port))
    with contextlib.closing(Terminal(*command)) as terminal:
        terminal.sees("What is your name")
        terminal.type(f"{name}\n")
        yield terminal


def test_the_terminal_client_talks_and_listens(server: Server) -> None:
    with at(server, "ann") as [ann], terminal_client(server, "bob") as bob:
        bob.sees("Online: ann, bob")
        bob.type("hello from the terminal\n")
        ann.sees("bob: hello from the terminal$")
        ann.type("hello bob")
        bob.sees("ann: hello bob")


def test_the_terminal_client_asks_again_while_a_name_is_taken(server: Server) -> None:
    with at(server, "ann"), terminal_client(server, "ann") as second:
        second.sees("The name ann is taken")
        second.type("bob\n")
        second.sees("Hello bob")


@pytest.mark.parametrize("goodbye", ["/quit\n", "\x04"], ids=["quit", "ctrl-d"])
def test_the_terminal_client_ends_when_one_leaves(server: Server, goodbye: str) -> None:
    with at(server, "ann") as [ann], terminal_client(server, "bob") as bob:
        ann.sees("bob came")
        bob.type(goodbye)
        bob.sees("Goodbye")
        assert bob.process.wait(PATIENCE) == 0
        ann.sees("bob went")


def test_ctrl_c_ends_the_terminal_client_without_noise(server: Server) -> None:
    with at(server, "ann") as [ann], terminal_client(server, "bob") as bob:
        ann.sees("bob came")
        bob.process.send_signal(2)
        assert bob.process.wait(PATIENCE) == 0
        ann.sees("bob went")
        assert "Traceback" not in bob.screen


def test_the_terminal_client_says_when_there_is_no_server() -> None:
    command = (sys.executable, str(EXAMPLES / "terminal_client.py"), "127.0.0.1", "1")
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr.startswith("There is no chat server at 127.0.0.1 port 1")) == (1, True)


__all__ = ["screen"]  # a fixture: it outlives every window, for one whose screen goes takes the process with it
# Held to the end: so does a window that is collected in another thread than its own.
_WINDOWS: list[object] = []


class Pupil:
    """Sits before the window: answers its dialogs, one answer each, and types into its entry."""

    def __init__(self, client: ModuleType, *answers: str) -> None:
        import tkinter

        self.toplevel = tkinter.Toplevel
        self.window = tkinter.Tk()
        self.chat = client.ChatWindow(self.window)
        _WINDOWS.append(self)
        self.answers = list(answers)
        self.questions: list[str] = []
        self.answered: set[str] = set()
        self.window.after(50, self.answer)

    def answer(self) -> None:
        """Answers a dialog if there is one. While one waits only the window's own loop runs, so that calls this."""
        self.window.after(50, self.answer)  # first of all: without it a dialog that fails here would wait for ever
        for dialog in self.window.winfo_children():
            is_waiting = isinstance(dialog, self.toplevel) and str(dialog) not in self.answered
            if not is_waiting or not dialog.winfo_viewable() or not self.answers:
                continue
            entry = next((part for part in descendants(dialog) if part.winfo_class() == "Entry"), None)
            if entry is None:
                continue  # it is still being made
            self.answered.add(str(dialog))
            texts = [part.cget("text") for part in descendants(dialog) if part.winfo_class() == "Label"]
            self.questions.append(" ".join(texts))
            entry.delete(0, "end")
            entry.insert(0, self.answers.pop(0))
            # A key is lost where the screen has not given the focus yet; a button is not.
            ok = (part for part in descendants(dialog) if part.winfo_class() == "Button" and part.cget("text") == "OK")
            next(ok).invoke()
            break

    @property
    def shown(self) -> str:
        return str(self.chat.lines.get("1.0", "end"))

    def waits(self, condition: Callable[[], Any], within: float = PATIENCE) -> None:
        """Lets the window live until a condition holds."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"it did not happen; the window shows:\n{self.shown}"
            self.window.update()
            time.sleep(0.01)

    def types(self, text: str) -> None:
        self.chat.entry.insert(0, text)
        self.waits(self.presses_return)

    def presses_return(self) -> bool:
        """Whether the key arrived: it is lost where the screen has not given the focus yet."""
        self.chat.entry.focus_force()
        self.window.update()
        self.chat.entry.event_generate("<Return>")
        return not self.chat.entry.get()


def descendants(widget: Any) -> Iterator[Any]:
    for child in widget.winfo_children():
        yield child
        yield from descendants(child)


def window_client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("window_client", EXAMPLES / "window_client.py")
    assert spec is not None
    assert spec.loader is not None
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)
    return client


@needs_tk
@needs_xvfb
def test_the_window_client_asks_until_it_is_let_in_then_talks_listens_and_leaves(server: Server, screen: str) -> None:
    there, nowhere = f"127.0.0.1 {server.line_port}", "127.0.0.1 1"
    with at(server, "ann") as [ann]:
        pupil = Pupil(window_client(), nowhere, there, "ann", "bob")
        pupil.waits(lambda: "Online: ann, bob" in pupil.shown)
        assert "There is no answer from" in pupil.questions[1]
        assert "The name ann is taken" in pupil.questions[3]

        pupil.types("hello from the window")
        pupil.waits(lambda: "bob: hello from the window" in pupil.shown)
        ann.sees("bob: hello from the window$")

        ann.type("What is your name?")  # a message like the server's question is only a message
        pupil.waits(lambda: "ann: What is your name?" in pupil.shown)

        pupil.chat.leave()
        ann.sees("bob went")
