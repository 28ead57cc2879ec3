"""Where the parts stand: the sides beside the talk where there is room for them, else drawers above it."""

import tkinter
from collections.abc import Callable
from typing import Final

from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.style import Style

_SIDES: Final = ("rooms", "members")


class Panes(Frame):
    """`left`, `middle` and `right` are to be filled. `moved` is told when a side comes or goes."""

    def __init__(self, parent: tkinter.Misc, style: Style, moved: Callable[[], None]) -> None:
        super().__init__(parent)
        self._style = style
        self._moved = moved
        self.left = Frame(self)
        self.middle = Frame(self)
        self.right = Frame(self)
        self._edges = [Frame(self, width=1) for _ in _SIDES]
        self._wide = (True, True)
        self._drawer = ""
        self.wants_members = True
        self.bind("<Configure>", lambda _: self.arrange())
        style.watch(self._dress)

    @property
    def has_rooms(self) -> bool:
        """Whether there is room for the rooms at the side."""
        return self._wide[0]

    @property
    def drawer(self) -> str:
        """Which side is open as a drawer: rooms, members or none."""
        return self._drawer

    def show_drawer(self, drawer: str) -> None:
        """Opens one, or with an empty name none."""
        if drawer != self._drawer:
            self._drawer = drawer
            self.arrange()

    def toggle_members(self) -> bool:
        """Shows the members or hides them; says whether they are there now."""
        if self._wide[1]:
            self.wants_members = not self.wants_members
            self.arrange()
            return self.wants_members
        self.show_drawer("" if self._drawer == "members" else "members")
        return self._drawer == "members"

    def arrange(self) -> None:
        """Puts everything where it belongs at this width."""
        space = self._style.tokens.space
        width = self.winfo_width()
        if width <= 1:
            return
        self._wide = (width >= self._px(space.two_drawers_under), width >= self._px(space.one_drawer_under))
        self._put(0, self.left, space.rooms, shown=self._wide[0])
        self._put(1, self.right, space.members, shown=self._wide[1] and self.wants_members)
        self.middle.pack(fill="both", expand=True)
        self._moved()

    def _put(self, place: int, frame: Frame, wanted: int, *, shown: bool) -> None:
        edge, side = self._edges[place], ("left", "right")[place]
        frame.pack_propagate(False)
        frame.configure(width=self._px(wanted))
        if shown:
            frame.place_forget()
            before = {"before": self.middle} if self.middle.winfo_manager() else {}
            frame.pack(side=side, fill="y", **before)
            edge.pack(side=side, fill="y", after=frame)
            return
        frame.pack_forget()
        edge.pack_forget()
        if self._drawer == _SIDES[place] and not self._wide[place]:
            wide = min(self._px(wanted), self.winfo_width())
            frame.place(relx=place, rely=0, relheight=1, width=wide, anchor=("nw", "ne")[place])
            frame.lift()
        else:
            frame.place_forget()

    def _px(self, length: float) -> int:
        """Columns of text grow with the text."""
        return self._style.px(length * max(1.0, self._style.size / 100))

    def _dress(self) -> None:
        palette = self._style.palette
        for frame in (self, self.middle):
            frame.configure(background=palette.ground)
        for frame in (self.left, self.right):
            frame.configure(background=palette.sunken)
        for edge in self._edges:
            edge.configure(background=palette.line)
        self.arrange()
