"""Wiring: the only place that names the database, the bus and the doors."""

import asyncio
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import which
from typing import Final

import msgspec
from starlette.applications import Starlette

from klatch.bus.in_process import InProcessBus
from klatch.core.addresses import is_within, parse_address
from klatch.engine import settings as engine_settings
from klatch.engine.engine import Engine
from klatch.engine.filing import Filing
from klatch.engine.link_previews import LinkPreviews
from klatch.engine.transcripts.keeper import Transcripts
from klatch.engine.transcripts.telling import Hand
from klatch.files.s3 import NoStore
from klatch.files.shelf import Shelf
from klatch.gateways.certificate import FILE as CERTIFICATE
from klatch.gateways.certificate import find_or_make, own_addresses
from klatch.gateways.handed import BadSocket, take_handed
from klatch.gateways.http.api import Api
from klatch.gateways.http.built import BuiltPage
from klatch.gateways.http.filedoor import FileDoor
from klatch.gateways.http.front import Front
from klatch.gateways.http.page import make_app
from klatch.gateways.keys import leave_keys
from klatch.gateways.line import LineDoor
from klatch.gateways.listener import BACKLOG, HttpServer, listen, make_server
from klatch.gateways.terminal import Terminal
from klatch.gateways.tls import BadCertificate, Encryption, Porch
from klatch.gateways.trust import Origin, Trust
from klatch.gateways.ways import Doors, ways_in
from klatch.housekey import remove_key
from klatch.observe.recorder import Recorder
from klatch.observe.service import Service
from klatch.outbound.web import Web
from klatch.protocols import plain, times
from klatch.settings import CLOSED, Settings, running_of
from klatch.storage.port import Reader
from klatch.storage.store import SqliteStore

__all__ = ["BadCertificate", "DoorInUse", "Doors", "NoStore", "command", "run", "serve", "ways_in"]

EXIT_STORAGE: Final = 75
_OPTIONS: Final = {"http": "--port", "https": "--tls-port", "line": "--line-port"}
_GOODBYE_WITHIN: Final = 3.0  # seconds for peers to take their goodbye


class DoorInUse(Exception):  # noqa: N818 - read as a sentence
    """A door cannot be opened: says which and what to do."""


def run(settings: Settings, opened: Callable[[Doors], None], fixed: Mapping[str, str] | None = None) -> int:
    """Runs a server to its end, on uvloop where there is one; see `serve`. The settings are settled; `fixed` names
    those that may not change while it runs, though they are of that kind, with the place where each is set."""
    recorder = Recorder(as_json=settings.log == "json", verbose=settings.verbose or settings.classic)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve(settings, recorder, opened, fixed))


async def serve(
    settings: Settings, recorder: Recorder, opened: Callable[[Doors], None], fixed: Mapping[str, str] | None = None
) -> int:
    """Runs the server until it is asked to stop; gives the process's exit status.

    Raises StoreUnusable, NoStore, BadCertificate or DoorInUse if it cannot start. `opened` is told once every door is
    open.
    """
    _spare_collections()
    stop = _hear_signals()
    service = Service(os.environ)
    store = SqliteStore(settings.data_path, recorder, _clock)
    try:
        shelf = Shelf(settings.data_path, recorder, settings.files_in)
        encryption = _encryption(settings, recorder)
        sockets = _listen(settings)
    except (NoStore, BadCertificate, DoorInUse):
        await store.close()
        raise
    bus = InProcessBus()
    engine, filing = _engine(settings, fixed, store, bus, recorder, shelf)
    transcripts = _transcripts(settings, store, recorder)
    if transcripts is not None:
        bus.subscribe(transcripts.note)
    store.start(bus.publish, stop.set)
    if settings.verbose or settings.classic:
        _show_on_terminal(bus, store, recorder)
    engine.end_fleeting()
    trust, doors = Trust(settings.proxies, settings.public_url), _doors(settings, sockets, encryption)
    links = LinkPreviews(store, _web(settings), shelf.previews, recorder, engine.settings, time.monotonic)
    answers = FileDoor(Api(engine, trust), engine, filing, links, trust)
    http = make_server(BuiltPage(Front(_pages(settings, engine, store, recorder, doors), answers)), engine, trust)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(http.serve(sockets=[]))  # its connections are accepted below, as those of all doors
        works = [
            tasks.create_task(engine.keep_house()),
            tasks.create_task(filing.keep()),
            tasks.create_task(service.live(lambda: _status(engine))),
            tasks.create_task(_announce(settings, doors, recorder)),
        ]
        if encryption is not None:
            works.append(tasks.create_task(encryption.watch()))
        if transcripts is not None:
            tasks.create_task(transcripts.keep())
        porch = (
            None if encryption is None else Porch(encryption, trust, lambda: engine.limits.sessions_of_address, tasks)
        )
        makers = {
            "http": http.make_protocol,
            "https": http.make_protocol,
            "line": lambda: LineDoor(engine, trust, classic=settings.classic, page=next(iter(doors.pages), "")),
        }
        servers = await _open(sockets, makers, doors, porch)
        _hear_hangup(service, engine, encryption)
        opened(await leave_keys(engine, settings.data_path, doors))
        service.ready(_status(engine))
        await stop.wait()
        service.stopping()
        for work in works:
            work.cancel()
        recorder.log("stopping")
        for server in servers:
            server.close()
        await _say_goodbye(engine, http, porch)
        if transcripts is not None:
            transcripts.stop()
    remove_key(settings.data_path)
    shelf.close()
    await store.close()
    recorder.log("stopped")
    return EXIT_STORAGE if store.is_broken else 0


