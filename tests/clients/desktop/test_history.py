"""Going back through history."""

from typing import TYPE_CHECKING

from tests.journeys.peers import at
from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def make_person() -> "Person":
    from tests.clients.desktop.person import Person

    return Person()


def test_earlier_messages_come_when_one_scrolls_up_and_nothing_jumps(house: Server, display: str) -> None:
    with at(house, "ann") as [ann]:
        ann.type(*(f"line {number:03}" for number in range(400)))
        ann.sees("line 399", within=15)
        with make_person() as bob:
            bob.joins(house.url, "carl")
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
