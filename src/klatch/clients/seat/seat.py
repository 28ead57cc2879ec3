"""A seat at a server: follows all rooms of one person and their own account, and tells what changed."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal, Protocol

import msgspec

from klatch.clients.look.tokens import read_tokens
from klatch.clients.sdk import Client, Refused, State, Unanswered, Unreadable
from klatch.clients.sdk.client import make_cid
from klatch.clients.sdk.folders import drafts_folder
from klatch.clients.sdk.following import removes
from klatch.clients.sdk.outbox import owner_of
from klatch.clients.sdk.state import Hint
from klatch.clients.seat.drafts import Drafts
from klatch.clients.seat.room import Pending, Room
from klatch.core import commands as ask
from klatch.core.answers import Ack, AnyAnswer, IsTyping, Page, PauseTold, Person, Presence, RoomState
from klatch.core.events import (
    Arranged,
    Blocked,
    Departed,
    DisplayNamed,
    Entered,
    Entry,
    GotInvitation,
    Granted,
    Joined,
    Kicked,
    Left,
    Preferred,
    Quieted,
    Read,
    Renamed,
    RoomRenamed,
    StatusSet,
    TopicSet,
    Unblocked,
)
from klatch.core.preferences import FOR_GOOD

PAGE: Final = 100
_TYPING_EVERY: Final = 3.0
_PEOPLE: Final = (Joined, Left, Kicked, Granted)

Changed = Literal["state", "rooms", "timeline", "people", "typing"]


class Listener(Protocol):
    """Who draws. All is told on the event loop, and what is told is already so."""

    def changed(self, what: Changed, room: Room | None) -> None:
        """Something is to be drawn anew; without a room it concerns all."""

    def notice(self, text: str) -> None:
        """Something that the user should know."""

    def refused(self, room: Room, pending: Pending) -> None:
        """A typed command will not be done. (A message that is refused stays in the timeline, with its fault.)"""

    def called(self, room: Room, entry: Entry) -> None:
        """Somebody mentioned one, or wrote to one directly."""

    def heard(self, room: Room, entry: Entry, *, mine: bool) -> None:
        """An entry came. `mine`: it was typed at this seat."""


class _Nobody:
    """Draws nothing yet."""

    def changed(self, what: Changed, room: Room | None) -> None:
        """Nothing."""

    def notice(self, text: str) -> None:
        """Nothing."""

    def refused(self, room: Room, pending: Pending) -> None:
        """Nothing."""

    def called(self, room: Room, entry: Entry) -> None:
        """Nothing."""

    def heard(self, room: Room, entry: Entry, *, mine: bool) -> None:
        """Nothing."""


SILENCE: Final[Listener] = _Nobody()
"""For a seat whose owner draws nothing, or no longer."""


class Seat:
    """The client is to be made with `on_state=seat.tell_state` and `on_hint=seat.tell_hint`.

    Once it is connected: `sit_down`, set `listener`, then `run`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self.state = State(name="connecting")
        self.quiet_until: int | None = None
        self.blocked: set[str] = set()
        """The ids of those whose words one does not want to see."""
        self.me: Person
        self.client: Client
        self.drafts: Drafts
        self.listener: Listener = SILENCE
        self._clock = clock
        self._tasks: asyncio.TaskGroup
        self._following: dict[str, asyncio.Task[None]] = {}
        self._loading: set[str] = set()
        self._typed_at = -_TYPING_EVERY
        self._typing_for: Final = read_tokens().time.typing / 1000

    # What the client tells.

    def tell_state(self, state: State) -> None:
        """The connection changed."""
        self.state = state
        self.listener.changed("state", None)

    def tell_hint(self, hint: Hint) -> None:
        """Somebody came, went, or is typing."""
        match hint:
            case IsTyping(room=log, person=person):
                if (room := self.rooms.get(log)) is not None:
                    room.typing[person.id] = (person.name, self._clock() + self._typing_for)
                    self.listener.changed("typing", room)
            case Presence(people=people):
                self.people.update((person.id, person) for person in people)
                self.listener.changed("people", None)
            case PauseTold():
                pass  # whoever writes now is told by the refusal

    # Living.

    def sit_down(self, client: Client) -> None:
        """Takes over what a client was welcomed with. The rest of this is of use only from then on."""
        self.client = client
        self.me = client.account
        self.quiet_until = client.welcome.quiet_until
        self.blocked = {person.id for person in client.welcome.blocked}
        self.drafts = Drafts(drafts_folder() / client.address.folder / owner_of(client.welcome))
        self.rooms = {state.id: Room(state) for state in client.welcome.rooms}

    async def run(self) -> None:
        """Follows everything; ends only when it is cancelled."""
        client = self.client
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._follow_self(client.welcome.head))
            tasks.create_task(self._look_around())
            for room in self.rooms.values():
                self._begin_following(room)
            self.listener.changed("rooms", None)
            await asyncio.Event().wait()

    async def open(self, room: Room) -> None:
        """Fetches the last messages and the members of a room, unless it has them."""
        if not room.loaded:
            await self._load(room)
        if not room.people:
            await self._list_people(room)

    async def load_earlier(self, room: Room) -> bool:
        """Fetches a page of earlier messages; says whether any came. One page at a time."""
        if room.complete or not room.loaded or room.id in self._loading:
            return False
        first = room.order[:1]
        page = await self._fetch(room, before=first[0] if first else None)
        if page is None or room.order[:1] != first:  # one is elsewhere meanwhile
            return False
        room.load_earlier(page)
        self.listener.changed("timeline", room)
        return bool(page.items)

    async def load_later(self, room: Room) -> bool:
        """Fetches a page of later messages, where one has gone back; says whether any came. One page at a time."""
        if room.ended or not room.loaded or room.id in self._loading:
            return False
        last = room.order[-1:]
        page = await self._fetch(room, after=last[0] if last else 0)
        if page is None or room.order[-1:] != last:
            return False
        room.load_later(page)
        self.listener.changed("timeline", room)
        return bool(page.items)

    async def go_to(self, room: Room, seq: int) -> bool:
        """Fetches the messages around a number, unless they are there; says whether they are now."""
        return seq in room.items or await self._go_to(room, await self._fetch(room, after=seq - 1))

    async def go_to_time(self, room: Room, since: int) -> int | None:
        """Fetches the messages around a time (ms UTC); gives the number of the first since then, or None."""
        page = await self._fetch(room, since=since)
        if page is None or not page.items:
            return None
        first = page.items[0].seq
        return first if first in room.items or await self._go_to(room, page) else None

    async def go_to_end(self, room: Room) -> None:
        """Fetches the last messages, where one has gone back."""
        if not room.ended:
            await self._load(room)

    def is_quiet(self, now: int) -> bool:
        """Whether nothing is to disturb one at that time (ms UTC)."""
        return self.quiet_until is not None and (self.quiet_until == FOR_GOOD or now < self.quiet_until)

    async def list_rooms(self) -> list[RoomState]:
        """The rooms one may see, those to join among them; none where that cannot be asked now."""
        with contextlib.suppress(Refused, Unanswered, Unreadable):
            return await self.client.rooms()
        return []

    # Doing.

    def say(
        self, room: Room, text: str, then: Callable[[AnyAnswer], None] | None = None, *, private_at: bool = False
    ) -> Pending:
        """Does what was typed. It is drawn as pending until the server answers, however long that takes.

        `private_at`: `@user text` at the start goes to that person alone.
        """
        # A typed command is no line of the timeline; while the server is away it is shown to be waiting all the same.
        pending = Pending(cid=make_cid(), text=text, ts=int(time.time() * 1000))
        self._submit(room, pending, self.client.type(room.id, text, private_at=private_at, cid=pending.cid), then)
        return pending

    def reply(self, room: Room, seq: int, text: str) -> None:
        """Answers a message. The text is never a command."""
        pending = Pending(cid=make_cid(), text=text, ts=int(time.time() * 1000), reply_to=seq)
        command = ask.SendMessage(cid=pending.cid, room=room.id, text=text, reply_to=seq)
        self._submit(room, pending, self.client.act(command), None)

    def retry(self, room: Room, pending: Pending) -> None:
        """Tries again what was refused."""
        self.drop(room, pending)
        if pending.reply_to is None:
            self.say(room, pending.text)
        else:
            self.reply(room, pending.reply_to, pending.text)

    def drop(self, room: Room, pending: Pending) -> None:
        """Forgets what was refused."""
        room.pending.pop(pending.cid, None)
        room.changed += 1
        self.listener.changed("timeline", room)

    def act(self, command: ask.AnyCommand, done: str = "") -> None:
        """Does a command, and tells if it is refused; `done` is told once it is done."""
        self._tasks.create_task(self._act(command, done))

    def mark_read(self, room: Room) -> None:
        """One has read all of a room."""
        if room.state.read < room.head and (room.state.unread or room.head > room.state.read + 20):
            room.mark_read(room.head)
            self.act(ask.MarkRead(cid=make_cid(), room=room.id, seq=room.head))
            self.listener.changed("rooms", room)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something beside everything else, for as long as the seat is taken."""
        self._tasks.create_task(work)

    def typing(self, room: Room) -> None:
        """One is typing there; told at most every few seconds."""
        now = self._clock()
        if self.state.name == "online" and now - self._typed_at >= _TYPING_EVERY:
            self._typed_at = now
            self._tasks.create_task(self.client.typing(room.id))

    def find(self, name: str) -> Room | None:
        """The room of that name."""
        return next((room for room in self.rooms.values() if room.name == name), None)

    # Inside.

    def _submit(self, room: Room, pending: Pending, work: Any, then: Callable[[AnyAnswer], None] | None) -> None:
        room.pending[pending.cid] = pending
        room.changed += 1
        self.listener.changed("timeline", room)
        self._tasks.create_task(self._settle(room, pending, work, then))

    async def _settle(self, room: Room, pending: Pending, work: Any, then: Callable[[AnyAnswer], None] | None) -> None:
        try:
            answer: AnyAnswer = await work
        except Exception as fault:  # noqa: BLE001 - whatever it is, who typed it keeps the words and is told
            pending.fault = str(fault)
            if is_command(pending.text) and pending.reply_to is None:
                room.pending.pop(pending.cid, None)
                self.listener.refused(room, pending)
        else:
            # The entry follows its ack at once; a message whose entry is not there yet stays where it is drawn.
            if not isinstance(answer, Ack) or answer.room != room.id or room.head >= answer.seq:
                room.pending.pop(pending.cid, None)
            if then is not None:
                then(answer)
        room.changed += 1
        self.listener.changed("timeline", room)

    async def _act(self, command: ask.AnyCommand, done: str) -> None:
        try:
            await self.client.act(command)
        except (Refused, Unanswered, Unreadable, OSError) as fault:
            self.listener.notice(str(fault))
        else:
            if done:
                self.listener.notice(done)

    async def _look_around(self) -> None:
        with contextlib.suppress(Refused, Unanswered, Unreadable):
            for person in await self.client.online():
                self.people[person.id] = person
            self.listener.changed("people", None)

    async def _load(self, room: Room) -> None:
        if (page := await self._fetch(room)) is not None:
            room.load(page)
            self.listener.changed("timeline", room)

    async def _go_to(self, room: Room, after: Page | None) -> bool:
        """Has the room begin anew around the first message of a page."""
        if after is None or not after.items:
            return False
        before = await self._fetch(room, before=after.items[0].seq)
        if before is None:
            return False
        room.load_around(before, after)
        self.listener.changed("timeline", room)
        return True

    async def _fetch(
        self, room: Room, before: int | None = None, after: int | None = None, since: int | None = None
    ) -> Page | None:
        """A page, or None after having said why there is none."""
        self._loading.add(room.id)
        try:
            return await self.client.history(room.id, PAGE, before, after=after, since=since)
        except (Refused, Unanswered, Unreadable) as fault:
            self.listener.notice(str(fault))
            return None
        finally:
            self._loading.discard(room.id)

    async def _list_people(self, room: Room) -> None:
        try:
            room.people = await self.client.members(room.id)
        except (Refused, Unanswered, Unreadable):
            return
        self.people |= {person.id: person for person in room.people}
        self.listener.changed("people", room)

    def _begin_following(self, room: Room) -> None:
        self._following[room.id] = self._tasks.create_task(self._follow(room))

    async def _follow(self, room: Room) -> None:
        try:
            async with contextlib.aclosing(self.client.follow(room.id, room.head)) as entries:
                async for entry in entries:
                    self._take(room, entry)
                    if removes(entry, self.me.id):
                        break
        except (Refused, Unanswered, Unreadable) as fault:
            if isinstance(fault, Refused) and fault.code in ("not_a_member", "no_such_room"):
                self._leave(room)

    def _take(self, room: Room, entry: Entry) -> None:
        restored = entry.seq != room.head + 1
        if restored:
            room.forget()
        mine = entry.cid in room.pending and entry.author.id == self.me.id
        room.take(entry, self.me)
        self.listener.heard(room, entry, mine=mine)
        if restored:
            self._tasks.create_task(self._load(room))
        match entry.body:
            case TopicSet(topic=topic):
                room.state = msgspec.structs.replace(room.state, topic=topic)
            case RoomRenamed(name=name):
                room.state = msgspec.structs.replace(room.state, name=f"#{name}")
                self.listener.changed("rooms", room)
            case _:
                pass
        if isinstance(entry.body, _PEOPLE) and room.people:
            self._tasks.create_task(self._list_people(room))
        self.listener.changed("timeline", room)
        if room.calls(entry, self.me) and entry.author.id not in self.blocked and not self.is_quiet(entry.ts):
            self.listener.called(room, entry)

    async def _follow_self(self, head: int) -> None:
        with contextlib.suppress(Refused, Unanswered, Unreadable):
            async with contextlib.aclosing(self.client.follow(self.me.id, head)) as entries:
                async for entry in entries:
                    await self._take_own(entry)

    async def _take_own(self, entry: Entry) -> None:
        match entry.body:
            case Entered(room=known):
                await self._enter(known.id)
            case Departed(room=known):
                if (room := self.rooms.get(known.id)) is not None:
                    self._leave(room)
            case Read(room=where, seq=seq):
                if (room := self.rooms.get(where)) is not None and seq > room.state.read:
                    room.mark_read(seq)
                    self.listener.changed("rooms", room)
            case Renamed(name=name):
                self._become(msgspec.structs.replace(self.me, name=name))
            case DisplayNamed(name=name):
                self._become(msgspec.structs.replace(self.me, display_name=name))
            case StatusSet(text=text, away=away):
                self._become(msgspec.structs.replace(self.me, status=text, state="away" if away else "online"))
            case GotInvitation(room=known):
                self.listener.notice(f"You are invited to {known.name}. /join {known.name} takes you there.")
            case _:
                self._take_preference(entry)

    def _take_preference(self, entry: Entry) -> None:
        match entry.body:
            case Preferred(room=known, star=star, notify=notify):
                if (room := self.rooms.get(known.id)) is not None:
                    room.state = msgspec.structs.replace(room.state, star=star, notify=notify)
                    self.listener.changed("rooms", room)
            case Arranged(rooms=order):
                places = {room_id: place for place, room_id in enumerate(order)}
                for room in self.rooms.values():
                    room.state = msgspec.structs.replace(room.state, place=places.get(room.id))
                self.listener.changed("rooms", None)
            case Blocked(person=person) | Unblocked(person=person):
                (self.blocked.add if isinstance(entry.body, Blocked) else self.blocked.discard)(person.id)
                self.listener.changed("timeline", None)
            case Quieted(until=until):
                self.quiet_until = until
                self.listener.changed("state", None)
            case _:
                pass

    def _become(self, me: Person) -> None:
        self.me = me
        self.people[me.id] = me
        self.listener.changed("people", None)

    async def _enter(self, room_id: str) -> None:
        if room_id in self.rooms:
            return
        try:
            state: RoomState = (await self.client.ask(ask.LookAtRoom(room=room_id))).room
        except (Refused, Unanswered, Unreadable):
            return
        if room_id not in self.rooms:
            room = self.rooms[room_id] = Room(state)
            self._begin_following(room)
            self.listener.changed("rooms", room)

    def _leave(self, room: Room) -> None:
        if self.rooms.pop(room.id, None) is not None:
            self._following.pop(room.id).cancel()
            self.listener.changed("rooms", room)


def is_command(text: str) -> bool:
    """Whether something typed is a command."""
    return text.startswith("/") and not text.startswith("//")
