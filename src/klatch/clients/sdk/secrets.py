"""What makes a guest the same guest again: a secret for each server and name, in a file that only its user may read."""

import contextlib
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.folders import make_private, open_private
from klatch.core.names import parse_username, username_key

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22,128}")
_UNSAFE: Final = re.compile(r"[^a-z0-9-]")
_LOCKED_WITHIN: Final = 10.0


class Secrets:
    """The secrets of the guests of one server."""

    def __init__(self, folder: Path, server: str) -> None:
        """`folder` is that of all servers, `server` this one's name as a folder."""
        self._folder = folder / server

    def has(self, name: str) -> bool:
        """Whether there is one for the guest `name`. Raises Refused for a name that is none."""
        return (self._folder / _file_name(username_key(parse_username(name)))).exists()

    def get(self, name: str) -> str:
        """The secret of the guest `name`, made if there is none yet.

        Processes that ask at the same moment get the same. Raises Refused for a name that is none, and CannotKeep.
        """
        folder = make_private(self._folder)
        path = folder / _file_name(username_key(parse_username(name)))
        try:
            with FileLock(folder / ".lock", timeout=_LOCKED_WITHIN, mode=0o600):
                return _read(path) if path.exists() else _write(path, secrets.token_urlsafe(32))
        except (OSError, Timeout) as fault:
            reason = getattr(fault, "strerror", None) or fault
            raise CannotKeep(f"The secret of {name} cannot be kept at {path}: {reason}.") from None


def _file_name(key: str) -> str:
    """Readable as far as every file system can hold it, and different for every name."""
    return f"{_UNSAFE.sub('_', key)[:32]}-{sha256(key.encode()).hexdigest()[:16]}.secret"


def _read(path: Path) -> str:
    secret = path.read_bytes().decode("ascii", "replace").strip()
    if _SECRET.fullmatch(secret) is None:
        raise CannotKeep(f"The file {path} is damaged. Delete it to begin as another guest.")
    return secret


def _write(path: Path, secret: str) -> str:
    """Writes the whole secret before the file gets its name, so that no one finds half of it."""
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(open_private(draft), "wb") as file:
            file.write(secret.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return secret
