"""The head of the talk: which room, and what it is about."""

import tkinter
from collections.abc import Callable

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.rowlist import shorten
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.righttoleft import in_one_line


class Header(Frame):
    """Name and topic, with a button for each drawer."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, show_rooms: Callable[[], None], show_members: Callable[[], None]
    ) -> None:
        super().__init__(parent)
        self._style = style
        self._topic = ""
        self._members = 0
        self.name = Label(self, anchor="w", padx=0)
        self.topic = Label(self, anchor="w", padx=0)
        self._rooms_button = ttk.Button(self, text="Rooms", bootstyle="light", command=show_rooms, takefocus=False)
        self._members_button = ttk.Button(self, bootstyle="light", command=show_members, takefocus=False)
        self._line = Frame(self, height=1)
        self.bind("<Configure>", lambda _: self._write())
        self._shows_rooms = False
        style.watch(self._dress)

    def show(self, name: str, topic: str, members: int, *, rooms_button: bool) -> None:
        """Says where one is."""
        if (name, topic, members, rooms_button) == (self._name, self._topic, self._members, self._shows_rooms):
            return
        self._name, self._topic, self._members, self._shows_rooms = name, topic, members, rooms_button
        self._dress()

    _name = ""

    def _dress(self) -> None:
        style, palette, px = self._style, self._style.palette, self._style.px
        self.configure(background=palette.ground)
        self.name.configure(background=palette.ground, foreground=palette.ink, font=style.title)
        self.topic.configure(background=palette.ground, foreground=palette.soft, font=style.meta)
        self._line.configure(background=palette.line)
        self._line.pack(side="bottom", fill="x")
        self._members_button.pack(side="right", padx=(px(8), px(16)), pady=px(10))
        if self._shows_rooms:
            first = {"before": self.name} if self.name.winfo_manager() else {}
            self._rooms_button.pack(side="left", padx=(px(16), 0), pady=px(10), **first)
        else:
            self._rooms_button.pack_forget()
        self.name.pack(side="left", padx=(px(24) if not self._shows_rooms else px(12), 0), pady=px(10))
        self.topic.pack(side="left", padx=(px(12), 0), pady=(px(4), 0))
        self._write()

    def _write(self) -> None:
        style, px = self._style, self._style.px
        self._members_button.configure(text=f"Members {self._members}" if self._members else "Members")
        room = self.winfo_width() - self._members_button.winfo_reqwidth() - px(24 + 24 + 24)
        if self._shows_rooms:
            room -= self._rooms_button.winfo_reqwidth() + px(12)
        name = shorten(in_one_line(self._name), style.title, max(px(60), room))
        self.name.configure(text=name)
        left = room - style.title.measure(name) - px(12)
        self.topic.configure(text=shorten(in_one_line(self._topic), style.meta, left) if left > px(60) else "")