def command() -> str:
    """How Klatch is called here."""
    return "klatch" if which("klatch") else sys.argv[0]  # in .venv/bin after `make run`


def _engine(
    settings: Settings,
    fixed: Mapping[str, str] | None,
    store: SqliteStore,
    bus: InProcessBus,
    recorder: Recorder,
    shelf: Shelf,
) -> tuple[Engine, Filing]:
    engine = Engine(
        store,
        bus,
        recorder,
        engine_settings.Settings(running_of(settings), fixed, store.chosen),
        _clock,
        time.monotonic,
        shelf=shelf,
        file_types=settings.file_types,
    )
    assert engine.filing is not None  # noqa: S101 - there is a shelf
    return engine, engine.filing


def _pages(settings: Settings, engine: Engine, store: SqliteStore, recorder: Recorder, doors: Doors) -> Starlette:
    """What HTTP has beside the API: how the server is, its figures, and where there is no page, how to come in."""
    return make_app(
        is_ready=lambda: "The disk failed." if store.is_broken else None,
        figures=lambda origin: _figures(recorder, engine, store) if _may_measure(settings, origin) else None,
        ways=lambda: ways_in(_as_now(doors, engine), command()),
    )


def _web(settings: Settings) -> Web:
    return Web(lambda address: is_within(address, settings.intranet))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop


