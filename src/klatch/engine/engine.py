"""The engine: what every door asks, answered in one place and one order."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from klatch import __version__
from klatch.bus.port import Bus
from klatch.core import commands as ask
from klatch.core.answers import AnyAnswer, HelpText, IsTyping, Members, Myself, OneRoom, Online, Rooms, Welcome
from klatch.core.events import DisplayNamed, Entry, Message, Renamed, StatusSet
from klatch.core.grammar import describe
from klatch.core.limits import Limits
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine import accounts, actions, messages, rooms
from klatch.engine.accounts import Entrance
from klatch.engine.backlog import Turn
from klatch.engine.fanout import FanOut
from klatch.engine.limits import RateLimits
from klatch.engine.presence import Roster
from klatch.engine.recording import sign
from klatch.engine.sessions import Session, Sessions
from klatch.observe.port import Observer
from klatch.storage.port import Reader, Store, Transaction

Done = Callable[[Any], None]
_DAY: Final = 86_400_000
_TYPING_EVERY: Final = 2_000
_TYPED_MOST: Final = 10_000
_PEOPLE_MOST: Final = 1_000  # in one answer
_BEATS_BETWEEN_CLEANINGS: Final = 180


class Engine:
    """Looks up, decides, records, publishes, fans out. Everything here runs on the event loop and waits for nothing;
    what was asked is answered through a callback, which is given the answer or what was raised."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        observer: Observer,
        limits: Limits,
        clock: Callable[[], int],
        pace: Callable[[], float],
    ) -> None:
        """`clock` tells milliseconds UTC, `pace` monotonic seconds."""
        self.limits = limits
        self.clock = clock
        self.observer = observer
        self.turn = Turn(observer)
        self.sessions = Sessions(limits)
        self.fanout = FanOut(self.sessions, observer)
        self.roster = Roster(clock, bus.hint)
        self._rates = RateLimits(limits, pace)
        self._store = store
        self._bus = bus
        self._stopping = False
        self._typed: dict[tuple[str, str], int] = {}  # who typed where, and when this was told
        bus.subscribe(self._on_entries, self.fanout.hint)

    @property
    def epoch(self) -> str:
        """The id of this incarnation of the store."""
        return self._store.epoch

    # What doors ask.

    def enter(self, hello: ask.Hello, address: str, done: Done) -> None:
        """Lets somebody in; `done` gets an Entrance, at the very point of the order at which it is to be admitted."""
        if self._stopping:
            done(Refused("going_away", "The server is stopping. Come back in a moment.", retry_after=1_000))
            return
        try:
            self._rates.admit_entrance(address)
        except Refused as refused:
            done(refused)
            return
        self._store.decide(lambda transaction: accounts.enter(transaction, hello), done)

    def admit(self, session: Session, entrance: Entrance, ignored: list[str]) -> Welcome:
        """Makes somebody who entered a listener; gives their welcome. Refuses a connection too many."""
        first = self.sessions.add(session)
        self.fanout.subscribe(session, [entrance.account.id, *entrance.logs])
        if first:
            self.roster.come(entrance.account)
            self.observer.log("came", name=entrance.account.name, door=session.door, address=session.address)
        self.observer.gauge("sessions", len(self.sessions))
        return Welcome(
            version=__version__,
            epoch=self._store.epoch,
            account=self.roster.person(entrance.account),
            head=entrance.head,
            rooms=entrance.rooms,
            heads_every=self.limits.heads_every,
            now=self.clock(),
            ignored=ignored,
        )

    def leave(self, session: Session) -> None:
        """A connection is gone: its account is offline if it was the last, and ends if it has no secret."""
        self.fanout.unsubscribe(session)
        account = session.account
        if self.sessions.remove(session):
            self.roster.go(account)
            self.observer.log("went", name=account.name, door=session.door, address=session.address)
            self.forget(account)
        self.observer.gauge("sessions", len(self.sessions))

    def forget(self, account: Account) -> None:
        """An account is here no more: it ends if it has no secret, else it is noted when it was last seen."""
        depart = accounts.end if account.fleeting else Transaction.set_seen
        self._store.decide(lambda transaction: depart(transaction, account.id), self._note)

    def act(self, session: Session, command: ask.Command, done: Done) -> None:
        """Does a command; `done` gets the Ack once it is on disk, or what was raised."""
        account = session.account.id
        try:
            ask.check_cid(command.cid)
            self._rates.admit(account, session.address)
        except Refused as refused:
            done(refused)
            return
        self.roster.act(account)
        self._store.decide(
            lambda transaction: actions.decide(transaction, account, command), done, (account, command.cid)
        )

    def look(self, session: Session, query: ask.Query, done: Done) -> None:
        """Answers a query, after all that the answer tells of is on its way: an entry that comes after a page is not
        in it."""

        def answered(outcome: object) -> None:
            self.fanout.flush()
            done(outcome)

        account = session.account.id
        match query:
            case ask.Help():
                answered(HelpText(commands=describe(), ref=query.ref))
            case ask.ListOnline():
                people = self.roster.online()
                answered(Online(people=people[:_PEOPLE_MOST], more=len(people) > _PEOPLE_MOST, ref=query.ref))
            case _:
                self._store.read(lambda reader: self._answer(reader, account, query), answered)

    def type(self, session: Session, room: str) -> None:
        """Tells the others in a room that somebody types, every two seconds at most."""
        key, now = (session.account.id, room), self.clock()
        if 0 <= now - self._typed.get(key, 0) < _TYPING_EVERY:
            return
        if self.fanout.listens(session.account.id, room):
            if len(self._typed) >= _TYPED_MOST:
                self._typed.clear()
            self._typed[key] = now
            self._bus.hint(IsTyping(room=room, person=sign(session.account)), room, session.account.id)

    # What the server does by itself.

    async def keep_house(self) -> None:
        """Beats, and ends the accounts of guests long gone, until cancelled."""
        beats = 0
        while True:
            if beats % _BEATS_BETWEEN_CLEANINGS == 0:
                self._end_unseen()
            await asyncio.sleep(self.limits.heads_every / 1000)
            self.fanout.beat()
            beats += 1

    def end_fleeting(self) -> None:
        """Ends accounts that should have ended with a connection to the server that was killed."""
        self._store.decide(_end_fleeting, self._note)

    def stop(self) -> None:
        """Says goodbye to all, each with a moment of its own to come back."""
        self._stopping = True
        for place, session in enumerate(list(self.sessions)):
            session.close("going_away", "The server is stopping. Come back in a moment.", 500 + 10 * (place % 250))

    # Answers, on a reader's thread.

    def _answer(self, reader: Reader, account: str, query: ask.Query) -> AnyAnswer:
        viewer = actions.present(reader, account)
        match query:
            case ask.Fetch():
                return messages.fetch(reader, viewer, query)
            case ask.History():
                return messages.history(reader, viewer, query)
            case ask.ListRooms():
                mine = [*reader.named_places_of(account), *reader.direct_places_of(account, accounts.DIRECT_TOLD_MOST)]
                places = [*mine, *reader.open_places(account)]
                return Rooms(rooms=[rooms.describe(reader, place, account) for place in places], ref=query.ref)
            case ask.LookAtRoom():
                place = rooms.find(reader, viewer, query.room)
                return OneRoom(room=rooms.describe(reader, place, account), ref=query.ref)
            case ask.LookAtSelf():
                person, head = self.roster.person(viewer), reader.head(account)
                return Myself(
                    account=person, role=viewer.role, head=head, epoch=self.epoch, now=self.clock(), ref=query.ref
                )
            case ask.ListMembers():
                place = rooms.find(reader, viewer, query.room)
                rooms.authorize_in("read", viewer, place)
                members = reader.members(place.room.id, _PEOPLE_MOST + 1)
                people = [self.roster.person(member.account, member.role) for member in members[:_PEOPLE_MOST]]
                more = len(members) > _PEOPLE_MOST
                return Members(room=place.room.id, people=people, more=more, ref=query.ref)
            case _:
                raise TypeError(f"no answer to {type(query).__name__}")

    # What was recorded, on the event loop.

    def _on_entries(self, entries: list[Entry]) -> None:
        self.fanout.publish(entries)
        for entry in entries:
            if type(entry.body) is Message:
                continue
            match entry.body:
                case Renamed(name=name):
                    self._alter(entry.room, name=name)
                case DisplayNamed(name=name):
                    self._alter(entry.room, display_name=name)
                case StatusSet(text=text, away=away):
                    self._alter(entry.room, status=text, away=away)
                case _:
                    pass

    def _alter(self, account: str, **changes: Any) -> None:
        """The account's sessions know it as it is now."""
        altered: Account | None = None
        for session in self.sessions.of(account):
            altered = session.account = msgspec.structs.replace(session.account, **changes)
        if altered is not None:
            self.roster.update(altered)

    def _end_unseen(self) -> None:
        here, before = set(self.roster), self.clock() - self.limits.guest_days * _DAY

        def end_unseen(transaction: Transaction) -> None:
            for account in here:
                transaction.set_seen(account)
            for account in transaction.guests_unseen(before):
                if account not in here:
                    accounts.end(transaction, account)

        self._store.decide(end_unseen, self._note)

    def _note(self, outcome: object) -> None:
        """What nobody waits for is logged if it failed."""
        if isinstance(outcome, Exception):
            self.observer.defect("engine", outcome)


def _end_fleeting(transaction: Transaction) -> None:
    for account in transaction.fleeting_accounts():
        accounts.end(transaction, account)
