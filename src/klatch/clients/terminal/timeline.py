"""The timeline: draws only what is seen of a room, however long it is, and keeps its place when anything changes."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as Told
from textual.strip import Strip
from textual.widget import Widget

from klatch.clients.seat.room import NOWHERE, Pending, Room
from klatch.clients.terminal.colours import resolve
from klatch.clients.terminal.painting import Row, Setting, paint, paint_pending
from klatch.clients.terminal.words import Piece
from klatch.core.answers import Person
from klatch.core.events import Message
from klatch.core.view import Item

_CACHED_MOST: Final = 4_000
_WHEEL: Final = 3
_AIRY_FROM: Final = 16  # rows; on lower screens the air between groups is left out
_NEAR_START: Final = 40  # lines; so near to the first one, earlier ones are fetched

Key = int | str  # the number of an item, or the cid of what is pending
Place = tuple[int, int]  # a block, counted from the start, and a row in it


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
    ]

    class Wanted(Told):
        """A key was pressed for a message: reply, edit, delete, react or copy."""

        def __init__(self, act: str, key: Key) -> None:
            super().__init__()
            self.act = act
            self.key = key

    class Earlier(Told):
        """The start of what is known comes near."""

    class Moved(Told):
        """What is seen changed: perhaps the end is seen now, or no longer."""

    def __init__(self, me: Callable[[], Person], theme: Callable[[], str], zone: tzinfo | None = None) -> None:
        super().__init__(id="timeline")
        self.room = NOWHERE
        self.fresh_after: int | None = None
        """What one had read when the room was opened; the line after it is marked."""
        self.selected: Key | None = None
        self.online = True
        self._me = me
        self._theme = theme
        self._zone = zone
        self._top: tuple[Key, int] | None = None  # None: the end is seen
        self._fresh: tuple[int | None, ...] = ()
        self._rows: dict[Key, tuple[object, list[Row]]] = {}
        self._window: list[tuple[Row, Key | None]] | None = None
        self._window_of: tuple[object, ...] = ()

    # What it shows.

    def show_room(self, room: Room, fresh_after: int | None) -> None:
        """Another room, at its end."""
        self.room = room
        self.fresh_after = fresh_after
        self.selected = None
        self._top = None
        self._fresh = ()
        self._rows.clear()
        self.redraw()

    def redraw(self) -> None:
        """Something changed."""
        self._window = None
        self.refresh()

    @property
    def at_end(self) -> bool:
        """Whether the last message is seen."""
        return self._top is None

    @property
    def below(self) -> int:
        """How many messages are further down than what is seen."""
        if self._top is None:
            return 0
        window = self._lay_out()
        last = next((key for _, key in reversed(window) if key is not None), None)
        return 0 if last is None else self._count() - 1 - self._index(last)

    def item(self, key: Key | None) -> Item | Pending | None:
        """What stands there."""
        if key is None:
            return None
        return self.room.items.get(key) if isinstance(key, int) else self.room.pending.get(key)

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        window = self._lay_out()
        width, theme = self.size.width, self._theme()
        row, key = window[y] if y < len(window) else ([], None)
        ground = "raised" if key is not None and key == self.selected else "ground"
        plain = resolve("", theme, ground)
        segments = [Segment(piece.text, resolve(piece.style, theme, ground)) for piece in row]
        if ground == "raised" and segments:
            segments[0] = Segment("▌ ", resolve("accent", theme, ground))
        elif ground == "raised":
            segments = [Segment("▌ ", resolve("accent", theme, ground))]
        strip = Strip(segments).adjust_cell_length(width - 1, plain)
        return Strip.join([strip, Strip([self._track(y, theme)])])

    def _track(self, y: int, theme: str) -> Segment:
        """The last column, which shows where one is, once there is more than fits."""
        total, height = self._count(), self.size.height
        window = self._lay_out()
        keys = [key for _, key in window if key is not None]
        if not keys or len(window) < height or (self._index(keys[0]) == 0 and self.at_end):
            return Segment(" ", resolve("", theme))
        first, last = self._index(keys[0]), self._index(keys[-1])
        start = round(first / total * (height - 1))
        end = max(start + 1, round((last + 1) / total * height))
        inside = start <= y < end
        return Segment("▐" if inside else " ", resolve("soft" if inside else "", theme))

    def _lay_out(self) -> list[tuple[Row, Key | None]]:
        """The rows that are seen, from the top of the screen, each with its message."""
        state = (self.size, self._theme(), self._today(), self.online, self.room.changed)
        if self._window is None or self._window_of != state:
            self._window_of = state
            self._window = self._fill()
        return self._window

    def _fill(self) -> list[tuple[Row, Key | None]]:
        height, count = self.size.height, self._count()
        if height == 0:
            return []
        if not self.room.loaded and not self.room.pending:
            return []
        if count == 0:
            return self._empty(height)
        top = self._place_of_top(height)
        window: list[tuple[Row, Key | None]] = []
        block, row = top
        while block < count and len(window) < height:
            key = self._key(block)
            window += [(line, key) for line in self._lines(block)[row:]]
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
            block = self._index(self._top[0])
            place = (block, min(self._top[1], max(0, len(self._lines(block)) - 1)))
            if self._rows_from(place, height) >= height:
                return place
            self._top = None
        return self._up((self._count(), 0), height)

    def _lines(self, block: int) -> list[Row]:
        """The rows of one block, from the cache where nothing about it changed."""
        key = self._key(block)
        setting = self._setting()
        if isinstance(key, str):
            pending = self.room.pending[key]
            return paint_pending(pending, setting, online=self.online, first=self._begins_pending(block))
        item = self.room.items[key]
        before = self.room.items[self.room.order[block - 1]] if block else None
        body = item.body
        to = body.reply_to if isinstance(body, Message) else None
        answered = self.room.items.get(to) if to is not None else None
        fresh = key == self._first_fresh()
        facts = (item, before, answered, fresh, setting)
        known = self._rows.get(key)
        if known is not None and known[0] == facts:
            return known[1]
        if len(self._rows) > _CACHED_MOST:
            self._rows.clear()
        rows = paint(item, before, answered, setting, fresh=fresh)
        self._rows[key] = (facts, rows)
        return rows

    def _first_fresh(self) -> int | None:
        """The first message of others that one had not read; on the first visit all are new, and none is marked."""
        if not self._fresh and self.room.loaded:
            order, after = self.room.order, self.fresh_after
            known = after and order and (order[0] <= after + 1 or self.room.complete)
            later = order[bisect_left(order, (after or 0) + 1) :] if known else ()
            others = (seq for seq in later if self._is_of_others(self.room.items[seq]))
            self._fresh = (next(others, None),)
        return self._fresh[0] if self._fresh else None

    def _is_of_others(self, item: Item) -> bool:
        return isinstance(item.body, Message) and item.author.id != self._me().id

    def _begins_pending(self, block: int) -> bool:
        """Whether what is pending needs a head: not after one's own message."""
        if block != len(self.room.order):
            return False
        last = self.room.items[self.room.order[-1]] if self.room.order else None
        return last is None or not isinstance(last.body, Message) or last.author.id != self._me().id

    def _setting(self) -> Setting:
        airy = self.size.height >= _AIRY_FROM
        return Setting(me=self._me(), width=self.size.width, zone=self._zone, today=self._today(), airy=airy)

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(self._zone).date()

    # Places. A block is one message.

    def _count(self) -> int:
        return len(self.room.order) + len(self.room.pending)

    def _key(self, block: int) -> Key:
        order = self.room.order
        return order[block] if block < len(order) else list(self.room.pending)[block - len(order)]

    def _index(self, key: Key) -> int:
        """The block of a key; of one that is gone, the one nearest to it."""
        order = self.room.order
        if isinstance(key, int):
            return min(bisect_left(order, key), max(0, self._count() - 1))
        keys = list(self.room.pending)
        return len(order) + keys.index(key) if key in keys else max(0, self._count() - 1)

    def _up(self, place: Place, rows: int) -> Place:
        """So many rows further up, or the very start."""
        block, row = place
        while rows > row:
            if block == 0:
                return (0, 0)
            rows -= row
            block -= 1
            row = len(self._lines(block))
        return (block, row - rows)

    def _down(self, place: Place, rows: int) -> Place:
        block, row = place
        while block < self._count():
            left = len(self._lines(block)) - row
            if rows < left:
                return (block, row + rows)
            rows -= left
            block, row = block + 1, 0
        return (self._count(), 0)

    def _rows_from(self, place: Place, most: int) -> int:
        """How many rows there are from a place to the end; at most so many are counted."""
        block, row = place
        found = -row
        while block < self._count() and found < most:
            found += len(self._lines(block))
            block += 1
        return found

    # Moving.

    def scroll_rows(self, rows: int) -> None:
        """Moves what is seen by so many rows, down if positive."""
        if self._count() == 0:
            return
        height = self.size.height
        place = self._place_of_top(height)
        place = self._down(place, rows) if rows > 0 else self._up(place, -rows)
        if rows > 0 and self._rows_from(place, height) < height:
            self._top = None
        elif place[0] < self._count():
            self._top = (self._key(place[0]), place[1])
        if place[0] < _NEAR_START:
            self.post_message(self.Earlier())
        self.redraw()
        self.post_message(self.Moved())

    def scroll_to_end(self) -> None:
        """Back to the last message."""
        self._top = None
        self.redraw()
        self.post_message(self.Moved())

    def select(self, key: Key | None) -> None:
        """Selects a message, and brings it into sight."""
        self.selected = key
        if key is not None:
            self._reveal(key)
        self.redraw()

    def _reveal(self, key: Key) -> None:
        height, block = self.size.height, self._index(key)
        top = self._place_of_top(height)
        lines = len(self._lines(block))
        if (block, 0) < top:
            self._top = (key, 0)
        else:
            bottom = self._up((block, lines), height)
            if bottom > top:
                self._top = (self._key(bottom[0]), bottom[1])
        if block < _NEAR_START:
            self.post_message(self.Earlier())
        self.post_message(self.Moved())

    # Keys and mouse.

    def action_move(self, by: int) -> None:
        """Selects the message above or below."""
        if self._count() == 0:
            return
        block = self._count() if self.selected is None else self._index(self.selected)
        block += by
        while 0 <= block < self._count() and not self._can_be_selected(block):
            block += by
        if block >= self._count():
            self.select(None)
            self.scroll_to_end()
        elif block >= 0:
            self.select(self._key(block))

    def action_to_start(self) -> None:
        """The first message that is known."""
        if self._count():
            self.select(self._key(0))

    def action_to_end(self) -> None:
        """The last message."""
        self.select(None)
        self.scroll_to_end()

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self.scroll_rows(by * max(1, self.size.height - 2))

    def action_tell(self, act: str) -> None:
        """Something is to be done with what is selected."""
        if self.selected is not None and self.item(self.selected) is not None:
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
        """A click selects the message under it."""
        window = self._lay_out()
        key = window[event.y][1] if 0 <= event.y < len(window) else None
        if key is not None:
            self.select(key if key != self.selected else None)

    def on_resize(self) -> None:
        """More or less room: the first message that is seen stays the first."""
        self.redraw()

    def _can_be_selected(self, block: int) -> bool:
        found = self.item(self._key(block))
        return isinstance(found, Pending) or (
            found is not None and isinstance(found.body, Message) and not found.body.deleted
        )
