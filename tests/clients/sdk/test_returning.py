"""Holds what a client promises when connections, servers and clients die: everything once, in order."""

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from klatch.clients.sdk import Client, Refused, State, Unanswered, Unreadable
from klatch.clients.sdk.client import make_cid
from klatch.core.commands import CreateRoom, Register, Rename, SendMessage
from klatch.core.events import Entry, Message
from tests.clients.proxy import Proxy
from tests.pace import PATIENCE
from tests.running import Server, eventually, running


def at_once() -> float:
    """Randomness with which a client comes back soon."""
    return 0.1


def texts(entries: list[Entry]) -> list[str]:
    return [entry.body.text for entry in entries if isinstance(entry.body, Message)]


async def everything(server: Server, room: str = "#lobby") -> list[Entry]:
    """The whole log, as somebody new reads it."""
    async with Client(server.url, name="reader", secret=make_cid()) as reader:
        head = (await reader.fetch(room, 0, 1)).head
        entries: list[Entry] = []
        while not entries or entries[-1].seq < head:
            entries += (await reader.fetch(room, len(entries))).entries
    return entries


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(eventually, condition)


async def test_a_server_killed_amid_two_hundred_messages_stores_each_once_in_order(unlimited: Server) -> None:
    async with Client(unlimited.url, name="ann", randomness=at_once) as ann:

        async def kill_and_start() -> None:
            for _ in range(2):
                await asyncio.sleep(0.05)
                await asyncio.to_thread(unlimited.kill)
                await asyncio.to_thread(unlimited.start)

        acks, _ = await asyncio.gather(
            asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(200)]), kill_and_start()
        )
    entries = await everything(unlimited)
    assert texts(entries) == [str(number) for number in range(200)]
    assert [ack.seq for ack in acks] == [entry.seq for entry in entries if isinstance(entry.body, Message)]


async def test_a_command_whose_ack_was_lost_is_stored_once_and_acked(unlimited: Server) -> None:
    async with Proxy(unlimited.port) as proxy, Client(proxy.url, name="ann", randomness=at_once) as ann:
        proxy.deaf = True
        sending = asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(20)])
        await asyncio.sleep(0.3)
        proxy.deaf = False
        proxy.cut()
        acks = await sending
    entries = await everything(unlimited)
    assert texts(entries) == [str(number) for number in range(20)]
    assert [ack.id for ack in acks] == [entry.id for entry in entries if isinstance(entry.body, Message)]


async def test_a_follower_sees_each_entry_once_over_cuts_and_restarts(unlimited: Server) -> None:
    seen: list[Entry] = []
    async with (
        Proxy(unlimited.port) as proxy,
        Client(unlimited.url, name="ann", randomness=at_once) as ann,
        Client(proxy.url, name="bob", randomness=at_once) as bob,
    ):

        async def follow() -> None:
            async with contextlib.aclosing(bob.follow("#lobby", since=0)) as entries:
                async for entry in entries:
                    seen.append(entry)
                    if texts([entry]) == ["499"]:
                        return

        async def disturb() -> None:
            for _ in range(3):
                await asyncio.sleep(0.15)
                proxy.cut()
            await asyncio.to_thread(unlimited.kill)
            await asyncio.to_thread(unlimited.start)

        async with asyncio.timeout(40):
            await asyncio.gather(follow(), disturb(), *[ann.send("#lobby", str(number)) for number in range(500)])
    assert [entry.seq for entry in seen] == list(range(1, len(seen) + 1))
    assert texts(seen) == [str(number) for number in range(500)]


async def test_what_was_said_while_one_was_away_comes_first(unlimited: Server) -> None:
    async with (
        Proxy(unlimited.port) as proxy,
        Client(unlimited.url, name="ann") as ann,
        Client(proxy.url, name="bob", randomness=lambda: 0.9) as bob,
    ):
        entries = bob.follow("#lobby", since=0)
        await anext(entries)
        proxy.cut()
        await until(lambda: bob.state.name == "offline")
        await asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(450)])
        async with asyncio.timeout(PATIENCE):
            found = [await anext(entries) for _ in range(450)]
        await entries.aclose()
    assert [entry.seq for entry in found] == list(range(2, 452))


