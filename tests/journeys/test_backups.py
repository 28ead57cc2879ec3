"""A backup amid full load, brought back elsewhere: nothing acknowledged before it is missing; clients begin anew."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from klatch.clients.sdk import Client
from klatch.core.events import Entry
from klatch.storage.verify import verify
from tests.clients.sdk.test_returning import at_once, everything, texts
from tests.pace import PATIENCE
from tests.running import Server, eventually, klatch

WRITERS = 20


async def command(*words: str) -> None:
    """Runs a command of Klatch's, which must do what it was asked."""
    done = await asyncio.to_thread(klatch, *words)
    assert done.returncode == 0, done.stderr


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(eventually, condition, 15.0)


async def test_a_backup_amid_twenty_writers_holds_all_that_was_acknowledged_before_it(
    tmp_path: Path, unlimited: Server
) -> None:
    acknowledged: set[str] = set()
    stop = asyncio.Event()

    async def write(client: Client, number: int) -> None:
        turn = 0
        while not stop.is_set():
            text = f"writer {number} says {turn}"
            await client.send("#lobby", text)
            acknowledged.add(text)
            turn += 1

    async with contextlib.AsyncExitStack() as leaving:
        clients = [
            await leaving.enter_async_context(Client(unlimited.url, name=f"writer{number}", secret=f"{number:024}"))
            for number in range(WRITERS)
        ]
        async with asyncio.TaskGroup() as tasks:
            for number, client in enumerate(clients):
                tasks.create_task(write(client, number))
            await asyncio.sleep(1)
            before = set(acknowledged)
            await command("backup", str(tmp_path / "made.klatch"), "--data", str(unlimited.data))
            during = len(acknowledged) - len(before)
            stop.set()
    await command("restore", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "new"))
    assert verify(tmp_path / "new").faults == []
    restored = Server(tmp_path / "new").start()
    try:
        kept = set(texts(await everything(restored)))
    finally:
        restored.stop()
    assert len(before) > WRITERS
    assert during > WRITERS, "nobody wrote while the backup was made"
    assert before - kept == set()


async def test_clients_of_a_restored_server_begin_anew_and_what_they_had_waiting_is_sent_once(
    tmp_path: Path, unlimited: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    seen: list[Entry] = []
    told: list[str] = []

    async def follow(bob: Client) -> None:
        async for entry in bob.follow("#lobby", since=0):
            seen.append(entry)  # noqa: PERF401 - others look at it while it grows

    async with (
        Client(unlimited.url, name="ann", secret="a" * 24, randomness=at_once, outbox=True, patience=None) as ann,
        Client(unlimited.url, name="bob", secret="b" * 24, randomness=at_once, on_notice=told.append) as bob,
        asyncio.TaskGroup() as tasks,
    ):
        following = tasks.create_task(follow(bob))
        for number in range(3):
            await ann.send("#lobby", f"before {number}")
        await command("backup", str(tmp_path / "made.klatch"), "--data", str(unlimited.data))
        for number in range(3):
            await ann.send("#lobby", f"after {number}")
        await until(lambda: texts(seen)[-1:] == ["after 2"])
        await asyncio.to_thread(unlimited.stop)
        await until(lambda: ann.state.name == bob.state.name == "offline")
        epoch = ann.welcome.epoch
        waiting = [tasks.create_task(ann.send("#lobby", f"waiting {number}")) for number in range(5)]
        await command("restore", str(tmp_path / "made.klatch"), "--data", str(unlimited.data), "--force")
        await asyncio.to_thread(unlimited.start)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*waiting)
        await until(lambda: texts(seen)[-1:] == ["waiting 4"])
        following.cancel()
        assert ann.welcome.epoch != epoch
    kept = texts(await everything(unlimited))
    assert kept == [*(f"before {n}" for n in range(3)), *(f"waiting {n}" for n in range(5))]
    assert texts(seen) == [
        *(f"before {n}" for n in range(3)),
        *(f"after {n}" for n in range(3)),
        *(f"waiting {n}" for n in range(5)),
    ]
    assert any("restored from a copy" in notice for notice in told)


async def test_a_cursor_from_before_the_restore_is_answered_with_epoch_changed(
    tmp_path: Path, unlimited: Server
) -> None:
    async with Client(unlimited.url, name="ann", secret="a" * 24) as ann:
        await ann.send("#lobby", "hello")
        lobby = (await ann.rooms())[0].id
        epoch = ann.welcome.epoch
    await command("backup", str(tmp_path / "made.klatch"), "--data", str(unlimited.data))
    await asyncio.to_thread(unlimited.stop)
    await command("restore", str(tmp_path / "made.klatch"), "--data", str(unlimited.data), "--force")
    await asyncio.to_thread(unlimited.start)
    async with connect(unlimited.websocket, compression=None) as socket:
        cursors = {"epoch": epoch, "rooms": {lobby: 1}}
        await socket.send(json.dumps({"op": "hello", "name": "ann", "secret": "a" * 24, "cursors": cursors}))
        codes = [json.loads(await socket.recv()).get("code") for _ in range(2)]
    assert "epoch_changed" in codes
