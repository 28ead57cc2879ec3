"""Coming and going: the first page, what is wrong said in words, and leaving."""

import asyncio
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klatch.clients.desktop import opening
from klatch.clients.desktop.dialogs.passwords import Passwords
from klatch.clients.desktop.dialogs.trust import Trust
from klatch.clients.desktop.preferences import Place, Preferences
from klatch.clients.sdk import Client
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.finding import find
from klatch.clients.sdk.pins import keep_pin, read_pin
from klatch.core import commands as ask
from tests.journeys.peers import at
from tests.pace import PATIENCE
from tests.running import KLATCH, Server, running

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def make_person(preferences: Preferences | None = None) -> "Person":
    from tests.clients.desktop.person import Person

    return Person(preferences)


def test_two_people_talk(house: Server, display: str) -> None:
    with at(house, "ann") as [ann], make_person() as bob:
        bob.joins(house.url, "bob")
        bob.says("hello from the window")
        ann.sees("bob: hello from the window$")
        ann.type("hello bob")
        bob.sees("hello bob")


def test_a_wrong_address_is_told_in_words_and_can_be_mended(house: Server, display: str) -> None:
    with make_person() as bob:
        bob.opens("http://127.0.0.1:1", "fay")
        page = bob.window.page
        bob.presses("Return", at=page.name)
        bob.waits(lambda: "No server answers at" in page.fault.cget("text"))
        assert bob.at is page.server
        page.port.delete(0, "end")
        page.port.insert(0, str(house.port))
        bob.presses("Return", at=page.server)
        bob.waits(lambda: bob.room is not None)


def test_what_is_no_address_is_told_in_words(display: str) -> None:
    with make_person() as bob:
        bob.opens("ftp://box", "bob")
        bob.presses("Return", at=bob.window.page.name)
        bob.waits(lambda: "no server's address" in bob.window.page.fault.cget("text"))


def test_a_taken_name_is_told_in_words_and_another_is_let_in(house: Server, display: str) -> None:
    with at(house, "ann"), make_person() as bob:
        bob.opens(house.url, "ann")
        page = bob.window.page
        bob.presses("Return", at=page.name)
        bob.waits(lambda: "The name ann is taken" in page.fault.cget("text"))
        assert bob.at is page.name
        bob.types("ben")
        bob.presses("Return")
        bob.waits(lambda: bob.room is not None)
        assert bob.window.scene is not None
        assert bob.window.scene.me.name == "ben"


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
        ann.presses("Tab")
        ann.types(password)
        ann.presses("Return")
        ann.sees("You have an account now")
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


def test_a_link_leads_in_with_a_password_to_be(house: Server, display: str) -> None:
    link = (house.data / "owner-link.txt").read_text("utf-8").strip()
    with make_person() as olga:
        olga.opens("http://127.0.0.1:1", "olga")
        page = olga.window.page
        page.ways["link"].event_generate("<Button-1>")
        olga.lives()
        assert olga.at is page.link
        olga.types(link)
        olga.presses("Return")
        olga.waits(lambda: olga.at is page.password)
        olga.types("a pot of coffee")
        olga.presses("Return")
        olga.waits(lambda: olga.window.scene is not None and olga.window.scene.role == "owner")


def test_a_token_is_enough_and_a_password_is_changed_by_the_sheet(tmp_path: Path, display: str) -> None:
    with running(tmp_path / "data") as server, make_person() as olga:
        link = (server.data / "owner-link.txt").read_text("utf-8").strip().rpartition("/")[2]
        token = asyncio.run(make_token(server.url, link))
        olga.window.open_connect_page(server.url, "", at_once=True, token=token)
        olga.waits(lambda: olga.window.scene is not None and olga.window.scene.me.name == "olga")
        olga.says("/password")
        for words in ("a pot of coffee", "a pot of strong coffee", "a pot of strong tea"):
            olga.types(words)
            olga.presses("Tab")
        sheet = next(child for child in olga.window.app.winfo_children() if isinstance(child, Passwords))
        olga.presses("Return", at=sheet.fields[-1])
        olga.waits(lambda: "not the same" in sheet._fault.cget("text"))
        olga.types("a pot of strong coffee")
        olga.presses("Return")
        olga.sees("Your password was changed")


async def make_token(server: str, link: str) -> str:
    """The owner's, for a script that may administer."""
    secret = f"klatch_{'t' * 43}"
    async with Client(server, name="olga", password="a pot of coffee", link=link) as olga:
        await olga.act(ask.MakeToken(cid="", name="window", scopes=["read", "write", "admin"], secret=secret))
    return secret


def test_another_key_is_looked_at_and_trusted(tmp_path: Path, display: str) -> None:
    with running(tmp_path / "data", "--tls", "self") as server, make_person() as bob:
        other = "0" * 64
        keep_pin(read_address(server.url), other)
        bob.opens(server.url, "bob")
        page = bob.window.page
        bob.presses("Return", at=page.name)
        bob.waits(lambda: "shows another key" in page.fault.cget("text"))
        assert bob.at is page.trust
        bob.presses("space")
        bob.waits(lambda: any(isinstance(child, Trust) for child in bob.window.app.winfo_children()))
        assert read_pin(read_address(server.url)) == other
        bob.presses("Return")
        bob.waits(lambda: bob.room is not None)
        assert read_pin(read_address(server.url)) != other


def test_where_one_was_is_offered_with_the_name_one_had_there(house: Server, display: str) -> None:
    kept = Preferences(theme="light", places=[Place(house.url, "gus"), Place("http://10.0.0.9:8000", "ada")])
    with make_person(kept) as gus:
        gus.opens()
        page = gus.window.page
        box = page.servers.box_of(house.url)
        assert box is not None
        gus.clicks(page.servers, 40, sum(box) // 2)
        assert page.name.get() == "gus"
        gus.presses("Return", at=page.name)
        gus.waits(lambda: gus.room is not None)


def test_a_bare_quit_asks_and_then_leaves(house: Server, display: str) -> None:
    with at(house, "ann") as [ann], make_person() as bob:
        bob.joins(house.url, "cem")
        composer = bob.window.composer
        ann.sees("cem came")
        bob.says("quit")
        assert composer.says.startswith("Leave Klatch?")
        bob.presses("Escape")
        assert composer.says == ""
        bob.says("quit")
        composer.text.event_generate("<Return>")
        ann.sees("cem went")
        assert "quit" not in ann.shown


def test_closing_the_window_leaves_cleanly(house: Server, display: str) -> None:
    with at(house, "ann") as [ann]:
        with make_person() as bob:
            bob.joins(house.url, "dan")
            ann.sees("dan came")
        ann.sees("dan went")
        assert not bob.window.threads.lives


def test_the_server_and_the_name_are_remembered(house: Server, display: str) -> None:
    from klatch.clients.desktop.preferences import read_preferences

    with make_person() as bob:
        bob.joins(house.url, "eve")
    kept = read_preferences()
    assert (kept.server, kept.name) == (house.url, "eve")


def test_the_command_opens_a_window_connects_at_once_and_leaves_when_told_to(house: Server, display: str) -> None:
    with at(house, "ann") as [ann]:
        process = subprocess.Popen([*KLATCH, "desktop", house.url, "--name", "carl"])
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
