"""Bytes into lines: split at LF, bounded, telnet's own bytes taken out."""

from typing import Final

from klatch.core.refusals import Refused

LINE_MOST: Final = 65_536

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240  # RFC 854
_ECHO: Final = 1  # RFC 857
_DO_ECHO, _WILL_ECHO, _WONT_ECHO = (bytes((_IAC, command, _ECHO)) for command in (_DO, _WILL, _WONT))
_SUBNEGOTIATION_MOST: Final = 256


class LineSplitter:
    """Collects bytes and gives whole lines, without their line ends. A line too long is dropped and refused once."""

    def __init__(self) -> None:
        self._rest = b""
        self._dropping = False

    def feed(self, data: bytes) -> list[bytes | Refused]:
        """The lines that are whole now; a Refused stands where one was too long."""
        *whole, rest = (self._rest + data).split(b"\n")
        lines: list[bytes | Refused] = []
        for line in whole:
            if self._dropping:
                self._dropping = False
            elif len(line) > LINE_MOST:
                lines.append(_too_long())
            else:
                lines.append(line.removesuffix(b"\r"))
        if len(rest) > LINE_MOST:
            if not self._dropping:
                lines.append(_too_long())
            self._dropping, rest = True, b""
        self._rest = rest
        return lines

    def take_rest(self) -> bytes:
        """What came without a line end so far, taken as a line."""
        rest, self._rest = self._rest, b""
        if self._dropping:
            self._dropping = False
            return b""
        return rest.removesuffix(b"\r")

    @property
    def has_rest(self) -> bool:
        """Whether bytes wait for their line end."""
        return bool(self._rest)


class TelnetFilter:
    """Takes telnet commands out of a stream and refuses every option, once, so that telnet programs work as nc does;
    but for this: a program that has shown to speak telnet is asked not to show a password that is typed."""

    def __init__(self) -> None:
        self.is_telnet = False
        self._hides = False
        self._held = b""
        self._answers: set[bytes] = set()  # that were given

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """The text in the data, and what to answer."""
        data, self._held = self._held + data, b""
        if _IAC not in data:
            return data, b""
        text, answer, at = bytearray(), bytearray(), 0
        while at < len(data):
            if data[at] != _IAC:
                following = data.find(_IAC, at)
                end = len(data) if following < 0 else following
                text += data[at:end]
                at = end
                continue
            length = self._command_length(data, at)
            if length == 0:
                self._held = data[at:]
                break
            command = data[at : at + length]
            self.is_telnet = True
            refusal = _refuse_option(command)
            if refusal not in self._answers and not (self._hides and command == _DO_ECHO):
                self._answers.add(refusal)
                answer += refusal
            at += length
        return bytes(text), bytes(answer)

    def hide(self) -> bytes:
        """What has the program not show what is typed from now on."""
        self._hides = self.is_telnet
        return _WILL_ECHO if self._hides else b""

    def show(self) -> bytes:
        """What has it shown again, after the line that was not."""
        hid, self._hides = self._hides, False
        return _WONT_ECHO + b"\r\n" if hid else b""

    @staticmethod
    def _command_length(data: bytes, at: int) -> int:
        """How long the telnet command at `at` is; 0 if it is not whole yet."""
        if at + 1 >= len(data):
            return 0
        command = data[at + 1]
        if command in (_DO, _DONT, _WILL, _WONT):
            return 3 if at + 2 < len(data) else 0
        if command == _SB:
            end = data.find(bytes((_IAC, _SE)), at, at + _SUBNEGOTIATION_MOST)
            if end >= 0:
                return end + 2 - at
            return 0 if len(data) - at < _SUBNEGOTIATION_MOST else _SUBNEGOTIATION_MOST
        return 2


def _refuse_option(command: bytes) -> bytes:
    if len(command) != 3:
        return b""
    if command[1] == _DO:
        return bytes((_IAC, _WONT, command[2]))
    if command[1] == _WILL:
        return bytes((_IAC, _DONT, command[2]))
    return b""


def _too_long() -> Refused:
    return Refused("too_big", f"A line may have {LINE_MOST:,} bytes; yours was longer and was not sent.")
