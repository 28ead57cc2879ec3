"""Gathering: what the logs hold that is not in the transcripts yet, in one order."""

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Final

import msgspec

from klatch.core.events import Edited, Entry
from klatch.storage.port import Life, Reader

EVENTS_MOST: Final = 2_000  # in one snapshot: a long one would hold back the store
_PAGES: Final = (16, 64, 256)  # entries of one log at a time; most logs have few that are new
_SECOND: Final = 1_000
_NEIGHBOURS: Final = 64  # looked at beside an entry at a time


class Reached(msgspec.Struct):
    """How far the transcripts have come: the last account known, and the number reached in each log."""

    account: str = "0"
    logs: dict[str, int] = {}


class Amended(msgspec.Struct, frozen=True):
    """A second of a room in which words were taken back: when it began (ms UTC), and its entries as they are now."""

    room: str
    second: int
    entries: list[Entry]


def gather(reader: Reader, reached: Reached, heads: dict[str, int]) -> tuple[list[Life | Entry], bool]:
    """What follows in the logs named, no further than their heads as given: beginnings of accounts and entries in order
    of time, those of one log in theirs. True: there is more."""
    streams: list[Iterator[Life | Entry]] = [_lives(reader, reached.account)]
    for log, head in heads.items():
        if (after := reached.logs.get(log, 0)) < head:
            streams.append(_entries(reader, log, after, head))
    events = list(islice(merge(*streams, key=_order), EVENTS_MOST))
    return events, len(events) == EVENTS_MOST


def amended(reader: Reader, deleted: list[tuple[str, int]]) -> list[Amended]:
    """The seconds in which the messages with these rooms and numbers were said and edited, before they were deleted."""
    found: dict[tuple[str, int], Amended] = {}
    for room, target in deleted:
        for entry in _emptied(reader, room, target):
            second = entry.ts - entry.ts % _SECOND
            if (room, second) not in found:
                found[room, second] = Amended(room, second, _within(reader, entry, second))
    return list(found.values())


def _lives(reader: Reader, after: str) -> Iterator[Life]:
    began = 0
    while page := reader.lives(after, EVENTS_MOST):
        for life in page:
            began = max(began, life.began)  # the clock may have been set back
            yield Life(life.account, life.first_name, began)
        after = page[-1].account


def _entries(reader: Reader, log: str, after: int, head: int) -> Iterator[Entry]:
    pages = iter(_PAGES)
    most = next(pages)
    while page := reader.entries_after(log, after, min(most, head - after)):
        yield from page
        after, most = page[-1].seq, next(pages, most)


def _order(event: Life | Entry) -> tuple[int, int, int, int]:
    """By time. Within a millisecond beginnings come first, by id, since ids are given in turn; then entries by log."""
    match event:
        case Life():
            return event.began, 0, int(event.account), 0
        case Entry():
            return event.ts, 0 if event.seq == 1 else 1, int(event.room), event.seq


def _emptied(reader: Reader, room: str, target: int) -> list[Entry]:
    """The message that was taken back, and the edits that it had."""
    message = reader.entry(room, target)
    edits = [entry for entry in reader.changes(room, target, target) if isinstance(entry.body, Edited)]
    return edits if message is None else [message, *edits]


def _within(reader: Reader, entry: Entry, second: int) -> list[Entry]:
    """All entries of the second in which an entry was added: times never go back within a log."""
    entries = [entry]
    while (first := entries[0]).seq > 1 and first.ts >= second:
        after = max(0, first.seq - 1 - _NEIGHBOURS)
        entries = reader.entries_after(entry.room, after, first.seq - 1 - after) + entries
    while True:
        later = reader.entries_after(entry.room, entries[-1].seq, _NEIGHBOURS)
        entries += later
        if len(later) < _NEIGHBOURS or later[-1].ts >= second + _SECOND:
            break
    return [each for each in entries if second <= each.ts < second + _SECOND]
