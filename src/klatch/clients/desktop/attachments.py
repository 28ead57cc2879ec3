"""The files that go with the next message: how far they are, and a way to give them up."""

import tkinter
from collections.abc import Callable, Sequence

from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.rowlist import shorten
from klatch.clients.desktop.scene import Transfer
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.core.files import spell_size

_NAME_MOST = 220


class Attachments(Frame):
    """A row for each file. `give_up` is told the number of one."""

    def __init__(self, parent: tkinter.Misc, style: Style, give_up: Callable[[int], None]) -> None:
        super().__init__(parent)
        self._style = style
        self._give_up = give_up
        self._drawn: Sequence[Transfer] = ()
        self._rows: dict[int, tuple[Frame, Label, Label]] = {}

    def show(self, transfers: Sequence[Transfer]) -> None:
        """Draws what differs."""
        if transfers == self._drawn:
            return
        self._drawn = transfers
        numbers = {each.number for each in transfers}
        for number in [number for number in self._rows if number not in numbers]:
            self._rows.pop(number)[0].destroy()
        for each in transfers:
            if each.number not in self._rows:
                self._rows[each.number] = self._make_row(each.number)
            self._rows[each.number][1].configure(text=self._spell(each))
        self.dress()

    @property
    def shown(self) -> list[str]:
        """What the rows say."""
        return [str(words.cget("text")) for _, words, _ in self._rows.values()]

    def dress(self) -> None:
        """Takes the colours and sizes that are chosen."""
        palette, px, font = self._style.palette, self._style.px, self._style.meta
        self.configure(background=palette.ground)
        for row, words, away in self._rows.values():
            row.configure(background=palette.sunken)
            words.configure(background=palette.sunken, foreground=palette.ink, font=font, padx=px(10), pady=px(5))
            away.configure(
                background=palette.sunken, foreground=palette.soft, font=font, padx=px(10), pady=px(5),
                highlightthickness=1, highlightbackground=palette.sunken, highlightcolor=palette.accent,
            )  # fmt: skip

    def _make_row(self, number: int) -> tuple[Frame, Label, Label]:
        row = Frame(self)
        words = Label(row, anchor="w")
        away = Label(row, text="Remove", cursor="hand2", takefocus=1)
        for event in ("<Button-1>", "<Return>", "<space>", "<Delete>"):
            away.bind(event, lambda _: self._give_up(number))
        words.pack(side="left", fill="x", expand=True)
        away.pack(side="right")
        row.pack(fill="x", pady=(0, self._style.px(4)))
        return row, words, away

    def _spell(self, transfer: Transfer) -> str:
        name = shorten(in_one_line(transfer.name), self._style.meta, self._style.px(_NAME_MOST))
        return f"{name}  {spell_progress(transfer)}"


def spell_progress(transfer: Transfer) -> str:
    """How far a file is, in words."""
    if transfer.ready:
        return spell_size(transfer.size)
    return f"{transfer.done * 100 // transfer.size} %" if transfer.size else "…"
