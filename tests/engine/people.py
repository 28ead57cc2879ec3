"""A house with people in it: the real engine over a real store, and sessions that keep what they were told."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from klatch.bus.in_process import InProcessBus
from klatch.core import commands as ask
from klatch.core.answers import Ack, AnyAnswer, Page, Presence, RoomState, Welcome
from klatch.core.credentials import ByName, Credentials
from klatch.core.events import AnyBody, Entry
from klatch.core.limits import UNLIMITED, Limits
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.core.running import Running
from klatch.engine.accounts import Entrance
from klatch.engine.authentication import Attempt
from klatch.engine.backlog import Backlog
from klatch.engine.engine import Engine
from klatch.engine.passwords import Passwords
from klatch.engine.sessions import Session
from klatch.engine.settings import Settings
from klatch.storage.port import Reader
from klatch.storage.store import SqliteStore
from tests.storage.stores import Clock, Notes

T = TypeVar("T")
_numbers = itertools.count(1)
# A house in which any guest may register.
OPEN = Running(registration="open", limits=UNLIMITED)
_decode = msgspec.json.Decoder(AnyAnswer | Entry).decode


class Lines:
    """A shape: what is told as JSON, a line each. Counts how often it spells."""

    def __init__(self) -> None:
        self.spelled = 0

    def spell_entries(self, entries: list[Entry]) -> bytes:
        self.spelled += 1
        return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)

    def spell(self, answer: AnyAnswer) -> bytes:
        self.spelled += 1
        return msgspec.json.encode(answer) + b"\n"


class Wire:
    """Keeps what is written to it; takes nothing more while it is `stuck` with so many bytes."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.stuck = 0
        self.fell_behind = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def unsent(self) -> int:
        return self.stuck

    def fall_behind(self) -> None:
        self.fell_behind = True

    @property
    def told(self) -> list[AnyAnswer | Entry]:
        return [_decode(line) for line in b"".join(self.writes).splitlines()]


class Person:
    """One connection of somebody."""

    def __init__(self, house: "House", session: Session, wire: Wire, welcome: Welcome) -> None:
        self.house = house
        self.session = session
        self.wire = wire
        self.welcome = welcome
        self.closed: list[str] = []

    @property
    def id(self) -> str:
        return self.session.account.id

    @property
    def name(self) -> str:
        return self.session.account.name

    async def does(self, kind: type[ask.Command], cid: str | None = None, **arguments: Any) -> Ack:
        """Does a command; raises Refused."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        command = kind(cid=cid or make_cid(), **arguments)
        self.house.engine.act(self.session, command, outcome.set_result)
        return _raised(await outcome)

    async def says(self, room: str, text: str, **arguments: Any) -> Ack:
        return await self.does(ask.SendMessage, room=room, text=text, **arguments)

    async def refused(self, kind: type[ask.Command] | type[ask.Query], **arguments: Any) -> str:
        """The code with which something is refused, or nothing."""
        try:
            if issubclass(kind, ask.Query):
                await self.asks(kind, **arguments)
            else:
                await self.does(kind, **arguments)
        except Refused as refused:
            return refused.code
        return ""

    async def asks(self, kind: type[ask.Query], **arguments: Any) -> Any:
        """The answer to a query; raises Refused."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.house.engine.look(self.session, kind(**arguments), outcome.set_result)
        return _raised(await outcome)

    async def reads(self, room: str, **arguments: Any) -> Page:
        page: Page = await self.asks(ask.History, room=room, **arguments)
        return page

    async def room(self, name: str) -> RoomState | None:
        """A room as this person sees it in the list of rooms."""
        rooms = (await self.asks(ask.ListRooms)).rooms
        return next((room for room in rooms if room.name == name), None)

    async def members(self, room: str) -> dict[str, str | None]:
        """The names and roles of a room's members."""
        return {person.name: person.role for person in (await self.asks(ask.ListMembers, room=room)).people}

    def goes(self) -> None:
        """The connection is gone."""
        self.session.backlog.drop()
        self.house.engine.leave(self.session)

    def entries(self, log: str | None = None) -> list[Entry]:
        """The entries told, of one log or all."""
        return [each for each in self.wire.told if isinstance(each, Entry) and log in {None, each.room}]

    def bodies(self, log: str | None = None) -> list[AnyBody]:
        return [entry.body for entry in self.entries(log)]

    def heard(self, kind: type[T]) -> list[T]:
        """The hints of one kind that were told."""
        return [each for each in self.wire.told if isinstance(each, kind)]

    def presence(self) -> list[tuple[str, str]]:
        """Names and states, in the order in which they were told."""
        return [(person.name, person.state) for hint in self.heard(Presence) for person in hint.people]


