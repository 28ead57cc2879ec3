"""Small windows above the window: where to go, a reaction, settings, help. Escape closes each of them."""

import tkinter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.preferences import Preferences, Theme
from klatch.clients.desktop.rowlist import Row, RowList
from klatch.clients.desktop.style import SIZES, Style
from klatch.core.answers import Person, RoomState
from klatch.core.emoji import parse_emoji
from klatch.core.refusals import Refused
from klatch.core.texts import make_inert

_EMOJI: Final = ("👍", "❤", "😀", "🎉", "😮", "😢", "🙏", "✅", "👀", "☕", "🔥", "❓")
_THEMES: Final[tuple[tuple[Theme, str], ...]] = (
    ("system", "Like the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)
KEYS: Final = (
    ("Enter", "Send"),
    ("Shift+Enter", "New line"),
    ("Up", "Change your last message"),
    ("Tab", "Complete a name, a room or a command"),
    ("Ctrl+K", "Go to a room or a person; join or make a room"),
    ("Alt+Up, Alt+Down", "Room before, room after"),
    ("Alt+Shift+Up, Alt+Shift+Down", "The same, only rooms with something new"),
    ("F6, Shift+F6", "Next part of the window, part before"),
    ("Page Up, Page Down", "Earlier and later messages"),
    ("Up, Down in the messages", "Choose a message; then R replies, + reacts, E changes, Delete takes back, C copies"),
    ("F8, F9", "Rooms and members"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "Larger, smaller, usual text"),
    ("Ctrl+,", "Settings"),
    ("Ctrl+Q", "Leave"),
)


class Dialog(tkinter.Toplevel):
    """Stands in the middle of its window, and gives the keyboard back when it closes."""

    def __init__(self, parent: tkinter.Misc, style: Style, title: str) -> None:
        super().__init__(parent)
        self.withdraw()
        self.style = style
        self._back = parent.focus_get()
        self.title(title)
        self.transient(parent.winfo_toplevel())
        self.configure(
            background=style.palette.ground, padx=style.px(20), pady=style.px(20), highlightthickness=1,
            highlightbackground=style.palette.line, highlightcolor=style.palette.line,
        )  # fmt: skip
        self.bind("<Escape>", lambda _: self.close())
        self.protocol("WM_DELETE_WINDOW", self.close)

    def appear(self, first: tkinter.Misc, *, at: tuple[int, int] | None = None) -> None:
        """Shows itself, with the keyboard at a widget."""
        self.update_idletasks()
        above = self.master.winfo_toplevel()
        wide, high = self.winfo_reqwidth(), self.winfo_reqheight()
        x = above.winfo_rootx() + (above.winfo_width() - wide) // 2 if at is None else at[0]
        y = above.winfo_rooty() + (above.winfo_height() - high) // 3 if at is None else at[1]
        x = max(0, min(x, self.winfo_screenwidth() - wide))
        y = max(0, min(y, self.winfo_screenheight() - high))
        self.geometry(f"+{x}+{y}")
        self.resizable(False, False)
        self.deiconify()
        self.lift()
        first.focus_force()

    def close(self) -> None:
        """Goes away."""
        self.destroy()
        if self._back is not None and self._back.winfo_exists():
            self._back.focus_force()


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

    def _choose_sound(self) -> None:
        self._preferences.sound = self.sound.get()
        self._keep()


class Passwords(Dialog):
    """Asks for passwords, which are never shown and never kept; `asks` are the names of the fields."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, asks: Sequence[str], verb: str, take: Callable[[list[str]], None]
    ) -> None:
        super().__init__(parent, style, verb)
        self._take = take
        self.fields: list[ttk.Entry] = []
        for words in asks:
            gap = style.px(12) if self.fields else 0
            ttk.Label(self, text=words, style="Ground.TLabel").pack(anchor="w", pady=(gap, style.px(4)))
            field = ttk.Entry(self, font=style.text, width=32, show="•")
            field.pack(fill="x")
            field.bind("<Return>", lambda _: self._enter())
            self.fields.append(field)
        ttk.Button(self, text=verb, command=self._enter, bootstyle="primary").pack(anchor="e", pady=(style.px(16), 0))
        self.appear(self.fields[0])

    def _enter(self) -> None:
        given = [field.get() for field in self.fields]
        if "" in given:
            self.fields[given.index("")].focus_set()
            return
        self.close()
        self._take(given)


class Keys(Dialog):
    """What the keyboard does."""

    def __init__(self, parent: tkinter.Misc, style: Style) -> None:
        super().__init__(parent, style, "Keys")
        for row, (key, does) in enumerate(KEYS):
            ttk.Label(self, text=key, style="Ground.TLabel", font=style.meta_strong).grid(
                row=row, column=0, sticky="nw", pady=style.px(3)
            )
            ttk.Label(self, text=does, style="Ground.TLabel", font=style.meta, wraplength=style.px(360)).grid(
                row=row, column=1, sticky="w", padx=(style.px(24), 0), pady=style.px(3)
            )
        close = ttk.Button(self, text="Close", command=self.close, bootstyle="primary")
        close.grid(row=len(KEYS), column=1, sticky="e", pady=(style.px(20), 0))
        self.appear(close)


def step_size(size: int, by: int) -> int:
    """The next larger or smaller size of text."""
    place = min(range(len(SIZES)), key=lambda at: abs(SIZES[at] - size)) + by
    return SIZES[max(0, min(len(SIZES) - 1, place))]
