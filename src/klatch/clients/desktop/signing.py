"""What is typed about passwords is asked for apart: they are never shown and never kept."""

import tkinter
from collections.abc import Callable

from klatch.clients.desktop.dialogs.passwords import NEW, Passwords
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.talk import Talk
from klatch.core import commands as ask
from klatch.core.grammar import AskPassword, Place, parse
from klatch.core.refusals import Refused


class Signing:
    """`sign_in` is told by which name one wants to come back with a password."""

    def __init__(self, window: tkinter.Tk, style: Style, talk: Talk, sign_in: Callable[[str], None]) -> None:
        self._window = window
        self._style = style
        self._talk = talk
        self._sign_in = sign_in

    def begin(self, wish: AskPassword) -> None:
        """Asks for what is needed, and does it."""
        match wish.to:
            case "login":
                self._sign_in(wish.name)
            case "register":
                self.register(wish.link)
            case _:
                self.change_password()

    def register(self, link: str | None = None) -> None:
        """Makes an account of a guest."""
        done = "You have an account now. Elsewhere you come in with your name and this password."
        self._ask("Make an account", [NEW], lambda given: ask.Register(cid="", password=given[0], link=link), done)

    def change_password(self) -> None:
        """Takes another password."""
        asks = ["The password you have", NEW]
        done = "Your password was changed. Your other sessions ended."
        self._ask(
            "Change password", asks, lambda given: ask.ChangePassword(cid="", old=given[0], password=given[1]), done
        )

    def _ask(self, verb: str, asks: list[str], make: Callable[[list[str]], ask.AnyCommand], done: str) -> None:
        Passwords(self._window, self._style, asks, verb, lambda given: self._talk.act(make(given), done))


def asks_password(text: str) -> AskPassword | None:
    """What was typed, if it is about a password."""
    if not text.startswith("/"):
        return None
    try:
        wish = parse(text, Place(room="", cid=""))
    except Refused:
        return None
    return wish if isinstance(wish, AskPassword) else None
