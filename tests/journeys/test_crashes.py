"""A server that is killed over and over while fifty people write at full speed loses and doubles nothing."""

import asyncio
import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from klatch.storage.verify import verify
from tests.pace import LONG
from tests.running import Server

RESTARTS = 20 if LONG else 4
SECONDS_UP = 3.0 if LONG else 1.0
WRITERS = 50
ROOMS = 25
WINDOW = 16  # messages of one writer under way at once
PATIENCE = 30.0  # seconds for one answer

Ack = tuple[str, int, str, int]  # room, seq, id, ts


class Line(msgspec.Struct):
    """What one writer says once, however often it has to try; `tries` counts the connections it was sent on."""

    cid: str
    text: str
    tries: int = 0
    ack: Ack | None = None


class Writer:
    """Somebody who keeps what is not acknowledged and sends it again, in order, after each reconnect."""

    def __init__(self, number: int) -> None:
        self.name = f"writer{number}"
        self.room = f"#room{number % ROOMS}"
        self.secret = secrets.token_urlsafe(24)
        self.lines: list[Line] = []
        self.owed: dict[str, Line] = {}
        self.faults: list[str] = []
        self.head: int | None = None  # of the room, as told on this connection
        self.room_id = ""

    async def write(self, server: Server, stop: asyncio.Event) -> None:
        """Says things until asked to stop and everything is acknowledged."""
        while not stop.is_set() or self.owed:
            try:
                # Without a limit to what waits to be read: a client that reads no more notices no end.
                async with connect(
                    server.websocket, compression=None, max_queue=None, open_timeout=PATIENCE
                ) as connection:
                    await self._enter(connection)
                    await self._converse(connection, stop)
            except (OSError, WebSocketException, EOFError):
                await asyncio.sleep(0.05)

    async def _enter(self, connection: ClientConnection) -> None:
        await self._ask(connection, {"op": "hello", "name": self.name, "secret": self.secret})
        welcome = await self._wait_for(connection, "welcome")
        for command in ("create", "join"):
            named = {"name": self.room} if command == "create" else {"room": self.room}
            cid = f"{command}-{self.name}-{secrets.token_hex(8)}"
            await self._ask(connection, {"op": command, "cid": cid, **named})
            await self._wait_for(connection, "ack", "error")
        await self._ask(connection, {"op": "rooms"})
        rooms = {room["name"]: room for room in (await self._wait_for(connection, "rooms"))["rooms"]}
        self.room_id = rooms[self.room]["id"]
        assert welcome["account"]["name"] == self.name
        self.head = None

    async def _converse(self, connection: ClientConnection, stop: asyncio.Event) -> None:
        for line in [*self._last_acknowledged(), *self.owed.values()]:
            await self._send(connection, line)
        while not stop.is_set() or self.owed:
            while len(self.owed) < WINDOW and not stop.is_set():
                line = Line(secrets.token_urlsafe(16), f"{self.name} {len(self.lines)}")
                self.lines.append(line)
                self.owed[line.cid] = line
                await self._send(connection, line)
            async with asyncio.timeout(PATIENCE):
                self._hear(msgspec.json.decode(await connection.recv()))

    def _last_acknowledged(self) -> list[Line]:
        """The last thing that is known to be kept: said again, it must get the ack that it got before."""
        return next(([line] for line in reversed(self.lines) if line.ack), [])

    async def _send(self, connection: ClientConnection, line: Line) -> None:
        line.tries += 1
        await self._ask(connection, {"op": "send", "cid": line.cid, "room": self.room, "text": line.text})

    def _hear(self, answer: dict[str, Any]) -> None:
        match answer["op"]:
            case "ack":
                self._acknowledge(answer)
            case "entry" if answer["room"] == self.room_id:
                if self.head is not None and answer["seq"] != self.head + 1:
                    self.faults.append(f"{self.name} was told {answer['seq']} after {self.head}")
                self.head = answer["seq"]
            case "error":
                self.faults.append(f"{self.name} was refused: {answer['message']}")
            case _:
                pass

    def _acknowledge(self, answer: dict[str, Any]) -> None:
        ack = (answer["room"], answer["seq"], answer["id"], answer["ts"])
        line = self.owed.pop(answer["cid"], None) or next(
            (line for line in reversed(self.lines) if line.cid == answer["cid"]), None
        )
        if line is None:
            return
        if line.ack not in {None, ack}:
            self.faults.append(f"{line.cid} was acknowledged as {line.ack} and as {ack}")
        line.ack = ack

    async def _ask(self, connection: ClientConnection, request: dict[str, Any]) -> None:
        await connection.send(json.dumps(request))

    async def _wait_for(self, connection: ClientConnection, *ops: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                answer: dict[str, Any] = msgspec.json.decode(await connection.recv())
                if answer["op"] in ops:
                    return answer
                if answer["op"] == "ack":
                    self._acknowledge(answer)


class Outcome(msgspec.Struct):
    """What fifty writers lived through, and what was kept of it."""

    writers: list[Writer]
    kept: dict[str, list[dict[str, Any]]]  # entries by room
    restarts: int
    seconds: float
    starts: list[float]
    faults: list[str]

    def lines(self) -> Iterator[tuple[Writer, Line]]:
        for writer in self.writers:
            for line in writer.lines:
                yield writer, line

    def messages(self) -> Iterator[dict[str, Any]]:
        for entries in self.kept.values():
            yield from (entry for entry in entries if entry["body"]["kind"] == "message")


async def live_through_crashes(data: Path) -> Outcome:
    """Fifty writers, and a server that is killed again and again."""
    server = Server(data, "--no-limits").start()
    writers = [Writer(number) for number in range(WRITERS)]
    stop = asyncio.Event()
    begun, starts = time.monotonic(), []
    try:
        async with asyncio.TaskGroup() as tasks:
            for writer in writers:
                tasks.create_task(writer.write(server, stop))
            for _ in range(RESTARTS):
                await asyncio.sleep(SECONDS_UP)
                await asyncio.to_thread(server.kill)
                before = time.monotonic()
                await asyncio.to_thread(server.start)
                starts.append(time.monotonic() - before)
            await asyncio.sleep(SECONDS_UP)
            stop.set()
        seconds = time.monotonic() - begun
        beside = await asyncio.to_thread(verify, data)
        kept = await fetch_all(server, writers)
    finally:
        server.stop()
    faults = [*beside.faults, *verify(data).faults, *(fault for writer in writers for fault in writer.faults)]
    return Outcome(writers, kept, RESTARTS, seconds, starts, faults)


async def fetch_all(server: Server, writers: list[Writer]) -> dict[str, list[dict[str, Any]]]:
    """Every room's log, as a newcomer reads it."""
    kept: dict[str, list[dict[str, Any]]] = {}
    async with connect(server.websocket, compression=None) as connection:
        newcomer = Writer(WRITERS)
        await newcomer._ask(connection, {"op": "hello", "name": "newcomer"})
        await newcomer._wait_for(connection, "welcome")
        for room in sorted({writer.room for writer in writers}):
            cid = f"join-{secrets.token_hex(8)}"
            await newcomer._ask(connection, {"op": "join", "cid": cid, "room": room})
            await newcomer._wait_for(connection, "ack")
            entries: list[dict[str, Any]] = []
            while True:
                after = entries[-1]["seq"] if entries else 0
                await newcomer._ask(connection, {"op": "fetch", "room": room, "after": after, "limit": 200})
                page = await newcomer._wait_for(connection, "range")
                entries += page["entries"]
                if not page["more"]:
                    break
            kept[room] = entries
    return kept


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One run, looked at from every side."""
    return asyncio.run(live_through_crashes(tmp_path_factory.mktemp("crashes") / "data"))


pytestmark = pytest.mark.timeout(600 if LONG else 60)


def test_whatever_was_acknowledged_is_kept_as_it_was_acknowledged(outcome: Outcome) -> None:
    kept = {entry["cid"]: entry for entry in outcome.messages()}
    lost = [
        line.cid
        for _, line in outcome.lines()
        if line.ack
        and (line.cid not in kept or line.ack[1:] != tuple(kept[line.cid][key] for key in ("seq", "id", "ts")))
    ]
    assert lost == []


def test_nothing_is_kept_twice(outcome: Outcome) -> None:
    assert [cid for cid, times in Counter(entry["cid"] for entry in outcome.messages()).items() if times > 1] == []


def test_nothing_is_kept_that_nobody_said(outcome: Outcome) -> None:
    said = {line.cid: (writer.name, line.text) for writer, line in outcome.lines()}
    kept = {entry["cid"]: (entry["author"]["name"], entry["body"]["text"]) for entry in outcome.messages()}
    assert kept == {cid: said[cid] for cid in kept}


def test_everything_is_acknowledged_in_the_end(outcome: Outcome) -> None:
    assert [line.cid for _, line in outcome.lines() if line.ack is None] == []


def test_numbers_are_dense(outcome: Outcome) -> None:
    for entries in outcome.kept.values():
        assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))


def test_each_writer_is_kept_in_the_order_in_which_they_wrote(outcome: Outcome) -> None:
    for writer in outcome.writers:
        texts = [
            e["body"]["text"]
            for e in outcome.kept[writer.room]
            if e["author"]["name"] == writer.name and "text" in e["body"]
        ]
        assert texts == [line.text for line in writer.lines]


def test_times_never_go_back(outcome: Outcome) -> None:
    for entries in outcome.kept.values():
        times = [entry["ts"] for entry in entries]
        assert times == sorted(times)


def test_nobody_was_refused_told_two_things_or_skipped_and_the_store_is_whole(outcome: Outcome) -> None:
    assert outcome.faults == []


def test_the_figures_are_told(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    acknowledged = sum(line.ack is not None for _, line in outcome.lines())
    resolved = sum(line.tries > 1 for _, line in outcome.lines())
    assert acknowledged > WRITERS
    if LONG:
        with capsys.disabled():
            sys.stdout.write(
                f"\n{acknowledged:,} acknowledged, 0 lost, 0 doubled; {resolved:,} sent again after a crash; "
                f"{outcome.restarts} restarts, the slowest start {max(outcome.starts):.2f} s; {outcome.seconds:.1f} s\n"
            )