def _spare_collections() -> None:
    """What is there at the start stays; what comes and goes is many small things that hold no circles."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _clock() -> int:
    return time.time_ns() // 1_000_000


def _listen(settings: Settings) -> dict[str, socket.socket]:
    """The sockets of the doors, bound but not yet accepting: those handed over, and those that the settings name."""
    wanted = {"http": settings.port, "https": settings.tls_port, "line": settings.line_port}
    host = settings.host or ""
    try:
        sockets = take_handed(os.environ, wanted if settings.encrypts else wanted.keys() - {"https"})
    except BadSocket as bad:
        raise DoorInUse(str(bad)) from None
    for door, port in wanted.items():
        if not isinstance(port, int) or port == CLOSED or door in sockets:
            continue
        try:
            sockets[door] = listen(host, port)
        except OSError as fault:
            for each in sockets.values():
                each.close()
            raise DoorInUse(
                f"The {door} door cannot be opened at {host or 'all addresses'}, port {port}: "
                f"{fault.strerror or fault}. Choose another with {_OPTIONS[door]}, or stop what has it."
            ) from None
    return sockets


def _doors(settings: Settings, sockets: dict[str, socket.socket], encryption: Encryption | None) -> Doors:
    ports = {door: each.getsockname()[1] for door, each in sockets.items()}
    return Doors(
        hosts=_hosts(settings),
        port=ports.get("http"),
        tls_port=ports.get("https"),
        line_port=ports.get("line"),
        encrypted=encryption is not None and "https" not in ports,
        fingerprint=None if encryption is None else encryption.fingerprint,
        pinned=bool(settings.tls),
        lan=settings.lan,
        guests=settings.guests,
        public_url=settings.public_url,
        pid=os.getpid(),
        data=str(settings.data_path),
    )


def _as_now(doors: Doors, engine: Engine) -> Doors:
    """The doors, with those whom they let in by now."""
    guests = {"all": True, "none": False}.get(engine.settings.now.guests)
    return msgspec.structs.replace(doors, guests=guests)


def _hosts(settings: Settings) -> tuple[str, ...]:
    """Where this server is found: from this machine, and where it listens on all addresses also from others."""
    host = settings.host or ""
    if host and (known := parse_address(host)) is None:
        return (socket.gethostbyname(host),)
    if host and known is not None and not known.is_unspecified:
        return (host,)
    return ("127.0.0.1", *own_addresses())


def _encryption(settings: Settings, recorder: Recorder) -> Encryption | None:
    """TLS for the doors, if it is wanted. Raises BadCertificate."""
    if settings.tls_cert:
        cert, key = Path(settings.tls_cert).expanduser(), Path(settings.tls_key).expanduser()
        encryption = Encryption(cert, key, recorder)
        if os.name == "posix" and key.stat().st_mode & 0o007:
            recorder.log("key_exposed", path=str(key))
        return encryption
    if not settings.tls:
        return None
    try:
        made = find_or_make(settings.data_path)
    except (OSError, ValueError) as fault:
        where = settings.data_path / CERTIFICATE
        raise BadCertificate(f"The server's own certificate {where} cannot be made or read: {fault}") from None
    return Encryption(made, made, recorder)


def _transcripts(settings: Settings, store: SqliteStore, recorder: Recorder) -> Transcripts | None:
    """What keeps the history files, if they are wanted."""
    if not settings.transcripts and not settings.classic:
        return None
    folder = Path(settings.transcripts).expanduser() if settings.transcripts else settings.data_path / "transcripts"
    hand = Hand(plain.spell_entry, lambda ts: times.spell_moment(ts, None))
    return Transcripts(store, recorder, folder, hand)


async def _open(
    sockets: dict[str, socket.socket],
    makers: Mapping[str, Callable[[], asyncio.BaseProtocol]],
    doors: Doors,
    porch: Porch | None,
) -> list[asyncio.Server]:
    """Opens the doors; those that are encrypted are the porch's affair."""
    servers = []
    for door, listener in sockets.items():
        if porch is not None and (doors.encrypted or door == "https"):
            porch.open(listener, makers[door])
        else:
            loop = asyncio.get_running_loop()
            servers.append(await loop.create_server(makers[door], sock=listener, backlog=BACKLOG))
    return servers


async def _announce(settings: Settings, doors: Doors, recorder: Recorder) -> None:
    if not settings.lan:
        return
    from klatch.gateways.announce import announce  # noqa: PLC0415 - takes megabytes, and only with --lan

    await announce(doors, recorder, host=settings.host or "")


async def _say_goodbye(engine: Engine, http: HttpServer, porch: Porch | None) -> None:
    """Tells everyone, and gives them a moment to hear it."""
    if porch is not None:
        porch.close()
    engine.stop()
    deadline = time.monotonic() + _GOODBYE_WITHIN
    while len(engine.sessions) and time.monotonic() < deadline:  # noqa: ASYNC110 - once in the server's life
        await asyncio.sleep(0.02)
    http.should_exit = True


def _show_on_terminal(bus: InProcessBus, store: SqliteStore, recorder: Recorder) -> None:
    terminal = Terminal(recorder.said)
    bus.subscribe(terminal.note)
    store.read(Reader.open_room_names, terminal.learn)


def _may_measure(settings: Settings, origin: Origin) -> bool:
    """Whether the figures are for whoever asks; a proxy that is not trusted tells nobody's address."""
    return origin.certain and is_within(origin.address, settings.monitors)


def _figures(recorder: Recorder, engine: Engine, store: SqliteStore) -> bytes:
    engine.measure()
    store.measure()
    return recorder.figures()


def _hear_signals() -> asyncio.Event:
    """Is set once Ctrl+C or SIGTERM ask the server to stop; a second one ends it at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def hear(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    return stop


def _hear_hangup(service: Service, engine: Engine, encryption: Encryption | None) -> None:
    """SIGHUP, where there is such a signal, has the certificate read again, if there is one."""

    def reload() -> None:
        service.reloading()
        if encryption is not None:
            encryption.renew()
        service.ready(_status(engine))

    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)


def _status(engine: Engine) -> str:
    """How the server is, in words for those who run it."""
    here = len(engine.sessions)
    return f"{here} {'connection' if here == 1 else 'connections'}."
