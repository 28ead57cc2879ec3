"""The desk: the composer with its prompt, what could be completed, and a draft for each room."""

from collections.abc import Callable
from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from klatch.clients.seat.drafts import Drafts
from klatch.clients.terminal.completing import Offers, complete
from klatch.clients.terminal.composer import Composer
from klatch.clients.terminal.words import draw_line
from klatch.core.events import Message as Said
from klatch.core.view import Item

Mode = tuple[str, int]
_KEPT_AFTER: Final = 0.5  # seconds
_POINTER: Final = "›"  # noqa: RUF001 - a pointer, not a sign of inequality


class Desk(Vertical):
    """`mode` is `reply` or `edit` with the number of a message, or None."""

    class Sent(Message):
        """Something was written, and Enter pressed."""

        def __init__(self, text: str, mode: Mode | None) -> None:
            super().__init__()
            self.text = text
            self.mode = mode

    class Typing(Message):
        """Something is being written that others will read."""

    class Moded(Message):
        """One answers, edits, or no longer does."""

    class Left(Message):
        """Escape or Ctrl+C was pressed, and meant nothing here."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, names: Callable[[], tuple[list[str], list[str]]], drafts: Drafts) -> None:
        """`names` gives the people and the rooms that can be completed."""
        super().__init__(id="desk")
        self.composer = Composer()
        """Where one writes."""
        self._names = names
        self.mode: Mode | None = None
        self._room = ""
        self._drafts = drafts
        self._aside = ""  # what stood there before one began to edit
        self._keeping: Timer | None = None
        self._offers: Offers | None = None
        self._offered = 0

    def compose(self) -> ComposeResult:
        """What is offered, above where one writes."""
        yield Static(id="offers")
        with Horizontal(id="writing"):
            yield Static(_POINTER, id="prompt")
            yield self.composer

    def focus_composer(self) -> None:
        """One writes."""
        self.composer.focus()

    def turn_to(self, room: str, name: str) -> None:
        """One looks at another room; what was begun here is kept until one comes back."""
        self.composer.placeholder = Content(f"Write to {draw_line(name)}" if name else "")
        if room == self._room:
            return
        self.stop()
        self.keep()
        self._room = room
        self.composer.replace_all(self._drafts.read(room))
        self._offer(None)

    def start(self, act: str, item: Item, text: str | None) -> None:
        """Begins to answer or to edit a message."""
        self.stop()
        self.mode = (act, item.seq)
        if text is not None:
            self._aside = self.composer.text
            self.composer.replace_all(text)
            self.composer.may_be_empty = isinstance(item.body, Said) and bool(item.body.files)
        self.focus_composer()
        self.post_message(self.Moded())

    def stop(self) -> None:
        """Answers or edits no more. An edit that was begun comes back with the up arrow."""
        if self.mode is None:
            return
        if self.mode[0] == "edit":
            self.composer.remember(self.composer.text)
            self._put_back()
        self.mode = None
        self.post_message(self.Moded())

    def give_back(self, text: str) -> None:
        """What was not done is there again, unless something else is already."""
        if not self.composer.text:
            self.composer.replace_all(text)

    def begin(self, text: str) -> None:
        """Begins a line; what stood there comes back with the up arrow."""
        self.composer.remember(self.composer.text)
        self.composer.replace_all(text)

    def keep(self) -> None:
        """Puts on disk what is begun here; an edit is of a message that stands there already."""
        self._keeping = None
        editing = self.mode is not None and self.mode[0] == "edit"
        self._drafts.write(self._room, self._aside if editing else self.composer.text)

    def _put_back(self) -> None:
        """What stood there before one edited stands there again."""
        aside, self._aside = self._aside, ""
        self.composer.may_be_empty = False
        self.composer.replace_all(aside)

    # What the composer tells.

    def on_composer_sent(self, event: Composer.Sent) -> None:
        """Enter."""
        event.stop()
        mode, self.mode = self.mode, None
        self.composer.remember(event.text)
        self._put_back()
        self._offer(None)
        self.post_message(self.Sent(event.text, mode))

    def on_composer_typed(self, event: Composer.Typed) -> None:
        """Perhaps it can be completed."""
        event.stop()
        text = self.composer.text
        if text and not text.startswith("/"):
            self.post_message(self.Typing())
        if self._keeping is None:
            self._keeping = self.set_timer(_KEPT_AFTER, self.keep)
        offers = self._complete()
        self._offer(offers if offers is not None and offers.asked else None)

    def on_composer_key(self, event: Composer.Key) -> None:
        """A key that the composer leaves to others."""
        event.stop()
        match event.key:
            case "tab":
                self._accept()
            case "escape" if self._offers is not None:
                self._offer(None)
            case "escape" | "ctrl+c":
                self.post_message(self.Left(event.key))
            case "up" | "down" if self._offers is not None:
                step = 1 if event.key == "down" else -1
                self._offered = (self._offered + step) % len(self._offers.offers)
                self._draw_offers()
            case _:
                pass

    # Completion.

    def _complete(self) -> Offers | None:
        return complete(self.composer.before_cursor(), *self._names())

    def _accept(self) -> None:
        """Takes the one that is pointed at; where nothing is shown yet and there are several, shows them."""
        offers = self._offers or self._complete()
        if offers is None:
            return
        if self._offers is None and len(offers.offers) > 1:
            self._offer(offers)
            return
        self.composer.accept(offers.start, offers.offers[self._offered].text)
        self._offer(None)

    def _offer(self, offers: Offers | None) -> None:
        self._offers = offers
        self._offered = 0
        self.composer.offering = offers is not None
        self._draw_offers()

    def _draw_offers(self) -> None:
        box = self.query_one("#offers", Static)
        box.display = self._offers is not None
        if self._offers is None:
            return
        text = Text(no_wrap=True, overflow="ellipsis")
        width = max(len(offer.shown) for offer in self._offers.offers)
        for at, offer in enumerate(self._offers.offers):
            text.append("\n" if at else "")
            pointed = at == self._offered
            text.append(f"{_POINTER if pointed else ' '} {offer.shown:<{width}}", "bold" if pointed else "")
            text.append(f"  {offer.about}", "dim")
        box.update(text)
