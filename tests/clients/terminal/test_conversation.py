"""What each key does, on the client's own screen with a real server behind it."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from klatch.clients.sdk import Client
from klatch.clients.sdk.client import make_cid
from klatch.core.commands import EditMessage, React, SendMessage
from klatch.core.events import Message
from tests.clients.terminal.screens import chatting, conversation, sees, sees_no, shown, type_in
from tests.running import Server


@pytest.fixture
async def bob(unlimited: Server) -> AsyncIterator[Client]:
    """Somebody else, in the lobby."""
    async with Client(unlimited.url, name="bob") as client:
        yield client


async def last_said(client: Client) -> str:
    body = (await client.history("#lobby")).items[-1].body
    assert isinstance(body, Message)
    return body.text


async def test_one_sees_what_was_said_and_what_is_said(unlimited: Server, bob: Client) -> None:
    await bob.send("#lobby", "before")
    async with chatting(unlimited) as ann:
        await sees(ann, "bob", "before")
        await bob.send("#lobby", "meanwhile")
        await sees(ann, "meanwhile")


async def test_what_one_types_is_said(unlimited: Server, bob: Client) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "hello there")
        await ann.press("enter")
        await sees(ann, "ann ", "hello there")
        assert await last_said(bob) == "hello there"


async def test_several_lines_are_one_message(unlimited: Server, bob: Client) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "one\ntwo")
        await ann.press("enter")
        await sees(ann, "one\n", "two\n")
        assert await last_said(bob) == "one\ntwo"


async def test_tab_completes_a_name(unlimited: Server, bob: Client) -> None:
    async with chatting(unlimited) as ann:
        await sees(ann, "2 here")
        await type_in(ann, "hi bo")
        await ann.press("tab")
        await sees(ann, "hi @bob")


async def test_the_arrow_brings_back_what_was_sent(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "first")
        await ann.press("enter")
        await type_in(ann, "draft")
        await ann.press("up")
        assert conversation(ann).desk.composer.text == "first"
        await ann.press("down")
        assert conversation(ann).desk.composer.text == "draft"


async def test_a_bare_quit_asks_first(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "quit")
        await ann.press("enter")
        await sees(ann, "Do you want to leave?")
        await ann.press("right", "enter")
        await sees(ann, "quit\n")
        await sees_no(ann, "Do you want to leave?")


async def test_control_c_takes_the_text_away_then_asks_then_leaves(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "half a thought")
        await ann.press("ctrl+c")
        assert conversation(ann).desk.composer.text == ""
        await ann.press("ctrl+c")
        await sees(ann, "Do you want to leave?")
        await ann.press("ctrl+c")
        await ann.pause()
        assert ann.app.return_value == 0


async def test_one_edits_what_one_chose(unlimited: Server, bob: Client) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "helo")
        await ann.press("enter")
        await sees(ann, "helo")
        await ann.press("shift+tab", "e")
        await sees(ann, "Editing your message")
        await ann.press("backspace", "l", "o", "enter")
        await sees(ann, "hello (edited)")


async def test_one_answers_whom_one_chose(unlimited: Server, bob: Client) -> None:
    await bob.send("#lobby", "tea or coffee?")
    async with chatting(unlimited) as ann:
        await sees(ann, "tea or coffee?")
        await ann.press("shift+tab", "r")
        await sees(ann, "Answering bob")
        await type_in(ann, "coffee")
        await ann.press("enter")
        await sees(ann, "╭ bob: tea or coffee?", "coffee\n")


async def test_one_reacts_and_takes_it_back(unlimited: Server, bob: Client) -> None:
    sent = await bob.send("#lobby", "done")
    await bob.act(React(cid="", room="#lobby", seq=sent.seq, emoji="👍"))
    async with chatting(unlimited) as ann:
        await sees(ann, "👍\u00a01")
        await ann.press("shift+tab", "a", "enter")
        await sees(ann, "[👍\u00a02]")
        await ann.press("shift+tab", "a", "enter")
        await sees(ann, "\u00a0👍\u00a01")


async def test_deleting_asks_first(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "oops")
        await ann.press("enter")
        await sees(ann, "oops")
        await ann.press("shift+tab", "d")
        await sees(ann, "Delete this message")
        await ann.press("enter")
        await sees(ann, "This message was deleted.")


async def test_an_edit_by_another_is_seen(unlimited: Server, bob: Client) -> None:
    sent = await bob.send("#lobby", "teh")
    async with chatting(unlimited) as ann:
        await sees(ann, "teh")
        await bob.act(EditMessage(cid="", room="#lobby", seq=sent.seq, text="the"))
        await sees(ann, "the (edited)")


async def test_a_room_is_made_and_gone_to_and_come_back_from(unlimited: Server, bob: Client) -> None:
    async with chatting(unlimited) as ann:
        await bob.send("#lobby", "read")
        await sees(ann, "read")
        await asyncio.sleep(0.1)
        await type_in(ann, "/create ops")
        await ann.press("enter")
        await sees(ann, "▌ #ops", "ann made #ops.")
        await bob.send("#lobby", "psst @ann")
        await sees(ann, "@1")
        await ann.press("alt+a")
        await sees(ann, "── New", "psst @ann")
        await sees_no(ann, "@1")


async def test_a_draft_waits_in_its_room(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "/create ops")
        await ann.press("enter")
        await sees(ann, "▌ #ops")
        await type_in(ann, "unfinished")
        await ann.press("ctrl+n")
        assert conversation(ann).desk.composer.text == ""
        await ann.press("ctrl+n")
        assert conversation(ann).desk.composer.text == "unfinished"


async def test_a_refused_command_is_told_and_given_back(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "/jion ops")
        await ann.press("enter")
        await sees(ann, "Did you mean /join?")
        assert conversation(ann).desk.composer.text == "/jion ops"


async def test_help_lists_what_can_be_typed(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        await type_in(ann, "/help")
        await ann.press("enter")
        await sees(ann, "What can be typed", "/msg USER TEXT")
        await ann.press("escape")
        await sees_no(ann, "What can be typed")


async def test_who_types_is_told(unlimited: Server, bob: Client) -> None:
    async with chatting(unlimited) as ann:
        await sees(ann, "2 here")
        await bob.typing(bob.welcome.rooms[0].id)
        await sees(ann, "bob is typing")


async def test_what_is_typed_while_the_server_is_away_is_sent_when_it_is_back(unlimited: Server) -> None:
    async with chatting(unlimited) as ann:
        unlimited.stop()
        await sees(ann, "Offline. What you write will be sent when you are back.")
        await type_in(ann, "kept")
        await ann.press("enter")
        await sees(ann, "kept  waiting", "1 waiting")
        unlimited.start()
        await sees(ann, "● ann", within=20)
        await sees_no(ann, "waiting")
        assert "kept" in shown(ann)


async def test_all_of_history_can_be_scrolled_to(unlimited: Server, bob: Client) -> None:
    for number in range(260):
        bob.submit(_message(number))
    await bob.send("#lobby", "the end")
    async with chatting(unlimited) as ann:
        await sees(ann, "the end")
        for _ in range(80):
            await ann.press("pageup")
            if "klatch made #lobby." in shown(ann):
                break
            await asyncio.sleep(0.02)
        await sees(ann, "klatch made #lobby.", "number 0\n", "further down")
        await ann.press("escape")
        await sees(ann, "the end")


async def test_what_is_looked_at_does_not_move_when_something_is_said(unlimited: Server, bob: Client) -> None:
    for number in range(60):
        bob.submit(_message(number))
    await bob.send("#lobby", "the end")
    async with chatting(unlimited) as ann:
        await sees(ann, "the end")
        await ann.press("pageup")
        before = (await sees(ann, "further down")).splitlines()[1:20]
        await bob.send("#lobby", "news")
        await asyncio.sleep(0.3)
        assert [row[24:78] for row in shown(ann).splitlines()[1:20]] == [row[24:78] for row in before]


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (80, 24), (120, 40), (200, 60)])
async def test_it_is_of_use_on_every_screen(unlimited: Server, bob: Client, size: tuple[int, int]) -> None:
    await bob.send("#lobby", "hi")
    async with chatting(unlimited, size=size) as ann:
        await type_in(ann, "yes")
        await ann.press("enter")
        await sees(ann, "yes")


async def test_a_storm_of_resizes_ends_well(unlimited: Server, bob: Client) -> None:
    await bob.send("#lobby", "still here " * 20)
    async with chatting(unlimited) as ann:
        for width, height in ((10, 3), (200, 60), (1, 1), (40, 12), (3, 50), (300, 2), (80, 24)) * 3:
            await ann.resize_terminal(width, height)
        await sees(ann, "still here")


@pytest.mark.parametrize("look", ["dark", "light", "mono"])
async def test_it_shows_the_same_in_every_theme(unlimited: Server, bob: Client, look: str) -> None:
    await bob.send("#lobby", "**hi** `x` @ann")
    async with chatting(unlimited, look=look) as ann:
        await sees(ann, "hi x @ann")


async def test_the_whole_screen(unlimited: Server, bob: Client) -> None:
    """What a person sees, as text."""
    await bob.send("#lobby", "The pot is on.\n> coffee\n```py\nprint(1)\n```")
    async with chatting(unlimited, size=(64, 12)) as ann:
        await sees(ann, "print(1)", "2 here")
        where = f"127.0.0.1:{unlimited.port}"
        screen = re.sub(r"(?<=  )\d\d:\d\d$", "12:34", shown(ann), flags=re.MULTILINE)
        assert screen.replace(where, "127.0.0.1:".ljust(len(where), "0")).splitlines() == [
            "  Rooms                 #lobby                          2 here",
            "▌ #lobby",
            "",
            "                        ── Today ─────────────────────────────",
            "                        · klatch made #lobby.  12:34",
            "                        bob  12:34",
            "                        The pot is on.",
            "                        │ coffee",
            "                        ▏print(1)",
            "",
            "                      › Write to #lobby",
            "  ● ann  127.0.0.1:00000                               F1 keys",
        ]


def _message(number: int) -> SendMessage:
    return SendMessage(cid=make_cid(), room="#lobby", text=f"number {number}")
