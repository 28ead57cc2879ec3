"""Going through rooms and history."""

from typing import TYPE_CHECKING

from tests.journeys.peers import at
from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def test_a_room_is_made_and_left(bob: "Person") -> None:
    bob.says("/create kitchen")
    bob.waits(lambda: bob.room.state.name == "#kitchen")
    bob.says("/leave")
    bob.waits(lambda: bob.room.state.name == "#lobby")
    assert not any(row.text == "#kitchen" for row in bob.window.rooms.rows)


def test_a_room_is_found_by_a_few_letters(house: Server, bob: "Person") -> None:
    with at(house, "ann") as [ann]:
        ann.type("/create garden")
        ann.sees("garden")
        bob.presses("Control-k", at=bob.window.composer.text)
        goto = bob.window.going.goto
        assert goto is not None
        bob.waits(lambda: any(row.text == "#garden" for row in goto.rows))
        goto.field.focus_force()
        bob.types("gar")
        bob.presses("Return", at=goto.field)
        bob.waits(lambda: bob.room.state.name == "#garden")
