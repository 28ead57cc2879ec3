"""Asks for passwords: they are never typed into a command, never shown and never kept."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from klatch.clients.terminal.words import draw_line
from klatch.core.grammar import AskPassword, Place, parse
from klatch.core.refusals import Refused

REGISTERED: Final = "You have an account now: this name and password let you in everywhere."
ANOTHER_TAKEN: Final = "Your password was changed. Your other sessions have ended."


class Passwords(ModalScreen[list[str] | None]):
    """A hidden field for each label; gives what was typed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", show=False, priority=True),
        Binding("enter", "next", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, labels: Sequence[str]) -> None:
        super().__init__()
        self._title_text = title
        self._labels = labels

    def compose(self) -> ComposeResult:
        """The fields."""
        with Vertical(classes="sheet question"):
            yield Static(Text(self._title_text), classes="sheet-title")
            for label in self._labels:
                yield Static(Text(label, "dim"))
                yield Input(password=True, compact=True)
            yield Static(Text("Enter goes on, Esc stops", "dim"))

    def action_next(self) -> None:
        """The next field, or done. What is typed at once, or pasted by a keeper of passwords, goes where it belongs."""
        fields = list(self.query(Input))
        at = next((at for at, field in enumerate(fields) if field is self.focused), len(fields) - 1)
        if at + 1 < len(fields):
            self.set_focus(fields[at + 1])
        else:
            fields[at].call_later(self._finish)  # once it has taken all keys before this one

    def _finish(self) -> None:
        typed = [field.value for field in self.query(Input)]
        if all(typed):
            self.dismiss(typed)
        else:
            next(field for field in self.query(Input) if not field.value).focus()


def asks_for_password(text: str) -> AskPassword | None:
    """What was typed, if it is one of the commands that ask for a password. The server has the last word on others."""
    if not text.startswith("/"):
        return None
    try:
        asked = parse(text, Place(room="", cid=""))
    except Refused:
        return None
    return asked if isinstance(asked, AskPassword) else None


def explain_task(task: AskPassword) -> tuple[str, list[str]]:
    """The title and the labels of what is to be asked."""
    new = ["A new password, 8 characters or more", "The same again"]
    match task.to:
        case "login":
            return f"Sign in as {draw_line(task.name)}", ["Password"]
        case "register":
            return "Make an account of this guest", new
        case _:
            return "Take another password", ["The old password", *new]
