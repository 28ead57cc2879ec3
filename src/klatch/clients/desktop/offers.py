"""The list above the input field: what the word at the cursor may become."""

import tkinter
from collections.abc import Callable
from typing import Any

from klatch.clients.desktop.bare import Listbox
from klatch.clients.desktop.completion import Offer
from klatch.clients.desktop.style import Style


class Offers(Listbox):
    """`accept` is told which one was taken. The keyboard stays in the field."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, above: tkinter.Misc, accept: Callable[[Offer], None]
    ) -> None:
        super().__init__(parent, highlightthickness=1, activestyle="none", takefocus=0, exportselection=False)
        self._style = style
        self._above = above
        self._accept = accept
        self.all: list[Offer] = []
        self._chosen: int | None = None
        self.bind("<ButtonRelease-1>", self._click)

    def show(self, offers: list[Offer]) -> None:
        """Offers these."""
        if offers == self.all:
            return
        self.all = offers
        self._chosen = None
        if not offers:
            self.place_forget()
            return
        self.delete(0, "end")
        wide = max(len(offer.text) for offer in offers)
        for offer in offers:
            words = offer.what if offer.what.startswith("/") else f"{offer.text.strip():<{wide}}  {offer.what}"
            self.insert("end", f" {words}")
        self.configure(height=len(offers), width=max(24, *(len(offer.what) for offer in offers)) + 8)
        self.place(in_=self._above, x=0, y=-self._style.px(4), anchor="sw")
        self.lift()

    def hide(self) -> None:
        """Offers nothing."""
        self.show([])

    def move(self, by: int) -> bool:
        """Chooses the next or the one before; says whether there is any."""
        if self.all:
            start = -1 if by > 0 else len(self.all)
            self._chosen = ((self._chosen if self._chosen is not None else start) + by) % len(self.all)
            self.selection_clear(0, "end")
            self.selection_set(self._chosen)
        return bool(self.all)

    def take(self, *, first: bool) -> bool:
        """Takes the chosen one, or without one the first if that is wanted; says whether there was any."""
        if self._chosen is None and not (first and self.all):
            return False
        self._accept(self.all[self._chosen or 0])
        return True

    def dress(self) -> None:
        """Takes the colours and sizes that are chosen."""
        palette = self._style.palette
        self.configure(
            background=palette.raised, foreground=palette.ink, font=self._style.meta, highlightbackground=palette.line,
            highlightcolor=palette.line, selectbackground=palette.accent, selectforeground=palette.on_accent,
        )  # fmt: skip

    def _click(self, event: "tkinter.Event[Any]") -> None:
        place = self.nearest(event.y)
        if 0 <= place < len(self.all):
            self._accept(self.all[place])
