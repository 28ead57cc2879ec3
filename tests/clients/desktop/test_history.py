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


def test_one_goes_back_to_a_day_and_comes_to_the_end_again(house: Server, display: str) -> None:
    from klatch.clients.desktop.dialogs.day import GoToDay

    with at(house, "ann") as [ann]:
        ann.type(*(f"long ago {number:03}" for number in range(300)))
        ann.sees("long ago 299")
        with make_person() as dan:
            dan.joins(house.url, "dan")
            dan.sees("long ago 299")
            timeline = dan.window.timeline
            assert "long ago 001" not in dan.shown
            dan.presses("Control-g", at=dan.window.composer.text)
            dan.lives()
            sheet = next(child for child in dan.window.app.winfo_children() if isinstance(child, GoToDay))
            dan.presses("Return", at=sheet.day)
            dan.waits(lambda: dan.room.later)
            dan.sees("Today")
            ann.type("meanwhile")
            for _ in range(200):
                timeline.scroll(2, "pages")
                dan.lives(0.01)
                if not dan.room.later:
                    break
            dan.waits(lambda: not dan.room.later)
            assert dan.room.order == sorted(set(dan.room.order))
            timeline.to_end()
            dan.sees("meanwhile")


def test_a_click_on_a_quotation_goes_to_what_is_far_and_back(house: Server, display: str) -> None:
    with at(house, "ann") as [ann]:
        ann.type("/create stairs", *(f"step {number:03}" for number in range(300)))
        ann.sees("step 299")
        with make_person() as eve:
            eve.joins(house.url, "eve")
            eve.says("/join stairs")
            eve.waits(lambda: eve.room.state.name == "#stairs" and eve.room.loaded)
            eve.sees("step 299")
            far = eve.room.order[0] - 150
            eve.window.composer.text.focus_force()
            eve.says(f"/reply {far} I remember")
            eve.sees("an earlier message")
            eve.clicks_words("an earlier message")
            eve.waits(lambda: eve.room.later and eve.window.timeline.text.block(far) is not None)
            eve.presses("End", at=eve.window.timeline.text)
            eve.sees("I remember")
