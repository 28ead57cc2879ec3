"""Holds what a client does on a real server: one order, one guest, answers and refusals."""

import asyncio
import contextlib

import pytest

from klatch.clients.sdk import BadAddress, Client, Refused, State, Unreachable
from klatch.clients.sdk.client import make_cid
from klatch.clients.sdk.state import Hint
from klatch.core.answers import Ack, Bye, HelpText, IsTyping, Presence
from klatch.core.commands import CreateRoom, Kick, SendMessage
from klatch.core.events import Entry, Joined, Kicked, Message
from tests.pace import PATIENCE
from tests.running import Server


def said(entry: Entry) -> str:
    assert isinstance(entry.body, Message)
    return entry.body.text


async def take(client: Client, room: str, count: int, since: int | None = None) -> list[Entry]:
    """The next entries of a room."""
    found: list[Entry] = []
    async with contextlib.aclosing(client.follow(room, since)) as entries:
        async for entry in entries:
            found.append(entry)
            if len(found) == count:
                break
    return found


async def test_what_one_sends_the_other_reads(server: Server) -> None:
    async with Client(server.url, name="ann") as ann, Client(server.url, name="bob") as bob:
        ack = await ann.send("#lobby", "Hello")
        (entry,) = await take(bob, "#lobby", 1, since=ack.seq - 1)
    assert (said(entry), entry.author.name, entry.cid) == ("Hello", "ann", ack.cid)


async def test_two_clients_see_one_order(unlimited: Server) -> None:
    async with Client(unlimited.url, name="ann") as ann, Client(unlimited.url, name="bob") as bob:
        first, second, *_ = await asyncio.gather(
            take(ann, "#lobby", 201, since=0),
            take(bob, "#lobby", 201, since=0),
            *[ann.send("#lobby", f"ann {number}") for number in range(100)],
            *[bob.send("#lobby", f"bob {number}") for number in range(100)],
        )
    assert first == second
    assert [entry.seq for entry in first] == list(range(1, 202))


async def test_concurrent_sends_of_one_client_keep_their_order(unlimited: Server) -> None:
    async with Client(unlimited.url, name="ann") as ann:
        acks = await asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(300)])
    assert [ack.seq for ack in acks] == sorted(ack.seq for ack in acks)


async def test_rate_limits_are_waited_for_and_the_order_kept(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        acks = await asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(20)])
        entries = await take(ann, "#lobby", 20, since=acks[0].seq - 1)
    assert [said(entry) for entry in entries] == [str(number) for number in range(20)]


async def test_following_without_a_number_begins_now(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        await ann.send("#lobby", "before")
        async with asyncio.TaskGroup() as tasks:
            seen = tasks.create_task(take(ann, "#lobby", 1))
            await asyncio.sleep(0.3)
            await ann.send("#lobby", "after")
    assert said(seen.result()[0]) == "after"


async def test_a_log_longer_than_a_page_is_followed_from_its_beginning(unlimited: Server) -> None:
    async with Client(unlimited.url, name="ann") as ann:
        await asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(450)])
        entries = await take(ann, "#lobby", 451, since=0)
    assert [entry.seq for entry in entries] == list(range(1, 452))


async def test_a_reader_who_lags_gets_everything_in_the_end(unlimited: Server) -> None:
    async with Client(unlimited.url, name="ann") as ann, Client(unlimited.url, name="bob") as bob:
        entries = bob.follow("#lobby", since=0)
        first = await anext(entries)
        for _ in range(3):
            await asyncio.gather(*[ann.send("#lobby", str(number)) for number in range(500)])
        rest = [await anext(entries) for _ in range(1500)]
        await entries.aclose()
    assert [entry.seq for entry in [first, *rest]] == list(range(1, 1502))


async def test_a_page_and_the_entries_after_it_fold_to_the_view_of_the_room(server: Server) -> None:
    async with Client(server.url, name="ann") as ann, Client(server.url, name="bob") as bob:
        await ann.send("#lobby", "first")
        async with contextlib.aclosing(bob.watch("#lobby")) as views:
            view = await anext(views)
            seq = (await ann.send("#lobby", "second")).seq
            assert (await anext(views)) is view
            await ann.type("#lobby", f"/edit {seq} third")
            await anext(views)
        page = await bob.history("#lobby")
    assert list(view.items.values()) == page.items
    assert view.as_of == page.as_of


async def test_a_view_knows_topic_and_members(server: Server) -> None:
    async with Client(server.url, name="ann") as ann, Client(server.url, name="bob") as bob:
        await ann.act(CreateRoom(cid="", name="ops", topic="Work"))
        async with contextlib.aclosing(ann.watch("#ops")) as views:
            view = await anext(views)
            assert (view.topic, set(view.members)) == ("Work", {ann.account.id})
            await bob.join("#ops")
            await anext(views)
        assert set(view.members) == {ann.account.id, bob.account.id}


