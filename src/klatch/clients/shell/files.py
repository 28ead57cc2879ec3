"""`klatch send --file` and `klatch get`: files sent into a room, and fetched from it."""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from klatch.clients.sdk import CannotKeep, Client, Refused
from klatch.clients.shell.lines import decode
from klatch.clients.shell.rooms import enter_room
from klatch.clients.shell.spelling import as_harmless
from klatch.core.events import Message
from klatch.core.files import File, spell_size
from klatch.core.texts import MESSAGE_BYTES_LIMIT, parse_message

LONG_TEXT: Final = "message.txt"
_CHUNK: Final = 65_536
_WIDTH: Final = 24


class Meter:
    """Draws on a terminal how far a file is; says nothing where there is none."""

    def __init__(self, name: str) -> None:
        self._name = as_harmless(name)
        self._draws = sys.stderr is not None and sys.stderr.isatty()
        self._shown = -1
        self._lock = threading.Lock()

    def show(self, came: int, size: int) -> None:
        """So many bytes of so many are there."""
        parts = 100 if not size else came * 100 // size
        with self._lock:
            if not self._draws or parts == self._shown:
                return
            self._shown = parts
            done = parts * _WIDTH // 100
            bar = "█" * done + "░" * (_WIDTH - done)
            line = f"\r{self._name}  {bar} {parts:>3} % of {spell_size(size)}"
            with contextlib.suppress(OSError, UnicodeEncodeError):
                sys.stderr.write(line + ("\n" if came >= size else ""))
                sys.stderr.flush()


async def send_files(klatch: Client, room: str, paths: Sequence[Path], text: str, reply_to: int | None) -> int:
    """Sends files up, and says them in one message; gives its number."""
    await enter_room(klatch, room)
    files = [await klatch.upload(path, progress=Meter(path.name).show) for path in paths]
    return (await klatch.send(room, text, reply_to=reply_to, files=files)).seq


@contextlib.contextmanager
def read_message(source: int, shape: Callable[[str], str]) -> Iterator[str | Path]:
    """All that comes from a file descriptor: a message, without its last line end and as `shape` makes it; or where it
    is too long for one, the file that holds it, for the length of a block."""
    data = b""
    while len(data) <= MESSAGE_BYTES_LIMIT + 2 and (chunk := os.read(source, _CHUNK)):
        data += chunk
    if len(data) <= MESSAGE_BYTES_LIMIT + 2:
        text = decode(data).removesuffix("\n").removesuffix("\r")
        if (message := _shaped(text, shape)) is not None:
            yield message
            return
    with tempfile.TemporaryDirectory(prefix="klatch-") as folder:
        path = Path(folder, LONG_TEXT)
        with path.open("wb") as file:
            file.write(data)
            while chunk := os.read(source, _CHUNK):
                file.write(chunk)
        yield path


def _shaped(text: str, shape: Callable[[str], str]) -> str | None:
    """The message, or None for what is too long; refuses what is none for another reason."""
    try:
        return shape(parse_message(text))
    except Refused as refused:
        if refused.code == "too_long":
            return None
        raise


async def get_files(
    klatch: Client, room: str, seq: int, target: Path | None, told: Callable[[Path], None], *, replace: bool
) -> None:
    """Fetches the files that a message carries to a folder or a file; `told` is told where each is."""
    files = await _files_of(klatch, room, seq)
    folder = target if target is not None else Path()
    if folder.is_dir():
        places = [(file, folder / file.name) for file in files]
    elif len(files) == 1:
        places = [(files[0], folder)]
    else:
        raise CannotKeep(f"Message {seq} carries {len(files)} files: give a folder as --output.")
    for _, place in places:
        if place.exists() and not replace:
            raise CannotKeep(f"{place} is there already. Name another --output, or add --force to replace it.")
    for file, place in places:
        await klatch.download(file, place, progress=Meter(file.name).show)
        told(place)


async def _files_of(klatch: Client, room: str, seq: int) -> list[File]:
    found = (await klatch.fetch(room, seq - 1, 1)).entries
    entry = found[0] if found and found[0].seq == seq else None
    if entry is None or not isinstance(entry.body, Message):
        raise Refused("no_such_message", f"There is no message {seq} in {room}.")
    if not entry.body.files:
        raise Refused("no_such_file", f"Message {seq} carries no file.")
    return entry.body.files
