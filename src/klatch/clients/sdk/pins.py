"""The keys by which servers with certificates of their own making are known again, one file for each host and port."""

import contextlib
import os
import secrets
from pathlib import Path

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.folders import make_private, open_private, pins_folder
from klatch.protocols.certificates import FINGERPRINT


def read_pin(address: Address) -> str | None:
    """The fingerprint by which a server is known, or None. Raises CannotKeep where it cannot be told."""
    path = _path(address)
    try:
        pin = path.read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise CannotKeep(f"The key of {address.url} cannot be read at {path}: {fault.strerror}.") from None
    if FINGERPRINT.fullmatch(pin) is None:
        raise CannotKeep(f"The file {path} is damaged. `klatch trust {address.url}` writes it anew.")
    return pin


def keep_pin(address: Address, fingerprint: str) -> None:
    """Remembers the fingerprint of a server in place of any other. Raises CannotKeep."""
    path = _path(address)
    make_private(path.parent)
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(open_private(draft), "wb") as file:
            file.write(fingerprint.encode() + b"\n")
        draft.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise CannotKeep(f"The key of {address.url} cannot be kept at {path}: {fault.strerror}.") from None


def _path(address: Address) -> Path:
    return pins_folder() / f"{address.place}.pin"
