"""Where a server is: what people write, and the WebSocket behind it."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from klatch.clients.sdk.faults import BadAddress
from klatch.clients.sdk.folders import pins_folder
from klatch.protocols.certificates import FINGERPRINT

_SCHEMES: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PIN: Final = "sha256="


class Address(msgspec.Struct, frozen=True):
    """`url` as people write it, `websocket` as dialled, `folder` as a name for files; `local`: on this machine.

    `secure`: with TLS; `fingerprint`: of the key that the server must have, if the address says so. `place`: host and
    port alone, as a name for files.
    """

    url: str
    websocket: str
    folder: str
    local: bool
    host: str
    port: int
    secure: bool
    place: str
    fingerprint: str | None = None

    @property
    def counterpart(self) -> str:
        """The same address with TLS if this is without, and without if this is with it."""
        scheme, _, rest = self.url.partition("://")
        return f"{'http' if scheme == 'https' else 'https'}://{rest}"


def read_address(text: str) -> Address:
    """The server at `http://host:port`, `https://host` or `host:port`; raises BadAddress.

    After `#sha256=` may stand the fingerprint of its key. Without a scheme it is https if a key is known for there.
    """
    whole = text if "://" in text else f"//{text}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    fingerprint = _read_fragment(parts.fragment)
    if host is None or parts.username is not None or parts.query or (parts.fragment and not fingerprint):
        raise _bad(text)
    shown = f"[{host}]" if ":" in host else host
    scheme = _SCHEMES.get(_scheme(parts, shown, port, fingerprint))
    if scheme is None or (fingerprint and scheme == "ws"):
        raise _bad(text)
    secure = scheme == "wss"
    port = port or (443 if secure else 80)
    where = f"{shown}:{port}{parts.path.rstrip('/')}"
    return Address(
        url=f"{'https' if secure else 'http'}://{where}",
        websocket=f"{scheme}://{where}/ws",
        folder=_name(where),
        local=host in _THIS_MACHINE,
        host=host,
        port=port,
        secure=secure,
        place=_name(f"{shown}:{port}"),
        fingerprint=fingerprint,
    )


def _scheme(parts: SplitResult, shown: str, port: int | None, fingerprint: str | None) -> str:
    """The scheme that is given, or the one that the keys on file tell."""
    if parts.scheme:
        return parts.scheme
    known = (pins_folder() / f"{_name(f'{shown}:{port or 443}')}.pin").exists()
    return "https" if fingerprint or known else "http"


def _read_fragment(fragment: str) -> str | None:
    pin = fragment.lower().removeprefix(_PIN)
    return pin if fragment.lower().startswith(_PIN) and FINGERPRINT.fullmatch(pin) else None


def _name(where: str) -> str:
    return _UNSAFE.sub("_", where).strip("_.")


def _bad(text: str) -> BadAddress:
    return BadAddress(f"{text!r} is no server's address; write it like http://127.0.0.1:8000.")
