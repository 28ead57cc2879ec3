"""The network half of the window: a seat at a server, told as scenes. It knows no Tk, and runs in an event loop."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import msgspec

from klatch.clients.desktop.around import look_around, look_at_key, trust_key
from klatch.clients.desktop.entering import Wanted, explain, make_client
from klatch.clients.desktop.picturing import picture
from klatch.clients.desktop.scene import (
    Answered,
    Called,
    CommandRefused,
    Noticed,
    Over,
    RoomsListed,
    Told,
    WentBack,
)
from klatch.clients.desktop.transfers import Transfers
from klatch.clients.look.tokens import read_tokens
from klatch.clients.sdk import (
    BadAddress,
    CannotKeep,
    Client,
    Refused,
    State,
    Unanswered,
    Unreachable,
    Unreadable,
    Untrusted,
)
from klatch.clients.sdk.client import make_cid
from klatch.clients.sdk.logins import Login, keep_login
from klatch.clients.seat.room import Pending, Room
from klatch.clients.seat.seat import Changed, Seat
from klatch.core import commands as ask
from klatch.core.answers import Person
from klatch.core.events import Entry, Message

# Scenes a second at most: more than an eye can tell apart.
_SCENE_EVERY: Final = 1 / 30
_PEOPLE_EVERY: Final = 1.0
_TYPING_OVER: Final = read_tokens().time.typing / 1000 + _SCENE_EVERY


class Network:
    """`run` serves until `end`. Whatever happens is told by `tell`; every other method is called in this loop."""

    def __init__(self, tell: Callable[[Told], None]) -> None:
        self._tell = tell
        self._wanted: asyncio.Queue[Wanted | None] = asyncio.Queue()
        self._sitting: asyncio.Task[None] | None = None
        self._seat: Seat | None = None
        self._open: Room | None = None
        self._transfers: Transfers | None = None
        self._dirty = False
        self._lists_people = self._people_changed = False
        self._was_offline = False
        self._tasks: asyncio.TaskGroup
        self._leaving = False
        self._people: dict[str, Person] = {}
        self._people_known = False
        """Whether that copy is still so; scenes share it until somebody comes, goes or changes."""
        self._asked: set[asyncio.Task[Any]] = set()
        self._looks_around = False
        self._errands: asyncio.TaskGroup

    async def run(self) -> None:
        """Connects to what is wanted, one after the other."""
        async with asyncio.TaskGroup() as self._errands:
            while (wanted := await self._wanted.get()) is not None:
                self._leaving = False
                self._sitting = self._errands.create_task(self._sit(wanted))
                await asyncio.wait([self._sitting])
                self._sitting = None
            for task in asyncio.all_tasks():
                if task.get_name() == "errand":
                    task.cancel()

    # What the window wants.

    def connect(self, wanted: Wanted) -> None:
        """Connects; what comes of it is told."""
        self._wanted.put_nowait(wanted)

    def find(self) -> None:
        """Tells which servers announce themselves on the local network."""
        if not self._looks_around:
            self._looks_around = True
            self._errands.create_task(self._find(), name="errand")

    def fetch_key(self, server: str) -> None:
        """Tells the key that a server shows now."""
        self._errands.create_task(self._tell_soon(look_at_key(server)), name="errand")

    def trust(self, server: str, fingerprint: str) -> None:
        """Takes a key for the right one of a server, in place of any other."""
        if (fault := trust_key(server, fingerprint)) is not None:
            self._tell(fault)

    def leave(self) -> None:
        """Leaves the server, or stops trying to reach it."""
        self._leaving = True
        if self._sitting is not None:
            self._sitting.cancel()

    def end(self) -> None:
        """Leaves for good."""
        self._wanted.put_nowait(None)
        self.leave()

    def open(self, room: str) -> None:
        """Looks at a room from now on; names serve as well as ids."""
        if (seat := self._seat) is None:
            return
        found = seat.rooms.get(room) or seat.find(room)
        if found is None or found is self._open:
            return
        if self._open is not None:
            self._open.trim()
        self._open = found
        self._start(seat.open(found))
        self._draw()

    def load_earlier(self, room: str) -> None:
        """Fetches earlier messages."""
        self._in(room, lambda seat, found: self._start(self._load(seat.load_earlier(found))))

    def load_later(self, room: str) -> None:
        """Fetches later messages, where one has gone back."""
        self._in(room, lambda seat, found: self._start(self._load(seat.load_later(found))))

    def load_end(self, room: str) -> None:
        """Comes back to the last messages."""
        self._in(room, lambda seat, found: self._start(seat.go_to_end(found)))

    def go_back(self, room: str, *, seq: int | None = None, since: int | None = None) -> None:
        """Goes to a message by its number, or to the first one since a time (ms UTC); told is which one it is."""
        self._in(room, lambda seat, found: self._start(self._go_back(seat, found, seq, since)))

    def say(self, room: str, text: str) -> None:
        """Does what was typed."""
        self._in(room, lambda seat, found: seat.say(found, text, partial(self._answered, room, text), private_at=True))

    def reply(self, room: str, seq: int, text: str) -> None:
        """Answers a message."""
        self._in(room, lambda seat, found: seat.reply(found, seq, text))

    def with_files(self, work: Callable[[Transfers], None]) -> None:
        """Does something with files; `work` runs here."""
        if self._transfers is not None:
            work(self._transfers)

    def retry(self, room: str, cid: str) -> None:
        """Tries once more what was refused."""
        self._in(room, partial(self._retry, cid))

    def drop(self, room: str, cid: str) -> None:
        """Forgets what was refused."""

        def drop(seat: Seat, found: Room) -> None:
            if (pending := found.pending.get(cid)) is not None:
                seat.drop(found, pending)

        self._in(room, drop)

    def act(self, command: ask.AnyCommand, done: str = "") -> None:
        """Does a command; it is given its id here. `done` is noticed once it is done."""
        if self._seat is not None:
            self._seat.act(msgspec.structs.replace(command, cid=make_cid()), done)

    def typing(self, room: str) -> None:
        """Hints that one is typing."""
        self._in(room, lambda seat, found: seat.typing(found))

    def mark_read(self, room: str) -> None:
        """One has seen the end of a room."""
        self._in(room, lambda seat, found: seat.mark_read(found))

    def list_rooms(self) -> None:
        """Tells which rooms one may see."""
        if self._seat is not None:
            self._start(self._list_rooms(self._seat.client))

    # What the seat tells.

    def changed(self, what: Changed, room: Room | None) -> None:
        """Something is to be drawn anew; soon it is, together with what else changes until then."""
        if what == "people":
            self._people_known = False
        if what == "people" and room is None:
            self._look_who_is_here()
        if what == "rooms" and self._seat is not None and self._open is not None:
            if self._open.id not in self._seat.rooms:
                self._open = None
            if self._open is None:
                self._open_any()
        if what == "typing":
            asyncio.get_running_loop().call_later(_TYPING_OVER, self._draw)
        self._mark()

    def notice(self, text: str) -> None:
        """Something that the user should know."""
        self._tell(Noticed(text))

    def refused(self, room: Room, pending: Pending) -> None:
        """A typed command will not be done."""
        self._tell(CommandRefused(room.id, pending.text, pending.fault or ""))

    def heard(self, room: Room, entry: Entry, *, mine: bool) -> None:
        """Is told with everything else that changes."""

    def called(self, room: Room, entry: Entry) -> None:
        """Something was said that one wants to be told of."""
        if isinstance(entry.body, Message):
            self._tell(Called(room.id, room.name, entry.author.name, entry.body.text))

    # Inside.

    def _in(self, room: str, work: Callable[[Seat, Room], object]) -> None:
        """Does something in a room, if one is still there."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            work(self._seat, found)

    def _retry(self, cid: str, seat: Seat, room: Room) -> None:
        if (pending := room.pending.get(cid)) is not None:
            seat.drop(room, pending)
            if pending.reply_to is None:
                self.say(room.id, pending.text)
            else:
                self.reply(room.id, pending.reply_to, pending.text)

    async def _sit(self, wanted: Wanted) -> None:
        seat = Seat()
        seat.listener = self
        connected = False
        ended = asyncio.Event()

        def tell_state(state: State) -> None:
            seat.tell_state(state)
            if state.name == "closed":
                ended.set()
            elif state.name == "offline":
                self._was_offline = True
            elif state.name == "online" and self._was_offline:
                self._was_offline = False
                self._look_who_is_here()

        try:
            client = make_client(wanted, on_state=tell_state, on_hint=seat.tell_hint, on_notice=self.notice)
            async with client, asyncio.TaskGroup() as self._tasks:
                connected = True
                seat.sit_down(client)
                if client.token is not None:
                    keep_login(client.address, Login(client.account.name, client.token))
                sitting = self._tasks.create_task(seat.run())
                await asyncio.sleep(0)  # it begins to follow before anything else is asked
                self._seat = seat
                self._transfers = Transfers(client, self._start, self._tell, self._mark)
                self._open_any()
                await ended.wait()
                sitting.cancel()
                for errand in self._asked:
                    errand.cancel()
        except asyncio.CancelledError:
            self._tell(Over(""))
            if not self._leaving:
                raise
        except (Refused, Unreachable, Untrusted, BadAddress, CannotKeep) as fault:
            untrusted = wanted.server if isinstance(fault, Untrusted) else ""
            self._tell(Over(str(fault), untrusted) if connected else explain(fault, untrusted))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the window stays, and says so
            self._tell(Over(f"This program failed ({type(fault).__name__}: {fault}). Connect again."))
        else:
            untrusted = wanted.server if isinstance(client.over, Untrusted) else ""
            self._tell(Over(seat.state.reason or "The server ended the conversation.", untrusted))
        finally:
            self._seat = self._open = self._transfers = None
            self._dirty = self._lists_people = False

    def _open_any(self) -> None:
        rooms = list(self._seat.rooms.values()) if self._seat is not None else []
        if rooms:
            self.open(next((room.id for room in rooms if room.name == "#lobby"), rooms[0].id))

    def _mark(self) -> None:
        """Draws soon, together with what else changes until then."""
        if not self._dirty:
            self._dirty = True
            asyncio.get_running_loop().call_later(_SCENE_EVERY, self._draw)

    def _start(self, errand: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._tasks.create_task(errand)
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return task

    def _answered(self, room: str, text: str, answer: Any) -> None:
        self._tell(Answered(room, text, answer))

    async def _tell_soon(self, telling: Coroutine[Any, Any, Told]) -> None:
        self._tell(await telling)

    async def _find(self) -> None:
        try:
            self._tell(await look_around())
        finally:
            self._looks_around = False

    async def _load(self, loading: Coroutine[Any, Any, bool]) -> None:
        """Whatever came of it, the window waits for it no longer."""
        await loading
        self._draw()

    async def _go_back(self, seat: Seat, room: Room, seq: int | None, since: int | None) -> None:
        if seq is not None:
            found = seq if await seat.go_to(room, seq) else None
        else:
            found = await seat.go_to_time(room, since or 0)
            if found is None:
                self._tell(Noticed("Nothing was said since then."))
        if found is not None:
            self._draw()
            self._tell(WentBack(room.id, found))

    async def _list_rooms(self, client: Client) -> None:
        with contextlib.suppress(Refused, Unanswered, Unreadable):
            self._tell(RoomsListed(await client.rooms()))

    def _look_who_is_here(self) -> None:
        """Nobody enters the lobby by an entry: who is in it is asked when somebody comes or goes, not too often."""
        self._people_changed = True
        if self._seat is not None and not self._lists_people:
            self._lists_people = True
            self._start(self._list_people())

    async def _list_people(self) -> None:
        while self._people_changed:
            self._people_changed = False
            await asyncio.sleep(_SCENE_EVERY)
            if self._open is not None and self._seat is not None and self._seat.state.name == "online":
                room = self._open
                with contextlib.suppress(Refused, Unanswered, Unreadable):
                    room.people = await self._seat.client.members(room.id)
                    self.changed("timeline", room)
            await asyncio.sleep(_PEOPLE_EVERY)
        self._lists_people = False

    def _draw(self) -> None:
        self._dirty = False
        if (seat := self._seat) is None or not hasattr(seat, "me"):
            return
        if not self._people_known:
            self._people = dict(seat.people)
            self._people_known = True
        transfers = self._transfers.all if self._transfers is not None else []
        self._tell(picture(seat, self._people, self._open, transfers))
