"""The menus and the keys of the window: one table, from which the bar, the shortcuts and the sheet of keys are made."""

import tkinter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from klatch.clients.desktop.style import Style

TAG: Final = "Klatch"
"""The bind tag of widgets in which the keys work."""
_SIGNS: Final = {"comma": ",", "plus": "+", "minus": "-", "Key-0": "0", "Up": "Up", "Down": "Down"}


class Choice(msgspec.Struct, frozen=True):
    """One row of a menu: `keys` as Tk calls them, with `Control` for the key of shortcuts; the first one is shown.

    `hidden`: it has keys only.
    """

    words: str
    do: Callable[[], object]
    keys: tuple[str, ...] = ()
    hidden: bool = False


Menus = Sequence[tuple[str, Sequence[Choice | None]]]
"""Titles and rows; None is a line between rows."""


class MenuBar:
    """The bar of a window."""

    def __init__(self, window: tkinter.Tk, style: Style, menus: Menus) -> None:
        self._style = style
        self.bar = tkinter.Menu(window, tearoff=False)
        self._all = [self.bar]
        for title, rows in menus:
            menu = tkinter.Menu(self.bar, tearoff=False)
            self._all.append(menu)
            for row in rows:
                if row is None:
                    menu.add_separator()
                elif not row.hidden:
                    shown = spell_key(row.keys[0], style) if row.keys else ""
                    menu.add_command(label=row.words, accelerator=shown, command=row.do)
                if row is not None:
                    for key in row.keys:
                        window.bind_class(TAG, f"<{name_key(key, style)}>", partial(_do, row.do))
            self.bar.add_cascade(label=title, menu=menu, underline=0)
        style.watch(self._dress)

    def _dress(self) -> None:
        palette = self._style.palette
        for menu in self._all:
            on_bar = menu is self.bar
            dress_menu(menu, self._style)
            if on_bar:
                menu.configure(background=palette.sunken, borderwidth=0)


def make_menu(parent: tkinter.Misc, style: Style) -> tkinter.Menu:
    """An empty menu, to be filled and shown."""
    menu = tkinter.Menu(parent, tearoff=False)
    dress_menu(menu, style)
    return menu


def dress_menu(menu: tkinter.Menu, style: Style) -> None:
    """Gives a menu our colours, where the system lets us."""
    palette = style.palette
    menu.configure(
        background=palette.raised, foreground=palette.ink, relief="flat", borderwidth=1, activeborderwidth=0,
        activebackground=palette.accent, activeforeground=palette.on_accent, disabledforeground=palette.soft,
        font="TkMenuFont",
    )  # fmt: skip


def name_key(key: str, style: Style) -> str:
    """A key as it is bound here: shortcuts of Macintoshes have Command."""
    return key.replace("Control", style.control)


def spell_key(key: str, style: Style) -> str:
    """A key as people read it, such as `Ctrl+K` or `⌘K`."""
    *with_it, last = key.split("-") if key != "Control-Key-0" else ["Control", "Key-0"]
    last = _SIGNS.get(last, last.upper() if len(last) == 1 else last)
    if style.windowing == "aqua":
        signs = {"Control": "\u2318", "Alt": "\u2325", "Shift": "\u21e7"}
        return "".join(signs[each] for each in with_it) + last
    return "+".join([*("Ctrl" if each == "Control" else each for each in with_it), last])


def list_keys(menus: Menus, style: Style) -> list[tuple[str, str]]:
    """Keys and what they do."""
    rows = [row for _, rows in menus for row in rows if row is not None and row.keys]
    return [(spell_key(row.keys[0], style), row.words) for row in rows]


def _do(action: Callable[[], Any], _event: object) -> str:
    action()
    return "break"
