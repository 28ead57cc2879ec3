"""Announces the server on the local network by mDNS (RFC 6762, 6763), so that clients find it without an address."""

import asyncio
import secrets
import socket
from typing import Final

from zeroconf import Error, InterfaceChoice, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from klatch import __version__
from klatch.core.addresses import is_loopback
from klatch.gateways.ways import Doors
from klatch.observe.port import Observer

KIND: Final = "_klatch._tcp.local."
_LABEL_MOST: Final = 50  # bytes, so that a number still fits behind a name that is taken (RFC 1035: 63)


async def announce(doors: Doors, observer: Observer, *, host: str) -> None:
    """Announces the doors until it is cancelled, then takes it back. `host`: the address that is listened on, or "" for
    all. Where it cannot be done, for instance without multicast, it is logged and that is all."""
    try:
        network = AsyncZeroconf(
            interfaces=[host] if host else InterfaceChoice.All, ip_version=IPVersion.V4Only if host else IPVersion.All
        )
    except (OSError, Error, ValueError) as fault:
        observer.log("announce_failed", reason=str(fault) or type(fault).__name__)
        return
    try:
        info = describe(doors, socket.gethostname(), secrets.token_hex(4))
        await (await network.async_register_service(info, allow_name_change=True))
        observer.log("announced", name=info.name.removesuffix(f".{KIND}"))
        await asyncio.Event().wait()
    except (OSError, Error, TimeoutError) as fault:
        observer.log("announce_failed", reason=str(fault) or type(fault).__name__)
    finally:
        await network.async_unregister_all_services()
        await network.async_close()


def describe(doors: Doors, name: str, unique: str) -> AsyncServiceInfo:
    """What is announced: `name` is for people, `unique` for the record of addresses."""
    label = name.partition(".")[0].encode()[:_LABEL_MOST].decode(errors="ignore") or "klatch"
    told: dict[str, str | int | None] = {
        "version": __version__,
        "path": "/",
        "scheme": "https" if doors.encrypted else "http",
        "line": doors.line_port,
        "https": doors.port if doors.encrypted else doors.tls_port,
        "fingerprint": doors.fingerprint if doors.pinned else None,
    }
    others = [host for host in doors.hosts if not is_loopback(host)]
    return AsyncServiceInfo(
        KIND,
        f"{label}.{KIND}",
        port=doors.port or doors.tls_port or 0,
        properties={key: str(value) for key, value in told.items() if value is not None},
        server=f"klatch-{unique}.local.",
        parsed_addresses=others or list(doors.hosts),
    )
