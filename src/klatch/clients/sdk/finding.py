"""Finds the servers that are announced on the local network."""

import asyncio
from typing import Final

import msgspec
from zeroconf import Error, InterfaceChoice, IPVersion, ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from klatch.clients.sdk.faults import Unreachable
from klatch.protocols.certificates import FINGERPRINT

KIND: Final = "_klatch._tcp.local."
_ASKED_WITHIN: Final = 3_000.0  # milliseconds


class Found(msgspec.Struct, frozen=True, order=True):
    """A server as it announces itself, which anyone on the network can do: its `name` is what it says.

    `page` is for browsers; `server` is what a client is given, encrypted if there is a way; `line`: host and port.
    """

    name: str
    page: str
    server: str
    line: str | None = None
    fingerprint: str | None = None
    version: str = ""


async def find(within: float = 2.0, interfaces: list[str] | None = None) -> list[Found]:
    """The servers that answer within so many seconds, by name. `interfaces`: addresses of this machine, by default all.

    Raises Unreachable where the network cannot be asked.
    """
    found: dict[str, Found] = {}
    names: set[str] = set()

    def note(*, name: str, state_change: ServiceStateChange, **_more: object) -> None:
        if state_change is ServiceStateChange.Removed:
            names.discard(name)
        else:
            names.add(name)

    try:
        network = AsyncZeroconf(
            interfaces=interfaces or InterfaceChoice.All, ip_version=IPVersion.V4Only if interfaces else IPVersion.All
        )
    except (OSError, Error) as fault:
        raise Unreachable(f"The local network cannot be asked for servers ({fault}).") from None
    try:
        browser = AsyncServiceBrowser(network.zeroconf, KIND, handlers=[note])
        await asyncio.sleep(within)
        await browser.async_cancel()
        for name in names:
            info = AsyncServiceInfo(KIND, name)
            if await info.async_request(network.zeroconf, _ASKED_WITHIN) and (one := read_info(info)) is not None:
                found[name] = one
    finally:
        await network.async_close()
    return sorted(found.values())


def read_info(info: AsyncServiceInfo) -> Found | None:
    """What an announcement says; None if it makes no sense."""
    told = {
        key.decode("ascii", "replace"): (value or b"").decode("utf-8", "replace")
        for key, value in info.properties.items()
    }
    hosts = info.parsed_addresses(IPVersion.V4Only) or info.parsed_addresses(IPVersion.V6Only)
    if not hosts or not info.port:
        return None
    host = f"[{hosts[0]}]" if ":" in hosts[0] else hosts[0]
    page = f"{'https' if told.get('scheme') == 'https' else 'http'}://{host}:{info.port}"
    fingerprint = told.get("fingerprint", "")
    known = fingerprint if FINGERPRINT.fullmatch(fingerprint) else None
    server = page
    if (https := _port(told.get("https"))) is not None:
        server = f"https://{host}:{https}" + (f"#sha256={known}" if known else "")
    line = _port(told.get("line"))
    return Found(
        name=_harmless(info.name.removesuffix(f".{KIND}")),
        page=page,
        server=server,
        line=None if line is None else f"{host}:{line}",
        fingerprint=known,
        version=_harmless(told.get("version", "")),
    )


def _port(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < int(text) <= 65_535 else None


def _harmless(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)[:100]
