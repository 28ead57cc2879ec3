"""The key of the house: whoever may read the data directory may run the server, also while it is open.

The server leaves the key there while it runs, and takes it away when it ends.
"""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "housekey.json"


class HouseKey(msgspec.Struct, frozen=True):
    """`server` is the address of the HTTP door on this machine, with its fingerprint if it has one; `token` signs in
    as the server itself; links for other people begin with `page` and end with `pin`."""

    server: str
    page: str
    pin: str
    token: str


def keep_key(directory: Path, key: HouseKey) -> None:
    """Leaves the key in the data directory, for the directory's owner alone; raises OSError."""
    draft = directory / f"{FILE}.{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(key))
    draft.replace(directory / FILE)


def read_key(directory: Path) -> HouseKey | None:
    """The key, or None where no server left one; raises OSError where it is there and may not be read."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=HouseKey)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def remove_key(directory: Path) -> None:
    """Takes the key away."""
    with contextlib.suppress(OSError):
        (directory / FILE).unlink()
