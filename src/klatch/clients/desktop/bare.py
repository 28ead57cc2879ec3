"""Tk's own widgets as they are: without borders, and in no colours but those that they are given."""

import tkinter
from typing import Any

import ttkbootstrap


class Frame(ttkbootstrap.TkFrame):
    """A box."""

    def __init__(self, parent: tkinter.Misc, **options: Any) -> None:
        super().__init__(parent, autostyle=False, **{"borderwidth": 0, "highlightthickness": 0} | options)


class Label(ttkbootstrap.TkLabel):
    """A few words or a picture."""

    def __init__(self, parent: tkinter.Misc, **options: Any) -> None:
        super().__init__(parent, autostyle=False, **{"borderwidth": 0, "padx": 0, "pady": 0} | options)


class Text(ttkbootstrap.Text):
    """Words in lines."""

    def __init__(self, parent: tkinter.Misc, **options: Any) -> None:
        usual = {"borderwidth": 0, "highlightthickness": 0, "padx": 0, "pady": 0}
        super().__init__(parent, autostyle=False, **usual | options)


class Canvas(ttkbootstrap.Canvas):
    """Something drawn."""

    def __init__(self, parent: tkinter.Misc, **options: Any) -> None:
        super().__init__(parent, autostyle=False, **{"borderwidth": 0, "highlightthickness": 0} | options)


class Listbox(ttkbootstrap.Listbox):
    """A short list."""

    def __init__(self, parent: tkinter.Misc, **options: Any) -> None:
        super().__init__(parent, autostyle=False, **{"borderwidth": 0} | options)
