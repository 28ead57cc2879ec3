"""Asks for passwords, which are never shown and never kept."""

import tkinter
from collections.abc import Callable, Sequence

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style

NEW = "A new password, of 8 characters or more"
_AGAIN = "The same again"


class Passwords(Form):
    """`asks` are the names of the fields; a new password is asked for twice and given once."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, asks: Sequence[str], verb: str, take: Callable[[list[str]], None]
    ) -> None:
        super().__init__(parent, style, verb)
        self._take = take
        self._twice = asks[-1] == NEW
        self.fields = [self.field(words, hidden=True) for words in (*asks, *([_AGAIN] if self._twice else []))]
        self.finish(verb, self._enter)

    def _enter(self) -> str | None:
        given = [field.get() for field in self.fields]
        if "" in given:
            self.fields[given.index("")].focus_set()
            return "Fill in every field." if any(given) else ""
        if self._twice and given.pop() != given[-1]:
            self.fields[-1].delete(0, "end")
            self.fields[-1].focus_set()
            return "The two are not the same. Type it again."
        self._take(given)
        return None
