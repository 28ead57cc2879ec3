"""A room as blocks of rows, one for each message: which come where, and how far apart they are."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from klatch.clients.seat.room import NOWHERE, Pending, Room
from klatch.clients.terminal.painting import Row, Setting, paint, paint_pending
from klatch.core.events import Message
from klatch.core.view import Item

_CACHED_MOST: Final = 4_000

Key = int | str  # the number of an item, or the cid of what is pending
Place = tuple[int, int]  # a block, counted from the start, and a row in it


class Blocks:
    """The blocks of one room. `setting` tells what they are painted for."""

    def __init__(self, setting: Callable[[], Setting]) -> None:
        self.room = NOWHERE
        self.fresh_after: int | None = None
        """What one had read when the room was opened; the line after it is marked."""
        self.online = True
        self._setting = setting
        self._fresh: tuple[int | None, ...] = ()
        self._rows: dict[Key, tuple[object, list[Row]]] = {}

    def show_room(self, room: Room, fresh_after: int | None) -> None:
        """The blocks of another room."""
        self.room = room
        self.fresh_after = fresh_after
        self._fresh = ()
        self._rows.clear()

    def item(self, key: Key | None) -> Item | Pending | None:
        """What stands there."""
        if key is None:
            return None
        return self.room.items.get(key) if isinstance(key, int) else self.room.pending.get(key)

    def is_message(self, block: int) -> bool:
        """Whether something can be done with it."""
        found = self.item(self.key(block))
        return isinstance(found, Pending) or (
            found is not None and isinstance(found.body, Message) and not found.body.deleted
        )

    # Places.

    def count(self) -> int:
        """How many there are."""
        return len(self.room.order) + len(self._pending())

    def key(self, block: int) -> Key:
        """What a block is known by."""
        order = self.room.order
        return order[block] if block < len(order) else list(self.room.pending)[block - len(order)]

    def index(self, key: Key) -> int:
        """The block of a key; of one that is gone, the one nearest to it."""
        order = self.room.order
        if isinstance(key, int):
            return min(bisect_left(order, key), max(0, self.count() - 1))
        keys = list(self._pending())
        return len(order) + keys.index(key) if key in keys else max(0, self.count() - 1)

    def up(self, place: Place, rows: int) -> Place:
        """So many rows further up, or the very start."""
        block, row = place
        while rows > row:
            if block == 0:
                return (0, 0)
            rows -= row
            block -= 1
            row = len(self.lines(block))
        return (block, row - rows)

    def down(self, place: Place, rows: int) -> Place:
        """So many rows further down, or behind the last."""
        block, row = place
        while block < self.count():
            left = len(self.lines(block)) - row
            if rows < left:
                return (block, row + rows)
            rows -= left
            block, row = block + 1, 0
        return (self.count(), 0)

    def rows_from(self, place: Place, most: int) -> int:
        """How many rows there are from a place to the end; at most so many are counted."""
        block, row = place
        found = -row
        while block < self.count() and found < most:
            found += len(self.lines(block))
            block += 1
        return found

    # Rows.

    def lines(self, block: int) -> list[Row]:
        """The rows of one block, from the cache where nothing about it changed."""
        key = self.key(block)
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

    def _pending(self) -> dict[str, Pending]:
        """What waits stands after the last message, where that is among them."""
        return self.room.pending if self.room.ended else {}

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
        return isinstance(item.body, Message) and item.author.id != self._setting().me.id

    def _begins_pending(self, block: int) -> bool:
        """Whether what is pending needs a head: not after one's own message."""
        if block != len(self.room.order):
            return False
        last = self.room.items[self.room.order[-1]] if self.room.order else None
        return last is None or not isinstance(last.body, Message) or last.author.id != self._setting().me.id
