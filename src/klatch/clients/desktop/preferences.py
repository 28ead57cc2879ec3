"""What the window remembers for its user, in a small file of the user's own."""

import contextlib
import os
from pathlib import Path
from typing import Final, Literal

import msgspec
from platformdirs import user_config_path

from klatch.clients.sdk import CannotKeep
from klatch.clients.sdk.folders import make_private

Theme = Literal["system", "light", "dark"]
_PLACES_MOST: Final = 5


class Place(msgspec.Struct, frozen=True):
    """A server where one was, and the name one went by there."""

    server: str
    name: str


class Preferences(msgspec.Struct, kw_only=True):
    """`size` is that of text in per cent; `server` and `name` are those of the last time, `places` all, the last first;
    `notify`: shows notifications; `place` is the window's."""

    server: str = ""
    name: str = ""
    places: list[Place] = []
    theme: Theme = "system"
    size: int = 100
    sound: bool = True
    notify: bool = True
    members: bool = True
    place: str = ""

    def remember(self, server: str, name: str) -> None:
        """One goes to a server by a name."""
        self.server, self.name = server, name
        others = [each for each in self.places if each.server != server]
        self.places = [Place(server, name), *others][:_PLACES_MOST]


def preferences_path() -> Path:
    """Where they are."""
    return user_config_path("klatch", appauthor=False) / "desktop.json"


def read_preferences() -> Preferences:
    """Those kept, or the usual ones where there are none that can be read."""
    try:
        kept = msgspec.json.decode(preferences_path().read_bytes(), type=Preferences)
    except (OSError, msgspec.DecodeError):
        return Preferences()
    kept.size = min(200, max(75, kept.size))
    return kept


def keep_preferences(preferences: Preferences) -> None:
    """Keeps them, as far as this machine lets us: the window works without."""
    path = preferences_path()
    draft = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError, CannotKeep):
        make_private(path.parent)
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(preferences)))
        draft.replace(path)
