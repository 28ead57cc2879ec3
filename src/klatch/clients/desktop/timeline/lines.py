"""The lines of a timeline: which have a head, where a day begins, what is new; worked out for those that are near."""

from datetime import date, tzinfo
from typing import Final

import msgspec

from klatch.clients.desktop.scene import OpenRoom
from klatch.clients.desktop.timeline.moments import day_of, spell_day
from klatch.clients.look.tokens import read_tokens
from klatch.core.answers import Person
from klatch.core.events import Author, Created, Message
from klatch.core.texts import make_inert
from klatch.core.view import Item
from klatch.protocols.plain import spell_body

_GROUP: Final = read_tokens().time.group
_QUOTE_MOST: Final = 64


class Quote(msgspec.Struct, frozen=True):
    """The message that is answered: whose, and how it begins."""

    seq: int
    author: str
    author_id: str
    text: str


class Line(msgspec.Struct, frozen=True):
    """One line as it is drawn. Two equal lines look the same.

    `notice` is the sentence of an entry that nobody wrote; `day` is said above the line, `is_new` marks the first
    unread one; `mine` are the emoji that the user put; `blocked`: the user does not want to see what its author says.
    """

    seq: int
    item: Item
    name: str
    head: bool
    day: str = ""
    is_new: bool = False
    notice: str = ""
    quote: Quote | None = None
    mine: tuple[str, ...] = ()
    own: bool = False
    blocked: bool = False

    @property
    def message(self) -> Message | None:
        """What was said, if somebody said something."""
        return self.item.body if isinstance(self.item.body, Message) else None


def name_of(person: str, otherwise: str, people: dict[str, Person]) -> str:
    """How somebody is shown now."""
    known = people.get(person)
    return make_inert(known.display_name or known.name) if known is not None else otherwise


class Lines:
    """Makes lines of one room as it is in one scene."""

    def __init__(
        self,
        room: OpenRoom,
        people: dict[str, Person],
        me: Person,
        today: date,
        new_after: int | None,
        zone: tzinfo | None = None,
        before: "Lines | None" = None,
        blocked: frozenset[str] = frozenset(),
    ) -> None:
        """`new_after`: what was read when the room was opened, or None where nothing is to be marked as new.

        `before`: the lines of an earlier scene; those of which nothing changed are taken from there.
        """
        self._room = room
        self._people = people
        self._me = me
        self._today = today
        self._new_after = new_after
        self._zone = zone
        self._blocked = blocked
        self._made: dict[int, tuple[Item | None, Line]] = {}
        self._kept = before._made if before is not None and self._is_like(before) else {}

    def _is_like(self, other: "Lines") -> bool:
        """Whether an unchanged item makes the same line there as here."""
        mine = (self._me, self._today, self._new_after, self._blocked)
        return self._people is other._people and mine == (other._me, other._today, other._new_after, other._blocked)

    def __len__(self) -> int:
        return len(self._room.order)

    def line(self, index: int) -> Line:
        """The line at a place in the room's order."""
        order, items = self._room.order, self._room.items
        item = items[order[index]]
        before = items[order[index - 1]] if index else None
        made = self._made.get(item.seq) or self._kept.get(item.seq)
        if made is not None and made[0] is before and made[1].item is item and made[1].quote is None:
            self._made[item.seq] = made
            return made[1]
        line = self._make(item, before)
        self._made[item.seq] = (before, line)
        return line

    def _make(self, item: Item, before: Item | None) -> Line:
        day = day_of(item.ts, self._zone)
        new_day = before is None or day_of(before.ts, self._zone) != day
        first_new = self._is_new(item) and (before is None or not self._is_new(before)) and self._new_after is not None
        body = item.body
        message = isinstance(body, Message)
        own = item.author.id == self._me.id
        return Line(
            seq=item.seq,
            item=item,
            name=name_of(item.author.id, item.author.name, self._people),
            head=message and (new_day or first_new or before is None or not _groups(before, item)),
            day=spell_day(day, self._today) if new_day else "",
            is_new=first_new,
            notice="" if message else self._notice(item),
            quote=self._quote(body.reply_to) if isinstance(body, Message) and body.reply_to is not None else None,
            mine=tuple(emoji for emoji, who in item.reactions.items() if self._me.id in who),
            own=own,
            blocked=message and item.author.id in self._blocked,
        )

    def _is_new(self, item: Item) -> bool:
        return self._new_after is not None and item.seq > self._new_after

    def _quote(self, seq: int) -> Quote:
        item = self._room.items.get(seq)
        if item is None or not isinstance(item.body, Message):
            return Quote(seq, "", "", "an earlier message")
        if item.author.id in self._blocked:
            return Quote(seq, "", "", "a message of somebody you block")
        text = "a deleted message" if item.body.deleted else " ".join(make_inert(item.body.text[:200]).split())
        short = text if len(text) <= _QUOTE_MOST else f"{text[:_QUOTE_MOST].rstrip()}…"
        return Quote(seq, name_of(item.author.id, item.author.name, self._people), item.author.id, short)

    def _notice(self, item: Item) -> str:
        return spell_notice(item, self._people, self._me)


def spell_notice(item: Item, people: dict[str, Person], me: Person) -> str:
    """What happened, in a sentence; empty for what nobody needs to be told."""
    body = item.body
    if isinstance(body, Created) and not body.name:
        return "Here you talk among yourselves. Nobody else can read it."
    person = getattr(body, "person", None)
    if isinstance(person, Author):
        shown = "you" if person.id == me.id else name_of(person.id, person.name, people)
        body = msgspec.structs.replace(body, person=Author(person.id, shown))
    who = "You" if item.author.id == me.id else name_of(item.author.id, item.author.name, people)
    return spell_body(Author(item.author.id, who), body).removeprefix("* ")


def _groups(before: Item, item: Item) -> bool:
    """Whether a message shares the head of the one before it."""
    if not isinstance(before.body, Message) or not isinstance(item.body, Message):
        return False
    answers = item.body.reply_to is not None or item.body.action or before.body.action
    return before.author.id == item.author.id and 0 <= item.ts - before.ts < _GROUP and not answers
