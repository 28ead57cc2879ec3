"""Where one writes: several lines, a history of what was sent, and completion."""

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

_NEW_LINE: Final = ("shift+enter", "alt+enter", "ctrl+j", "ctrl+enter")
_HISTORY_MOST: Final = 200


class Composer(TextArea):
    """Enter sends, Shift+Enter, Alt+Enter or Ctrl+J begins a line. Nothing typed is thrown away unasked."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+u", "clear_all", show=False)]

    class Sent(Message):
        """Enter was pressed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Typed(Message):
        """The text or the cursor changed."""

    class Key(Message):
        """A key that means something outside: `tab`, `escape`, `up` or `down` while something is offered."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__(id="composer", soft_wrap=True, show_line_numbers=False, tab_behavior="focus", theme="css")
        self.may_be_empty = False
        """Whether Enter means something though nothing stands there."""
        self.offering = False
        """Whether completions are shown, so that the arrow keys choose among them."""
        self._history: list[str] = []
        self._at = 0  # where in the history one is
        self._draft = ""

    async def _on_key(self, event: events.Key) -> None:
        key = event.key
        if key == "enter":
            self._stop(event)
            if self.text.strip():
                self.post_message(self.Sent(self.text))
            elif self.may_be_empty:
                self.post_message(self.Sent(""))
        elif key in _NEW_LINE:
            self._stop(event)
            self.insert("\n")
        elif key in ("tab", "escape") or (self.offering and key in ("up", "down")):
            self._stop(event)
            self.post_message(self.Key(key))
        elif (key == "up" and self.cursor_at_first_line and self._recall(-1)) or (
            key == "down" and self.cursor_at_last_line and self._recall(1)
        ):
            self._stop(event)
        elif key == "ctrl+c" and not self.selected_text:
            self._stop(event)
            if self.text.strip():
                self.action_clear_all()
            else:
                self.post_message(self.Key(key))

    def remember(self, text: str) -> None:
        """Something was sent; the up arrow brings it back."""
        if text and self._history[-1:] != [text]:
            self._history = [*self._history, text][-_HISTORY_MOST:]
        self._at = len(self._history)
        self._draft = ""

    def replace_all(self, text: str) -> None:
        """Puts another text there, with the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def before_cursor(self) -> str:
        """The line up to the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def accept(self, start: int, text: str) -> None:
        """Replaces the line from a column up to the cursor."""
        row, column = self.cursor_location
        self.replace(text, (row, start), (row, column))

    def action_clear_all(self) -> None:
        """Takes all away; the up arrow brings it back."""
        if self.text.strip():
            self.remember(self.text)
        self.replace_all("")

    def on_text_area_changed(self) -> None:
        """Something was typed."""
        self.post_message(self.Typed())

    def _recall(self, by: int) -> bool:
        """What was sent before or after; False where there is nothing, so that the cursor moves instead."""
        browsing = self._at < len(self._history)
        if not browsing and self.text and by > 0:
            return False
        to = self._at + by
        if not 0 <= to <= len(self._history):
            return False
        if not browsing:
            self._draft = self.text
        self._at = to
        self.replace_all(self._draft if to == len(self._history) else self._history[to])
        return True

    @staticmethod
    def _stop(event: events.Key) -> None:
        event.stop()
        event.prevent_default()