async def test_a_query_under_way_is_asked_again(server: Server) -> None:
    async with Proxy(server.port) as proxy, Client(proxy.url, name="ann", randomness=at_once) as ann:
        proxy.deaf = True
        asking = asyncio.gather(ann.rooms())
        await asyncio.sleep(0.1)
        proxy.deaf = False
        proxy.cut()
        assert [room.name for room in (await asking)[0]] == ["#lobby"]


async def test_the_state_of_the_connection_is_told_with_the_time_of_the_next_try(server: Server) -> None:
    states: list[State] = []
    async with Client(server.url, name="ann", on_state=states.append, randomness=lambda: 1.0) as ann:
        await asyncio.to_thread(server.kill)
        await until(lambda: [state.name for state in states].count("offline") >= 2)
        await asyncio.to_thread(server.start)
        await until(lambda: ann.state.name == "online")
    assert [state.name for state in states[:5]] == ["connecting", "online", "offline", "connecting", "offline"]
    assert str(states[2]) == "offline: the connection was lost, retry in 0.5 s"
    assert "Connection refused" in states[4].reason


async def test_a_server_that_stops_says_when_to_come_back(server: Server) -> None:
    states: list[State] = []
    async with Client(server.url, name="ann", on_state=states.append, randomness=lambda: 0.0):
        await asyncio.to_thread(server.stop)
        await until(lambda: any(state.name == "offline" for state in states))
    away = next(state for state in states if state.name == "offline")
    assert "stopping" in away.reason
    assert away.retry_in is not None
    assert away.retry_in >= 0.5


async def test_patience_has_an_end_and_says_that_the_outcome_is_unknown(server: Server) -> None:
    async with Client(server.url, name="ann", patience=1.0) as ann:
        await asyncio.to_thread(server.kill)
        began = time.monotonic()
        with pytest.raises(Unanswered, match="no answer for 1 s"):
            await ann.send("#lobby", "Hello")
        assert time.monotonic() - began < PATIENCE


async def test_a_server_that_says_nothing_any_more_is_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klatch.clients.sdk.conversation._ANSWER_WITHIN", 0.5)
    async with Proxy(server.port) as proxy, Client(proxy.url, name="ann", randomness=at_once) as ann:
        proxy.deaf = True
        sending = asyncio.gather(ann.send("#lobby", "Hello"))
        await until(lambda: ann.state.name != "online")
        proxy.deaf = False
        assert (await sending)[0].seq > 0
    assert texts(await everything(server)) == ["Hello"]


async def test_whoever_was_removed_meanwhile_is_told_on_return(server: Server) -> None:
    async with (
        Proxy(server.port) as proxy,
        Client(server.url, name="ann") as ann,
        Client(proxy.url, name="bob", randomness=lambda: 0.9) as bob,
    ):
        await ann.act(CreateRoom(cid="", name="ops"))
        await bob.join("#ops")
        entries = bob.follow("#ops", since=0)
        for _ in range(3):
            await anext(entries)
        proxy.cut()
        await until(lambda: bob.state.name == "offline")
        await ann.type("#ops", "/kick bob")
        with pytest.raises(Refused) as refused:
            await anext(entries)
    assert refused.value.code == "not_a_member"


async def test_nothing_is_sent_under_an_account_that_is_another_one_now(server: Server, tmp_path: Path) -> None:
    """The same address, another store, and somebody else was there first."""
    async with Proxy(server.port) as proxy, Client(proxy.url, name="ann", randomness=at_once) as ann:
        await asyncio.to_thread(server.kill)
        proxy.shut = True
        server.data = tmp_path / "other"
        await asyncio.to_thread(server.start)
        async with Client(server.url, name="zoe", secret=make_cid()):
            proxy.shut = False
            with pytest.raises(Unanswered, match="does not know this account"):
                await ann.send("#lobby", "Hello")
    assert ann.state.name == "closed"
    assert texts(await everything(server)) == []