async def test_a_refusal_is_raised_and_the_client_goes_on(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        with pytest.raises(Refused) as refused:
            await ann.send("#nowhere", "Hello")
        assert refused.value.code == "no_such_room"
        assert (await ann.send("#lobby", "Hello")).seq > 0


async def test_a_fault_of_the_caller_stays_what_it_is(server: Server) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Client(server.url, name="ann"):
            _ = 1 // 0


async def test_the_same_command_twice_is_one_entry_with_one_ack(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        command = SendMessage(cid=make_cid(), room="#lobby", text="once")
        first, second = await asyncio.gather(ann.act(command), ann.act(command))
        third = await ann.act(command)
    assert first == second == third


async def test_a_name_that_is_taken_is_refused_at_the_start(server: Server) -> None:
    async with Client(server.url, name="ann"):
        with pytest.raises(Refused) as refused:
            async with Client(server.url, name="ann", secret="another-secret-of-somebody"):
                pass
    assert refused.value.code == "name_taken"


async def test_where_no_server_is_the_client_says_so_at_once() -> None:
    with pytest.raises(Unreachable, match="Connection refused"):
        async with Client("http://127.0.0.1:9", name="ann"):
            pass


async def test_where_something_else_answers_the_client_says_so(server: Server) -> None:
    with pytest.raises(Unreachable, match="no Klatch server"):
        async with Client(f"http://127.0.0.1:{server.line_port}", name="ann"):
            pass


async def test_where_a_proxy_answers_for_a_server_that_is_away_the_client_says_so() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match=r"behind the proxy .* is away \(status 502\)"):
            async with Client(f"http://127.0.0.1:{port}", name="ann"):
                pass


def test_what_is_no_address_is_told() -> None:
    with pytest.raises(BadAddress):
        Client("http://", name="ann")


async def test_one_name_on_one_machine_is_one_guest(server: Server) -> None:
    async with Client(server.url, name="ann") as first, Client(server.url, name="ann") as second:
        assert first.account.id == second.account.id
        assert [person.name for person in await first.online()] == ["ann"]


async def test_clients_started_at_once_under_one_name_are_one_guest(server: Server) -> None:
    async with contextlib.AsyncExitStack() as stack:
        clients = await asyncio.gather(*[stack.enter_async_context(Client(server.url, name="ann")) for _ in range(8)])
        assert len({client.account.id for client in clients}) == 1


async def test_rooms_and_members_are_told(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        await ann.act(CreateRoom(cid="", name="ops"))
        assert [room.name for room in await ann.rooms()] == ["#lobby", "#ops"]
        assert [(person.name, person.role) for person in await ann.members("#ops")] == [("ann", "owner")]


async def test_typed_text_is_a_message_and_a_typed_command_is_done(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        assert isinstance(await ann.type("#lobby", "Hello"), Ack)
        assert isinstance(await ann.type("#lobby", "/help"), HelpText)
        with pytest.raises(Refused, match="/join"):
            await ann.type("#lobby", "/jion #ops")


async def test_sent_text_is_never_read_as_a_command(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        ack = await ann.send("#lobby", "/quit")
        (entry,) = await take(ann, "#lobby", 1, since=ack.seq - 1)
    assert said(entry) == "/quit"


async def test_a_typed_quit_ends_the_client_for_good(server: Server) -> None:
    states: list[State] = []
    async with Client(server.url, name="ann", on_state=states.append) as ann:
        assert isinstance(await ann.type("#lobby", "/quit"), Bye)
        await asyncio.sleep(0.2)
        with pytest.raises(Exception, match="Goodbye"):
            await ann.send("#lobby", "too late")
    assert [state.name for state in states] == ["connecting", "online", "closed"]


async def test_presence_and_typing_come_as_hints(server: Server) -> None:
    hints: asyncio.Queue[Hint] = asyncio.Queue()
    async with Client(server.url, name="ann", on_hint=hints.put_nowait) as ann:
        lobby = ann.welcome.rooms[0].id
        async with Client(server.url, name="bob") as bob:
            async with asyncio.timeout(PATIENCE):
                came: set[str] = set()
                while "bob" not in came:
                    hint = await hints.get()
                    came |= {person.name for person in hint.people} if isinstance(hint, Presence) else set()
            await bob.typing(lobby)
            async with asyncio.timeout(PATIENCE):
                while not isinstance(hint := await hints.get(), IsTyping):
                    pass
    assert (hint.person.name, hint.room) == ("bob", lobby)


async def test_whoever_is_removed_reads_that_and_nothing_after_it(server: Server) -> None:
    async with Client(server.url, name="ann") as ann, Client(server.url, name="bob") as bob:
        await ann.act(CreateRoom(cid="", name="ops"))
        await bob.join("#ops")
        entries = bob.follow("#ops", since=2)
        assert isinstance((await anext(entries)).body, Joined)
        await ann.act(Kick(cid="", room="#ops", user="bob"))
        assert isinstance((await anext(entries)).body, Kicked)
        await ann.send("#ops", "secret")
        with pytest.raises(Refused) as refused:
            await anext(entries)
    assert refused.value.code == "not_a_member"


async def test_more_than_a_frame_holds_is_refused_before_it_is_sent(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        with pytest.raises(Refused) as refused:
            await ann.send("#lobby", "x" * 300_000)
        assert refused.value.code == "too_big"
        assert (await ann.send("#lobby", "\U0001f600" * 16_000)).seq > 0


async def test_a_caller_who_gives_up_waiting_takes_the_command_back(server: Server) -> None:
    async with Client(server.url, name="ann") as ann:
        async with asyncio.TaskGroup() as tasks:
            sends = [tasks.create_task(ann.send("#lobby", str(number))) for number in range(15)]
            await asyncio.sleep(0.3)
            sends[-1].cancel()
            await asyncio.sleep(0)
        page = await ann.history("#lobby")
    assert "14" not in [item.body.text for item in page.items if isinstance(item.body, Message)]
