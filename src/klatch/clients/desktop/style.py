"""How the window looks: the tokens as Tk understands them, for the screen's density and the user's size of text."""

import contextlib
import os
import subprocess
import sys
import tkinter
from collections.abc import Callable
from tkinter.font import Font, nametofont
from typing import Any, Final

import ttkbootstrap
from ttkbootstrap.style import ThemeDefinition

from klatch.clients.desktop import x11
from klatch.clients.desktop.preferences import Theme
from klatch.clients.look.tokens import Palette, read_tokens

SIZES: Final = (75, 90, 100, 110, 125, 150, 175, 200)
_DOTS_PER_INCH: Final = 96
_POINTS_PER_INCH: Final = 72
_ASKED_WITHIN: Final = 0.5
_TK_FONTS: Final = ("TkDefaultFont", "TkTextFont", "TkMenuFont", "TkHeadingFont", "TkCaptionFont", "TkTooltipFont")


class Style:
    """Fonts, colours and distances. `watch` is told when any of them changes."""

    def __init__(self, window: ttkbootstrap.App, theme: Theme, size: int) -> None:
        self.tokens = read_tokens()
        self._window = window
        self._watchers: list[Callable[[], None]] = []
        self.windowing = str(window.tk.call("tk", "windowingsystem"))
        self.control = "Command" if self.windowing == "aqua" else "Control"
        """The key that shortcuts are pressed with."""
        self.menu_buttons = ("<Button-2>", "<Control-Button-1>") if self.windowing == "aqua" else ("<Button-3>",)
        """What brings the menu of something."""
        self.scale = _density(window)
        window.tk.call("tk", "scaling", self.scale * _DOTS_PER_INCH / _POINTS_PER_INCH)
        self.theme: Theme = theme
        self.size = size
        self.palette: Palette = self.tokens.light
        base = nametofont("TkDefaultFont", window).actual("family")
        mono = nametofont("TkFixedFont", window).actual("family")
        self.text = Font(window, name="KlatchText", family=base)
        self.strong = Font(window, name="KlatchStrong", family=base, weight="bold")
        self.emphasis = Font(window, name="KlatchEmphasis", family=base, slant="italic")
        self.meta = Font(window, name="KlatchMeta", family=base)
        self.meta_strong = Font(window, name="KlatchMetaStrong", family=base, weight="bold")
        self.title = Font(window, name="KlatchTitle", family=base, weight="bold")
        self.code = Font(window, name="KlatchCode", family=mono)
        for mode in ("light", "dark"):
            window.style.register_theme(_definition(mode, getattr(self.tokens, mode)))
        self._size_fonts()
        self._colour()

    def px(self, length: float) -> int:
        """A distance of the design in pixels of this screen."""
        return round(length * self.scale)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Tells when colours or sizes change, and at once."""
        self._watchers.append(watcher)
        watcher()

    def forget(self, watcher: Callable[[], None]) -> None:
        """Tells no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def choose(self, theme: Theme | None = None, size: int | None = None) -> None:
        """Changes the theme or the size of text."""
        self.theme = theme or self.theme
        self.size = size or self.size
        self._size_fonts()
        self._colour()
        for watcher in list(self._watchers):
            watcher()

    def author(self, hue: int) -> str:
        """The colour of an author."""
        return self.palette.authors[hue]

    def leading(self, font: Font, line: float) -> int:
        """How much is to be added between lines of a font, for lines of the height that the design wants."""
        wanted = line * self.scale * self.size / 100
        return max(0, round(wanted - font.metrics("linespace")))

    def _size_fonts(self) -> None:
        text = self.tokens.text
        factor = self.scale * self.size / 100
        for font, size in (
            (self.text, text.size),
            (self.strong, text.size),
            (self.emphasis, text.size),
            (self.meta, text.meta),
            (self.meta_strong, text.meta),
            (self.title, text.title),
            (self.code, text.code),
        ):
            font.configure(size=-round(size * factor))  # negative: pixels
        for name in _TK_FONTS:
            nametofont(name, self._window).configure(size=-round(14 * factor))

    def _colour(self) -> None:
        dark = self.theme == "dark" or (self.theme == "system" and _system_is_dark())
        self.palette = self.tokens.dark if dark else self.tokens.light
        window, palette = self._window, self.palette
        window.theme_use("klatch-dark" if dark else "klatch-light")
        window.configure(background=palette.ground)
        style: Any = window.style
        pad = self.px(8)
        style.configure("TButton", padding=(self.px(12), self.px(4)))
        style.configure("TEntry", padding=(pad, self.px(5)))
        for kind in ("TEntry", "TCombobox", "TCheckbutton"):  # what may not be changed is still to be read
            style.map(kind, foreground=[("disabled", palette.soft)])
        window.option_add("*TCombobox*Listbox.font", self.text)
        for name, ground, ink, font in (
            ("Ground", palette.ground, palette.ink, self.text),
            ("Raised", palette.raised, palette.ink, self.text),
            ("Sunken", palette.sunken, palette.ink, self.text),
        ):
            style.configure(f"{name}.TFrame", background=ground)
            style.configure(f"{name}.TLabel", background=ground, foreground=ink, font=font)
            style.configure(f"{name}Soft.TLabel", background=ground, foreground=palette.soft, font=self.meta)
            style.configure(f"{name}Title.TLabel", background=ground, foreground=ink, font=self.title)
            style.configure(f"{name}Bad.TLabel", background=ground, foreground=palette.bad, font=self.meta)


