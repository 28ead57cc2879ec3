"""Saved logins: the account that one is at a server, and the token that brings one back, for its user alone."""

import contextlib
import os
import secrets
from pathlib import Path

import msgspec

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.folders import logins_folder, make_private, open_private


class Login(msgspec.Struct, frozen=True):
    """Who one is at a server: the username when one signed in, and the token."""

    name: str
    token: str


def read_login(address: Address) -> Login | None:
    """The saved login for a server, or None. Raises CannotKeep where it cannot be told."""
    path = _path(address)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Login)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise CannotKeep(f"The login for {address.url} cannot be read at {path}: {fault.strerror}.") from None
    except msgspec.DecodeError:
        raise CannotKeep(f"The file {path} is damaged. `klatch login {address.url}` writes it anew.") from None


def keep_login(address: Address, login: Login) -> None:
    """Saves a login in place of any other. Raises CannotKeep."""
    path = _path(address)
    make_private(path.parent)
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(open_private(draft), "wb") as file:
            file.write(msgspec.json.encode(login))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise CannotKeep(f"The login for {address.url} cannot be kept at {path}: {fault.strerror}.") from None


def forget_login(address: Address) -> None:
    """Forgets the login for a server, if there is one. Raises CannotKeep."""
    path = _path(address)
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:
        raise CannotKeep(f"The login at {path} cannot be removed: {fault.strerror}.") from None


def _path(address: Address) -> Path:
    return logins_folder() / f"{address.folder}.json"
