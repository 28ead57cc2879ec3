"""Holds the outbox: what it took is on disk, is sent by whoever comes next, and by nobody else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.outbox import Outbox
from klatch.core.commands import SendMessage, Typed

OWNER = "3-0123456789abcdef"


def message(number: int) -> SendMessage:
    return SendMessage(cid=f"command-of-test-{number:04}", room="#lobby", text=f"message {number}")


class Open(Protocol):
    def __call__(self, folder: Path, notices: list[str] | None = None, owner: str = OWNER) -> Outbox: ...


@pytest.fixture
def open_outbox() -> Iterator[Open]:
    """Opens outboxes, and lets go of them after the test."""
    opened: list[Outbox] = []

    def open_one(folder: Path, notices: list[str] | None = None, owner: str = OWNER) -> Outbox:
        opened.append(Outbox(folder, owner, (notices if notices is not None else []).append))
        return opened[-1]

    yield open_one
    for outbox in opened:
        abandon(outbox)


def abandon(outbox: Outbox) -> None:
    """As a killed process leaves it: the file stays, the lock is free."""
    outbox._file.close()
    outbox._lock.release()


def test_what_a_dead_process_left_is_taken_over_in_order(tmp_path: Path, open_outbox: Open) -> None:
    first = open_outbox(tmp_path)
    for number in range(3):
        first.keep(message(number))
    abandon(first)
    assert open_outbox(tmp_path).waiting == [message(number) for number in range(3)]


def test_what_was_answered_is_not_sent_again(tmp_path: Path, open_outbox: Open) -> None:
    first = open_outbox(tmp_path)
    first.keep(message(1))
    first.keep(message(2))
    first.strike(message(1).cid)
    abandon(first)
    assert open_outbox(tmp_path).waiting == [message(2)]


def test_what_was_typed_is_kept_as_it_was_typed(tmp_path: Path, open_outbox: Open) -> None:
    first = open_outbox(tmp_path)
    typed = Typed(cid="typed-in-this-test", room="#lobby", text="/me \u00fcbt\nzwei \u2028 \U0001f600")
    first.keep(typed)
    abandon(first)
    assert open_outbox(tmp_path).waiting == [typed]


def test_the_outbox_of_a_process_that_runs_is_left_alone(tmp_path: Path, open_outbox: Open) -> None:
    first = open_outbox(tmp_path)
    first.keep(message(1))
    assert open_outbox(tmp_path).waiting == []


def test_only_one_of_two_takes_over(tmp_path: Path, open_outbox: Open) -> None:
    dead = open_outbox(tmp_path)
    dead.keep(message(1))
    abandon(dead)
    first, second = open_outbox(tmp_path), open_outbox(tmp_path)
    assert (first.waiting, second.waiting) == ([message(1)], [])


def test_what_is_taken_over_outlives_a_second_death(tmp_path: Path, open_outbox: Open) -> None:
    dead = open_outbox(tmp_path)
    dead.keep(message(1))
    abandon(dead)
    abandon(open_outbox(tmp_path))
    assert open_outbox(tmp_path).waiting == [message(1)]


def test_an_outbox_in_which_nothing_waits_leaves_nothing_behind(tmp_path: Path, open_outbox: Open) -> None:
    outbox = open_outbox(tmp_path)
    outbox.keep(message(1))
    outbox.strike(message(1).cid)
    outbox.close()
    assert list(tmp_path.glob("*.jsonl")) == []


def test_an_outbox_does_not_grow_for_ever(tmp_path: Path, open_outbox: Open) -> None:
    outbox = open_outbox(tmp_path)
    for number in range(2_000):
        outbox.keep(message(number))
        outbox.strike(message(number).cid)
    (file,) = tmp_path.glob("*.jsonl")
    assert file.stat().st_size < 100_000


@pytest.mark.parametrize("damage", [b"\xff\xfe{", b'{"owner": 1}', b"[" * 5_000, b"", b'{"owner":"x","more":1}'])
def test_damaged_lines_are_kept_aside_with_a_notice_and_the_others_sent(
    tmp_path: Path, damage: bytes, open_outbox: Open
) -> None:
    dead = open_outbox(tmp_path)
    dead.keep(message(1))
    abandon(dead)
    with dead._path.open("ab") as file:
        file.write(damage + b"\n")
    notices: list[str] = []
    assert open_outbox(tmp_path, notices).waiting == [message(1)]
    (aside,) = tmp_path.glob("*.damaged")
    assert aside.read_bytes() == damage + b"\n"
    assert str(aside) in notices[0]


def test_half_a_line_is_kept_aside_and_not_sent(tmp_path: Path, open_outbox: Open) -> None:
    dead = open_outbox(tmp_path)
    dead.keep(message(1))
    dead.keep(message(2))
    abandon(dead)
    os.truncate(dead._path, dead._path.stat().st_size - 5)
    notices: list[str] = []
    assert open_outbox(tmp_path, notices).waiting == [message(1)]
    assert len(notices) == 1
    assert b"message 2" in next(tmp_path.glob("*.damaged")).read_bytes()


def test_nothing_is_sent_under_another_account(tmp_path: Path, open_outbox: Open) -> None:
    dead = open_outbox(tmp_path, owner="4-fedcba9876543210")
    dead.keep(message(1))
    abandon(dead)
    notices: list[str] = []
    assert open_outbox(tmp_path, notices).waiting == []
    assert "another account" in notices[0]
    assert b"message 1" in next(tmp_path.glob("*.damaged")).read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk_is_told_and_leaves_no_half_line(tmp_path: Path, open_outbox: Open) -> None:
    program = f"""
import resource, signal, sys
from pathlib import Path
from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.outbox import Outbox
from klatch.core.commands import SendMessage
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
outbox = Outbox(Path({str(tmp_path)!r}), {OWNER!r}, print)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
outbox.keep(SendMessage(cid="short-enough-to-keep", room="#lobby", text="short"))
try:
    outbox.keep(SendMessage(cid="too-long-to-be-kept", room="#lobby", text="long" * 1000))
except CannotKeep as fault:
    print(fault, flush=True)
outbox.keep(SendMessage(cid="short-enough-as-well", room="#lobby", text="short again"))
import os; os._exit(0)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=40)
    assert "File too large" in told.stdout
    notices: list[str] = []
    waiting = open_outbox(tmp_path, notices).waiting
    assert [command.text for command in waiting if isinstance(command, SendMessage)] == ["short", "short again"]
    assert notices == []


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, open_outbox: Open) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(CannotKeep):
        open_outbox(tmp_path / "outbox")
