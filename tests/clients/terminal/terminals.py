"""A terminal to run programs in: a real pseudo-terminal, and what a person would see on it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable

from rich.cells import cell_len

from tests.pace import PATIENCE

_SEQUENCE = re.compile(
    r"\x1b\[([0-9;:?<=>]*)([ -/]*)([@-~])"  # CSI
    r"|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC and DCS, which draw nothing
    r"|\x1b[()][0-9A-Za-z]|\x1b[=>78cDEHM]"
)


class Screen:
    """Rows of cells, as the bytes that a program wrote have left them. Knows what Textual writes, and no more."""

    def __init__(self, width: int, height: int) -> None:
        self.resize(width, height)
        self.told: list[str] = []
        """What was written besides text: bells, and the sequences that draw nothing."""
        self.history = ""
        """All that was ever written."""
        self._rest = ""

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [[" "] * width for _ in range(height)]
        self.x = self.y = 0

    @property
    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.rows)

    def feed(self, text: str) -> None:
        self.history += text
        text = self._rest + text
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = _SEQUENCE.match(text, at)
                if found is None and len(text) - at < 4_096:
                    break  # it goes on in what is read next
                at = found.end() if found is not None else at + 1
                if found is not None:
                    self._obey(found)
                continue
            self._put(text[at])
            at += 1
        self._rest = text[at:]

    def _obey(self, found: "re.Match[str]") -> None:
        final, numbers = found.group(3), found.group(1) or ""
        if final is None:
            self.told.append(found.group())
        elif final in "Hf":
            row, _, column = numbers.partition(";")
            self.y, self.x = int(row or 1) - 1, int(column or 1) - 1
        elif final == "J":
            self.resize(self.width, self.height)
        elif final == "K" and self.y < self.height:
            self.rows[self.y][self.x :] = [" "] * (self.width - self.x)

    def _put(self, letter: str) -> None:
        if letter == "\r":
            self.x = 0
        elif letter == "\n":
            self.y += 1
        elif letter == "\a":
            self.told.append(letter)
        elif self.y < self.height and self.x < self.width:
            wide = cell_len(letter)
            self.rows[self.y][self.x : self.x + wide] = [letter] + [""] * (wide - 1)
            self.x += wide


class Terminal:
    """A program in a pseudo-terminal of its own."""

    def __init__(self, *command: str, width: int = 80, height: int = 24, **environment: str) -> None:
        self.screen = Screen(width, height)
        self._master, slave = pty.openpty()
        self.resize(width, height)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - the program's own terminal
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        )
        os.close(slave)

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(width, height)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        if hasattr(self, "process"):
            os.kill(self.process.pid, signal.SIGWINCH)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def sees(self, *words: str, within: float = PATIENCE) -> str:
        """Waits until all words are on the screen; gives it."""
        return self.until(lambda screen: all(word in screen.text for word in words), within)

    def until(self, holds: Callable[[Screen], bool], within: float = PATIENCE) -> str:
        """Waits until something holds of the screen; gives it."""
        deadline = time.monotonic() + within
        while not holds(self.screen):
            assert time.monotonic() < deadline, f"it did not happen:\n{self.screen.text}"
            self._read(0.05)
        return self.screen.text

    def ends(self, within: float = PATIENCE) -> int:
        """Waits until the program has ended; gives its status."""
        deadline = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it goes on:\n{self.screen.text}"
            self._read(0.05)
        self._read(0.05)
        return self.process.returncode

    def hang_up(self) -> None:
        """Closes the terminal under the program, as a lost ssh connection does."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    def _read(self, within: float) -> None:
        if select.select([self._master], [], [], within)[0]:
            try:
                self.screen.feed(os.read(self._master, 65_536).decode(errors="replace"))
            except OSError:
                time.sleep(within)  # the program is gone, and with it the terminal's other end
