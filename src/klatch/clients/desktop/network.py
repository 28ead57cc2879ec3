"""The network half of the window: a seat at a server, told as scenes. It knows no Tk, and runs in an event loop."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from klatch.clients.desktop.opener import open_path
from klatch.clients.desktop.scene import (
    Answered,
    Called,
    CommandRefused,
    Failed,
    Found,
    KeyShown,
    Noticed,
    OpenRoom,
    Over,
    RoomsListed,
    Scene,
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
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.client import make_cid
from klatch.clients.sdk.logins import Login, keep_login, read_login
from klatch.clients.sdk.pins import keep_pin
from klatch.clients.sdk.trusting import fetch_key
from klatch.clients.seat.room import Pending, Room
from klatch.clients.seat.seat import Changed, Seat
from klatch.core import commands as ask
from klatch.core.answers import Person
from klatch.core.events import Entry, Message
from klatch.core.files import File
from klatch.core.grammar import secret_of_link
from klatch.core.names import username_key

# Scenes a second at most: more than an eye can tell apart.
_SCENE_EVERY: Final = 1 / 30
_PEOPLE_EVERY: Final = 1.0
_TYPING_OVER: Final = read_tokens().time.typing / 1000 + _SCENE_EVERY
_OF_THE_NAME: Final = frozenset({"name_taken", "bad_name", "suspended", "banned"})
_OF_THE_LINK: Final = frozenset({"bad_link"})
_OF_THE_PASSWORD: Final = frozenset({"bad_credentials", "bad_token", "bad_password", "password_needed"})


class Wanted(msgspec.Struct, frozen=True):
    """Where to go, and as whom: a guest by name, an account with its password or its token, or whoever has a link, with
    the password to be."""

    server: str
    name: str
    password: str = ""
    token: str = ""
    link: str = ""


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
        self._errands.create_task(self._fetch_key(server), name="errand")

    def trust(self, server: str, fingerprint: str) -> None:
        """Takes a key for the right one of a server, in place of any other."""
        try:
            keep_pin(read_address(server), fingerprint)
        except (BadAddress, CannotKeep) as fault:
            self._tell(KeyShown(server, "", str(fault)))

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
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._start(self._load(self._seat.load_earlier(found)))

    def load_later(self, room: str) -> None:
        """Fetches later messages, where one has gone back."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._start(self._load(self._seat.load_later(found)))

    def load_end(self, room: str) -> None:
        """Comes back to the last messages."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._start(self._seat.go_to_end(found))

    def go_back(self, room: str, *, seq: int | None = None, since: int | None = None) -> None:
        """Goes to a message by its number, or to the first one since a time (ms UTC); told is which one it is."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._start(self._go_back(self._seat, found, seq, since))

    def say(self, room: str, text: str) -> None:
        """Does what was typed."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            told = partial(self._answered, room, text)
            self._seat.say(found, text, told, private_at=True)

    def reply(self, room: str, seq: int, text: str) -> None:
        """Answers a message."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._seat.reply(found, seq, text)

    # Of files.

    def attach(self, room: str, source: Path | bytes, name: str, *, send: bool = False) -> None:
        """Sends a file up, for the next message; `send`: for one of its own."""
        if self._transfers is not None:
            self._transfers.attach(room, source, name, send=send)

    def detach(self, number: int) -> None:
        """Gives up a file that was to be sent."""
        if self._transfers is not None:
            self._transfers.detach(number)

    def send_files(self, room: str, text: str, reply_to: int | None = None) -> None:
        """Says something, with the files that are ready."""
        if self._transfers is not None:
            self._transfers.send(room, text, reply_to)

    def save(self, file: File, target: Path) -> None:
        """Keeps a file somewhere."""
        if self._transfers is not None:
            self._transfers.save(file, target)

    def open_file(self, file: File) -> None:
        """Fetches a file and opens it."""
        if self._transfers is not None:
            self._transfers.fetch(file, self._show_path)

    def show_file(self, file: File) -> None:
        """Tells what shows a picture small."""
        if self._transfers is not None:
            self._transfers.show(file)

    def _show_path(self, path: Path) -> None:
        try:
            open_path(path)
        except OSError:
            self._tell(Noticed(f"Nothing here opens it. It is at {path}."))

    def retry(self, room: str, cid: str) -> None:
        """Tries once more what was refused."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) and (pending := found.pending.get(cid)):
            self._seat.drop(found, pending)
            if pending.reply_to is None:
                self.say(room, pending.text)
            else:
                self.reply(room, pending.reply_to, pending.text)

    def drop(self, room: str, cid: str) -> None:
        """Forgets what was refused."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) and (pending := found.pending.get(cid)):
            self._seat.drop(found, pending)

    def act(self, command: ask.AnyCommand, done: str = "") -> None:
        """Does a command; it is given its id here. `done` is noticed once it is done."""
        if self._seat is not None:
            self._seat.act(msgspec.structs.replace(command, cid=make_cid()), done)

    def typing(self, room: str) -> None:
        """Hints that one is typing."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._seat.typing(found)

    def mark_read(self, room: str) -> None:
        """One has seen the end of a room."""
        if self._seat is not None and (found := self._seat.rooms.get(room)) is not None:
            self._seat.mark_read(found)

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
            client = _make_client(wanted, on_state=tell_state, on_hint=seat.tell_hint, on_notice=self.notice)
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
            self._tell(Over(str(fault), untrusted) if connected else _failed(fault, untrusted))
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

    async def _fetch_key(self, server: str) -> None:
        try:
            address = read_address(server)
            found = await asyncio.to_thread(fetch_key, address)
        except (BadAddress, Unreachable) as fault:
            self._tell(KeyShown(server, "", str(fault)))
            return
        fault_words = ""
        if address.fingerprint not in (None, found):
            fault_words = f"{address.url} shows another key than the one in the address, {found}. Nothing was changed."
        self._tell(KeyShown(address.url, found, fault_words))

    async def _find(self) -> None:
        from klatch.clients.sdk.finding import find  # noqa: PLC0415 - it takes a while, and many never need it

        try:
            found = await find()
        except Unreachable:
            found = []
        finally:
            self._looks_around = False
        self._tell(Found([(each.name, each.server) for each in found]))

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
        self._tell(
            Scene(
                state=seat.state,
                me=_as_known(seat.me, seat.people),
                rooms=[room.state for room in seat.rooms.values()],
                people=self._people,
                waiting=sum(pending.fault is None for room in seat.rooms.values() for pending in room.pending.values()),
                role=seat.client.welcome.role,
                quiet_until=seat.quiet_until if seat.is_quiet(int(time.time() * 1000)) else None,
                blocked=frozenset(seat.blocked),
                transfers=self._transfers.all if self._transfers is not None else [],
                open=_picture(self._open, seat) if self._open is not None else None,
            )
        )


def _as_known(me: Person, people: dict[str, Person]) -> Person:
    """Who one is; how one is shown to others they are told first."""
    known = people.get(me.id)
    return me if known is None else msgspec.structs.replace(me, display_name=known.display_name, status=known.status)


def _picture(room: Room, seat: Seat) -> OpenRoom:
    return OpenRoom(
        state=room.state,
        topic=room.view.topic,
        head=room.head,
        order=list(room.order),
        items=dict(room.items),
        pending=[msgspec.structs.replace(pending) for pending in room.pending.values()],
        people=list(room.people),
        typists=room.typists(seat._clock(), seat.me),
        loaded=room.loaded,
        complete=room.complete,
        later=not room.ended,
    )


def _failed(fault: Exception, untrusted: str) -> Failed:
    if isinstance(fault, BadAddress | Unreachable | Untrusted):
        return Failed(str(fault), "server", untrusted)
    code = getattr(fault, "code", "")
    message = str(fault)
    if code == "guests_refused":
        message += " Ask whoever runs it to let guests in."
    if code in _OF_THE_LINK:
        return Failed(message, "link")
    if code == "token_needed" or code in _OF_THE_PASSWORD:
        return Failed(message, "password")
    return Failed(message, "name" if code in _OF_THE_NAME else None)


def _make_client(wanted: Wanted, **listeners: Any) -> Client:
    """The client for what is wanted. Raises BadAddress, CannotKeep, or Refused for what no server would take."""
    options: dict[str, Any] = {"program": "klatch-desktop", "patience": None, "outbox": True, **listeners}
    if wanted.token:
        return Client(wanted.server, token=wanted.token, **options)
    if wanted.link:
        link = secret_of_link(wanted.link)
        return Client(wanted.server, name=wanted.name, password=wanted.password, link=link, **options)
    if wanted.password:
        return Client(wanted.server, name=wanted.name, password=wanted.password, **options)
    saved = read_login(read_address(wanted.server))
    if saved is not None and username_key(saved.name) == username_key(wanted.name):
        return Client(wanted.server, token=saved.token, **options)
    return Client(wanted.server, name=wanted.name, **options)
