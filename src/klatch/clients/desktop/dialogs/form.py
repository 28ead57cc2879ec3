"""A small window with fields below each other and a button that does what its verb says."""

import tkinter
from collections.abc import Callable, Sequence
from typing import Any

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.style import Style

_WIDTH = 38
_WIDEST_WORDS = "How long words are to be kept"


class Form(Dialog):
    """Fields are added from the top; `finish` adds the buttons and shows it. `beside`: words stand beside fields."""

    def __init__(self, parent: tkinter.Misc, style: Style, title: str, *, beside: bool = False) -> None:
        super().__init__(parent, style, title)
        self._beside = beside
        self._first: tkinter.Misc | None = None
        self._fault = ttk.Label(self, style="GroundBad.TLabel", wraplength=style.px(360), justify="left")
        self.button: ttk.Button
        self._head(title)

    def say(self, words: str) -> None:
        """Says something at length."""
        ttk.Label(
            self, text=words, style="Ground.TLabel", wraplength=self.style.px(360), justify="left"
        ).pack(anchor="w", pady=(0, self.style.px(8)))  # fmt: skip

    def field(self, words: str, value: str = "", *, hidden: bool = False, enabled: bool = True) -> ttk.Entry:
        """A line to write in."""
        field = ttk.Entry(self._row(words), font=self.style.text, width=_WIDTH, show="•" if hidden else "")
        field.insert(0, value)
        self._add(field, enabled=enabled)
        return field

    def choice(
        self, words: str, options: Sequence[tuple[Any, str]], value: object, *, enabled: bool = True
    ) -> Callable[[], Any]:
        """One of several; gives what tells which. Options are values and their words."""
        box = ttk.Combobox(
            self._row(words), values=[each for _, each in options], state="readonly", font=self.style.text
        )
        places = [each for each, _ in options]
        box.current(places.index(value) if value in places else 0)
        self._add(box, enabled=enabled)
        return lambda: places[box.current()]

    def check(self, words: str, *, value: bool, enabled: bool = True) -> Callable[[], bool]:
        """Yes or no; gives what tells which."""
        variable = tkinter.BooleanVar(self, value)
        box = ttk.Checkbutton(self, text=words, variable=variable)
        box.configure(state="normal" if enabled else "disabled")
        box.pack(anchor="w", pady=(self.style.px(12), 0))
        self._first = self._first or box
        return variable.get

    def complain(self, words: str) -> None:
        """Says what is wrong, and stays."""
        self._fault.configure(text=words)
        self._fault.pack(anchor="w", pady=(self.style.px(12), 0), before=self._buttons)

    def finish(
        self, verb: str, do: Callable[[], str | None], other: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Shows it. `do` is called by the button and Enter; it gives what is wrong, or None: then it closes."""
        px = self.style.px
        self._buttons = Frame(self, background=self.style.palette.ground)
        self._buttons.pack(fill="x", pady=(px(20), 0))
        self.button = ttk.Button(self._buttons, text=verb, command=lambda: self._press(do), bootstyle="primary")
        self.button.pack(side="right")
        cancel = ttk.Button(self._buttons, text="Cancel", command=self.close, bootstyle="light")
        cancel.pack(side="right", padx=(0, px(8)))
        if other is not None:
            ttk.Button(self._buttons, text=other[0], command=other[1], bootstyle="danger-outline").pack(side="left")
        self.bind("<Return>", lambda _: self._press(do))
        self.appear(self._first or self.button)

    def _press(self, do: Callable[[], str | None]) -> None:
        if (fault := do()) is None:
            self.close()
        else:
            self.complain(fault)

    def _head(self, words: str) -> None:
        ttk.Label(self, text=words, style="GroundTitle.TLabel", wraplength=self.style.px(360)).pack(
            anchor="w", pady=(0, self.style.px(8))
        )

    def _row(self, words: str) -> tkinter.Misc:
        """Where a field of that name is to stand."""
        px = self.style.px
        row = Frame(self, background=self.style.palette.ground)
        row.pack(fill="x", pady=(px(8 if self._beside else 12), 0))
        label = ttk.Label(row, text=words, style="Ground.TLabel")
        if self._beside:
            row.columnconfigure(0, minsize=self.style.text.measure(_WIDEST_WORDS) + px(16))
            row.columnconfigure(1, weight=1)
            label.grid(row=0, column=0, sticky="w")
        else:
            row.columnconfigure(0, weight=1)
            label.grid(row=0, column=0, sticky="w", pady=(0, px(4)))
        return row

    def _add(self, widget: ttk.Entry | ttk.Combobox, *, enabled: bool) -> None:
        if not enabled:
            widget.configure(state="disabled")
        elif self._first is None:
            self._first = widget
        widget.grid(row=0 if self._beside else 1, column=1 if self._beside else 0, sticky="ew")