def mix(one: str, other: str, share: float) -> str:
    """A colour between two; `share` of the first."""
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(first * share + second * (1 - share)):02X}" for first, second in pairs)


def _definition(mode: str, palette: Palette) -> ThemeDefinition:
    return ThemeDefinition(
        name=f"klatch-{mode}",
        mode=mode,
        colors={
            "primary": palette.accent,
            "secondary": palette.soft,
            "success": palette.good,
            "info": palette.soft,
            "warning": palette.warning,
            "danger": palette.bad,
            "light": palette.sunken,
            "dark": palette.ink,
            "bg": palette.ground,
            "fg": palette.ink,
            "selectbg": palette.accent,
            "selectfg": palette.on_accent,
            "border": palette.line,
            "inputfg": palette.ink,
            "inputbg": palette.raised,
            "active": palette.sunken,
        },
    )


def _density(window: tkinter.Tk) -> float:
    """How many pixels a pixel of the design has here: 1 on most screens, 2 on the densest."""
    with contextlib.suppress(ValueError):
        return min(4.0, max(0.5, float(os.environ["KLATCH_SCALE"]))) if "KLATCH_SCALE" in os.environ else _told(window)
    return _told(window)


def _told(window: tkinter.Tk) -> float:
    windowing = window.tk.call("tk", "windowingsystem")
    if windowing == "aqua":
        return 1.0  # there a pixel of Tk is a point already
    dots = (x11.font_density() if windowing == "x11" else None) or float(window.winfo_fpixels("1i"))
    return max(1.0, round(dots / _DOTS_PER_INCH * 4) / 4)


def _system_is_dark() -> bool:
    """Whether the desktop is dark, as far as it says so; light where it does not."""
    with contextlib.suppress(Exception):
        if sys.platform == "win32":
            import winreg  # noqa: PLC0415 - there is none elsewhere

            path = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                return bool(winreg.QueryValueEx(key, "AppsUseLightTheme")[0] == 0)
        command = (
            ["defaults", "read", "-g", "AppleInterfaceStyle"]
            if sys.platform == "darwin"
            else ["gsettings", "get", "org.gnome.desktop.interface", "color-scheme"]
        )
        told = subprocess.run(command, capture_output=True, text=True, timeout=_ASKED_WITHIN, check=False)  # noqa: S603
        return "dark" in told.stdout.casefold()
    return False