@pytest.mark.parametrize(("lost", "new"), [(3, 0), (3, 1), (3, 3), (3, 7), (1, 300), (0, 2)])
async def test_after_a_restore_one_follows_on_from_where_the_histories_part(
    unlimited: Server, tmp_path: Path, lost: int, new: int
) -> None:
    """What was said after the copy was made is gone; what was said in the restored room instead is not missed."""
    notices: list[str] = []
    async with (
        Proxy(unlimited.port) as proxy,
        Client(unlimited.url, name="bob", randomness=at_once) as bob,
        Client(proxy.url, name="ann", randomness=at_once, on_notice=notices.append) as ann,
        contextlib.aclosing(ann.follow("#lobby", since=0)) as entries,
    ):
        await asyncio.gather(*[bob.send("#lobby", f"kept {number}") for number in range(5)])
        await asyncio.to_thread(copy_store, unlimited, tmp_path / "copy")
        await asyncio.gather(*[bob.send("#lobby", f"lost {number}") for number in range(lost)])
        seen = [await anext(entries) for _ in range(6 + lost)]
        proxy.shut = True
        proxy.cut()
        await asyncio.to_thread(unlimited.kill)
        unlimited.data = tmp_path / "copy"
        await asyncio.to_thread(unlimited.start)
        await asyncio.gather(*[bob.send("#lobby", f"new {number}") for number in range(new)])
        proxy.shut = False
        await until(lambda: bool(notices))
        await bob.send("#lobby", "last")
        seen += [await anext(entries) for _ in range(new + 1)]
    wanted = [("kept", 5), ("lost", lost), ("new", new)]
    assert texts(seen) == [*[f"{what} {number}" for what, count in wanted for number in range(count)], "last"]
    assert "restored" in notices[0]


def copy_store(server: Server, to: Path) -> None:
    """A copy as a backup makes it, and restored: of another epoch."""
    server.stop()
    shutil.copytree(server.data, to)
    store = to / "klatch.sqlite"
    with contextlib.closing(sqlite3.connect(store)) as database:
        database.execute("UPDATE store SET epoch = 'another'")
        database.commit()
    server.start()


async def test_entries_of_a_newer_server_end_the_reading_with_a_sentence() -> None:
    """A server of a version to come, with a kind of entry that this one does not know."""

    async def talk(peer: ServerConnection) -> None:
        async for frame in peer:
            asked = json.loads(frame)
            if asked["op"] == "hello":
                person = {"id": "3", "name": "ann", "display_name": "ann", "state": "online"}
                told = {"op": "welcome", "version": "9", "epoch": "e", "account": person, "head": 0, "rooms": []}
                await peer.send(json.dumps(told | {"heads_every": 20_000, "now": 0}))
            else:
                entry = {"room": "7", "seq": 1, "id": "1", "ts": 1, "author": {"id": "3", "name": "ann"}}
                entries = [entry | {"body": {"kind": "hologram"}}]
                told = {"op": "range", "room": "7", "entries": entries, "head": 1, "more": False}
                await peer.send(json.dumps(told | {"ref": asked["ref"]}))

    async with serve(talk, "127.0.0.1", 0) as newer:
        port = next(iter(newer.sockets)).getsockname()[1]
        async with Client(f"http://127.0.0.1:{port}", name="ann") as ann:
            with pytest.raises(Unreadable, match="newer"):
                await anext(ann.follow("#lobby", since=0))


# The outbox.

