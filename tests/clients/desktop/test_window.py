"""Real windows, driven by keys and clicks, at a real server with somebody else in it."""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klatch.clients.desktop import opening
from klatch.clients.sdk import Client
from klatch.clients.sdk.finding import find
from tests.journeys.peers import at
from tests.pace import PATIENCE
from tests.running import KLATCH, Server, running

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def make_person() -> "Person":
    from tests.clients.desktop.person import Person

    return Person()


# Connecting.


def test_two_people_talk(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.says("hello from the window")
        ann.sees("bob: hello from the window$")
        ann.type("hello bob")
        bob.sees("hello bob")


def test_a_wrong_address_is_told_in_words_and_can_be_mended(server: Server, display: str) -> None:
    with make_person() as bob:
        bob.opens("http://127.0.0.1:1", "bob")
        page = bob.window.page
        bob.presses("Return", at=page.name)
        bob.waits(lambda: "No server answers at" in page.fault.cget("text"))
        assert bob.at is page.server
        page.port.delete(0, "end")
        page.port.insert(0, str(server.port))
        bob.presses("Return", at=page.server)
        bob.waits(lambda: bob.room is not None)


def test_what_is_no_address_is_told_in_words(display: str) -> None:
    with make_person() as bob:
        bob.opens("ftp://box", "bob")
        bob.presses("Return", at=bob.window.page.name)
        bob.waits(lambda: "no server's address" in bob.window.page.fault.cget("text"))


def test_a_taken_name_is_told_in_words_and_another_is_let_in(server: Server, display: str) -> None:
    with at(server, "ann"), make_person() as bob:
        bob.opens(server.url, "ann")
        page = bob.window.page
        bob.presses("Return", at=page.name)
        bob.waits(lambda: "The name ann is taken" in page.fault.cget("text"))
        assert bob.at is page.name
        bob.types("bob")
        bob.presses("Return")
        bob.waits(lambda: bob.room is not None)
        assert bob.window.scene is not None
        assert bob.window.scene.me.name == "bob"


def test_a_server_that_does_not_answer_can_be_given_up(display: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, make_person() as bob:
        bob.opens(f"http://127.0.0.1:{silent.getsockname()[1]}", "bob")
        page = bob.window.page
        bob.presses("Return", at=page.name)
        assert page.go.cget("text") == "Cancel"
        page.go.invoke()
        bob.waits(lambda: page.go.cget("text") == "Join the talk")


def test_a_class_clicks_the_server_that_appears_types_a_name_and_talks(tmp_path: Path, display: str) -> None:
    with running(tmp_path / "school", "--lan") as server, make_person() as bob:
        if not any(each.server.endswith(f":{server.port}") for each in asyncio.run(find(2.0))):
            pytest.skip("nothing that is announced is heard on this machine's network")
        bob.opens()
        page = bob.window.page
        bob.waits(lambda: any(row.key.endswith(f":{server.port}") for row in page.servers.rows), within=20)
        key = next(row.key for row in page.servers.rows if row.key.endswith(f":{server.port}"))
        box = page.servers.box_of(key)
        assert box is not None
        bob.clicks(page.servers, 40, sum(box) // 2)
        assert bob.at is page.name
        bob.types("bob")
        bob.presses("Return")
        bob.waits(lambda: bob.room is not None)
        bob.says_and_sees("good morning")


def test_a_guest_registers_and_comes_back_with_the_password(tmp_path: Path, display: str) -> None:
    password = "correct horse battery"
    (tmp_path / "klatch.toml").write_text('registration = "open"\n')
    with running(tmp_path / "data", "--config", str(tmp_path / "klatch.toml")) as server, make_person() as ann:
        ann.joins(server.url, "ann")
        ann.says("/register")
        ann.types(password)
        ann.presses("Return")
        ann.lives(0.5)
        assert password not in ann.shown
        ann.says("/login ann")
        ann.waits(lambda: ann.at is ann.window.page.password)
        ann.opens(server.url, "ann")
        page = ann.window.page
        page.password.focus_force()
        ann.types("wrong")
        ann.presses("Return")
        ann.waits(lambda: page.fault.cget("text") not in ("", "Connecting…"))
        assert ann.at is page.password
        ann.types(password)
        ann.presses("Return")
        ann.waits(lambda: ann.room is not None)
        assert ann.window.scene is not None
        assert ann.window.scene.me.name == "ann"


# Talking.


def test_who_a_private_message_goes_to_is_shown_before_enter(server: Server, bob: "Person") -> None:
    with at(server, "ann", "eve") as [ann, eve]:
        bob.window.composer.text.focus_force()
        bob.types("@ann psst")
        assert bob.window.composer.says.startswith("To ann alone")
        bob.presses("Return")
        ann.sees("bob.*psst")
        bob.sees("Sent to ann alone")
        bob.waits(lambda: any(row.text == "ann" for row in bob.window.rooms.rows))
        assert "psst" not in eve.shown


def test_a_private_message_makes_its_room_stand_out(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        ann.type("/msg bob psst")
        bob.waits(lambda: any(row.text == "ann" and row.count == "1" and row.loud for row in bob.window.rooms.rows))
        assert bob.window.app.title().startswith("(1) ")


def test_the_list_of_who_is_online_is_shown_to_the_one_who_asks(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.says("/list")
        bob.sees("Only you see this")
        bob.waits(lambda: "ann  online" in bob.shown and "bob  online" in bob.shown)
        bob.presses("Escape")
        bob.waits(lambda: "Only you see this" not in bob.shown)
        assert "Only you" not in ann.shown


def test_another_name_is_taken_everywhere(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.says("/nick robert")
        bob.waits(lambda: bob.window.status.me.cget("text") == "robert")
        bob.says("it is me")
        ann.sees("robert: it is me")


def test_a_line_of_5000_characters_arrives_whole(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        line = "abcdefghij" * 500
        bob.says_and_sees(line)
        ann.sees(line)


def test_emoji_and_text_of_all_scripts_arrive_as_they_are(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        for text in ("☕ 👍🏽 😀", "你好,世界", "مرحبا بالعالم", "שלום עולם"):
            bob.says(text)
            ann.sees(f"bob: {text}")
        bob.sees("你好,世界")


def test_shift_enter_breaks_the_line(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.window.composer.text.focus_force()
        bob.types("one")
        bob.presses("Shift-Return")
        bob.types("two")
        bob.presses("Return")
        ann.sees(r"bob: one\n +\| two")


def test_up_changes_what_one_wrote_last(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.says_and_sees("helo")
        bob.presses("Up")
        assert "Changing your message" in bob.window.composer.says
        bob.presses("BackSpace")
        bob.types("lo")
        bob.presses("Return")
        ann.sees("bob changed message .*: hello")
        bob.sees("hello  edited")


def test_a_message_is_chosen_and_answered_by_keys(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        ann.type("Who brings milk?")
        bob.sees("Who brings milk?")
        bob.presses("Up", "r", at=bob.window.timeline.text)
        assert bob.window.composer.says.startswith("Replying to ann: Who brings milk?")
        bob.types("I do")
        bob.presses("Return")
        ann.sees(r"bob \(to \d+\): I do")
        bob.sees("↳ ann  Who brings milk?")


def test_a_reaction_is_put_by_keys_and_taken_back_by_a_click(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
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


def test_tab_completes_names_and_commands(server: Server, bob: "Person") -> None:
    with at(server, "annabel"):
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


def test_an_unknown_command_is_not_sent_and_its_text_is_given_back(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.says("/hlep")
        bob.sees("There is no command /hlep. Did you mean /help?")
        assert bob.window.composer.get() == "/hlep"
        assert "hlep" not in ann.shown


def test_a_message_that_is_refused_stays_in_red_until_it_is_deleted(bob: "Person") -> None:
    bob.says("x" * 16_001)
    bob.sees("Not sent: A message has at most 16,000 characters")
    bob.clicks_words("Delete")
    bob.waits(lambda: "Not sent" not in bob.shown)


def test_who_types_is_told(server: Server, bob: "Person") -> None:
    async def type_a_little() -> None:
        async with Client(server.url, name="ann") as ann:
            await asyncio.sleep(0.1)
            await ann.typing(ann.welcome.rooms[0].id)
            await asyncio.sleep(0.3)

    thread = threading.Thread(target=lambda: asyncio.run(type_a_little()))
    thread.start()
    bob.waits(lambda: bob.window.status.typing.cget("text") == "ann is typing…")
    thread.join()


def test_a_room_is_made_and_left(bob: "Person") -> None:
    bob.says("/create kitchen")
    bob.waits(lambda: bob.room.state.name == "#kitchen")
    bob.says("/leave")
    bob.waits(lambda: bob.room.state.name == "#lobby")
    assert not any(row.text == "#kitchen" for row in bob.window.rooms.rows)


def test_a_room_is_found_by_a_few_letters(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        ann.type("/create garden")
        ann.sees("garden")
        bob.presses("Control-k", at=bob.window.composer.text)
        goto = bob.window.goto
        assert goto is not None
        bob.waits(lambda: any(row.text == "#garden" for row in goto.rows))
        goto.field.focus_force()
        bob.types("gar")
        bob.presses("Return", at=goto.field)
        bob.waits(lambda: bob.room.state.name == "#garden")


def test_earlier_messages_come_when_one_scrolls_up_and_nothing_jumps(unlimited: Server, display: str) -> None:
    with at(unlimited, "ann") as [ann]:
        ann.type(*(f"line {number:03}" for number in range(400)))
        ann.sees("line 399", within=15)
        with make_person() as bob:
            bob.joins(unlimited.url, "bob")
            bob.sees("line 399")
            text = bob.window.timeline.text
            for _ in range(150):
                before = text.get("@0,0", "@0,400").splitlines()
                bob.window.timeline.scroll(-40, "pixels")
                bob.lives(0.01)
                after = text.get("@0,0", "@0,400").splitlines()
                assert before[1] in after, f"it jumped from\n{before}\nto\n{after}"
            assert "line 100" < text.get("@0,0", "@0,0 lineend") < "line 160"
            ann.type("something new")
            top = text.get("@0,0", "@0,0 lineend")
            bob.waits(lambda: bob.room.items[bob.room.order[-1]].body.text == "something new")
            bob.lives(0.1)
            assert text.get("@0,0", "@0,0 lineend") == top
            bob.presses("End", at=text)
            bob.sees("something new")


# Being called.


def test_a_mention_asks_for_attention_while_one_looks_elsewhere(server: Server, bob: "Person") -> None:
    from klatch.clients.desktop.x11 import is_urgent

    frame = int(bob.window.app.wm_frame(), 16)
    with at(server, "ann") as [ann]:
        bob.says("/create kitchen")
        bob.waits(lambda: bob.room.state.name == "#kitchen")
        ann.type("hey @bob, are you there?")
        bob.waits(lambda: is_urgent(frame))
        bob.waits(lambda: any(row.text == "#lobby" and row.loud for row in bob.window.rooms.rows))
        bob.window.app.event_generate("<FocusIn>")
        bob.waits(lambda: not is_urgent(frame))


def test_what_is_looked_at_counts_as_read(server: Server, bob: "Person") -> None:
    with at(server, "ann") as [ann]:
        bob.window.composer.text.focus_force()
        ann.type("read me")
        bob.sees("read me")
        bob.waits(lambda: bob.room.state.unread == 0 and bob.room.state.read == bob.room.head)


# Losing the connection.


def test_what_is_written_while_the_server_is_away_is_sent_once_when_it_is_back(server: Server, bob: "Person") -> None:
    bob.says_and_sees("before")
    server.kill()
    bob.waits(lambda: bob.status.startswith("Offline"))
    bob.says("meanwhile")
    bob.waits(lambda: bob.status.endswith("1 message waits."))
    bob.sees("meanwhile")
    server.start()
    bob.waits(lambda: bob.status == "Connected" and not bob.room.pending, within=20)
    bob.waits(lambda: bob.shown.count("meanwhile") == 1)
    with at(server, "ann") as [ann]:
        ann.type("/history")
        ann.sees("meanwhile")
        assert bob.shown.count("meanwhile") == 1


def test_the_window_lives_while_the_network_is_stuck(server: Server, bob: "Person") -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        bob.says("into the void")
        slowest = 0.0
        for _ in range(30):
            began = time.monotonic()
            bob.types("x")
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 0.25
        bob.sees("into the void")
    finally:
        server.process.send_signal(signal.SIGCONT)
    bob.waits(lambda: not bob.room.pending)


# Leaving.


def test_a_bare_quit_asks_and_then_leaves(server: Server, display: str) -> None:
    with at(server, "ann") as [ann], make_person() as bob:
        bob.joins(server.url, "bob")
        composer = bob.window.composer
        ann.sees("bob came")
        bob.says("quit")
        assert composer.says.startswith("Leave Klatch?")
        bob.presses("Escape")
        assert composer.says == ""
        bob.says("quit")
        composer.text.event_generate("<Return>")
        ann.sees("bob went")
        assert "quit" not in ann.shown


def test_closing_the_window_leaves_cleanly(server: Server, display: str) -> None:
    with at(server, "ann") as [ann]:
        with make_person() as bob:
            bob.joins(server.url, "bob")
            ann.sees("bob came")
        ann.sees("bob went")
        assert not bob.window.threads.lives


def test_the_server_and_the_name_are_remembered(server: Server, display: str) -> None:
    from klatch.clients.desktop.preferences import read_preferences

    with make_person() as bob:
        bob.joins(server.url, "bob")
    kept = read_preferences()
    assert (kept.server, kept.name) == (server.url, "bob")


# Looks.


def test_colours_and_sizes_change_at_once_and_lose_nothing(bob: "Person") -> None:
    bob.says_and_sees("still here")
    bob.presses("Control-comma", at=bob.window.composer.text)
    bob.presses("Down", "Down", "space")
    bob.presses("Escape")
    bob.presses("Control-plus", at=bob.window.composer.text)
    assert bob.window.timeline.text.cget("background") == bob.window.style.tokens.dark.ground
    assert bob.window.preferences.size == 110
    bob.sees("still here")


def test_a_small_window_has_drawers(bob: "Person") -> None:
    bob.window.app.geometry("600x500")
    bob.waits(lambda: not bob.window.rooms.winfo_viewable() and not bob.window.members.winfo_viewable())
    bob.presses("F8", at=bob.window.composer.text)
    bob.waits(bob.window.rooms.winfo_viewable)
    bob.presses("Escape")
    bob.waits(lambda: not bob.window.rooms.winfo_viewable())
    assert bob.at is bob.window.composer.text


def test_f6_goes_through_all_parts(bob: "Person") -> None:
    window = bob.window
    bob.presses("F6", at=window.composer.text)
    assert bob.at is window.members
    bob.presses("F6")
    assert bob.at is window.rooms
    bob.presses("F6")
    assert bob.at is window.timeline.text
    bob.types("k")
    assert bob.at is window.composer.text
    assert window.composer.get() == "k"


# The command.


def test_the_command_opens_a_window_connects_at_once_and_leaves_when_told_to(server: Server, display: str) -> None:
    with at(server, "ann") as [ann]:
        process = subprocess.Popen([*KLATCH, "desktop", server.url, "--name", "carl"])
        try:
            ann.sees("carl came")
            process.terminate()
            assert process.wait(PATIENCE) == 0
            ann.sees("carl went")
        finally:
            process.kill()
            process.wait()


def test_without_a_screen_one_sentence_says_so(home: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        [*KLATCH, "desktop"], capture_output=True, text=True, timeout=PATIENCE, check=False, env=surroundings
    )
    assert done.returncode == 1
    assert done.stderr.startswith("klatch: There is no screen to open a window on")
    assert done.stderr.count("\n") == 1


def test_without_tk_one_sentence_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda _name: None)
    with pytest.raises(opening.NoWindow, match=r"has no Tk.*tk"):
        opening.open_window(None, None)
