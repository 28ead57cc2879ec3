"""What a person sees, screen by screen, as text."""

import re
from collections.abc import AsyncIterator, Callable

import pytest
from textual.pilot import Pilot

from klatch.clients.sdk import Client
from klatch.clients.terminal.app import Chat
from klatch.clients.terminal.logins import remember_place
from klatch.clients.terminal.ways import Near, Way
from klatch.core.commands import React
from tests.clients.terminal.screens import chatting, sees, shown, type_in
from tests.running import Server


@pytest.fixture
async def bob(house: Server, you: str) -> AsyncIterator[Client]:
    """Somebody else."""
    async with Client(house.url, name=you) as client:
        yield client


def steady(pilot: "Pilot[int]") -> list[str]:
    """The screen, with what differs from run to run written as it is everywhere, without empty rows at its ends."""
    screen = re.sub(r"\b\d\d:\d\d\b(?!\d)", "12:34", shown(pilot))
    screen = re.sub(r"127\.0\.0\.1:\d{4,5}", lambda found: "127.0.0.1:0".ljust(len(found[0]), "0"), screen)
    screen = re.sub(r"(ann|bob)\d+", r"\1", screen)
    return [row.rstrip() for row in screen.strip("\n").splitlines()]


async def test_the_entrance(home: object) -> None:
    remember_place("http://127.0.0.1:8000", "ann")

    async def look(tell: Callable[[list[Near]], None]) -> None:
        tell([Near("https://192.0.2.9:8443", "kitchen\x1b[2J")])

    app = Chat(Way(), suggested="ann", find=look)  # type: ignore[arg-type] # a list is a sequence
    async with app.run_test(size=(60, 22)) as pilot:
        await sees(pilot, "kitchen")
        assert steady(pilot) == [
            "      Klatch",
            "",
            "      Server",
            "       http://127.0.0.1:0000",
            "",
            "      Your name",
            "       ann",
            "",
            "      Password, if you have an account here",
            "       none: come as a guest",
            "",
            "            Join",
            "",
            "      Or choose one that is known",
            "      http://127.0.0.1:0000  as ann",
            "      https://192.0.2.9:8443  kitchen\\x1b[2J, near by",
        ]


async def test_messages_with_all_that_they_may_have(house: Server, bob: Client, me: str) -> None:
    sent = await bob.send("#lobby", "The **pot** is on: https://example.org/")
    await bob.act(React(cid="", room=sent.room, seq=sent.seq, emoji="☕"))
    await bob.send("#lobby", "With milk", reply_to=sent.seq)
    await bob.send("#lobby", "pours", action=True)
    await bob.send("#lobby", "", files=[await bob.upload(b"x" * 1_200, name="notes.txt")])
    async with chatting(house, me, size=(60, 24)) as ann:
        await sees(ann, "notes.txt", "2 here")
        assert steady(ann)[6:-3] == [
            "  ── Today ───────────────────────────────────────────────",
            "  · klatch made #lobby.  12:34",
            "",
            "  bob  12:34",
            "  The pot is on: https://example.org/",
            "  \u00a0☕\u00a01",
            "",
            "  bob  12:34",
            "  ╭ bob: The pot is on: https://example.org/",
            "  With milk",
            "",
            "~ bob pours",
            "",
            "  bob  12:34",
            "  ▤ notes.txt  1.2 kB",
        ]


async def test_the_offers_of_completion(house: Server, me: str) -> None:
    async with chatting(house, me, size=(80, 12)) as ann:
        await type_in(ann, "/ba")
        await sees(ann, "› /back")
        assert steady(ann)[-5:-1] == [
            "                      › /back                           Tells others that you a…",
            "                        /ban [server] WHO [TIME] [WHY]  Keeps a USER, a pattern…",
            "                        /bans [server]                  Lists the bans and mute…",
            "                      › /ba",
        ]


async def test_a_question(house: Server, me: str) -> None:
    async with chatting(house, me, size=(64, 12)) as ann:
        await ann.press("ctrl+c")
        await sees(ann, "Do you want to leave?")
        rows = [row[4:60] for row in steady(ann)]
        at = rows.index("│  Do you want to leave?                               │")
        assert rows[at - 1 : at + 4] == [
            "╭──────────────────────────────────────────────────────╮",
            "│  Do you want to leave?                               │",
            "│                                                      │",
            "│    Leave Klatch          Stay                        │",
            "╰──────────────────────────────────────────────────────╯",
        ]


async def test_on_a_narrow_screen_lists_are_drawers(house: Server, bob: Client, me: str) -> None:
    async with chatting(house, me, size=(40, 12)) as ann:
        await ann.press("f2")
        await sees(ann, "› #lobby")
        await ann.press("f3")
        await sees(ann, "Online", f"● {bob.account.name}")
        await ann.press("escape")
        await sees(ann, "› Write to #lobby")


async def test_without_colours_everything_has_a_sign_of_its_own(house: Server, bob: Client, me: str) -> None:
    await bob.send("#lobby", f"psst @{me}")
    async with chatting(house, me, look="mono", size=(120, 24)) as ann:
        await sees(ann, "psst", "▌ #lobby", "● ", "Online")
        await ann.press("shift+tab")
        await sees(ann, "▌ psst")
        used = {
            str(segment.style.color)
            for strip in ann.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.color is not None
        }
        assert used <= {"Color('default', ColorType.DEFAULT)"}


async def test_who_may_not_come_in_is_told_why_where_it_is_mended(house: Server) -> None:
    async with Chat(Way(url=house.url, name="server")).run_test(size=(80, 24)) as pilot:
        await sees(pilot, "Klatch", "Your name", "Join")
        assert "server" in shown(pilot)
