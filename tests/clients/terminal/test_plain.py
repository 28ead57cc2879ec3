"""The conversation as simple lines, by its real process."""

import subprocess
import threading
from collections.abc import Iterator

import pytest

from tests.running import KLATCH, Server, eventually, klatch


class Talker:
    """`klatch chat --plain`, with pipes for a keyboard and a screen."""

    def __init__(self, server: Server, name: str = "ann") -> None:
        self.process = subprocess.Popen(
            [*KLATCH, "chat", server.url, "--name", name, "--plain"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.shown: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def type(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()

    def sees(self, words: str) -> None:
        eventually(lambda: any(words in line for line in self.shown), 15)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.shown.append(line.rstrip("\n"))


@pytest.fixture
def ann(unlimited: Server) -> Iterator[Talker]:
    talker = Talker(unlimited)
    try:
        talker.sees("--- #lobby")
        yield talker
    finally:
        talker.process.kill()
        talker.process.wait()
        for stream in (talker.process.stdin, talker.process.stdout, talker.process.stderr):
            assert stream is not None
            stream.close()


def say(server: Server, text: str) -> None:
    assert klatch("send", "#lobby", text, "--server", server.url, "--name", "bob").returncode == 0


def test_one_hears_and_is_heard(unlimited: Server, ann: Talker) -> None:
    say(unlimited, "hello")
    ann.sees("bob: hello")
    ann.type("hi bob")
    eventually(lambda: "ann: hi bob" in klatch("tail", "#lobby", "--server", unlimited.url, "--name", "bob").stdout, 15)
    assert not any("hi bob" in line for line in ann.shown)  # the terminal showed it when it was typed


def test_nothing_is_drawn_but_lines_of_text(unlimited: Server, ann: Talker) -> None:
    say(unlimited, "\x1b[2Jgone?")
    ann.sees("\\x1b[2Jgone?")
    assert all(line.isprintable() for line in ann.shown)


def test_a_bare_quit_asks_first(unlimited: Server, ann: Talker) -> None:
    ann.type("quit")
    ann.sees("Do you want to leave?")
    ann.type("no", "still here", "quit", "yes")
    assert ann.process.wait(15) == 0
    said = klatch("tail", "#lobby", "--server", unlimited.url, "--name", "bob").stdout
    assert "ann: still here" in said
    assert "ann: no" not in said


def test_one_goes_to_the_room_that_one_makes(unlimited: Server, ann: Talker) -> None:
    ann.type("/create ops")
    ann.sees("--- #ops")
    ann.type("first words")
    eventually(lambda: "first words" in klatch("tail", "#ops", "--server", unlimited.url, "--name", "ann").stdout, 15)


def test_lines_that_are_pasted_go_where_those_before_them_led(unlimited: Server) -> None:
    lines = "first\n/create ops\n/topic Deploys\nin ops\n/join lobby\nlast\n/msg nobody hello\n/nonsense\n/me waves\n"
    done = klatch("chat", unlimited.url, "--name", "ann", "--plain", text=lines)
    assert done.returncode == 0
    lobby = klatch("tail", "#lobby", "--server", unlimited.url, "--name", "ann").stdout
    ops = klatch("tail", "#ops", "--server", unlimited.url, "--name", "ann").stdout
    assert [line.partition("] ")[2] for line in lobby.splitlines()][1:] == ["ann: first", "ann: last", "~ ann waves"]
    assert [line.partition("] ")[2] for line in ops.splitlines()][2:] == [
        "* ann set the topic: Deploys",
        "ann: in ops",
    ]
    assert "! There is no command /nonsense." in done.stdout


def test_a_lost_server_is_told_and_what_is_typed_is_sent_later(unlimited: Server, ann: Talker) -> None:
    unlimited.stop()
    ann.sees("! Offline.")
    ann.type("kept")
    unlimited.start()
    ann.sees("* Online again.")
    eventually(lambda: "ann: kept" in klatch("tail", "#lobby", "--server", unlimited.url, "--name", "bob").stdout, 15)


def test_the_end_of_input_ends_it_once_all_is_sent(unlimited: Server) -> None:
    lines = "".join(f"line {number}\n" for number in range(50))
    done = klatch("chat", unlimited.url, "--name", "ann", "--plain", text=lines)
    assert (done.returncode, done.stderr) == (0, "")
    said = klatch("tail", "#lobby", "-n", "60", "--server", unlimited.url, "--name", "bob").stdout
    assert said.count("ann: line") == 50


def test_without_a_server_it_ends_with_75() -> None:
    done = klatch("chat", "127.0.0.1:1", "--name", "ann", "--plain", text="")
    assert (done.returncode, done.stdout) == (75, "")
