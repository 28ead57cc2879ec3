"""The engine: what every door asks, answered in one place and one order."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import msgspec

from klatch import __version__
from klatch.bus.port import Bus
from klatch.core import commands as ask
from klatch.core.answers import (
    FileKey,
    IsTyping,
    UploadLink,
    Welcome,
)
from klatch.core.credentials import NOTHING_SHOWN, ByToken, Credentials
from klatch.core.limits import Limits
from klatch.core.members import Account
from klatch.core.permissions import check_scope
from klatch.core.refusals import Refused
from klatch.engine import accounts, actions, credentials, figures, links, lookups
from klatch.engine.accounts import Entrance
from klatch.engine.authentication import Attempt, Authentication
from klatch.engine.backlog import Turn
from klatch.engine.fanout import FanOut
from klatch.engine.figures import Live
from klatch.engine.filing import Filing
from klatch.engine.following import Following
from klatch.engine.limits import RateLimits
from klatch.engine.passwords import Passwords
from klatch.engine.presence import Roster
from klatch.engine.recording import sign
from klatch.engine.sessions import Caller, Session, Sessions
from klatch.engine.settings import Settings
from klatch.engine.tidying import Tidying
from klatch.files.port import Files
from klatch.observe.port import Observer
from klatch.storage.port import Store, Transaction

Done = Callable[[Any], None]
DROP: Final = "/api/files/drop"
_DAY: Final = 86_400_000
_TYPING_EVERY: Final = 2_000
_TYPED_MOST: Final = 10_000
_BEATS_BETWEEN_CLEANINGS: Final = 180


class Engine:
    """Looks up, decides, records, publishes, fans out. Everything here runs on the event loop and waits for nothing;
    what was asked is answered through a callback, which is given the answer or what was raised."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        observer: Observer,
        settings: Settings,
        clock: Callable[[], int],
        pace: Callable[[], float],
        *,
        passwords: Passwords | None = None,
        shelf: Files | None = None,
        file_types: tuple[str, ...] = (),
    ) -> None:
        """`clock` tells milliseconds UTC, `pace` monotonic seconds; `shelf` is the store of files, of which only those
        of `file_types` are taken, if any are named."""
        self.settings = settings
        self.clock = clock
        self.since = clock()
        self.observer = observer
        self.turn = Turn(observer)
        self.sessions = Sessions(settings)
        self.fanout = FanOut(self.sessions, observer)
        self.roster = Roster(clock, bus.hint)
        self._rates = RateLimits(settings, pace)
        self._store = store
        self._authentication = Authentication(store, passwords or Passwords(), self._rates, clock, settings)
        self._bus = bus
        self._stopping = False
        self._doors: set[str] = set()  # that somebody came in through
        self.tidying = Tidying(store, self._note)
        self._typed: dict[tuple[str, str], int] = {}  # who typed where, and when this was told
        self._following = Following(
            self.sessions, self.fanout, self.roster, self.tidying, store, bus, clock, self._note, settings
        )
        bus.subscribe(self.fanout.publish, self.fanout.hint)
        bus.subscribe(self._following.follow)
        self.filing: Filing | None = None
        if shelf is not None:
            self.filing = Filing(store, shelf, self._rates, observer, settings, clock, types=file_types)
            bus.subscribe(self.filing.follow)

    @property
    def limits(self) -> Limits:
        """How much is allowed now."""
        return self.settings.limits

    @property
    def epoch(self) -> str:
        """The id of this incarnation of the store."""
        return self._store.epoch

    # What doors ask.

    def authenticate(
        self, shown: Credentials, address: str, done: Done, *, here: bool = False, device: str = ""
    ) -> None:
        """Finds out who it is; `done` gets an Identity, or a refusal that is the same at every door.

        `here`: whether that address is this machine itself beyond doubt. `device` is what a session that a password
        begins is called.
        """
        attempt = Attempt(shown, address, here=here, device=device)
        if not isinstance(shown, ByToken):
            if self._may_try(attempt, done):
                self._authentication.recognise(attempt, done)
            return

        def found(outcome: Any) -> None:
            """Programs show a token with each request; only those that guess are held up."""
            if not isinstance(outcome, Refused) or self._may_try(attempt, done):
                done(outcome)

        self._authentication.recognise(attempt, found)

    def sign_in(self, attempt: Attempt, done: Done) -> None:
        """Begins a session for doors where each request shows its token; `done` gets an Identity that has one."""
        if self._may_try(attempt, done):
            self._authentication.begin(attempt, done)

    def expose(self, token: str, done: Done) -> None:
        """A token was sent where others may see it: it lets nobody in any more."""
        self._authentication.expose(token, done)

    def enter(self, attempt: Attempt, done: Done) -> None:
        """Lets somebody in; `done` gets an Entrance, at the very point of the order at which it is to be admitted."""
        if self._may_try(attempt, done):
            self._authentication.let_in(attempt, accounts.enter, done)

    def _may_try(self, attempt: Attempt, done: Done) -> bool:
        if self._stopping:
            done(Refused("going_away", "The server is stopping. Come back in a moment.", retry_after=1_000))
            return False
        try:
            self._rates.admit_entrance(attempt.address)
        except Refused as refused:
            done(refused)
            return False
        return True

    def admit(self, session: Session, entrance: Entrance, ignored: list[str]) -> Welcome:
        """Makes somebody who entered a listener; gives their welcome. Refuses a connection too many."""
        first = self.sessions.add(session)
        self.fanout.subscribe(session, [entrance.account.id, *entrance.logs])
        if first:
            self.roster.come(entrance.account)
            self.observer.log("came", name=entrance.account.name, door=session.door, address=session.address)
        self.observer.count("entrances", 1, session.door)
        return Welcome(
            version=__version__,
            epoch=self._store.epoch,
            account=self.roster.person(entrance.account),
            head=entrance.head,
            rooms=entrance.rooms,
            heads_every=self.limits.heads_every,
            now=self.clock(),
            role=entrance.account.role,
            token=entrance.token,
            paused=entrance.paused,
            ignored=ignored,
            began=entrance.began,
            **entrance.standing,
        )

    def leave(self, session: Session) -> None:
        """A connection is gone: its account is offline if it was the last, and ends if it has no secret."""
        self.fanout.unsubscribe(session)
        account = session.account
        if self.sessions.remove(session):
            self.roster.go(account)
            self.observer.log("went", name=account.name, door=session.door, address=session.address)
            self.forget(account)
        if session.fleeting and session.credential is not None:
            self.drop(session.credential)

    def forget(self, account: Account) -> None:
        """An account is here no more: it ends if it has no secret, else it is noted when it was last seen."""
        depart = accounts.end if account.fleeting else Transaction.set_seen
        self._store.decide(lambda transaction: depart(transaction, account.id), self._note)

    def drop(self, credential: str) -> None:
        """The connection is gone with which a credential ends."""
        self._store.decide(lambda transaction: transaction.remove_credential(credential), self._note)

    def act(self, caller: Caller, command: ask.Command, done: Done) -> None:
        """Does a command; `done` gets the Ack once it is on disk, or what was raised."""
        account = caller.account.id
        try:
            ask.check_cid(command.cid)
            if not credentials.gives_itself_up(caller, command):
                check_scope(tag_of(command), caller.scopes, reads=False)
            self._rates.admit(account, caller.address)
        except Refused as refused:
            done(refused)
            return
        self.roster.act(account)

        def decide(beside: Any) -> None:
            if isinstance(beside, Exception):
                done(beside)
                return
            self._store.decide(
                lambda transaction: actions.decide(transaction, account, command, beside), done, (account, command.cid)
            )

        if type(command) in actions.SHOWN:
            self._authentication.prove(caller, command, decide)
        elif type(command) in actions.SET:
            decide(self.settings)
        else:
            decide(NOTHING_SHOWN)

    def look(self, caller: Caller, query: ask.Query, done: Done) -> None:
        """Answers a query, after all that the answer tells of is on its way: an entry that comes after a page is not
        in it."""

        def answered(outcome: object) -> None:
            self.fanout.flush()
            if isinstance(outcome, UploadLink):
                outcome = self._open_link(caller, outcome)
            done(outcome)

        try:
            check_scope(tag_of(query), caller.scopes, reads=True)
        except Refused as refused:
            done(refused)
            return
        if isinstance(query, ask.MakeFileKey):
            answered(self._make_file_key(caller, query))
            return
        account = caller.account.id
        live = {session.credential for session in self.sessions.of(account)}
        measured = self._figures() if isinstance(query, ask.ListFigures) else None
        now = lookups.Now(self.roster, self.epoch, self.clock(), caller.credential, live, self.settings, measured)
        told = lookups.answer_at_once(query, now)
        if told is not None:
            answered(told)
        else:
            self._store.read(lambda reader: lookups.answer(reader, account, query, now), answered)

    def _make_file_key(self, caller: Caller, query: ask.MakeFileKey) -> FileKey | Refused:
        if self.filing is None:
            return Refused("not_allowed", "This server takes no files.")
        key, expires = self.filing.make_key(caller)
        return FileKey(key=key, expires=expires, ref=query.ref)

    def _open_link(self, caller: Caller, wanted: UploadLink) -> UploadLink | Refused:
        if self.filing is None:
            return Refused("not_allowed", "This server takes no files.")
        try:
            check_scope("send", caller.scopes, reads=False)
            secret, expires = self.filing.make_drop(caller, wanted.room)
        except Refused as refused:
            return refused
        return msgspec.structs.replace(wanted, path=f"{DROP}/{secret}/", expires=expires)

    def type(self, session: Session, room: str) -> None:
        """Tells the others in a room that somebody types, every two seconds at most; not with a token to read by."""
        if "write" not in session.scopes:
            return
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
                self.tidying.sweep()
            await asyncio.sleep(self.limits.heads_every / 1000)
            self.fanout.beat()
            self.end_expired()
            self._store.decide(accounts.clear_statuses, self._note)
            beats += 1

    def end_expired(self) -> None:
        """Sends those away whose token has expired since they came in by it."""
        self._following.end_expired()

    def make_owner_link(self, done: Callable[[str | None], None], owned: Callable[[], None] | None = None) -> None:
        """Makes the first owner's link; `done` gets its secret, or None where somebody owns the server already. `owned`
        is told when the link is worth nothing any more, as somebody does."""
        secret = secrets.token_urlsafe(32)

        def made(outcome: Any) -> None:
            self._note(outcome)
            if outcome is True and owned is not None:
                self._bus.subscribe(links.watch_for_owner(owned))
            done(secret if outcome is True else None)

        self._store.decide(lambda transaction: links.add_owner_link(transaction, secret), made)

    def make_house_token(self, done: Callable[[str], None]) -> None:
        """Makes the token of the house's key; `done` gets it."""
        token = f"klatch_{secrets.token_urlsafe(32)}"

        def made(outcome: Any) -> None:
            self._note(outcome)
            done(token)

        self._store.decide(lambda transaction: credentials.make_house_token(transaction, token), made)

    def end_fleeting(self) -> None:
        """Ends what should have ended with a connection to the server that was killed."""
        self._store.decide(_end_fleeting, self._note)

    def measure(self) -> None:
        """Reports how many are connected through which door, and how much waits for them."""
        doors = Counter(dict.fromkeys(self._doors, 0))
        doors.update(session.door for session in self.sessions)
        self._doors |= doors.keys()
        for door, count in doors.items():
            self.observer.gauge("sessions", count, door)
        sizes = [session.backlog.size for session in self.sessions]
        self.observer.gauge("backlog_bytes", sum(sizes))
        self.observer.gauge("backlog_most_bytes", max(sizes, default=0))

    def _figures(self) -> Live:
        self.measure()
        self._store.measure()
        return figures.take(self.since, self.sessions, self.roster, self.observer.read())

    def stop(self) -> None:
        """Says goodbye to all, each with a moment of its own to come back."""
        self._stopping = True
        for place, session in enumerate(list(self.sessions)):
            session.close("going_away", "The server is stopping. Come back in a moment.", 500 + 10 * (place % 250))

    def _end_unseen(self) -> None:
        here, before = set(self.roster), self.clock() - self.limits.guest_days * _DAY
        unseen = self.clock() - self.limits.session_days * _DAY
        live = [session for session in self.sessions if session.credential is not None]

        def end_unseen(transaction: Transaction) -> None:
            for session in live:
                transaction.touch_credential(session.credential or "0", session.address)
            transaction.remove_old_credentials(unseen)
            transaction.remove_old_links()
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


def tag_of(request: ask.Command | ask.Query) -> str:
    """The op of a request."""
    return str(request.__struct_config__.tag)


def _end_fleeting(transaction: Transaction) -> None:
    transaction.remove_fleeting_credentials()
    for account in transaction.fleeting_accounts():
        accounts.end(transaction, account)
