"""The view: a room as its members see it now, folded from its log.

Law: folding entries into a view gives the view that a fresh fetch gives; tests/vectors hold the cases.
"""

from collections.abc import Iterable

import msgspec

from klatch.core.erasing import without_person, without_words
from klatch.core.events import (
    AnyBody,
    Author,
    Banned,
    Created,
    Deleted,
    Edited,
    Entry,
    Erased,
    Granted,
    Joined,
    Kicked,
    Left,
    Message,
    Reacted,
    Removed,
    RoomDeleted,
    RoomSet,
    Swept,
    TopicSet,
    Unreacted,
)
from klatch.core.messages import DELETED
from klatch.core.rooms import COMMON, Rules


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the timeline as it is now.

    `edited` is when the text was last changed (ms UTC), `reactions` the ids of accounts by emoji, first come first.
    """

    seq: int
    id: str
    ts: int
    author: Author
    body: AnyBody
    cid: str | None = None
    edited: int | None = None
    reactions: dict[str, list[str]] = {}


class View(msgspec.Struct, kw_only=True):
    """A room at number `as_of`: its topic and rules, the roles of its members by account id, the lines held, by
    number."""

    as_of: int = 0
    topic: str = ""
    members: dict[str, str] = {}
    items: dict[int, Item] = {}
    rules: Rules = COMMON


def fold(view: View, entry: Entry) -> None:
    """Takes the next entry into the view. The entry must be the one after `as_of`."""
    if entry.seq != view.as_of + 1:
        raise ValueError(f"entry {entry.seq} does not follow {view.as_of}")
    view.as_of = entry.seq
    body = entry.body
    match body:
        case Edited() | Deleted() | Reacted() | Unreacted():
            if (item := view.items.get(body.target)) is not None:
                view.items[body.target] = change(item, entry)
            return
        case Removed(target=int()):
            return
        case _:
            _fold_members(view, entry)
            _fold_room(view, entry)
    view.items[entry.seq] = begin(entry)


def _fold_members(view: View, entry: Entry) -> None:
    """Who is in the room, and as what."""
    body = entry.body
    match body:
        case Created():
            view.members = {person.id: "member" for person in body.members}
        case Joined():
            view.members = view.members | {entry.author.id: body.role}
        case Left():
            view.members = {who: role for who, role in view.members.items() if who != entry.author.id}
        case Kicked(person=Author(id=gone)) | Banned(person=Author(id=gone)):
            view.members = {who: role for who, role in view.members.items() if who != gone}
        case Granted():
            view.members = view.members | {body.person.id: body.role}
        case RoomDeleted():
            view.members = {}
        case _:
            pass


def _fold_room(view: View, entry: Entry) -> None:
    """What the room is about, what holds in it, and what is kept of it."""
    body = entry.body
    match body:
        case Created() | TopicSet():
            view.topic = body.topic
        case RoomSet():
            view.rules = amend_rules(view.rules, body)
        case Swept(before=before):
            view.items = {seq: _swept(item) if seq < before else item for seq, item in view.items.items()}
        case Erased(person=person):
            view.items = {seq: _erased(item, person) for seq, item in view.items.items()}
        case _:
            pass


def amend_rules(rules: Rules, change: RoomSet) -> Rules:
    """The rules of a room after some of them changed."""
    given = {name: getattr(change, name) for name in Rules.__struct_fields__}
    return msgspec.structs.replace(rules, **{name: value for name, value in given.items() if value is not None})


def begin(entry: Entry) -> Item:
    """The line that an entry adds to the timeline."""
    return Item(seq=entry.seq, id=entry.id, ts=entry.ts, author=entry.author, body=entry.body, cid=entry.cid)


def change(item: Item, entry: Entry) -> Item:
    """The line after an edit, deletion or reaction."""
    if not isinstance(item.body, Message) or item.body.deleted:
        return item
    match entry.body:
        case Edited(text=text):
            body = msgspec.structs.replace(item.body, text=text)
            return msgspec.structs.replace(item, body=body, edited=entry.ts)
        case Deleted():
            return msgspec.structs.replace(item, body=DELETED, edited=None, reactions={})
        case Reacted(emoji=emoji):
            people = item.reactions.get(emoji, [])
            if entry.author.id in people:
                return item
            return msgspec.structs.replace(item, reactions=item.reactions | {emoji: [*people, entry.author.id]})
        case Unreacted(emoji=emoji):
            left = [who for who in item.reactions.get(emoji, []) if who != entry.author.id]
            others = {kind: people for kind, people in item.reactions.items() if kind != emoji}
            return msgspec.structs.replace(item, reactions=item.reactions | {emoji: left} if left else others)
        case _:
            return item


def settle(entries: Iterable[Entry], changes: Iterable[Entry]) -> list[Item]:
    """The lines of a page: `entries` that stand for themselves, with the later `changes` to them, both in order."""
    items = {entry.seq: begin(entry) for entry in entries}
    for entry in changes:
        match entry.body:
            case Edited(target=target) | Deleted(target=target) | Reacted(target=target) | Unreacted(target=target):
                if (item := items.get(target)) is not None:
                    items[target] = change(item, entry)
            case _:
                pass
    return list(items.values())


def _swept(item: Item) -> Item:
    """The line once its words are kept no longer."""
    if not isinstance(item.body, Message):
        return item
    return msgspec.structs.replace(item, body=without_words(item.body), edited=None, reactions={})


def _erased(item: Item, person: Author) -> Item:
    """The line once somebody was erased."""
    author, body = without_person(item.author, item.body, person)
    if isinstance(item.body, Message) and not isinstance(body, Message):
        return msgspec.structs.replace(item, author=author, body=body, edited=None, reactions={})
    return msgspec.structs.replace(item, author=author, body=body)
