"""The timeline: draws only what is seen of a room, however long it is, and keeps its place when anything changes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as Told
from textual.strip import Strip
from textual.widget import Widget

from klatch.clients.seat.room import Room
from klatch.clients.terminal.blocks import Blocks, Key, Place
from klatch.clients.terminal.colours import resolve
from klatch.clients.terminal.painting import Row, Setting, is_quoted, stands_above
from klatch.clients.terminal.words import Piece
from klatch.core.answers import Person

_WHEEL: Final = 3
_AIRY_FROM: Final = 16  # rows; on lower screens the air between groups is left out
_NEAR: Final = 40  # blocks; so near to the first or last that is known, others are fetched


class Timeline(Widget, can_focus=True):
    """Shows one room. `selected` is a message that keys act on, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Earlier", show=False),
        Binding("down,j", "move(1)", "Later", show=False),
        Binding("home,g", "to_start", "First", show=False),
        Binding("end,G", "to_end", "Last", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("enter,r", "tell('reply')", "Reply"),
        Binding("e", "tell('edit')", "Edit"),
        Binding("d,delete", "tell('delete')", "Delete"),
        Binding("plus,a", "tell('react')", "React"),
        Binding("c,y", "tell('copy')", "Copy"),
        Binding("q", "tell('quoted')", "Go to what it answers"),
        Binding("p", "tell('person')", "Who wrote it"),
        Binding("s", "tell('save')", "Save its files"),
        Binding("v", "tell('look')", "Look at its picture"),
    ]

    class Wanted(Told):
        """A key was pressed for a message: reply, edit, delete, react, copy, quoted, person, save or look."""

        def __init__(self, act: str, key: Key) -> None:
            super().__init__()
            self.act = act
            self.key = key

    class Earlier(Told):
        """The start of what is known comes near."""

    class Later(Told):
        """Its end comes near, and is not that of the room."""

    class Latest(Told):
        """One wants to see the last message, which is not known."""

    class Moved(Told):
        """What is seen changed: perhaps the end is seen now, or no longer."""

    def __init__(self, me: Callable[[], Person], theme: Callable[[], str], zone: tzinfo | None = None) -> None:
        super().__init__(id="timeline")
        self.blocks = Blocks(self._setting)
        self.selected: Key | None = None
        self.blocked: set[str] = set()
        """The ids of those whose words one does not want to see."""
        self._me = me
        self._theme = theme
        self._zone = zone
        self._top: tuple[Key, int] | None = None  # None: the end is seen
        self._window: list[tuple[Row, Key | None]] | None = None
        self._window_of: tuple[object, ...] = ()

    # What it shows.

    def show_room(self, room: Room, fresh_after: int | None) -> None:
        """Another room, at its end."""
        self.blocks.show_room(room, fresh_after)
        self.selected = None
        self._top = None
        self.redraw()

    def redraw(self) -> None:
        """Something changed."""
        self._window = None
        self.refresh()

    @property
    def at_end(self) -> bool:
        """Whether the last message is seen."""
        return self._top is None and self.blocks.room.ended

    @property
    def below(self) -> int:
        """How many messages are further down than what is seen."""
        if self.at_end:
            return 0
        window = self._lay_out()
        last = next((key for _, key in reversed(window) if key is not None), None)
        return 0 if last is None else self.blocks.count() - 1 - self.blocks.index(last)

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        window = self._lay_out()
        width, theme = self.size.width, self._theme()
        row, key = window[y] if y < len(window) else ([], None)
        ground = "raised" if key is not None and key == self.selected and not stands_above(row) else "ground"
        plain = resolve("", theme, ground)
        segments = [Segment(piece.text, resolve(piece.style, theme, ground)) for piece in row]
        if ground == "raised":
            segments[:1] = [Segment("▌ ", resolve("accent", theme, ground))]
        strip = Strip(segments).adjust_cell_length(width - 1, plain)
        return Strip.join([strip, Strip([self._track(y, theme)])])

    def _track(self, y: int, theme: str) -> Segment:
        """The last column, which shows where one is, once there is more than fits."""
        total, height = self.blocks.count(), self.size.height
        window = self._lay_out()
        keys = [key for _, key in window if key is not None]
        if not keys or len(window) < height or (self.blocks.index(keys[0]) == 0 and self.at_end):
            return Segment(" ", resolve("", theme))
        first, last = self.blocks.index(keys[0]), self.blocks.index(keys[-1])
        start = round(first / total * (height - 1))
        end = max(start + 1, round((last + 1) / total * height))
        inside = start <= y < end
        return Segment("▐" if inside else " ", resolve("soft" if inside else "", theme))

    def _lay_out(self) -> list[tuple[Row, Key | None]]:
        """The rows that are seen, from the top of the screen, each with its message."""
        state = (self.size, self._theme(), self._today(), self.blocks.online, self.blocks.room.changed)
        if self._window is None or self._window_of != state:
            self._window_of = state
            self._window = self._fill()
        return self._window

    def _fill(self) -> list[tuple[Row, Key | None]]:
        height, count = self.size.height, self.blocks.count()
        if height == 0:
            return []
        if not self.blocks.room.loaded and not self.blocks.room.pending:
            return []
        if count == 0:
            return self._empty(height)
        top = self._place_of_top(height)
        window: list[tuple[Row, Key | None]] = []
        block, row = top
        while block < count and len(window) < height:
            key = self.blocks.key(block)
            window += [(line, key) for line in self.blocks.lines(block)[row:]]
            block, row = block + 1, 0
        window = window[:height]
        if self._top is None:
            return [([], None)] * (height - len(window)) + window
        return window

    def _empty(self, height: int) -> list[tuple[Row, Key | None]]:
        said: Row = [Piece("  Nothing was said here yet. Write the first message below.", "soft")]
        return [([], None)] * (height - 2) + [(said, None), ([], None)]

    def _place_of_top(self, height: int) -> Place:
        """Where the first row that is seen belongs."""
        if self._top is not None:
            block = self.blocks.index(self._top[0])
            place = (block, min(self._top[1], max(0, len(self.blocks.lines(block)) - 1)))
            if self.blocks.rows_from(place, height) >= height:
                return place
            self._top = None  # there is no more below than fits
        return self.blocks.up((self.blocks.count(), 0), height)

    def _setting(self) -> Setting:
        airy = self.size.height >= _AIRY_FROM
        me, blocked = self._me(), frozenset(self.blocked)
        return Setting(me=me, width=self.size.width, zone=self._zone, today=self._today(), airy=airy, blocked=blocked)

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(self._zone).date()

    # Moving.

    def scroll_rows(self, rows: int) -> None:
        """Moves what is seen by so many rows, down if positive."""
        if self.blocks.count() == 0:
            return
        height = self.size.height
        place = self._place_of_top(height)
        place = self.blocks.down(place, rows) if rows > 0 else self.blocks.up(place, -rows)
        if rows > 0 and self.blocks.rows_from(place, height) < height:
            self._top = None
            self._hold()
        elif place[0] < self.blocks.count():
            self._top = (self.blocks.key(place[0]), place[1])
        self._near(place[0])
        self.redraw()
        self.post_message(self.Moved())

    def scroll_to_end(self) -> None:
        """Back to the last message."""
        if not self.blocks.room.ended:
            self.post_message(self.Latest())
            return
        self._top = None
        self.redraw()
        self.post_message(self.Moved())

    def go_to(self, seq: int) -> None:
        """Selects a message that is known, and has it stand in the upper half of the screen."""
        block = self.blocks.index(seq)
        self.selected = self.blocks.key(block)
        top = self.blocks.up((block, 0), self.size.height // 3)
        self._top = (self.blocks.key(top[0]), top[1])
        self._near(block)
        self.redraw()
        self.post_message(self.Moved())

    def _hold(self) -> None:
        """Where what is known does not end with the room, it stays where it is when more comes."""
        if self._top is None and not self.blocks.room.ended and self.blocks.count():
            block, row = self.blocks.up((self.blocks.count(), 0), self.size.height)
            self._top = (self.blocks.key(block), row)

    def _near(self, block: int) -> None:
        """Asks for more before one gets there."""
        if block < _NEAR:
            self.post_message(self.Earlier())
        if not self.blocks.room.ended and block > self.blocks.count() - _NEAR - self.size.height:
            self.post_message(self.Later())

    def select(self, key: Key | None) -> None:
        """Selects a message, and brings it into sight."""
        self.selected = key
        if key is not None:
            self._reveal(key)
        self.redraw()

    def _reveal(self, key: Key) -> None:
        height, block = self.size.height, self.blocks.index(key)
        top = self._place_of_top(height)
        lines = len(self.blocks.lines(block))
        if (block, 0) < top:
            self._top = (key, 0)
        else:
            bottom = self.blocks.up((block, lines), height)
            if bottom > top:
                self._top = (self.blocks.key(bottom[0]), bottom[1])
        self._near(block)
        self.post_message(self.Moved())

    # Keys and mouse.

    def action_move(self, by: int) -> None:
        """Selects the message above or below."""
        if self.blocks.count() == 0:
            return
        block = self.blocks.count() if self.selected is None else self.blocks.index(self.selected)
        block += by
        while 0 <= block < self.blocks.count() and not self.blocks.is_message(block):
            block += by
        if block >= self.blocks.count():
            self.select(None)
            self.scroll_to_end()
        elif block >= 0:
            self.select(self.blocks.key(block))

    def action_to_start(self) -> None:
        """The first message that is known."""
        if self.blocks.count():
            self.select(self.blocks.key(0))

    def action_to_end(self) -> None:
        """The last message."""
        self.select(None)
        self.scroll_to_end()

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self.scroll_rows(by * max(1, self.size.height - 2))

    def action_tell(self, act: str) -> None:
        """Something is to be done with what is selected."""
        if self.selected is not None and self.blocks.item(self.selected) is not None:
            self.post_message(self.Wanted(act, self.selected))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.scroll_rows(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.scroll_rows(_WHEEL)

    def on_click(self, event: events.Click) -> None:
        """A click selects the message under it; on what that answers it goes there."""
        window = self._lay_out()
        row, key = window[event.y] if 0 <= event.y < len(window) else ([], None)
        if key is not None and is_quoted(row):
            self.post_message(self.Wanted("quoted", key))
        elif key is not None:
            self.select(key if key != self.selected else None)

    def on_resize(self) -> None:
        """More or less room: the first message that is seen stays the first."""
        self.redraw()
