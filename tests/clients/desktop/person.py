"""Somebody at a window: presses keys, clicks, and sees what is drawn."""

import time
import tkinter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from klatch.clients.desktop.preferences import Preferences
from klatch.clients.desktop.window import Window
from tests.pace import PATIENCE

KEYSYMS = {
    " ": "space", "\n": "Return", "/": "slash", "@": "at", "#": "numbersign", "!": "exclam", ".": "period",
    ",": "comma", "?": "question", "'": "apostrophe", ":": "colon", "*": "asterisk", "_": "underscore",
    "-": "minus", "+": "plus", "`": "grave", "|": "bar",
}  # fmt: skip


# Held to the end: a window that is collected in another thread than its own takes the process with it.
_WINDOWS: list[Window] = []


class Person:
    """`with Person() as bob`: a window of bob's."""

    def __init__(self, preferences: Preferences | None = None) -> None:
        self.window = Window(preferences or Preferences(theme="light"))
        _WINDOWS.append(self.window)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.window.close()

    def opens(self, server: str = "", name: str = "") -> None:
        """Sees the first page."""
        self.window.open_connect_page(server, name, at_once=False)
        self.lives()

    def joins(self, server: str, name: str) -> None:
        """Goes to a server."""
        self.opens(server, name)
        self.presses("Return", at=self.window.page.name)
        self.waits(lambda: self.room is not None and self.room.loaded and self.room.people)

    def settles(self) -> None:
        """Has the lobby before them, in a usual window, and nothing begun."""
        window = self.window
        for child in window.app.winfo_children():
            if isinstance(child, tkinter.Toplevel):
                child.destroy()
        window.composer.put("")
        self.presses("Escape", "Escape", at=window.composer.text)
        window.composer.put("")
        window.app.geometry("1180x760")
        if (window.style.theme, window.style.size) != ("light", 100):
            window.preferences.size = 100
            window.style.choose(theme="light", size=100)
        assert window.scene is not None
        window.going.open(next(room.id for room in window.scene.rooms if room.name == "#lobby"))
        self.waits(lambda: self.room is not None and self.room.state.name == "#lobby" and not self.room.pending)
        window.timeline.to_end()
        self.lives()

    @property
    def room(self) -> Any:
        """The room that is looked at."""
        return self.window.scene.open if self.window.scene is not None else None

    @property
    def shown(self) -> str:
        """The timeline's text."""
        return self.window.timeline.shown

    @property
    def status(self) -> str:
        """What the status bar says of the connection."""
        return str(self.window.status.connection.cget("text"))

    @property
    def at(self) -> tkinter.Misc | None:
        """Where the keyboard is."""
        return self.window.app.focus_get()

    def lives(self, seconds: float = 0.0) -> None:
        """Lets the window do what it has to."""
        deadline = time.monotonic() + seconds
        while True:
            self.window.app.update()
            if time.monotonic() >= deadline:
                return
            time.sleep(0.005)

    def waits(self, condition: Callable[[], Any], within: float = PATIENCE) -> None:
        """Lets the window live until something is so."""
        deadline = time.monotonic() + within
        fault = ""
        while not condition():
            fault = str(self.window.page.fault.cget("text"))
            assert time.monotonic() < deadline, (
                f"it did not happen; the window shows:\n{self.shown}\n{self.status}\n{fault}"
            )
            self.lives()
            time.sleep(0.005)

    def sees(self, words: str, within: float = PATIENCE) -> None:
        """Waits for words in the timeline."""
        self.waits(lambda: words in self.shown, within)

    def presses(self, *keys: str, at: tkinter.Misc | None = None) -> None:
        """Presses keys, by the names that Tk gives them, such as Shift-Return."""
        if at is not None:
            at.focus_force()
            self.lives()
        for key in keys:
            widget = self.at
            assert widget is not None
            widget.event_generate(f"<{key}>")
            if widget.winfo_exists():
                widget.event_generate(f"<KeyRelease-{key.split('-')[-1]}>")
            self.lives()

    def types(self, text: str) -> None:
        """Types into whatever has the keyboard; what no key has is pasted."""
        widget = self.at
        assert widget is not None
        if len(text) > 200 or not text.isascii():
            widget.clipboard_clear()
            widget.clipboard_append(text)
            widget.event_generate("<<Paste>>")
        else:
            for letter in text:
                key = KEYSYMS.get(letter, letter)
                widget.event_generate(f"<KeyPress-{key}>")
                widget.event_generate(f"<KeyRelease-{key}>")
        self.lives()

    def says(self, text: str) -> None:
        """Types into the input field and presses Enter."""
        self.window.composer.text.focus_force()
        self.lives()
        self.types(text)
        self.presses("Return")

    def says_and_sees(self, text: str) -> None:
        """The same, until it is confirmed."""
        self.says(text)
        self.waits(lambda: text in self.shown and not self.room.pending)

    def clicks(self, widget: tkinter.Misc, x: int, y: int) -> None:
        """Clicks somewhere on a widget."""
        widget.event_generate("<Motion>", x=x, y=y)
        widget.event_generate("<Button-1>", x=x, y=y)
        widget.event_generate("<ButtonRelease-1>", x=x, y=y)
        self.lives()

    def clicks_words(self, words: str) -> None:
        """Clicks on words of the timeline."""
        text = self.window.timeline.text
        at = text.search(words, "1.0", "end")
        assert at, f"{words!r} is not in:\n{self.shown}"
        text.see(at)
        self.lives()
        box = text.bbox(f"{at} + 1c")
        assert box is not None
        self.clicks(text, box[0] + box[2] // 2, box[1] + box[3] // 2)
