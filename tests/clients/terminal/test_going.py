"""One gets everywhere: to rooms, people, days and messages, however long ago."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from klatch.clients.sdk import Client
from klatch.clients.sdk.client import make_cid
from klatch.clients.terminal.choosing import rank
from klatch.clients.terminal.days import find_days
from klatch.core.commands import CreateRoom, SendMessage
from tests.clients.terminal.screens import chatting, conversation, sees, type_in
from tests.running import Server


@pytest.fixture
async def bob(house: Server, you: str) -> AsyncIterator[Client]:
    """Somebody else."""
    async with Client(house.url, name=you) as client:
        yield client


@pytest.fixture
async def room(bob: Client) -> str:
    """A room of theirs."""
    name = f"room-of-{bob.account.name}"
    await bob.act(CreateRoom(cid=make_cid(), name=name))
    return f"#{name}"


async def fill(bob: Client, room: str, count: int) -> None:
    for number in range(count):
        bob.submit(SendMessage(cid=make_cid(), room=room, text=f"number {number}"))


async def test_a_room_is_found_and_joined(house: Server, bob: Client, me: str, room: str) -> None:
    await bob.send(room, "welcome")
    async with chatting(house, me) as ann:
        await ann.press("ctrl+k")
        await sees(ann, room, "not joined")
        await type_in(ann, bob.account.name)
        await sees(ann, f"Make room #{bob.account.name}")
        await ann.press("down", "enter")
        await sees(ann, f"▌ {room[:15]}", "welcome")


async def test_what_is_for_one_stands_first_in_the_switcher(house: Server, bob: Client, me: str, room: str) -> None:
    async with Client(house.url, name=me) as other:
        await other.join(room)
    async with chatting(house, me) as ann:
        await bob.send(room, f"psst @{me}")
        await sees(ann, "@1")
        await ann.press("ctrl+k", "enter")
        await sees(ann, f"psst @{me}")


async def test_a_room_that_is_not_there_is_made(house: Server, me: str) -> None:
    async with chatting(house, me) as ann:
        await ann.press("ctrl+k")
        await type_in(ann, f"made-by-{me}")
        await sees(ann, f"Make room #made-by-{me}")
        await ann.press("enter")
        await sees(ann, f"▌ #made-by-{me}")


async def test_rooms_that_are_listed_can_be_gone_to(house: Server, me: str, room: str) -> None:
    async with chatting(house, me) as ann:
        await type_in(ann, "/rooms")
        await ann.press("enter")
        await sees(ann, "Rooms: Enter goes there", room)
        await type_in(ann, room)
        await ann.press("enter")
        await sees(ann, f"▌ {room[:15]}")


async def test_a_person_has_a_card_from_which_one_writes_to_them(house: Server, bob: Client, me: str) -> None:
    await bob.send("#lobby", "here I am")
    async with chatting(house, me) as ann:
        await sees(ann, "here I am")
        await ann.press("shift+tab", "p")
        await sees(ann, f"@{bob.account.name}", "Online since", "Write to", "Block")
        await ann.press("enter")
        assert conversation(ann).desk.composer.text == f"/msg {bob.account.name} "


async def test_words_of_whom_one_blocks_are_not_shown(house: Server, bob: Client, me: str, room: str) -> None:
    await bob.send(room, "buy my soap")
    async with chatting(house, me) as ann:
        await type_in(ann, f"/join {room}")
        await ann.press("enter")
        await sees(ann, "buy my soap")
        await ann.press("shift+tab", "p")
        await sees(ann, "Block")
        await ann.press("down", "down", "enter")
        await sees(ann, f"Keep {bob.account.name} from writing to you?")
        await ann.press("enter")
        screen = await sees(ann, f"· Words of {bob.account.name}, whom you block.")
        assert "soap" not in screen


async def test_whoever_keeps_order_is_offered_how(house: Server, bob: Client, me: str) -> None:
    async with chatting(house, me) as ann:
        await type_in(ann, f"/create of-{me}")
        await ann.press("enter")
        await sees(ann, f"▌ #of-{me}")
        await bob.join(f"#of-{me}")
        await bob.send(f"#of-{me}", "spam")
        await sees(ann, "spam")
        await ann.press("shift+tab", "p")
        await sees(ann, f"Remove from #of-{me}")
        await ann.press("down", "down", "down", "enter")
        assert conversation(ann).desk.composer.text == f"/kick {bob.account.name} "
        await type_in(ann, "enough")
        await ann.press("enter")
        await sees(ann, "enough", "1 here")


async def test_one_goes_to_what_a_message_answers_and_back(house: Server, bob: Client, me: str, room: str) -> None:
    asked = await bob.send(room, "tea or coffee?")
    await fill(bob, room, 330)
    await bob.send(room, "tea please", reply_to=asked.seq)
    async with chatting(house, me) as ann:
        await type_in(ann, f"/join {room}")
        await ann.press("enter")
        await sees(ann, "tea please", f"message {asked.seq}")
        await ann.press("shift+tab", "q")
        await sees(ann, "▌ tea or coffee?", "number 0\n", "End goes to the last message")
        await bob.send(room, "meanwhile")
        await ann.press("escape", "escape")
        await sees(ann, "meanwhile")


async def test_from_there_one_scrolls_back_to_the_end(house: Server, bob: Client, me: str, room: str) -> None:
    asked = await bob.send(room, "tea or coffee?")
    await fill(bob, room, 230)
    await bob.send(room, "tea please", reply_to=asked.seq)
    async with chatting(house, me) as ann:
        await type_in(ann, f"/join {room}")
        await ann.press("enter")
        await sees(ann, "tea please")
        await ann.press("shift+tab", "q")
        await sees(ann, "▌ tea or coffee?")
        await bob.send(room, "the end")
        for _ in range(60):
            await ann.press("pagedown")
            if conversation(ann).timeline.at_end:
                break
            await ann.pause()
        await sees(ann, "number 229", "tea please", "the end")
        numbers = conversation(ann).room.order
        assert numbers == list(range(numbers[0], numbers[-1] + 1))


async def test_one_goes_to_a_day(house: Server, bob: Client, me: str, room: str) -> None:
    await fill(bob, room, 60)
    await bob.send(room, "the end")
    async with chatting(house, me) as ann:
        await type_in(ann, f"/join {room}")
        await ann.press("enter")
        await sees(ann, "the end")
        await ann.press("ctrl+g")
        await sees(ann, "Yesterday")
        await type_in(ann, "yest")
        await ann.press("enter")
        await sees(ann, f"made {room}", "number 0\n")


async def test_a_day_to_come_has_nothing(house: Server, me: str) -> None:
    async with chatting(house, me) as ann:
        await ann.press("ctrl+g")
        await type_in(ann, "2999-01-01")
        await ann.press("enter")
        await sees(ann, "Nothing was said since then.")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("today", "2026-11-21"),
        ("yest", "2026-11-20"),
        ("friday", "2026-11-20"),
        ("2025-03-01", "2025-03-01"),
        ("20 nov", "2026-11-20"),
        ("dec 24", "2025-12-24"),
        ("24.12.", "2025-12-24"),
        ("3 days ago", "2026-11-18"),
        ("2w", "2026-11-07"),
    ],
)
def test_days_are_read_as_people_write_them(written: str, day: str) -> None:
    assert find_days(written, date(2026, 11, 21))[0].key == day


@pytest.mark.parametrize("written", ["29 feb", "nonsense", "99999", "31.02.", "9999 weeks ago"])
def test_what_is_no_day_is_none_and_no_fault(written: str) -> None:
    assert all(date.fromisoformat(choice.key) for choice in find_days(written, date(2026, 11, 21)))


def test_names_that_begin_so_come_before_those_that_hold_it() -> None:
    assert [rank(name, "op") for name in ("#ops", "#dev-ops", "#shop", "#overlap", "#lobby")] == [0, 1, 2, 3, None]
