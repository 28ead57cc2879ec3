"""Every setting of the server with its default; klatch.toml says what each is for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from platformdirs import user_data_path

from klatch.core.addresses import Network, is_loopback, parse_network
from klatch.core.limits import UNLIMITED, Limits
from klatch.core.running import LOCAL, Running

CLOSED: Final = -1
_HTTPS_ON_A_LAN: Final = 8443

Port = Annotated[int, msgspec.Meta(ge=-1, le=65_535)] | Literal["off"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Port 0 takes any free one, -1 or "off" keeps a door closed; `guests` None: only from this machine itself.

    What is None here depends on other settings: `settle` fills it in.
    """

    host: str | None = None
    port: Port = 8000
    line_port: Port = 5555
    data: str = ""
    guests: bool | None = None
    lan: bool = False
    tls: Literal["", "self"] = ""
    tls_cert: str = ""
    tls_key: str = ""
    tls_port: Port | None = None
    trust_proxy: tuple[str, ...] = ()
    public_url: str = ""
    registration: Literal["invite", "open"] = "invite"
    read_receipts: bool = True
    link_previews: Literal["everywhere", "open_rooms", "nowhere"] = "open_rooms"
    previews_from: tuple[str, ...] = ()
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1")
    log: Literal["text", "json"] = "text"
    transcripts: str = ""
    classic: bool = False
    verbose: bool = False
    file_types: tuple[str, ...] = ()
    files_in: str = ""
    limits: Limits = Limits()

    @property
    def data_path(self) -> Path:
        """The data directory."""
        return Path(self.data).expanduser().absolute() if self.data else user_data_path("klatch", appauthor=False)

    @property
    def encrypts(self) -> bool:
        """Whether there is TLS."""
        return bool(self.tls or self.tls_cert)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """Whose word is taken on a client's address."""
        return tuple(parse_network(each) for each in self.trust_proxy)

    @property
    def monitors(self) -> tuple[Network, ...]:
        """Who may read the figures."""
        return tuple(parse_network(each) for each in self.metrics_from)

    @property
    def intranet(self) -> tuple[Network, ...]:
        """The private addresses that previews of links may come from."""
        return tuple(parse_network(each) for each in self.previews_from)


class BadSettings(Exception):  # noqa: N818 - read as a sentence: these are bad settings, because ...
    """The configuration cannot be used: says the file, the line, the key and what to write instead."""


def change(settings: Settings, **given: object) -> Settings:
    """The settings with those that were given (not None) on the command line."""
    return msgspec.structs.replace(settings, **{name: value for name, value in given.items() if value is not None})


def lift_limits(settings: Settings) -> Settings:
    """The settings without rate limits: for benchmarks and tests, on loopback only."""
    host = settle(settings).host or ""
    if not (host == "localhost" or is_loopback(host)):
        raise BadSettings("--no-limits is for loopback only; leave it out, or listen on 127.0.0.1.")
    return change(settings, limits=UNLIMITED)


def running_of(settings: Settings) -> Running:
    """Those settings, settled, that may change while the server runs."""
    guests = {None: LOCAL, True: "all", False: "none"}[settings.guests]
    return Running(
        guests=guests,
        registration=settings.registration,
        read_receipts=settings.read_receipts,
        link_previews=settings.link_previews,
        limits=settings.limits,
        lan=settings.lan,
    )


def fixed_by(place: str, table: Mapping[str, Any]) -> dict[str, str]:
    """The settings that are fixed by a table, with the name of its place: `table` is that of a file, or its like."""
    return dict.fromkeys(
        [*(table.keys() & {"guests", "registration", "read_receipts", "link_previews"}), *table.get("limits", {})],
        place,
    )


def lifted_limits() -> dict[str, Any]:
    """The limits that --no-limits lifts."""
    usual = Limits()
    return {name: each for name, each in msgspec.structs.asdict(UNLIMITED).items() if each != getattr(usual, name)}


def settle(settings: Settings) -> Settings:
    """The settings with everything filled in that follows from others. Raises BadSettings where two do not fit.

    `host` empty: all addresses. `tls_port`: where HTTPS has a port beside plain HTTP; closed where `port` speaks TLS.
    """
    _check_tls(settings)
    _check_places(settings)
    port, line_port, tls_port = (_number(each) for each in (settings.port, settings.line_port, settings.tls_port))
    if tls_port is None:
        tls_port = _HTTPS_ON_A_LAN if settings.lan and settings.tls else CLOSED
    if tls_port != CLOSED and not settings.encrypts:
        raise BadSettings("tls_port (--tls-port) needs a certificate; add --tls self, or --tls-cert and --tls-key.")
    if port == line_port == tls_port == CLOSED:
        raise BadSettings("Every door is off; leave at least one of port and line_port open.")
    limits = settings.limits
    if not settings.lan:
        limits = msgspec.structs.replace(limits, lan_burst=limits.address_burst, lan_rate=limits.address_rate)
    host = settings.host
    if host is None:
        host = "" if settings.lan else "127.0.0.1"
    guests = True if settings.lan and settings.guests is None else settings.guests
    return change(settings, host=host, port=port, line_port=line_port, tls_port=tls_port, guests=guests, limits=limits)


def _number(port: int | str | None) -> int | None:
    return CLOSED if isinstance(port, str) else port


def _check_tls(settings: Settings) -> None:
    if bool(settings.tls_cert) != bool(settings.tls_key):
        missing = "tls_key (--tls-key)" if settings.tls_cert else "tls_cert (--tls-cert)"
        raise BadSettings(f"A certificate and its key go together: {missing} is missing.")
    if settings.tls and settings.tls_cert:
        raise BadSettings('tls = "self" makes a certificate and tls_cert names one; choose one of the two.')


def _check_places(settings: Settings) -> None:
    for key, networks in (
        ("trust_proxy (--trust-proxy)", settings.trust_proxy),
        ("metrics_from (--metrics-from)", settings.metrics_from),
        ("previews_from", settings.previews_from),
    ):
        _check_networks(key, networks)
    if settings.public_url and not _is_page(settings.public_url):
        raise BadSettings(
            f"public_url (--public-url): {settings.public_url!r} is no page's address; write it like https://chat.example."
        )
    if settings.transcripts and Path(settings.transcripts).expanduser().is_file():
        raise BadSettings(f"transcripts (--transcripts): {settings.transcripts} is a file; name a folder.")


def _check_networks(key: str, networks: tuple[str, ...]) -> None:
    for each in networks:
        try:
            parse_network(each)
        except ValueError:
            raise BadSettings(
                f"{key}: {each!r} is no address and no network; write it like 127.0.0.1 or 10.0.0.0/8."
            ) from None


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and not (parts.query or parts.fragment or parts.username)
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False
