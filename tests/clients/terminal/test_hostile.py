"""What others choose freely is drawn inert, wherever it is drawn."""

import re
import sys
from collections.abc import Iterator

import pytest

from klatch.clients.sdk import Client
from klatch.clients.sdk.client import make_cid
from klatch.clients.seat.room import Room
from klatch.clients.terminal.card import tell_facts
from klatch.clients.terminal.notifying import spell_notification, spell_title
from klatch.clients.terminal.panels import list_people, list_rooms
from klatch.clients.terminal.places import find_rooms
from klatch.clients.terminal.saying import say_title
from klatch.core.answers import Person, RoomState
from klatch.core.commands import CreateRoom, SetStatus, SetTopic
from tests.running import KLATCH, Server

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal

# An older or a wicked server may tell what ours refuses.
TRICK = "\x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b31m\u202eevil\u2066\r\n\x00\x07"
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def person(**fields: str) -> Person:
    return Person(**({"id": "7", "name": TRICK, "display_name": TRICK, "state": "online", "status": TRICK} | fields))


def room() -> RoomState:
    return RoomState(id="3", name=f"#{TRICK}", kind="open", topic=TRICK, head=1, mentions=2)


def texts() -> Iterator[str]:
    """Everything that is drawn of people and rooms outside of the timeline."""
    yield from (fact for fact, _ in tell_facts(person(), 1_795_269_780_000, None))
    for line in (*list_people([person()], {}), *list_rooms([Room(room())])):
        yield from (piece.text for piece in line.left)
        yield line.right
    for choice in find_rooms([room()], ""):
        yield choice.label
        yield choice.about
    yield say_title(Room(room()), [Room(room())])


def test_names_topics_and_statuses_are_inert_wherever_they_are_listed() -> None:
    assert [text for text in texts() if _ACTS.search(text)] == []


@pytest.mark.parametrize("term", ["xterm-256color", "foot", "tmux-256color"])
def test_no_words_of_others_end_a_notification_or_a_title_early(term: str) -> None:
    surroundings = {"TERM": term, **({"TMUX": "x"} if term.startswith("tmux") else {})}
    for told in (spell_notification(TRICK, TRICK, surroundings), spell_title(TRICK, surroundings)):
        inside = re.sub(r"^(\x1bPtmux;\x1b)?\x1b\](9|2|777;notify);|\x07(\x1b\\)?$", "", told)
        assert not _ACTS.search(inside)


async def test_what_the_server_lets_through_does_nothing_to_a_real_terminal(house: Server, me: str, you: str) -> None:
    evil = "\u2067x\u2069 \u0301\u0301\u0301\u0301\u0301\u0301"
    async with Client(house.url, name=you) as bob:
        made = await bob.act(CreateRoom(cid=make_cid(), name=f"r-{you}"))
        await bob.act(SetStatus(cid=make_cid(), text=f"S{evil}"))
        await bob.act(SetTopic(cid=make_cid(), room=made.room, topic=f"T{evil}"))
        await bob.send("#lobby", f"\x1b]0;pwned\x07\x1b]52;c;eA==\x07{evil} @{me}")
        terminal = Terminal(*KLATCH, "chat", house.url, "--name", me, width=130)
        try:
            terminal.sees("#lobby", f"● {me}", f"● {you} S", "\\x1b]0;pwned\\x07")
            terminal.type(f"/join r-{you}\r")
            terminal.sees(f"▌ #r-{you}", "T\\u2067x")
            terminal.type("\x1b[13~")  # F3
            terminal.type("\x0b")  # Ctrl+K
            terminal.sees("Go to a room or person")
        finally:
            terminal.close()
    assert not any("]52;" in told or "pwned" in told for told in terminal.screen.told)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", terminal.screen.history)
