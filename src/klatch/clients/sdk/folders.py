"""The folders in which clients keep what only their user may read."""

import os
from pathlib import Path

from platformdirs import user_config_path, user_state_path

from klatch.clients.sdk.faults import CannotKeep


def secrets_folder() -> Path:
    """Where the secrets of guests are."""
    return user_config_path("klatch", appauthor=False) / "guests"


def pins_folder() -> Path:
    """Where the keys of servers are."""
    return user_config_path("klatch", appauthor=False) / "servers"


def logins_folder() -> Path:
    """Where the saved logins are."""
    return user_config_path("klatch", appauthor=False) / "logins"


def outbox_folder() -> Path:
    """Where what is not sent yet is."""
    return user_state_path("klatch", appauthor=False) / "outbox"


def drafts_folder() -> Path:
    """Where what was begun and not sent is."""
    return user_state_path("klatch", appauthor=False) / "drafts"


def make_private(folder: Path) -> Path:
    """Makes a folder, and those above it that are missing, for their user alone; gives it. Raises CannotKeep."""
    missing = []
    at = folder
    while not at.exists() and at != at.parent:
        missing.append(at)
        at = at.parent
    try:
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(20, "It is not a folder")
    except OSError as fault:
        raise CannotKeep(f"The folder {folder} cannot be made: {fault.strerror or fault}.") from None
    return folder


def open_private(path: Path) -> int:
    """A file that is new, for its user alone, open for writing; raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
