"""What the menus of the window offer, and by which keys."""

from functools import partial
from typing import Protocol

from klatch.clients.desktop.doing import Doing
from klatch.clients.desktop.filing import Filing
from klatch.clients.desktop.going import Going
from klatch.clients.desktop.menubar import Choice, Menus
from klatch.clients.desktop.people import People
from klatch.clients.desktop.signing import Signing


class Chooses(Protocol):
    """What the choices are made of."""

    going: Going
    doing: Doing
    signing: Signing
    people: People
    filing: Filing

    def open_settings(self) -> object:
        """Shows what one may choose."""

    def open_keys(self) -> None:
        """Shows what the keyboard does."""

    def ask_for_day(self) -> None:
        """Asks which day to go back to."""

    def be_quiet(self, seconds: int | None) -> None:
        """Has nothing disturb one."""

    def go_to_part(self, by: int) -> None:
        """Gives the keyboard to another part of the window."""

    def show_rooms(self) -> None:
        """Goes to the list of rooms."""

    def toggle_members(self) -> None:
        """Shows the members, or hides them."""

    def resize_text(self, by: int) -> None:
        """Larger or smaller text."""

    def disconnect(self) -> None:
        """Leaves this server."""

    def close(self) -> None:
        """Leaves for good."""


def list_choices(window: Chooses) -> Menus:
    """Titles and rows."""
    going, doing, signing = window.going, window.doing, window.signing
    return (
        (
            "Klatch",
            (
                Choice("How others see you", window.people.open_me),
                Choice("Make an account", signing.register),
                Choice("Change password", signing.change_password),
                None,
                Choice("Do not disturb for an hour", partial(window.be_quiet, 3_600)),
                Choice("Do not disturb until I say so", partial(window.be_quiet, None)),
                Choice("Disturb me again", partial(window.be_quiet, 0)),
                None,
                Choice("Settings", window.open_settings, ("Control-comma",)),
                Choice("Another server", window.disconnect),
                None,
                Choice("Leave Klatch", window.close, ("Control-q",)),
            ),
        ),
        (
            "Room",
            (
                Choice("Go to or make a room", going.ask, ("Control-k",)),
                Choice("Room before", partial(going.step, -1), ("Alt-Up",)),
                Choice("Room after", partial(going.step, 1), ("Alt-Down",)),
                Choice("Room before with something new", partial(going.step, -1, unread=True), ("Alt-Shift-Up",)),
                Choice("Room after with something new", partial(going.step, 1, unread=True), ("Alt-Shift-Down",)),
                None,
                Choice("Send files", window.filing.attach, ("Control-o",)),
                Choice("Go to a day", window.ask_for_day, ("Control-g",)),
                Choice("Invite somebody", going.invite, ("Control-i",)),
                Choice("Room settings", going.open_settings),
                Choice("Leave this room", partial(doing.say, "/leave")),
            ),
        ),
        (
            "View",
            (
                Choice("Next part of the window", partial(window.go_to_part, 1), ("F6",)),
                Choice("Part before", partial(window.go_to_part, -1), ("Shift-F6",)),
                Choice("Rooms", window.show_rooms, ("F8",)),
                Choice("Members", window.toggle_members, ("F9",)),
                None,
                Choice(
                    "Larger text", partial(window.resize_text, 1), ("Control-plus", "Control-equal", "Control-KP_Add")
                ),
                Choice("Smaller text", partial(window.resize_text, -1), ("Control-minus", "Control-KP_Subtract")),
                Choice("Usual text", partial(window.resize_text, 0), ("Control-Key-0",)),
            ),
        ),
        (
            "Help",
            (
                Choice("What can be typed", partial(doing.say, "/help")),
                Choice("Keys", window.open_keys, ("F1",)),
            ),
        ),
    )
