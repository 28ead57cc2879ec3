"""Talking in a real window, with somebody else at the same server."""

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klatch.clients.sdk import Client
from tests.journeys.peers import at
from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def test_who_a_private_message_goes_to_is_shown_before_enter(house: Server, bob: "Person") -> None:
    with at(house, "ann", "eve") as [ann, eve]:
        bob.window.composer.text.focus_force()
        bob.types("@ann psst")
        assert bob.window.composer.says.startswith("To ann alone")
        bob.presses("Return")
        ann.sees("bob.*psst")
        bob.sees("Sent to ann alone")
        bob.waits(lambda: any(row.text == "ann" for row in bob.window.rooms.rows))
        assert "psst" not in eve.shown


def test_a_private_message_makes_its_room_stand_out(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        ann.type("/msg bob psst")
        bob.waits(lambda: any(row.text == "ann" and row.count == "1" and row.loud for row in bob.window.rooms.rows))
        assert bob.window.app.title().startswith("(1) ")


def test_the_list_of_who_is_online_is_shown_to_the_one_who_asks(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        bob.says("/list")
        bob.sees("Only you see this")
        bob.waits(lambda: "ann  online" in bob.shown and "bob  online" in bob.shown)
        bob.presses("Escape")
        bob.waits(lambda: "Only you see this" not in bob.shown)
        assert "Only you" not in ann.shown


def test_another_name_is_taken_everywhere(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        bob.says("/nick robert")
        bob.waits(lambda: bob.window.status.me.cget("text") == "robert")
        bob.says("it is me")
        ann.sees("robert: it is me")
        bob.says("/nick bob")
        bob.waits(lambda: bob.window.status.me.cget("text") == "bob")


def test_a_line_of_5000_characters_arrives_whole(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        line = "abcdefghij" * 500
        bob.says_and_sees(line)
        ann.sees(line)


def test_emoji_and_text_of_all_scripts_arrive_as_they_are(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        for text in ("☕ 👍🏽 😀", "你好,世界", "مرحبا بالعالم", "שלום עולם"):
            bob.says(text)
            ann.sees(f"bob: {text}")
        bob.sees("你好,世界")


def test_shift_enter_breaks_the_line(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        bob.window.composer.text.focus_force()
        bob.types("one")
        bob.presses("Shift-Return")
        bob.types("two")
        bob.presses("Return")
        ann.sees(r"bob: one\n +\| two")


def test_up_changes_what_one_wrote_last(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        bob.says_and_sees("helo")
        bob.presses("Up")
        assert "Changing your message" in bob.window.composer.says
        bob.presses("BackSpace")
        bob.types("lo")
        bob.presses("Return")
        ann.sees("bob changed message .*: hello")
        bob.sees("hello  edited")


def test_a_message_is_chosen_and_answered_by_keys(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        ann.type("Who brings milk?")
        bob.sees("Who brings milk?")
        bob.presses("Up", "r", at=bob.window.timeline.text)
        assert bob.window.composer.says.startswith("Replying to ann: Who brings milk?")
        bob.types("I do")
        bob.presses("Return")
        ann.sees(r"bob \(to \d+\): I do")
        bob.sees("↳ ann  Who brings milk?")


def test_a_reaction_is_put_by_keys_and_taken_back_by_a_click(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        ann.type("Cake?")
        bob.sees("Cake?")
        bob.presses("Up", "plus", "Return", at=bob.window.timeline.text)
        bob.sees("👍 1")
        ann.sees("bob reacted 👍")
        bob.clicks_words("👍 1")
        bob.waits(lambda: "👍 1" not in bob.shown)


def test_what_is_deleted_goes_everywhere(bob: "Person") -> None:
    bob.says_and_sees("oops")
    bob.presses("Up", "Delete", at=bob.window.timeline.text)
    bob.sees("This message was deleted.")
    assert "oops" not in bob.shown


def test_tab_completes_names_and_commands(house: Server, bob: "Person") -> None:
    with at(house, "annabel"):
        bob.waits(lambda: any(person.name == "annabel" for person in bob.room.people))
        composer = bob.window.composer
        composer.text.focus_force()
        bob.types("hi @ann")
        bob.presses("Tab")
        assert composer.get() == "hi @annabel "
        composer.put("")
        bob.types("/stat")
        bob.presses("Tab")
        assert composer.get() == "/status "


def test_an_unknown_command_is_not_sent_and_its_text_is_given_back(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        bob.says("/hlep")
        bob.sees("There is no command /hlep. Did you mean /help?")
        assert bob.window.composer.get() == "/hlep"
        assert "hlep" not in ann.shown


def test_a_message_that_is_refused_stays_in_red_until_it_is_deleted(bob: "Person") -> None:
    bob.says("x" * 16_001)
    bob.sees("Not sent: A message has at most 16,000 characters")
    bob.clicks_words("Delete")
    bob.waits(lambda: "Not sent" not in bob.shown)


def test_who_types_is_told(house: Server, bob: "Person") -> None:
    async def type_a_little() -> None:
        async with Client(house.url, name="tom") as ann:
            await asyncio.sleep(0.1)
            await ann.typing(ann.welcome.rooms[0].id)
            await asyncio.sleep(0.3)

    thread = threading.Thread(target=lambda: asyncio.run(type_a_little()))
    thread.start()
    bob.waits(lambda: bob.window.status.typing.cget("text") == "tom is typing…")
    thread.join()


def test_a_mention_asks_for_attention_while_one_looks_elsewhere(house: Server, bob: "Person") -> None:
    from klatch.clients.desktop.x11 import is_urgent

    frame = int(bob.window.app.wm_frame(), 16)
    with at(house, "ann") as [ann]:
        bob.says("/create kitchen")
        bob.waits(lambda: bob.room.state.name == "#kitchen")
        ann.type("hey @bob, are you there?")
        bob.waits(lambda: is_urgent(frame))
        bob.waits(lambda: any(row.text == "#lobby" and row.loud for row in bob.window.rooms.rows))
        bob.window.app.event_generate("<FocusIn>")
        bob.waits(lambda: not is_urgent(frame))


def test_a_mention_shows_a_notification_unless_one_wants_quiet(
    house: Server, bob: "Person", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    with at(house, "ann") as [ann]:
        bob.says("/create attic")
        bob.waits(lambda: bob.room.state.name == "#attic")
        bob.window.be_quiet(None)
        bob.waits(lambda: "Do not disturb" in bob.window.status.me.cget("text"))
        ann.type("hey @bob first")
        bob.waits(lambda: any(room.mentions for room in bob.window.scene.rooms))
        bob.window.be_quiet(0)
        bob.waits(lambda: "Do not disturb" not in bob.window.status.me.cget("text"))
        ann.type("hey @bob second <b>")
        bob.waits(lambda: told.exists() and told.read_text().endswith("|"))
        assert told.read_text().endswith("|--|ann in #lobby|hey @bob second &lt;b&gt;|")
        assert "first" not in told.read_text()


def test_what_is_looked_at_counts_as_read(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        bob.window.composer.text.focus_force()
        ann.type("read me")
        bob.sees("read me")
        bob.waits(lambda: bob.room.state.unread == 0 and bob.room.state.read == bob.room.head)
