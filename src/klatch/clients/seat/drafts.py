"""Drafts: what was begun and not sent, a file for each room, so that it outlives the program and its terminal."""

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Final

from klatch.clients.sdk import CannotKeep
from klatch.clients.sdk.folders import make_private, open_private

_ID: Final = re.compile(r"\w{1,64}", re.ASCII)
# What follows these may let somebody in.
_SECRET: Final = re.compile(r"\s*/(login|register|password)\b", re.IGNORECASE)


class Drafts:
    """The drafts of one account on one server. Not to keep one is no reason not to talk, so nothing here fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, str] = {}

    def read(self, room: str) -> str:
        """What was begun in the room with that id, or nothing."""
        if room not in self._kept:
            self._kept[room] = self._load(room)
        return self._kept[room]

    def write(self, room: str, text: str) -> None:
        """Keeps another text for a room; none at all takes it away."""
        text = "" if _SECRET.match(text) or not text.strip() else text
        if _ID.fullmatch(room) is None or text == self.read(room):
            return
        self._kept[room] = text
        with contextlib.suppress(OSError, CannotKeep, UnicodeEncodeError):
            if text:
                self._save(room, text)
            else:
                self._path(room).unlink(missing_ok=True)

    def _path(self, room: str) -> Path:
        return self._folder / f"{room}.txt"

    def _load(self, room: str) -> str:
        if _ID.fullmatch(room) is not None:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                return self._path(room).read_bytes().decode()
        return ""

    def _save(self, room: str, text: str) -> None:
        """Writes it whole or not at all."""
        path = self._path(room)
        begun = make_private(self._folder) / f".{secrets.token_hex(8)}"
        with os.fdopen(open_private(begun), "wb") as file:
            file.write(text.encode())
        begun.replace(path)
