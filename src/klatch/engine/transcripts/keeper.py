"""The keeper: follows the logs and writes the transcripts, a few times a second and never on the event loop."""

import asyncio
import contextlib
import math
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from klatch.core.events import Deleted, Entry, Erased, RoomDeleted, Swept
from klatch.engine.transcripts.gathering import Amended, amended, gather
from klatch.engine.transcripts.shelf import Shelf, Volume
from klatch.engine.transcripts.telling import Hand, Told, leave, strike, tell
from klatch.engine.transcripts.titles import title
from klatch.engine.transcripts.witnesses import forget, nobody
from klatch.observe.port import Observer
from klatch.storage.port import Reader, Store

T = TypeVar("T")
_GOING: Final = Erased | Swept | RoomDeleted  # with these, words begin to leave the logs

WRITE_EVERY: Final = 0.25  # seconds
_TRY_AGAIN_AFTER: Final = 5.0
_STOP_WITHIN: Final = 2.0
_LOOK_EVERY: Final = 1.0  # whether words that are to go from the logs are gone
_SECOND: Final = 1_000


class Transcripts:
    """Keeps a file for each account in a folder. What a file holds follows from the logs alone, so whatever happens to
    the process or to a file, it is put right from them."""

    def __init__(self, store: Store, observer: Observer, folder: Path, hand: Hand) -> None:
        self._store = store
        self._observer = observer
        self._folder = folder
        self._hand = hand
        self._heads: dict[str, int] = {}
        self._stirred = asyncio.Event()
        self._stopping = asyncio.Event()
        self._deadline = math.inf
        self._leaving: list[str] = []  # accounts found ended the last time

    def note(self, entries: list[Entry]) -> None:
        """Hears of entries that are on disk. What they say is read from the store, when there is time."""
        for entry in entries:
            self._heads[entry.room] = entry.seq
        self._stirred.set()

    def stop(self) -> None:
        """Writes what is left, then ends. Where much is left the next start goes on with it."""
        self._deadline = asyncio.get_running_loop().time() + _STOP_WITHIN
        self._stopping.set()
        self._stirred.set()

    async def keep(self) -> None:
        """Writes until stopped. A fault is told and, unless it is time to stop, tried again: nothing is lost by it."""
        done = False
        while not done:
            try:
                await self._work()
                done = True
            except OSError as fault:
                self._observer.log("transcripts_failed", folder=str(self._folder), fault=fault.strerror or str(fault))
            except Exception as failure:  # noqa: BLE001 - the server goes on without its transcripts
                self._observer.defect("transcripts", failure)
            if self._stopping.is_set():
                break
            if not done:
                await self._pause(_TRY_AGAIN_AFTER)

    async def _work(self) -> None:
        shelf = await asyncio.to_thread(Shelf, self._folder, self._store.epoch, self._hand.form)
        heads = await self._read(Reader.heads)
        self._heads = heads | self._heads
        await self._strike(shelf)
        await self._mend(shelf)
        while True:
            await self._write(shelf)
            if self._stopping.is_set() and not self._stirred.is_set():
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), _LOOK_EVERY if shelf.note.outdated else None)
            await self._pause(WRITE_EVERY)
            self._stirred.clear()

    async def _pause(self, seconds: float) -> None:
        """Waits, but not when it is time to stop."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _write(self, shelf: Shelf) -> None:
        """Brings the files to where the logs are."""
        more, loop = True, asyncio.get_running_loop()
        while more and loop.time() < self._deadline:
            heads, self._heads = self._heads, {}
            told, more = await self._read(partial(self._tell, shelf, heads))
            if more:
                self._heads = heads | self._heads
            await asyncio.to_thread(_put, shelf, told)
            await self._strike(shelf)
            if not more:
                await self._let_go(shelf)
            await self._mend(shelf)

    def _tell(self, shelf: Shelf, heads: dict[str, int], reader: Reader) -> tuple[Told, bool]:
        """On a reader's thread: one page of news, as lines."""
        note = shelf.note
        events, more = gather(reader, note.known.reached, heads)
        told = tell(reader, self._hand, note.known, events)
        for life in told.began:
            note.volumes[life.account] = Volume(title(life.first_name, note.taken))
        if not more:
            # The snapshot may know of an end whose last entries were not heard of when it was asked for; before it
            # answers they are, so that they are told by now.
            leave(note.known, self._leaving)
            self._leaving = told.ended
        note.struck += [
            (event.room, event.body.target)
            for event in events
            if isinstance(event, Entry) and isinstance(event.body, Deleted)
        ]
        gone = [event for event in events if isinstance(event, Entry) and isinstance(event.body, _GOING)]
        note.outdated = note.outdated or bool(gone)
        note.erased += [entry.room for entry in gone if isinstance(entry.body, Erased) and is_own(entry, entry.body)]
        return told, more

    async def _strike(self, shelf: Shelf) -> None:
        """Takes words that were taken back out of the files."""
        if not (struck := list(shelf.note.struck)):
            return
        seconds = await self._read(lambda reader: amended(reader, struck))
        await asyncio.to_thread(self._strike_all, shelf, seconds)

    def _strike_all(self, shelf: Shelf, seconds: list[Amended]) -> None:
        for each in seconds:
            name = shelf.note.known.rooms[each.room].name
            label = r"@\S+" if name is None else re.escape(f"#{name}")
            for account in shelf.holding(each.second, each.second + _SECOND):
                text = shelf.path(account).read_bytes()
                if (fresh := strike(text, self._hand, each, label)) is None:
                    shelf.note.volumes[account].spoiled = True
                elif fresh != text:
                    shelf.replace(account, fresh)
        shelf.note.struck.clear()
        shelf.save()

    async def _let_go(self, shelf: Shelf) -> None:
        """Once all words that are to go are gone from the logs, they go from the files: those of people who were erased
        are removed, all others are written anew."""
        if not shelf.note.outdated or not await self._read(_is_tidy):
            return
        for account in shelf.note.erased:
            forget(shelf.note.known, account)
        await asyncio.to_thread(shelf.let_go)

    async def _mend(self, shelf: Shelf) -> None:
        """Writes files that are not what they should be anew, from the beginning of the logs."""
        spoiled = shelf.spoiled()
        if not spoiled:
            return
        await asyncio.to_thread(shelf.empty, spoiled)
        known, heads, more = nobody(), dict(shelf.note.known.reached.logs), True
        while more:

            def look(reader: Reader) -> tuple[Told, bool]:
                events, more = gather(reader, known.reached, heads)
                return tell(reader, self._hand, known, events), more

            told, more = await self._read(look)
            await asyncio.to_thread(_fill, shelf, told, spoiled)
        await asyncio.to_thread(shelf.mended, spoiled)

    async def _read(self, look: Callable[[Reader], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(outcome: T | Exception) -> None:
            if future.done():
                return
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        self._store.read(look, done)
        return await future


def is_own(entry: Entry, erased: Erased) -> bool:
    """Whether it stands in the log of the one who was erased, once, and not in that of a room."""
    return entry.room == erased.person.id


def _is_tidy(reader: Reader) -> bool:
    return reader.removal() is None and reader.erasure() is None


def _put(shelf: Shelf, told: Told) -> None:
    """Writes the lines, then remembers that they were written."""
    shelf.begin(list(told.lines))
    for account, lines in told.lines.items():
        shelf.append(account, bytes(lines.text), lines.first, lines.last)
    shelf.drop(told.ended)
    shelf.save()


def _fill(shelf: Shelf, told: Told, accounts: list[str]) -> None:
    for account in accounts:
        if (lines := told.lines.get(account)) is not None:
            shelf.append(account, bytes(lines.text), lines.first, lines.last)
