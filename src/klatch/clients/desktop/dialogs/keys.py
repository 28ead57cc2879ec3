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
        for row, (key, does) in enumerate(keys):
            ttk.Label(self, text=key, style="Ground.TLabel", font=style.meta_strong).grid(
                row=row, column=0, sticky="nw", pady=style.px(3)
            )
            ttk.Label(self, text=does, style="Ground.TLabel", font=style.meta, wraplength=style.px(360)).grid(
                row=row, column=1, sticky="w", padx=(style.px(24), 0), pady=style.px(3)
            )
        close = ttk.Button(self, text="Close", command=self.close, bootstyle="primary")
        close.grid(row=len(keys), column=1, sticky="e", pady=(style.px(20), 0))
        self.appear(close)