_TYPE_AND_DIE = """
import asyncio, os, sys
from klatch.clients.sdk import Client
from klatch.clients.sdk.client import make_cid
from klatch.core.commands import SendMessage

async def main():
    async with Client(sys.argv[1], name="ann", outbox=True, patience=None) as ann:
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(20):
            ann.submit(SendMessage(cid=make_cid(), room="#lobby", text=f"line {number}"))
        print("typed", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def start_typing(server: Server) -> "subprocess.Popen[str]":
    typist = subprocess.Popen(
        [sys.executable, "-c", _TYPE_AND_DIE, server.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert typist.stdout is not None
    assert typist.stdout.readline() == "ready\n"
    return typist


def type_and_die(typist: "subprocess.Popen[str]", after: float = 0.0) -> None:
    """Has it type, and kills it."""
    assert typist.stdin is not None
    assert typist.stdout is not None
    typist.stdin.write("go\n")
    typist.stdin.flush()
    assert typist.stdout.readline() == "typed\n"
    time.sleep(after)
    typist.kill()
    typist.wait()
    typist.stdin.close()
    typist.stdout.close()


async def test_what_a_killed_client_had_typed_while_away_is_sent_once_by_the_next(server: Server) -> None:
    typist = await asyncio.to_thread(start_typing, server)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(type_and_die, typist)
    await asyncio.to_thread(server.start)
    async with Client(server.url, name="ann", outbox=True) as ann:
        await ann.send("#lobby", "last")
    assert texts(await everything(server)) == [*[f"line {number}" for number in range(20)], "last"]


@pytest.mark.parametrize("after", [0.0, 0.002, 0.01, 0.03, 0.1])
async def test_a_client_killed_amid_sending_leaves_each_message_once(unlimited: Server, after: float) -> None:
    typist = await asyncio.to_thread(start_typing, unlimited)
    await asyncio.to_thread(type_and_die, typist, after)
    async with Client(unlimited.url, name="ann", outbox=True) as ann:
        await ann.send("#lobby", "last")
    assert texts(await everything(unlimited)) == [*[f"line {number}" for number in range(20)], "last"]


async def test_an_outbox_of_another_account_is_not_sent(server: Server) -> None:
    typist = await asyncio.to_thread(start_typing, server)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(type_and_die, typist)
    await asyncio.to_thread(server.start)
    async with Client(server.url, name="bob", outbox=True) as bob:
        await bob.send("#lobby", "mine")
    assert texts(await everything(server)) == ["mine"]


async def test_what_waits_is_sent_also_once_one_has_registered_and_has_another_name(tmp_path: Path) -> None:
    config = tmp_path / "open.toml"
    config.write_text('registration = "open"\n')
    with running(tmp_path / "data", "--config", str(config)) as server:

        async def leave_unsent(text: str, **shown: str) -> None:
            async with Client(server.url, outbox=True, patience=None, **shown) as away:
                await asyncio.to_thread(server.kill)
                await until(lambda: away.state.name == "offline")
                away.submit(SendMessage(cid=make_cid(), room="#lobby", text=text))
            await asyncio.to_thread(server.start)

        await leave_unsent("as a guest", name="ann")
        async with Client(server.url, name="ann") as elsewhere:
            await elsewhere.act(Register(cid="", password="the pot is on"))
        await leave_unsent("as ann", name="ann", password="the pot is on")
        async with Client(server.url, name="ann", password="the pot is on") as elsewhere:
            await elsewhere.act(Rename(cid="", name="anna"))
        async with Client(server.url, name="anna", password="the pot is on", outbox=True) as anna:
            await anna.send("#lobby", "last")
        assert texts(await everything(server)) == ["as a guest", "as ann", "last"]


async def test_a_refusal_of_what_was_typed_before_is_told(server: Server) -> None:
    notices: list[str] = []
    async with Client(server.url, name="ann", outbox=True, patience=None) as ann:
        await ann.act(CreateRoom(cid="", name="ops"))
        await asyncio.to_thread(server.kill)
        await until(lambda: ann.state.name == "offline")
        ann.submit(SendMessage(cid=make_cid(), room="#nowhere", text="lost"))
    await asyncio.to_thread(server.start)
    async with Client(server.url, name="ann", outbox=True, on_notice=notices.append) as ann:
        await ann.send("#lobby", "Hello")
    assert len(notices) == 1
    assert "#nowhere" in notices[0]
