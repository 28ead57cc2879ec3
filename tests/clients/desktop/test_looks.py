"""How the window looks and is gone through."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


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
