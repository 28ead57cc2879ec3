"""One question with one field."""

import tkinter
from collections.abc import Callable

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style


class Ask(Form):
    """`take` is told what was written."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, title: str, words: str, verb: str, take: Callable[[str], None]
    ) -> None:
        super().__init__(parent, style, title)
        self._take = take
        self.answer = self.field(words)
        self.finish(verb, self.do)

    def do(self) -> str | None:
        """Takes it."""
        if not (text := self.answer.get().strip()):
            return "Write it in the field."
        self._take(text)
        return None
