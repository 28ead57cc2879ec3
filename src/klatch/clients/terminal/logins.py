"""What the terminal client remembers: where one was last, under which name, and how it was to look."""

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec
from platformdirs import user_config_path

from klatch.clients.sdk import CannotKeep
from klatch.clients.sdk.folders import make_private, open_private

_PLACES_MOST: Final = 10


class Place(msgspec.Struct, frozen=True):
    """A server and the name one went by there."""

    url: str
    name: str


class Remembered(msgspec.Struct, frozen=True):
    """The last first. `theme` is empty where none was chosen."""

    places: list[Place] = []
    theme: str = ""


def remembered_file() -> Path:
    """Where it is kept. It holds no secret."""
    return user_config_path("klatch", appauthor=False) / "terminal.json"


def recall() -> Remembered:
    """What was remembered, or nothing where there is none or it cannot be read."""
    try:
        return msgspec.json.decode(remembered_file().read_bytes(), type=Remembered)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Remembered()


def remember_place(url: str, name: str) -> None:
    """One was here, by this name."""
    known = recall()
    place = Place(url, name)
    places = [place, *(other for other in known.places if other.url != url)][:_PLACES_MOST]
    _write(msgspec.structs.replace(known, places=places))


def remember_theme(theme: str) -> None:
    """It is to look so."""
    _write(msgspec.structs.replace(recall(), theme=theme))


def _write(remembered: Remembered) -> None:
    """Writes it whole or not at all; not to remember is no reason not to talk."""
    path = remembered_file()
    draft = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError, CannotKeep):
        make_private(path.parent)
        draft.unlink(missing_ok=True)
        with os.fdopen(open_private(draft), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(remembered)))
        draft.replace(path)
