"""Asks for passwords."""

import tkinter
from collections.abc import Callable, Sequence

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.style import Style


class Passwords(Dialog):
    """Asks for passwords, which are never shown and never kept; `asks` are the names of the fields."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, asks: Sequence[str], verb: str, take: Callable[[list[str]], None]
    ) -> None:
        super().__init__(parent, style, verb)
        self._take = take
        self.fields: list[ttk.Entry] = []
        for words in asks:
            gap = style.px(12) if self.fields else 0
            ttk.Label(self, text=words, style="Ground.TLabel").pack(anchor="w", pady=(gap, style.px(4)))
            field = ttk.Entry(self, font=style.text, width=32, show="•")
            field.pack(fill="x")
            field.bind("<Return>", lambda _: self._enter())
            self.fields.append(field)
        ttk.Button(self, text=verb, command=self._enter, bootstyle="primary").pack(anchor="e", pady=(style.px(16), 0))
        self.appear(self.fields[0])

    def _enter(self) -> None:
        given = [field.get() for field in self.fields]
        if "" in given:
            self.fields[given.index("")].focus_set()
            return
        self.close()
        self._take(given)
