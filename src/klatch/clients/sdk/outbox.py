"""The outbox: what is to be sent stands on disk before the first try, until the server has answered it."""

import contextlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import msgspec
from filelock import FileLock, Timeout

from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.folders import make_private, open_private
from klatch.core.answers import Welcome
from klatch.core.commands import AnyCommand, Typed

Kept = AnyCommand | Typed
_TIDY_AFTER: Final = 65_536  # bytes; an outbox in which nothing waits is emptied when it has grown to this


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of the file: a command to be sent for `owner`, or the cid of one that is done."""

    owner: str
    at: int = 0
    command: Kept | None = None
    done: str | None = None


_read_line = msgspec.json.Decoder(_Line).decode
_write_line = msgspec.json.Encoder().encode


class Outbox:
    """One file of one process, with what killed processes of the same account left behind taken over at the start.

    `owner` tells one account on one server from all others: what is not the owner's is never sent, but kept aside.
    """

    def __init__(self, folder: Path, owner: str, notice: Callable[[str], None]) -> None:
        """`folder` is that of this account on this server; `notice` is told what was kept aside. Raises CannotKeep."""
        self._owner = owner
        self._notice = notice
        self._waiting: dict[str, Kept] = {}
        self._path = make_private(folder) / f"{time.time_ns():020}-{secrets.token_hex(4)}.jsonl"
        try:
            self._lock = _lock_of(self._path)
            self._lock.acquire(blocking=False)
            self._file: IO[bytes] = os.fdopen(open_private(self._path), "wb")
        except (OSError, Timeout) as fault:
            raise CannotKeep(f"The outbox {self._path} cannot be made: {_reason(fault)}.") from None
        self._size = 0
        for orphan in sorted(path for path in folder.glob("*.jsonl") if path != self._path):
            self._adopt(orphan)

    @property
    def waiting(self) -> list[Kept]:
        """What is not answered yet, in order."""
        return list(self._waiting.values())

    def __contains__(self, cid: str) -> bool:
        return cid in self._waiting

    def keep(self, command: Kept) -> None:
        """Puts a command on disk, before it is sent. Raises CannotKeep; then it is not to be sent."""
        self._append(_Line(owner=self._owner, at=time.time_ns() // 1_000_000, command=command))
        self._waiting[command.cid] = command

    def strike(self, cid: str) -> None:
        """A command was answered. If the line about it is lost, it is sent once more, which changes nothing."""
        if self._waiting.pop(cid, None) is None:
            return
        with contextlib.suppress(OSError):
            if not self._waiting and self._size > _TIDY_AFTER:
                self._file.truncate(0)
                self._file.seek(0)
                self._size = 0
                return
            line = _write_line(_Line(owner=self._owner, done=cid)) + b"\n"
            self._size += self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        """Lets go of the file; it is removed if nothing waits in it, else the next process takes it over."""
        with contextlib.suppress(OSError):
            self._file.close()
        if not self._waiting:
            with contextlib.suppress(OSError):
                self._path.unlink()
        self._lock.release()

    def _append(self, line: _Line) -> None:
        data = _write_line(line) + b"\n"
        try:
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as fault:
            self._cut_back()
            raise CannotKeep(f"Not sent, as the outbox {self._path} cannot keep it: {_reason(fault)}.") from None
        self._size += len(data)

    def _cut_back(self) -> None:
        """Takes a half line away again. What is still buffered must go nowhere, so the file is opened anew."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.truncate(self._path, self._size)
        self._file = self._path.open("ab")

    def _adopt(self, orphan: Path) -> None:
        """Takes over the file of a process that is gone; leaves that of one that runs."""
        lock = _lock_of(orphan)
        try:
            lock.acquire(blocking=False)
        except (OSError, Timeout):
            return
        try:
            if orphan.exists():
                self._take_over(orphan)
        except OSError as fault:
            self._notice(f"The outbox {orphan} cannot be read: {_reason(fault)}. What waits in it is not sent.")
        finally:
            lock.release()

    def _take_over(self, orphan: Path) -> None:
        found, damaged = _sort_out(orphan.read_bytes(), self._owner)
        if damaged:
            aside = _put_aside(orphan, damaged)
            lines = "1 line" if len(damaged) == 1 else f"{len(damaged)} lines"
            self._notice(f"{lines} of an outbox cannot be sent: damaged, or of another account. Kept in {aside}.")
        for command in found:
            if command.cid not in self._waiting:
                self.keep(command)
        orphan.unlink()


def owner_of(welcome: Welcome) -> str:
    """What tells an account from all others, also of other stores at the same address, whatever its name becomes."""
    return f"{welcome.account.id}-{welcome.began}"


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"), mode=0o600)


def _sort_out(data: bytes, owner: str) -> tuple[list[Kept], list[bytes]]:
    """What still waits in a file, and the lines that are not to be sent: damaged ones and those of another owner."""
    waiting: dict[str, Kept] = {}
    damaged: list[bytes] = []
    *lines, half = data.split(b"\n")
    for raw in lines:
        try:
            line = _read_line(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            damaged.append(raw)
            continue
        if line.owner != owner:
            damaged.append(raw)
        elif line.done is not None:
            waiting.pop(line.done, None)
        elif line.command is not None:
            waiting[line.command.cid] = line.command
    if half:
        damaged.append(half)
    return list(waiting.values()), damaged


def _put_aside(orphan: Path, damaged: list[bytes]) -> Path:
    aside = orphan.with_suffix(f".{secrets.token_hex(4)}.damaged")
    with os.fdopen(open_private(aside), "wb") as file:
        file.writelines(line + b"\n" for line in damaged)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _reason(fault: Exception) -> str:
    return str(getattr(fault, "strerror", None) or fault)
