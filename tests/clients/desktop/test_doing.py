"""What is done by menus and small windows rather than by typing."""

import tkinter
from typing import TYPE_CHECKING, TypeVar

from klatch.clients.desktop.dialogs.asking import Ask
from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.dialogs.me import Me
from klatch.clients.desktop.dialogs.restraint import Restrain
from klatch.clients.desktop.dialogs.room import RoomSettings
from tests.journeys.peers import at
from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person

_Shown = TypeVar("_Shown", bound=Dialog)


def shown(bob: "Person", kind: type[_Shown]) -> _Shown:
    """The small window that is open."""
    bob.lives()
    found = [child for child in bob.window.app.winfo_children() if isinstance(child, kind)]
    assert found
    return found[-1]


def makes_room(bob: "Person", name: str) -> None:
    """Goes to a new room."""
    bob.says(f"/create {name}")
    bob.waits(lambda: bob.room.state.name == f"#{name}" and bob.room.loaded)


def choose(menu: tkinter.Menu, words: str) -> None:
    """Clicks a row of a menu."""
    menu.invoke(next(row for row in range((menu.index("end") or 0) + 1) if words in _label(menu, row)))


def _label(menu: tkinter.Menu, row: int) -> str:
    return "" if menu.type(row) == "separator" else str(menu.entrycget(row, "label"))


def test_a_room_is_given_a_name_a_topic_and_rules(house: Server, bob: "Person") -> None:
    makes_room(bob, "workshop")
    bob.window.going.open_settings()
    sheet = shown(bob, RoomSettings)
    for field, words in ((sheet.name, "studio"), (sheet.topic, "What is made")):
        field.focus_force()
        field.selection_range(0, "end")
        bob.types(words)
    bob.presses("Return", at=sheet.topic)
    bob.waits(lambda: bob.room.state.name == "#studio" and bob.room.topic == "What is made")
    bob.waits(lambda: "What is made" in str(bob.window.status.topic.cget("text")))


def test_a_member_is_muted_for_a_while_and_may_write_again(house: Server, bob: "Person") -> None:
    makes_room(bob, "debate")
    with at(house, "ann") as [ann]:
        ann.type("/join debate")
        bob.waits(lambda: any(person.name == "ann" for person in bob.room.people))
        who = next(person for person in bob.room.people if person.name == "ann")
        bob.window.people._restrain("mute", who, bob.room, everywhere=False)
        sheet = shown(bob, Restrain)
        sheet.reason.focus_force()
        bob.types("too loud")
        bob.presses("Return")
        bob.sees("too loud")
        ann.type("but")
        ann.sees("You are muted")


def test_somebody_is_invited_into_a_closed_room(house: Server, bob: "Person") -> None:
    bob.says("/create cellar closed")
    bob.waits(lambda: bob.room.state.name == "#cellar")
    with at(house, "ann") as [ann]:
        bob.presses("Control-i", at=bob.window.composer.text)
        sheet = shown(bob, Ask)
        sheet.answer.focus_force()
        bob.types("ann")
        bob.presses("Return")
        ann.sees("cellar")


def test_a_status_is_set_by_the_sheet_of_how_others_see_one(house: Server, bob: "Person") -> None:
    bob.window.people.open_me()
    sheet = shown(bob, Me)
    sheet.status.focus_force()
    bob.types("baking")
    bob.presses("Return")
    bob.waits(lambda: "baking" in str(bob.window.status.me.cget("text")))


def test_a_starred_room_stands_first_and_a_silent_one_does_not_call(house: Server, bob: "Person") -> None:
    makes_room(bob, "zoo")
    bob.says("/star")
    bob.waits(lambda: [row.text for row in bob.window.rooms.rows][:2] == ["Starred", "#zoo"])
    bob.says("/notify none")
    bob.waits(lambda: any(row.text == "#zoo" and "silent" in row.note for row in bob.window.rooms.rows))


def test_quiet_is_shown_and_taken_back(house: Server, bob: "Person") -> None:
    bob.window.be_quiet(None)
    bob.waits(lambda: "Do not disturb" in str(bob.window.status.me.cget("text")))
    bob.window.be_quiet(0)
    bob.waits(lambda: "Do not disturb" not in str(bob.window.status.me.cget("text")))


def test_whom_one_blocks_is_hidden(house: Server, bob: "Person") -> None:
    with at(house, "eve") as [eve]:
        eve.type("something loud")
        bob.sees("something loud")
        bob.says("/block eve")
        bob.waits(lambda: "something loud" not in bob.shown)
        bob.sees("Written by somebody you block.")
        bob.says("/unblock eve")
        bob.sees("something loud")


def test_a_spoiler_is_shown_to_whoever_clicks_on_it(house: Server, bob: "Person") -> None:
    text = bob.window.timeline.text
    bob.says_and_sees("the butler")
    bob.says("it was ||the gardener||")
    bob.sees("the gardener")
    bob.waits(lambda: not bob.room.pending)
    assert text.tag_ranges("spoiler")
    bob.clicks_words("the gardener")
    bob.waits(lambda: not text.tag_ranges("spoiler"))