class House:
    """A server without doors."""

    def __init__(
        self,
        directory: Path,
        limits: Limits = UNLIMITED,
        clock: Clock | None = None,
        *,
        running: Running | None = None,
        fixed: dict[str, str] | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        """`running` takes the place of `limits`."""
        self.directory = directory
        self.clock = clock or Clock()
        self.pace = 0.0
        self.notes = Notes()
        self.shape = Lines()
        self.store = SqliteStore(directory, self.notes, self.clock)
        bus = InProcessBus()
        settings = Settings(running or Running(limits=limits), fixed, self.store.chosen)
        quick = passwords or Passwords(memory=256, passes=1, iterations=4_096)
        self.engine = Engine(self.store, bus, self.notes, settings, self.clock, lambda: self.pace, passwords=quick)
        self.store.start(bus.publish, lambda: None)

    async def come(
        self,
        name: str = "",
        secret: str | None = None,
        *,
        shape: Lines | None = None,
        address: str = "127.0.0.1",
        credentials: Credentials | None = None,
        here: bool = True,
        lasting: bool = True,
        device: str = "test",
    ) -> Person:
        """Somebody comes in; raises Refused."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def entered(entrance: Any) -> None:
            # At once, as a conversation does: at this very point of the order.
            if not isinstance(entrance, Entrance):
                outcome.set_result(entrance)
                return
            try:
                outcome.set_result(self._admit(entrance, shape or self.shape, address, lasting=lasting))
            except Refused as refused:
                outcome.set_result(refused)

        shown = credentials or ByName(name, secret)
        attempt = Attempt(shown, address, here=here, lasting=lasting, device=device)
        self.engine.enter(attempt, entered)
        return _raised(await outcome)

    def _admit(self, entrance: Entrance, shape: Lines, address: str, *, lasting: bool) -> Person:
        wire = Wire()
        closed: list[str] = []

        def close(code: str, message: str, retry_after: int | None) -> None:
            closed.append(code)

        backlog = Backlog(self.engine.turn, wire, self.engine.limits.backlog, self.engine.limits.slow_within)
        session = Session(
            entrance.account,
            door="test",
            address=address,
            shape=shape,
            backlog=backlog,
            close=close,
            since=self.clock(),
            credential=entrance.credential,
            scopes=entrance.scopes,
            fleeting=entrance.begun and not lasting,
            expires=entrance.expires,
        )
        person = Person(self, session, wire, self.engine.admit(session, entrance, []))
        person.closed = closed
        return person

    async def quiet(self) -> None:
        """Waits until all that was asked for is done and told."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.store.decide(lambda _transaction: None, done.set_result)
        await done
        for _ in range(3):
            await asyncio.sleep(0)

    async def look(self, look: Any) -> Any:
        """What a reader of the store sees."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.store.read(look, outcome.set_result)
        return _raised(await outcome)

    async def accounts(self) -> list[Account]:
        """All accounts that have not ended, but for the system's."""

        def present(reader: Reader) -> list[Account]:
            found = [reader.present(life.account) for life in reader.lives("1", 10_000)]
            return [account for account in found if account is not None]

        accounts: list[Account] = await self.look(present)
        return accounts

    async def close(self) -> None:
        await self.store.close()


@contextlib.asynccontextmanager
async def open_house(
    directory: Path, limits: Limits = UNLIMITED, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[House]:
    """A house for the length of a block, in which nothing may go wrong that nobody is told."""
    house = House(directory, limits, clock, **settings)
    try:
        yield house
    finally:
        await house.close()
    assert house.notes.defects == []


def make_cid() -> str:
    """A cid that no other test uses."""
    return f"cid-{next(_numbers):012}"


def _raised(outcome: Any) -> Any:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
