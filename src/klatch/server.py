"""Wiring: the only place that names the database, the bus and the doors."""

import asyncio
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Final

import msgspec

from klatch.bus.in_process import InProcessBus
from klatch.engine.engine import Engine
from klatch.engine.transcripts.keeper import Transcripts
from klatch.engine.transcripts.telling import Hand
from klatch.gateways.http.page import make_app
from klatch.gateways.line import LineDoor
from klatch.gateways.listener import BACKLOG, HttpServer, listen, make_server
from klatch.gateways.terminal import Terminal
from klatch.gateways.trust import Trust
from klatch.observe.recorder import Recorder
from klatch.protocols import plain
from klatch.settings import Settings
from klatch.storage.port import Reader
from klatch.storage.store import SqliteStore

EXIT_STORAGE: Final = 75
_GOODBYE_WITHIN: Final = 3.0  # seconds for peers to take their goodbye


class Address(msgspec.Struct, frozen=True):
    """Where the doors are, once they are open."""

    http: str
    line: str | None
    irc: str | None
    pid: int
    data: str


class DoorInUse(Exception):  # noqa: N818 - read as a sentence
    """A door cannot be opened: says which and what to do."""


def run(settings: Settings, opened: Callable[[Address], None], *, as_json: bool = False) -> int:
    """Runs a server to its end, on uvloop where there is one; see `serve`."""
    recorder = Recorder(as_json=as_json, verbose=settings.verbose or settings.classic)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve(settings, recorder, opened))


async def serve(settings: Settings, recorder: Recorder, opened: Callable[[Address], None]) -> int:
    """Runs the server until it is asked to stop; gives the process's exit status.

    Raises StoreUnusable or DoorInUse if it cannot start. `opened` is told once every door is open.
    """
    _spare_collections()
    stop = asyncio.Event()
    _hear_signals(stop)
    store = SqliteStore(settings.data_path, recorder, _clock)
    try:
        sockets = _listen(settings)
    except DoorInUse:
        await store.close()
        raise
    bus = InProcessBus()
    engine = Engine(store, bus, recorder, settings.limits, _clock, time.monotonic)
    transcripts = _transcripts(settings, store, recorder)
    if transcripts is not None:
        bus.subscribe(transcripts.note)
    store.start(bus.publish, stop.set)
    if settings.verbose or settings.classic:
        terminal = Terminal(recorder.said)
        bus.subscribe(terminal.note)
        store.read(Reader.open_room_names, terminal.learn)
    engine.end_fleeting()
    trust = Trust(settings.guests)
    address = _address(settings, sockets)
    app = make_app(
        is_ready=lambda: "The disk failed." if store.is_broken else None,
        figures=lambda: _figures(recorder, store),
        ways=lambda: ways_in(address),
    )
    http = make_server(app, engine, trust)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(http.serve(sockets=[sockets["http"]]))
        house = tasks.create_task(engine.keep_house())
        if transcripts is not None:
            tasks.create_task(transcripts.keep())
        line = await _open_line_door(settings, engine, trust, sockets.get("line"))
        opened(address)
        await stop.wait()
        house.cancel()
        recorder.log("stopping")
        if line is not None:
            line.close()
        await _say_goodbye(engine, http)
        if transcripts is not None:
            transcripts.stop()
    await store.close()
    recorder.log("stopped")
    return EXIT_STORAGE if store.is_broken else 0


def ways_in(address: Address) -> list[tuple[str, str]]:
    """What one may want to do, and what to type for it."""
    ways = []
    if address.line is not None:
        host, _, port = address.line.rpartition(":")
        ways.append(("Talk, with any terminal", f"nc {host.strip('[]')} {port}"))
    command = "klatch" if which("klatch") else sys.argv[0]  # in .venv/bin after `make run`
    server = "" if address.http == "http://127.0.0.1:8000" else f" --server {address.http}"
    ways.append(("Say something from a script", f"{command} send{server} --name ann '#lobby' 'Hello'"))
    ways.append(("Follow a room", f"{command} tail{server} --name ann '#lobby' --follow"))
    return ways


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
    """The sockets of the doors, bound but not yet accepting."""
    wanted = {"http": settings.port, "line": settings.line_port}
    sockets: dict[str, socket.socket] = {}
    for door, port in wanted.items():
        if port < 0:
            continue
        try:
            sockets[door] = listen(settings.host, port)
        except OSError as fault:
            for each in sockets.values():
                each.close()
            option = "--port" if door == "http" else f"--{door}-port"
            raise DoorInUse(
                f"The {door} door cannot be opened at {settings.host} port {port}: {fault.strerror or fault}. "
                f"Choose another with {option}, or stop what has it."
            ) from None
    return sockets


def _address(settings: Settings, sockets: dict[str, socket.socket]) -> Address:
    def where(door: str) -> str | None:
        if door not in sockets:
            return None
        host, port = sockets[door].getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    return Address(f"http://{where('http')}", where("line"), None, os.getpid(), str(settings.data_path))


def _transcripts(settings: Settings, store: SqliteStore, recorder: Recorder) -> Transcripts | None:
    """What keeps the history files, if they are wanted."""
    if not settings.transcripts and not settings.classic:
        return None
    folder = Path(settings.transcripts).expanduser() if settings.transcripts else settings.data_path / "transcripts"
    hand = Hand(plain.spell_entry, lambda ts: plain.spell_moment(ts, None))
    return Transcripts(store, recorder, folder, hand)


async def _open_line_door(
    settings: Settings, engine: Engine, trust: Trust, listener: socket.socket | None
) -> asyncio.Server | None:
    if listener is None:
        return None
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: LineDoor(engine, trust, classic=settings.classic), sock=listener, backlog=BACKLOG
    )


async def _say_goodbye(engine: Engine, http: HttpServer) -> None:
    """Tells everyone, and gives them a moment to hear it."""
    engine.stop()
    deadline = time.monotonic() + _GOODBYE_WITHIN
    while len(engine.sessions) and time.monotonic() < deadline:  # noqa: ASYNC110 - once in the server's life
        await asyncio.sleep(0.02)
    http.should_exit = True


def _figures(recorder: Recorder, store: SqliteStore) -> bytes:
    recorder.gauge("waiting", store.waiting)
    return recorder.figures()


def _hear_signals(stop: asyncio.Event) -> None:
    """Ctrl+C and SIGTERM ask the server to stop; a second one ends it at once."""
    loop = asyncio.get_running_loop()

    def hear(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
