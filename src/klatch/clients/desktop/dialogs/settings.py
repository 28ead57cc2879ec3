"""What one may choose about the window."""

import tkinter
from collections.abc import Callable
from typing import Final

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.preferences import Preferences, Theme
from klatch.clients.desktop.style import SIZES, Style

_THEMES: Final[tuple[tuple[Theme, str], ...]] = (
    ("system", "Like the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)


class Settings(Dialog):
    """What one may choose; each choice counts at once."""

    def __init__(self, parent: tkinter.Misc, style: Style, preferences: Preferences, keep: Callable[[], None]) -> None:
        super().__init__(parent, style, "Settings")
        self._preferences = preferences
        self._keep = keep
        px = style.px
        self.theme = tkinter.StringVar(self, preferences.theme)
        self.sound = tkinter.BooleanVar(self, preferences.sound)
        ttk.Label(self, text="Colours", style="Ground.TLabel", font=style.strong).pack(anchor="w")
        radios: list[ttk.Radiobutton] = []
        for theme, words in _THEMES:
            radio = ttk.Radiobutton(self, text=words, value=theme, variable=self.theme, command=self._choose_theme)
            radio.pack(anchor="w", pady=(px(6), 0))
            radios.append(radio)
        ttk.Label(self, text="Size of text", style="Ground.TLabel", font=style.strong).pack(
            anchor="w", pady=(px(20), 0)
        )
        sizes = Frame(self, background=style.palette.ground)
        sizes.pack(anchor="w", pady=(px(6), 0))
        self.smaller = ttk.Button(sizes, text="A-", width=4, bootstyle="light", command=lambda: self._resize(-1))
        self.larger = ttk.Button(sizes, text="A+", width=4, bootstyle="light", command=lambda: self._resize(1))
        self._size = ttk.Label(sizes, style="Ground.TLabel", width=7, anchor="center")
        self.smaller.pack(side="left")
        self._size.pack(side="left")
        self.larger.pack(side="left")
        ttk.Label(self, text="When somebody calls you", style="Ground.TLabel", font=style.strong).pack(
            anchor="w", pady=(px(20), 0)
        )
        ttk.Checkbutton(self, text="Play a sound", variable=self.sound, command=self._choose_sound).pack(
            anchor="w", pady=(px(6), 0)
        )
        self.notify = tkinter.BooleanVar(self, preferences.notify)
        ttk.Checkbutton(
            self, text="Show a notification", variable=self.notify, command=self._choose_notify
        ).pack(anchor="w", pady=(px(6), 0))  # fmt: skip
        ttk.Button(self, text="Close", command=self.close, bootstyle="primary").pack(anchor="e", pady=(px(24), 0))
        self._say_size()
        self.appear(radios[0])

    def _choose_theme(self) -> None:
        theme: Theme = next(theme for theme, _ in _THEMES if theme == self.theme.get())
        self._preferences.theme = theme
        self.style.choose(theme=theme)
        self.configure(background=self.style.palette.ground)
        for child in self.winfo_children():
            if isinstance(child, Frame):
                child.configure(background=self.style.palette.ground)
        self._keep()

    def _resize(self, by: int) -> None:
        self._preferences.size = step_size(self._preferences.size, by)
        self.style.choose(size=self._preferences.size)
        self._say_size()
        self._keep()

    def _say_size(self) -> None:
        self._size.configure(text=f"{self._preferences.size} %")

    def _choose_notify(self) -> None:
        self._preferences.notify = self.notify.get()
        self._keep()

    def _choose_sound(self) -> None:
        self._preferences.sound = self.sound.get()
        self._keep()


def step_size(size: int, by: int) -> int:
    """The next larger or smaller size of text."""
    place = min(range(len(SIZES)), key=lambda at: abs(SIZES[at] - size)) + by
    return SIZES[max(0, min(len(SIZES) - 1, place))]
