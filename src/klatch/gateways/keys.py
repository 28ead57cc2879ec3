"""The keys that the server leaves in its data directory, for those alone who may read it: the first owner's link, and
the key of the house."""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

import msgspec

from klatch.core.addresses import is_loopback
from klatch.engine.engine import Engine
from klatch.gateways.ways import Doors
from klatch.housekey import HouseKey, keep_key

OWNER_LINK: Final = "owner-link.txt"


async def leave_keys(engine: Engine, directory: Path, doors: Doors) -> Doors:
    """Leaves both; gives the doors with the first owner's link, where nobody but this machine's own user reads what is
    printed and nobody owns the server yet."""
    with contextlib.suppress(OSError):  # on a full disk the server runs, too
        await _leave_house_key(engine, directory, doors)
    return await _leave_owner_link(engine, directory, doors)


async def _leave_house_key(engine: Engine, directory: Path, doors: Doors) -> None:
    made: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    engine.make_house_token(made.set_result)
    token, server = await made, doors.address.http
    if server is None:
        return
    pin = f"#sha256={doors.fingerprint}" if doors.encrypted and doors.fingerprint else ""
    keep_key(directory, HouseKey(f"{server}{pin}", next(iter(doors.pages), server), doors.pin, token))


async def _leave_owner_link(engine: Engine, directory: Path, doors: Doors) -> Doors:
    made: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    path = directory / OWNER_LINK
    engine.make_owner_link(made.set_result, lambda: _remove(path))
    secret = await made
    page = next(iter(doors.pages), None)
    link = f"{page}/owner/{secret}{doors.pin}" if page is not None else secret
    _remove(path)
    with contextlib.suppress(OSError):
        if secret is not None:
            path.touch(mode=0o600)
            path.write_text(f"{link}\n", "utf-8")
    is_private = all(map(is_loopback, doors.hosts)) and not doors.public_url
    if secret is None:
        return doors
    return msgspec.structs.replace(doors, **({"owner": link} if is_private else {"owner_file": str(path)}))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
