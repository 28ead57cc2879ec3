"""Choosing one of many by typing a part of it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option


class Choice(msgspec.Struct, frozen=True):
    """One that can be chosen: `key` is what comes of it, `about` stands behind the label; `strong` stands out."""

    key: str
    label: str
    about: str = ""
    strong: bool = False


class Chooser(ModalScreen[str | None]):
    """Gives the key of what was chosen. `find` gives what fits the text that was typed, the best first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", show=False, priority=True),
        Binding("up,ctrl+p", "move('cursor_up')", show=False, priority=True),
        Binding("down,ctrl+n", "move('cursor_down')", show=False, priority=True),
        Binding("pageup", "move('page_up')", show=False, priority=True),
        Binding("pagedown", "move('page_down')", show=False, priority=True),
    ]

    def __init__(self, title: str, find: Callable[[str], Sequence[Choice]], nothing: str = "There is nothing.") -> None:
        """`nothing` is said where nothing fits."""
        super().__init__()
        self._title_text = title
        self._find = find
        self._nothing = nothing
        self._found: Sequence[Choice] = ()

    def compose(self) -> ComposeResult:
        """A line to type in, and what fits."""
        with Vertical(classes="sheet chooser"):
            yield Input(placeholder=self._title_text, compact=True)
            yield Static(Text(self._nothing, "dim"), id="nothing")
            yield OptionList(compact=True)

    def on_mount(self) -> None:
        """All that there is."""
        self.query_one(OptionList).can_focus = False
        self.find_again()

    def find_again(self) -> None:
        """There may be more to choose from now; what is pointed at stays, if it is still there."""
        options = self.query_one(OptionList)
        pointed = self._pointed()
        self._found = self._find(self.query_one(Input).value)
        options.clear_options()
        width = max((len(choice.label) for choice in self._found), default=0)
        options.add_options([Option(_draw(choice, width)) for choice in self._found])
        keys = [choice.key for choice in self._found]
        if keys:
            options.highlighted = keys.index(pointed) if pointed in keys else 0
        options.display = bool(keys)
        self.query_one("#nothing").display = not keys

    def on_input_changed(self) -> None:
        """Something was typed: the best is pointed at."""
        self._found = ()
        self.find_again()

    def on_input_submitted(self) -> None:
        """The one that is pointed at."""
        self.dismiss(self._pointed())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """One was clicked."""
        self.dismiss(self._found[event.option_index].key)

    def action_move(self, action: str) -> None:
        """Points at another."""
        getattr(self.query_one(OptionList), f"action_{action}")()

    def _pointed(self) -> str | None:
        at = self.query_one(OptionList).highlighted
        return self._found[at].key if at is not None and at < len(self._found) else None


def rank(name: str, typed: str) -> int | None:
    """How well a name fits what was typed: 0 it begins so, 1 a word in it does, 2 it holds it, 3 its letters in this
    order; None where it does not."""
    name, typed = name.casefold(), typed.casefold()
    bare = name.lstrip("#@")
    if name.startswith(typed) or bare.startswith(typed):
        return 0
    at = bare.find(typed)
    if at > 0:
        return 2 if bare[at - 1].isalnum() else 1
    letters = iter(bare)
    return 3 if all(letter in letters for letter in typed.lstrip("#@")) else None


def _draw(choice: Choice, width: int) -> Text:
    text = Text(choice.label, "bold" if choice.strong else "", no_wrap=True, overflow="ellipsis")
    if choice.about:
        text.append(" " * (min(width, 32) - len(choice.label) + 2) + choice.about, "dim not bold")
    return text
