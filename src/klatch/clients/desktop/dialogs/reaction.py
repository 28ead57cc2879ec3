"""Which emoji to put to a message."""

import tkinter
from collections.abc import Callable
from functools import partial
from typing import Final

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.style import Style
from klatch.core.emoji import parse_emoji
from klatch.core.refusals import Refused

_EMOJI: Final = ("👍", "❤", "😀", "🎉", "😮", "😢", "🙏", "✅", "👀", "☕", "🔥", "❓")


class PickReaction(Dialog):
    """A few emoji, and a field for any other."""

    def __init__(self, parent: tkinter.Misc, style: Style, pick: Callable[[str], None], at: tuple[int, int]) -> None:
        super().__init__(parent, style, "React")
        self._pick = pick
        self.buttons: list[ttk.Button] = []
        for place, emoji in enumerate(_EMOJI):
            button = ttk.Button(self, text=emoji, width=3, bootstyle="light", command=partial(self._choose, emoji))
            button.grid(row=place // 6, column=place % 6, padx=style.px(2), pady=style.px(2))
            button.bind("<Right>", partial(self._go, place + 1))
            button.bind("<Left>", partial(self._go, place - 1))
            button.bind("<Down>", partial(self._go, place + 6))
            button.bind("<Up>", partial(self._go, place - 6))
            button.bind("<Return>", partial(self._choose, emoji))
            self.buttons.append(button)
        ttk.Label(self, text="Another emoji", style="GroundSoft.TLabel").grid(
            row=2, column=0, columnspan=3, sticky="w", pady=(style.px(8), 0)
        )
        self.field = ttk.Entry(self, font=style.text, width=6)
        self.field.grid(row=2, column=3, columnspan=3, sticky="ew", pady=(style.px(8), 0))
        self.field.bind("<Return>", lambda _: self._choose(self.field.get().strip()))
        self._fault = ttk.Label(self, style="GroundBad.TLabel")
        self.appear(self.buttons[0], at=at)

    def _go(self, place: int, _event: object) -> str:
        (self.buttons[place] if 0 <= place < len(self.buttons) else self.field).focus_set()
        return "break"

    def _choose(self, text: str, _event: object = None) -> None:
        try:
            emoji = parse_emoji(text)
        except Refused as refused:
            self._fault.configure(text=refused.message)
            self._fault.grid(row=3, column=0, columnspan=6, sticky="w")
            return
        self.close()
        self._pick(emoji)
