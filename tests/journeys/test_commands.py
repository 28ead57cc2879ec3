"""Walks through what scripts do: send, tail, rooms, users and verify, as their own processes on a real server."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pace import PATIENCE
from tests.running import KLATCH, Server, eventually, klatch


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that no secret of the machine's user is touched."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder))
    for name in ("KLATCH_SERVER", "KLATCH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KLATCH_NAME", "ann")
    return folder


def ask(server: Server, *arguments: str, text: str | None = None, timeout: float = 2 * PATIENCE) -> str:
    """What a command prints; it must succeed and complain of nothing."""
    done = klatch(*arguments, text=text, timeout=timeout, KLATCH_SERVER=server.url)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def texts(server: Server, room: str = "#lobby") -> list[str | None]:
    lines = ask(server, "tail", room, "--since", "0", "--json").splitlines()
    return [entry["text"] for entry in map(json.loads, lines) if entry["kind"] == "message"]


@contextlib.contextmanager
def started(server: Server, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that goes on, until the end of a block."""
    process = subprocess.Popen(
        [*KLATCH, *arguments, "--server", server.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class Lines:
    """What a process prints, line by line, as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.got: list[str] = []
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self._process.stdout:
                self.got.append(line.rstrip("\n"))

    def wait_for(self, count: int) -> list[str]:
        eventually(lambda: len(self.got) >= count, 60)
        return self.got[:count]


# Sending.


def test_send_prints_the_number_of_the_message(server: Server) -> None:
    assert ask(server, "send", "#lobby", "Hello") == "2\n"
    assert texts(server) == ["Hello"]


@pytest.mark.parametrize(
    "text",
    [
        "/quit",
        "//quit",
        "@bob hi",
        "quit",
        "-1",
        " spaces ",
        "\u4f60\u597d \U0001f44b\U0001f3fd e\u0301 \u05e9\u05dc\u05d5\u05dd",
        "a\nb",
        "\x1b[2J",
    ],
)
def test_text_is_sent_as_it_is(server: Server, text: str) -> None:
    ask(server, "send", "#lobby", "--", text)
    assert texts(server) == [text]


def test_a_pipe_is_one_message(server: Server) -> None:
    ask(server, "send", "#lobby", text="first\n\nsecond\n")
    ask(server, "send", "#lobby", "-", text="third")
    assert texts(server) == ["first\n\nsecond", "third"]


def test_a_text_too_long_for_a_message_is_refused_before_anything_is_sent(server: Server) -> None:
    done = klatch("send", "#lobby", "x" * 16_001, "--server", server.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "16,000" in done.stderr
    assert done.stderr.count("\n") == 1
    assert texts(server) == []


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe", b"a\0b"])
def test_what_is_no_message_is_refused_with_one_line(server: Server, data: bytes) -> None:
    done = subprocess.run(
        [*KLATCH, "send", "#lobby", "--server", server.url],
        input=data,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)


def test_lines_are_a_message_each_and_a_number_each(server: Server) -> None:
    assert ask(server, "send", "#lobby", "--lines", text="one\n\ntwo\r\n  \nthree") == "2\n3\n4\n"
    assert texts(server) == ["one", "two", "three"]


def test_lines_are_sent_as_they_come(server: Server) -> None:
    with started(server, "send", "#lobby", "--lines") as sender:
        printed = Lines(sender)
        assert sender.stdin is not None
        for number in range(3):
            sender.stdin.write(f"line {number}\n")
            sender.stdin.flush()
            assert printed.wait_for(number + 1)[-1] == str(number + 2)


def test_thirty_lines_arrive_in_order_under_the_default_limits(server: Server) -> None:
    lines = [f"line {number}" for number in range(30)]
    printed = ask(server, "send", "#lobby", "--lines", text="\n".join(lines))
    assert [int(number) for number in printed.split()] == list(range(2, 32))
    assert texts(server) == lines


def test_a_megabyte_of_lines_arrives_whole_and_in_order(unlimited: Server) -> None:
    lines = [f"{number:06} {'x' * 93}" for number in range(10_000)]
    printed = ask(unlimited, "send", "#lobby", "--lines", text="\n".join(lines), timeout=100)
    assert [int(number) for number in printed.split()] == list(range(2, 10_002))
    assert texts(unlimited) == lines


def test_a_line_that_cannot_be_sent_ends_it_and_says_which_was_the_last(server: Server) -> None:
    done = klatch("send", "#lobby", "--lines", "--server", server.url, text="one\ntwo\n" + "x" * 16_001 + "\nfour\n")
    assert (done.returncode, done.stdout) == (1, "2\n3\n")
    assert "Line 3 cannot be sent" in done.stderr
    assert "Line 2 was the last acknowledged, as number 3" in done.stderr
    assert texts(server) == ["one", "two"]


def test_a_server_killed_amid_lines_stores_each_once_in_order(unlimited: Server) -> None:
    lines = [f"line {number}" for number in range(2_000)]
    with started(unlimited, "send", "#lobby", "--lines") as sender:
        printed = Lines(sender)
        assert sender.stdin is not None
        sender.stdin.write("\n".join(lines) + "\n")
        sender.stdin.close()
        sender.stdin = None
        printed.wait_for(200)
        unlimited.kill()
        unlimited.start()
        printed.wait_for(2_000)
        assert sender.wait(PATIENCE) == 0
    assert texts(unlimited) == lines
    assert [int(number) for number in printed.got] == list(range(2, 2_002))


def test_a_server_that_stays_away_ends_it_with_75_and_the_last_line(unlimited: Server) -> None:
    """With the patience of half a minute that commands have."""
    with started(unlimited, "send", "#lobby", "--lines") as sender:
        printed = Lines(sender)
        assert sender.stdin is not None
        assert sender.stderr is not None
        sender.stdin.write("one\n")
        sender.stdin.flush()
        printed.wait_for(1)
        unlimited.kill()
        sender.stdin.write("two\n")
        sender.stdin.flush()
        assert sender.wait(45) == 75
        told = sender.stderr.read()
    assert "Line 1 was the last acknowledged, as number 2" in told


def test_a_room_one_is_not_in_is_joined_first(server: Server) -> None:
    with _member(server, "bob", "#ops"):
        ask(server, "send", "#ops", "Hello")
        ask(server, "send", "ops", "again")
        kinds = [json.loads(line)["kind"] for line in ask(server, "tail", "#OPS", "--json").splitlines()]
    assert kinds == ["created", "join", "join", "message", "message"]


def test_a_message_to_one_person_begins_a_conversation(server: Server) -> None:
    klatch("users", "--name", "bob", "--server", server.url)
    ask(server, "send", "@bob", "psst")
    read = klatch("tail", "@ann", "--json", "--name", "bob", "--server", server.url)
    told = [json.loads(line) for line in read.stdout.splitlines()]
    assert [(entry["kind"], entry["room"]["name"]) for entry in told] == [("created", "@ann"), ("message", "@ann")]


@contextlib.contextmanager
def _member(server: Server, name: str, room: str) -> Iterator[None]:
    """Makes a room through the line door, and stays while it is needed."""
    with socket.create_connection(("127.0.0.1", server.line_port), PATIENCE) as peer:
        peer.sendall(f"{name}\n/create {room}\n".encode())
        eventually(lambda: room in klatch("rooms", "--server", server.url).stdout)
        yield


# Who one is.


def test_one_name_in_two_processes_is_one_guest(server: Server) -> None:
    with started(server, "tail", "#lobby", "--follow", "--json") as tail:
        printed = Lines(tail)
        eventually(lambda: "ann" in klatch("users", "--name", "bob", "--server", server.url).stdout)
        ask(server, "send", "#lobby", "Hello")
        entry = json.loads(printed.wait_for(2)[1])
        online = [json.loads(line) for line in ask(server, "users", "--json").splitlines()]
    assert [(person["name"], person["id"]) for person in online] == [("ann", entry["author"]["id"])]


def test_processes_started_at_once_under_one_name_are_one_guest(server: Server) -> None:
    senders = [
        subprocess.Popen(
            [*KLATCH, "send", "#lobby", str(number), "--server", server.url], stdout=subprocess.PIPE, text=True
        )
        for number in range(5)
    ]
    assert [sender.communicate(timeout=PATIENCE)[1] for sender in senders] == [None] * 5
    assert [sender.returncode for sender in senders] == [0] * 5
    told = [json.loads(line) for line in ask(server, "tail", "#lobby", "--since", "1", "--json").splitlines()]
    assert len({entry["author"]["id"] for entry in told}) == 1


def test_a_name_of_somebody_else_is_refused_with_what_to_do(server: Server, tmp_path: Path) -> None:
    ask(server, "send", "#lobby", "Hello")
    done = klatch("send", "#lobby", "Hi", "--server", server.url, XDG_CONFIG_HOME=str(tmp_path / "other"))
    assert done.returncode == 1
    assert "--name" in done.stderr


# Reading.


def test_tail_prints_the_last_entries_with_time_and_name(server: Server) -> None:
    for number in range(3):
        ask(server, "send", "#lobby", str(number))
    lines = ask(server, "tail", "#lobby", "-n", "2").splitlines()
    assert [line.partition("] ")[2] for line in lines] == ["ann: 1", "ann: 2"]
    assert time.strptime(lines[0].partition("]")[0], "[%Y-%m-%d %H:%M")


def test_tail_since_prints_all_after_a_number(unlimited: Server) -> None:
    ask(unlimited, "send", "#lobby", "--lines", text="\n".join(map(str, range(450))))
    lines = ask(unlimited, "tail", "#lobby", "--since", "11", "--json").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(12, 452))


def test_tail_of_nothing_prints_nothing(server: Server) -> None:
    assert ask(server, "tail", "#lobby", "-n", "0") == ""


def test_tail_follow_prints_each_entry_once_over_restarts(server: Server) -> None:
    with started(server, "tail", "#lobby", "--follow", "--json", "-n", "0") as tail:
        printed = Lines(tail)
        assert tail.stderr is not None
        eventually(lambda: "ann" in klatch("users", "--name", "bob", "--server", server.url).stdout)
        ask(server, "send", "#lobby", "first", "--name", "bob")
        server.kill()
        server.start()
        ask(server, "send", "#lobby", "second", "--name", "bob")
        server.stop()
        server.start()
        ask(server, "send", "#lobby", "third", "--name", "bob")
        told = [json.loads(line) for line in printed.wait_for(3)]
        assert "Offline" in tail.stderr.readline()
    assert [(entry["seq"], entry["text"]) for entry in told] == [(2, "first"), (3, "second"), (4, "third")]


def test_a_closed_pipe_ends_quietly(unlimited: Server) -> None:
    ask(unlimited, "send", "#lobby", "--lines", text="\n".join(["x" * 1_000] * 1_000))
    tail = f"{sys.executable} -m klatch tail '#lobby' --since 0 --server {unlimited.url}"
    done = subprocess.run(
        ["bash", "-c", f"{tail} | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["0"]


def test_rooms_and_users_are_an_object_a_line(server: Server) -> None:
    (room,) = [json.loads(line) for line in ask(server, "rooms", "--json").splitlines()]
    assert (room["name"], room["kind"], room["head"]) == ("#lobby", "open", 1)
    (person,) = [json.loads(line) for line in ask(server, "users", "--json").splitlines()]
    assert (person["name"], person["state"]) == ("ann", "online")


def test_rooms_and_users_read_well(server: Server) -> None:
    assert ask(server, "rooms").startswith("#lobby")
    assert ask(server, "users").startswith("ann  online")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_terminal_of_few_letters_is_no_obstacle(server: Server, encoding: str) -> None:
    ask(server, "send", "#lobby", "\u4f60\u597d")
    done = klatch("tail", "#lobby", "-n", "1", "--server", server.url, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stdout.partition("] ")[2]) == (0, "ann: \\u4f60\\u597d\n")


def test_a_poor_locale_does_not_spoil_what_is_sent(server: Server) -> None:
    done = klatch(
        "send", "#lobby", "gr\u00fc\u00df", "--server", server.url, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert texts(server) == ["gr\u00fc\u00df"]


# How it ends.


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", [("tail", "#lobby"), ("send", "#lobby", "Hello"), ("send", "#lobby", "--lines")])
def test_where_results_cannot_be_written_it_says_so(server: Server, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*KLATCH, *command, "--server", server.url],
            input="one\n", stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Standard output" in done.stderr


def test_a_send_whose_numbers_nobody_reads_ends_quietly(unlimited: Server) -> None:
    send = f"seq 3000 | {sys.executable} -m klatch send '#lobby' --lines --server {unlimited.url}"
    done = subprocess.run(
        ["bash", "-c", f"{send} | head -1"], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert (done.stdout, done.stderr) == ("2\n", "")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("send", "#nowhere", "Hello"), 1, "no room #nowhere"),
        (("send", "@nobody", "Hello"), 1, "nobody"),
        (("send", "#lobby", ""), 1, "empty"),
        (("tail", "#lobby", "--since", "999"), 1, "999"),
        (("tail", "#bad name"), 1, "name"),
        (("send", "#lobby", "Hello", "--name", "1st"), 1, "1"),
        (("send", "#lobby", "Hello", "--token", "abc"), 1, "klatch login"),
        (("send",), 2, "ROOM"),
        (("send", "#lobby", "Hello", "--lines"), 2, "--lines"),
        (("tail", "#lobby", "-n", "many"), 2, "many"),
        (("tail", "#lobby", "-n", "1", "--since", "1"), 2, "--since"),
    ],
)
def test_what_fails_says_why_and_has_its_status(
    server: Server, arguments: tuple[str, ...], status: int, told: str
) -> None:
    done = klatch(*arguments, KLATCH_SERVER=server.url, text="")
    assert (done.returncode, done.stdout) == (status, "")
    assert told in done.stderr


@pytest.mark.parametrize("command", [("send", "#lobby", "Hello"), ("tail", "#lobby"), ("rooms",), ("users",)])
def test_without_a_server_it_says_at_once_what_to_do(command: tuple[str, ...]) -> None:
    done = klatch(*command, "--server", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (75, "", 1)
    assert "klatch serve" in done.stderr


def test_no_address_is_wrong_usage() -> None:
    assert klatch("rooms", "--server", "ftp://example.org").returncode == 2


def test_help_does_not_load_what_commands_need() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *KLATCH[1:], "--help"], capture_output=True, text=True, check=True
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & {"asyncio", "apsw", "msgspec", "starlette", "websockets"}


def test_verify_finds_a_store_whole(server: Server) -> None:
    ask(server, "send", "#lobby", "Hello")
    done = klatch("verify", "--data", str(server.data), "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert (report["rooms"], report["entries"], report["faults"]) == (1, 2, [])


def test_verify_finds_what_is_damaged(server: Server) -> None:
    ask(server, "send", "#lobby", "Hello")
    server.stop()
    (store,) = [path for path in server.data.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")]
    with contextlib.closing(sqlite3.connect(store)) as database:
        database.execute("UPDATE entries SET body = replace(body, 'Hello', 'Hullo')")
        database.commit()
    done = klatch("verify", "--data", str(server.data))
    assert done.returncode == 74
    assert "damaged" in done.stdout


def test_verify_without_a_store_says_so(tmp_path: Path) -> None:
    done = klatch("verify", "--data", str(tmp_path / "nothing"))
    assert (done.returncode, done.stdout) == (74, "")
    assert "--data" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="no such signal on Windows")
def test_an_interrupted_tail_ends_quietly(server: Server) -> None:
    with started(server, "tail", "#lobby", "--follow") as tail:
        Lines(tail).wait_for(0)
        eventually(lambda: "ann" in klatch("users", "--name", "bob", "--server", server.url).stdout)
        tail.send_signal(signal.SIGINT)
        assert tail.wait(PATIENCE) == 130
        assert tail.stderr is not None
        assert tail.stderr.read() == ""
