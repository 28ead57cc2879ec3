"""The sheet of keys."""

import tkinter
from collections.abc import Sequence

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.style import Style


class Keys(Dialog):
    """What the keyboard does: `keys` are keys and what they do."""

    def __init__(self, parent: tkinter.Misc, style: Style, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent, style, "Keys")
        half = (len(keys) + 1) // 2
        for place, (key, does) in enumerate(keys):
            row, column = place % half, place // half * 2
            ttk.Label(self, text=key, style="Ground.TLabel", font=style.meta_strong).grid(
                row=row, column=column, sticky="nw", pady=style.px(3), padx=(style.px(32) if column else 0, 0)
            )
            ttk.Label(self, text=does, style="Ground.TLabel", font=style.meta, wraplength=style.px(240)).grid(
                row=row, column=column + 1, sticky="nw", padx=(style.px(16), 0), pady=style.px(3)
            )
        close = ttk.Button(self, text="Close", command=self.close, bootstyle="primary")
        close.grid(row=half, column=3, sticky="e", pady=(style.px(20), 0))
        self.appear(close)
