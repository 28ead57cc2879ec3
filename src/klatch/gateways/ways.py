"""Where the doors are, and what one types or opens to come in."""

from typing import Final
from urllib.parse import urlsplit

import msgspec

_USUAL: Final = "http://127.0.0.1:8000"


class Address(msgspec.Struct, frozen=True):
    """Where the doors are, as programs read it; None for one that is closed. `https` is the encrypted one of the
    addresses for HTTP, which may be the only one; `fingerprint` is that of its key; `owner` is the first owner's
    link, or its secret alone where there is no page that it could lead to."""

    http: str | None
    line: str | None
    irc: str | None
    pid: int
    data: str
    https: str | None = None
    fingerprint: str | None = None
    owner: str | None = None


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """The open doors. `hosts`: the names or addresses of this machine, the one for itself first; `encrypted`: whether
    HTTP at `port` and lines are; `pinned`: whether the certificate is of the server's own making; `lan`: whether people
    of a local network are to come; `owner`: the first owner's link, where it may be shown; `owner_file`: where it is
    kept, where it may not."""

    hosts: tuple[str, ...]
    port: int | None
    tls_port: int | None
    line_port: int | None
    encrypted: bool
    fingerprint: str | None
    pinned: bool
    lan: bool = False
    guests: bool | None
    public_url: str
    pid: int
    data: str
    owner: str | None = None
    owner_file: str | None = None

    @property
    def address(self) -> Address:
        """As a program on this machine uses them."""
        host = self.hosts[0]
        return Address(
            http=self._http(host) or self._https(host),
            line=_join(host, self.line_port) if self.line_port is not None else None,
            irc=None,
            pid=self.pid,
            data=self.data,
            https=self._https(host),
            fingerprint=self.fingerprint,
            owner=self.owner,
        )

    @property
    def pages(self) -> list[str]:
        """The addresses of the page, the best for other people first. Links begin with the first of them."""
        own = [self._http(host) or self._https(host) for host in (*self.hosts[1:], self.hosts[0])]
        return [page for page in (self.public_url.rstrip("/"), *own) if page]

    @property
    def pin(self) -> str:
        """What links end with: the key, if the server made it; a browser leaves that to itself."""
        is_encrypted = bool(self.pages) and self.pages[0].startswith("https")
        return f"#sha256={self.fingerprint}" if self.pinned and is_encrypted and not self.public_url else ""

    @property
    def scanned(self) -> str | None:
        """What a QR code holds: the page."""
        return f"{self.pages[0]}/{self.pin}" if self.pages else None

    @property
    def server(self) -> str | None:
        """What programs in Python are given as the server: encrypted if there is a way."""
        if self.public_url:
            return self.public_url
        host = self.hosts[1] if len(self.hosts) > 1 else self.hosts[0]
        if (https := self._https(host)) is None:
            return self._http(host)
        return f"{https}#sha256={self.fingerprint}" if self.pinned else https

    def _http(self, host: str) -> str | None:
        if self.port is None:
            return None
        return f"{'https' if self.encrypted else 'http'}://{_join(host, self.port)}"

    def _https(self, host: str) -> str | None:
        if self.tls_port is not None:
            return f"https://{_join(host, self.tls_port)}"
        return self._http(host) if self.encrypted else None


def ways_in(doors: Doors, command: str) -> list[tuple[str, str]]:
    """What one may want to do, and what to type for it; `command` is how Klatch is called."""
    if doors.guests is False:
        return []
    ways = []
    server = "" if doors.server in (None, _USUAL) else f" --server '{doors.server}'"
    if doors.server is not None:
        # On a local network it lists the servers near by.
        ways.append(("Chat in a window", f"{command} desktop{'' if doors.lan else server}"))
        ways.append(("Chat in a terminal", f"{command} chat{server}"))
    if doors.line_port is not None:
        host = urlsplit(doors.public_url).hostname or (doors.hosts[1] if len(doors.hosts) > 1 else doors.hosts[0])
        if doors.encrypted:
            typed = f"openssl s_client -quiet -connect {_join(host, doors.line_port)}"
        else:
            typed = f"nc {host} {doors.line_port}"
        ways.append(("Talk with nothing installed", typed))
    if doors.server is not None:
        ways.append(("Say something from a script", f"{command} send{server} --name ann '#lobby' 'Hello'"))
        ways.append(("Follow a room", f"{command} tail{server} --name ann '#lobby' --follow"))
    return ways


def _join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
