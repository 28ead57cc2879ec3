"""One room as one person sees it: its last messages, or others that one went to, and as many around them as were asked
for, kept up to date."""

from collections import deque
from collections.abc import Iterable
from typing import Final

import msgspec

from klatch.core.answers import Page, Person, RoomState
from klatch.core.events import Entry, Message
from klatch.core.reading import find_mentions
from klatch.core.refusals import Refused
from klatch.core.view import Item, View, change, fold

_RECENT_MOST: Final = 512
_KEPT_MOST: Final = 500  # lines of a room that one does not look at
_COUNTED_MOST: Final = 100


class Pending(msgspec.Struct, kw_only=True):
    """Something typed that the server has not answered yet; `fault` says why it never will be done."""

    cid: str
    text: str
    ts: int
    reply_to: int | None = None
    fault: str | None = None


class Room:
    """What is known of a room. `items` are its lines by number, in order; the owner of this keeps it up to date."""

    def __init__(self, state: RoomState) -> None:
        self.state = state
        self.view = View(as_of=0, topic=state.topic)
        self.loaded = False
        """Whether the last messages were fetched; before, only numbers are known."""
        self.complete = False
        """Whether the first message that one may read is among them."""
        self.ended = True
        """Whether the last one is; after one went far back, what is said now is not among them."""
        self.people: list[Person] = []
        self.pending: dict[str, Pending] = {}
        self.typing: dict[str, tuple[str, float]] = {}
        self.head = state.head
        self.changed = 0
        """Grows with every change of what is drawn."""
        self._order: list[int] = []
        self._recent: deque[Entry] = deque(maxlen=_RECENT_MOST)

    @property
    def id(self) -> str:
        """The room's id."""
        return self.state.id

    @property
    def name(self) -> str:
        """`#ops` or `@bob`."""
        return self.state.name

    @property
    def order(self) -> list[int]:
        """The numbers of the lines, in order. Not to be changed."""
        return self._order

    @property
    def items(self) -> dict[int, Item]:
        """The lines by number. Not to be changed."""
        return self.view.items

    def take(self, entry: Entry, me: Person) -> None:
        """Takes in the next entry of the log."""
        self.head = entry.seq
        self._recent.append(entry)
        self._count(entry, me)
        if entry.cid is not None and entry.author.id == me.id:
            self.pending.pop(entry.cid, None)
        self.typing.pop(entry.author.id, None)
        if self.loaded and entry.seq == self.view.as_of + 1:
            self._fold(entry)
        elif not self.loaded:
            self.view.topic = getattr(entry.body, "topic", self.view.topic)
        self.changed += 1

    def load(self, page: Page) -> None:
        """The last messages came; what was known before is forgotten."""
        self._begin(page, page.items, complete=not page.more, ended=True)

    def load_around(self, before: Page, after: Page) -> None:
        """Messages before some place and from there on came; what was known before is forgotten."""
        oldest = min(before, after, key=lambda page: page.as_of)
        self._begin(oldest, [*before.items, *after.items], complete=not before.more, ended=not after.more)

    def load_earlier(self, page: Page) -> None:
        """Earlier messages came."""
        items = self._brought_up(page)
        first = self._order[0] if self._order else None
        earlier = [seq for seq in items if first is None or seq < first]
        self.view.items = {seq: items[seq] for seq in earlier} | self.view.items
        self._order = earlier + self._order
        self.complete = not page.more
        self.changed += 1

    def load_later(self, page: Page) -> None:
        """Later messages came, perhaps up to the last."""
        items = self._brought_up(page)
        last = self._order[-1] if self._order else 0
        later = [seq for seq in items if seq > last]
        self.view.items = self.view.items | {seq: items[seq] for seq in later}
        self._order = self._order + later
        self.ended = not page.more
        if self.ended:
            self.view.as_of = min(self.view.as_of, page.as_of)
            self._catch_up()
        self.changed += 1

    def forget(self) -> None:
        """What was loaded counts no more, as the log was restored from a copy."""
        self.loaded = self.complete = False
        self.ended = True
        self._recent.clear()
        self.changed += 1

    def trim(self) -> None:
        """Lets go of the earliest lines of a room that one has left to look at another; one comes back to its end."""
        if not self.ended:
            self.loaded = self.complete = False
            self.ended = True
        elif len(self._order) > _KEPT_MOST:
            self._order = self._order[-_KEPT_MOST:]
            self.view.items = {seq: self.view.items[seq] for seq in self._order}
            self.complete = False
            self.changed += 1

    def mark_read(self, seq: int) -> None:
        """One has read up to this number, here or elsewhere. What is left is counted by the server."""
        if seq > self.state.read:
            done = seq >= self.head
            unread, mentions = (0, 0) if done else (self.state.unread, self.state.mentions)
            self.state = msgspec.structs.replace(self.state, read=seq, unread=unread, mentions=mentions)
            self.changed += 1

    def typists(self, now: float, me: Person) -> list[str]:
        """Who is typing at this moment."""
        self.typing = {who: told for who, told in self.typing.items() if told[1] > now}
        return [name for who, (name, _) in self.typing.items() if who != me.id]

    def _begin(self, page: Page, items: Iterable[Item], *, complete: bool, ended: bool) -> None:
        self.view = View(as_of=page.as_of, topic=self.view.topic, items={item.seq: item for item in items})
        self._order = list(self.view.items)
        self.loaded, self.complete, self.ended = True, complete, ended
        self._catch_up()
        self.changed += 1

    def _catch_up(self) -> None:
        """Answers may be older than what was told meanwhile. To fold a change twice changes nothing."""
        for entry in self._recent:
            if entry.seq == self.view.as_of + 1:
                self._fold(entry)

    def _brought_up(self, page: Page) -> dict[int, Item]:
        items = {item.seq: item for item in page.items}
        for entry in self._recent:
            target = getattr(entry.body, "target", None)
            if entry.seq > page.as_of and target in items:
                items[target] = change(items[target], entry)
        return items

    def _fold(self, entry: Entry) -> None:
        known = entry.seq in self.view.items
        fold(self.view, entry)
        if known or entry.seq not in self.view.items:
            return
        if self.ended:
            self._order.append(entry.seq)
        else:
            del self.view.items[entry.seq]

    def _count(self, entry: Entry, me: Person) -> None:
        if not isinstance(entry.body, Message) or entry.author.id == me.id or entry.body.deleted:
            return
        state = self.state
        self.state = msgspec.structs.replace(
            state,
            unread=min(_COUNTED_MOST, state.unread + 1),
            mentions=min(_COUNTED_MOST, state.mentions + self.concerns(entry, me)),
        )

    def concerns(self, entry: Entry, me: Person) -> bool:
        """Whether a message is for one personally: a mention, or in a direct room."""
        if not isinstance(entry.body, Message) or entry.author.id == me.id or entry.body.deleted:
            return False
        return self.state.kind == "direct" or mentions(entry.body.text, me.name)

    def calls(self, entry: Entry, me: Person) -> bool:
        """Whether one wants to be told of it."""
        match self.state.notify:
            case "none":
                return False
            case "all":
                return isinstance(entry.body, Message) and entry.author.id != me.id and not entry.body.deleted
            case "mentions":
                return self.concerns(entry, me) and mentions(getattr(entry.body, "text", ""), me.name)
            case _:
                return self.concerns(entry, me)


def mentions(text: str, name: str) -> bool:
    """Whether a text mentions somebody by that name."""
    if "@" not in text:
        return False
    try:
        return name.casefold() in (found.casefold() for found in find_mentions(text))
    except Refused:
        return False


NOWHERE: Final = Room(RoomState(id="", name="", kind="open", topic="", head=0))
"""The room that one is in while one is in none: nothing is there."""
