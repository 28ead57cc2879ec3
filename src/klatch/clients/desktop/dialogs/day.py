"""Which day to go back to."""

import tkinter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style

_OFTEN = (("Yesterday", 1), ("A week ago", 7), ("A month ago", 30), ("A year ago", 365))


class GoToDay(Form):
    """`go` is told the day."""

    def __init__(self, parent: tkinter.Misc, style: Style, today: date, go: Callable[[date], None]) -> None:
        super().__init__(parent, style, "Go to a day")
        self._go = go
        self.day = self.field("Day, such as 2026-11-20", today.isoformat())
        row = ttk.Frame(self, style="Ground.TFrame")
        row.pack(fill="x", pady=(style.px(12), 0))
        for words, passed in _OFTEN:
            day = today - timedelta(days=passed)
            ttk.Button(row, text=words, bootstyle="light", command=partial(self._choose, day)).pack(
                side="left", padx=(0, style.px(8))
            )
        self.finish("Go", self.do)
        self.day.selection_range(0, "end")

    def do(self) -> str | None:
        """Goes to what is written."""
        try:
            day = date.fromisoformat(self.day.get().strip())
        except ValueError:
            return "Write the day as year, month and day: 2026-11-20."
        self._go(day)
        return None

    def _choose(self, day: date) -> None:
        self.close()
        self._go(day)
