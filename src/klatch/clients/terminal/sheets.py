"""Sheets that lie over the conversation: keys, answers to questions, and questions to the user."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Final

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

KEYS: Final = (
    ("Writing", ""),
    ("Enter", "send"),
    ("Alt+Enter, Ctrl+J", "begin a new line"),
    ("Tab", "complete a name, #room, /command or :emoji"),
    ("↑ ↓", "what you sent before"),
    ("Ctrl+U", "take the text away (↑ brings it back)"),
    ("Esc", "stop answering or editing"),
    ("Reading", ""),
    ("PgUp PgDn, wheel", "scroll"),
    ("Shift+Tab", "choose a message, with ↑ and ↓; then:"),
    ("r  e  d  a  c", "reply, edit, delete, react, copy"),
    ("q  p", "go to what it answers, who wrote it"),
    ("s  v", "save its files, look at its picture"),
    ("Ctrl+G", "go to a day"),
    ("End, Esc", "back to the last message"),
    ("Rooms and people", ""),
    ("Ctrl+K", "go to a room or person, join or make a room"),
    ("Ctrl+N, Ctrl+P", "next and previous room"),
    ("Alt+A", "next room with something unread"),
    ("F2  F3", "the list of rooms, of people; Enter opens"),
    ("The rest", ""),
    ("F1", "this sheet"),
    ("F4", "next theme: dark, light, no colours"),
    ("Ctrl+C", "take the text away; then: leave"),
    ("Ctrl+Q", "leave"),
    ("/help", "all that can be typed"),
)


class Sheet(ModalScreen[None]):
    """Something to read; Esc or Enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,f1,ctrl+c", "dismiss", "Close", show=False),
        Binding("up,k", "roll(-1)", show=False),
        Binding("down,j", "roll(1)", show=False),
        Binding("pageup", "roll(-10)", show=False),
        Binding("pagedown,space", "roll(10)", show=False),
    ]

    def __init__(self, title: str, rows: Sequence[tuple[str, ...]]) -> None:
        """`rows` are lines of one cell, or of two: a word and what it means."""
        super().__init__()
        self._title_text = title
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Title, text, and how to close it."""
        with Vertical(classes="sheet"):
            yield Static(Text(self._title_text), classes="sheet-title")
            with VerticalScroll(can_focus=False):
                yield Static(_lay_out(self._rows))
            yield Static("Esc closes", classes="sheet-foot")

    def action_roll(self, by: int) -> None:
        """Scrolls."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def keys_sheet() -> Sheet:
    """All keys."""
    return Sheet("Keys", [row if row[1] else (row[0],) for row in KEYS])


def _lay_out(rows: Sequence[tuple[str, ...]]) -> Table | Text:
    """Two columns where there are two; what stands alone is a heading, with air above it."""
    if all(len(row) == 1 for row in rows):
        return Text("\n".join(row[0] for row in rows))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for at, row in enumerate(rows):
        if len(row) == 1:
            if at:
                table.add_row()
            table.add_row(Text(row[0], "dim"))
        else:
            table.add_row(Text(row[0], "bold"), Text(row[1]))
    return table


class Question(ModalScreen[str | None]):
    """Asks something; the answer is the id of a button, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(
        self, question: str, answers: Sequence[tuple[str, str]], keys: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`answers` are ids with verbs; `keys` are answers by key."""
        super().__init__()
        self._question = question
        self._answers = answers
        self._keys_for = keys

    def compose(self) -> ComposeResult:
        """The question, and a button for each answer."""
        with Vertical(classes="sheet question"):
            yield Static(Text(self._question), classes="sheet-title")
            with Horizontal(classes="answers"):
                for answer, verb in self._answers:
                    yield Button(verb, id=answer, compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """It was answered."""
        self.dismiss(event.button.id)

    def on_key(self, event: events.Key) -> None:
        """Ctrl+C pressed again means what it meant the first time."""
        if (answer := self._keys_for.get(event.key)) is not None:
            self.dismiss(answer)
