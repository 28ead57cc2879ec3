"""The quick way to a room or a person, by a few letters of its name."""

import tkinter
from collections.abc import Callable
from typing import Any

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.rowlist import Row, RowList
from klatch.clients.desktop.style import Style
from klatch.core.answers import Person, RoomState
from klatch.core.texts import make_inert


class GoTo(Dialog):
    """Rooms and people by a few letters of their names; what is no room yet can be made one."""

    def __init__(
        self,
        parent: tkinter.Misc,
        style: Style,
        pictures: Pictures,
        people: list[Person],
        go: Callable[[str, str], None],
    ) -> None:
        """`go` is told what to do (open, join, create, write) and with which name."""
        super().__init__(parent, style, "Go to")
        self._people = people
        self._rooms: list[RoomState] = []
        self._go = go
        self.field = ttk.Entry(self, font=style.text, width=36)
        self.field.pack(fill="x")
        self._list = RowList(self, style, pictures, self._choose)
        self._list.configure(height=style.px(8 + 32 * 9), width=style.px(440))
        self._list.pack(fill="both", pady=(style.px(12), 0))
        self.field.bind("<KeyRelease>", self._released)
        self.field.bind("<Return>", lambda _: self._enter())
        self.field.bind("<Down>", lambda _: self._list.focus_set())
        self._fill()
        self.appear(self.field)

    def show_rooms(self, rooms: list[RoomState]) -> None:
        """Takes the rooms that one may see."""
        self._rooms = rooms
        self._fill()

    @property
    def rows(self) -> list[Row]:
        """What it offers."""
        return self._list.rows

    def _released(self, event: "tkinter.Event[Any]") -> None:
        if event.keysym not in ("Down", "Return", "Escape"):
            self._fill()

    def _fill(self) -> None:
        typed = self.field.get().strip().casefold()
        bare = typed.lstrip("#@")
        rows: list[Row] = []
        mine = [room for room in self._rooms if room.role is not None and bare in room.name.casefold()]
        others = [room for room in self._rooms if room.role is None and bare in room.name.casefold()]
        people = [each for each in self._people if bare in f"{each.name} {each.display_name}".casefold()]
        if mine and not typed.startswith("@"):
            rows += [Row(key="", text="Your rooms")]
            rows += [
                Row(key=f"open:{room.id}", text=make_inert(room.name), note=make_inert(room.topic)) for room in mine
            ]
        if others and not typed.startswith("@"):
            rows += [Row(key="", text="Rooms to join")]
            rows += [Row(key=f"join:{room.name}", text=room.name, note=make_inert(room.topic)) for room in others]
        if people and not typed.startswith("#"):
            rows += [Row(key="", text="People")]
            rows += [
                Row(key=f"write:{each.name}", text=make_inert(each.display_name), dot=each.state) for each in people
            ]
        taken = {room.name.casefold() for room in self._rooms}
        if bare and f"#{bare}" not in taken and not typed.startswith("@"):
            rows += [Row(key="", text="New"), Row(key=f"create:{bare}", text=f"Make the room #{bare}")]
        self._list.show(rows, next((row.key for row in rows if row.key), ""))

    def _enter(self) -> None:
        if self._list.chosen:
            self._choose(self._list.chosen)

    def _choose(self, key: str) -> None:
        what, _, name = key.partition(":")
        self.close()
        self._go(what, name)
