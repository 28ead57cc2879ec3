"""Where a server is: what people write, and the WebSocket behind it."""

import re
from typing import Final
from urllib.parse import urlsplit

import msgspec

from klatch.clients.sdk.faults import BadAddress

_SCHEMES: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Address(msgspec.Struct, frozen=True):
    """`url` as people write it, `websocket` as dialled, `folder` as a name for files; `local`: on this machine."""

    url: str
    websocket: str
    folder: str
    local: bool


def read_address(text: str) -> Address:
    """The server at `http://host:port`, `https://host` or `host:port`; raises BadAddress."""
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if host is None or parts.scheme not in _SCHEMES or parts.username is not None or parts.query or parts.fragment:
        raise BadAddress(f"{text!r} is no server's address; write it like http://127.0.0.1:8000.")
    scheme = _SCHEMES[parts.scheme]
    secure = scheme == "wss"
    port = port or (443 if secure else 80)
    shown = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    where = f"{shown}:{port}{path}"
    return Address(
        url=f"{'https' if secure else 'http'}://{where}",
        websocket=f"{scheme}://{where}/ws",
        folder=_UNSAFE.sub("_", where).strip("_."),
        local=host in _THIS_MACHINE,
    )
