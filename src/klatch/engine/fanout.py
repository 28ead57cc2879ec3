"""Fan-out: every session of a room is owed each entry once, in order, encoded once per shape."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import methodcaller
from typing import Final

from klatch.core.answers import AnyAnswer, Heads
from klatch.core.events import Author, Banned, Created, Entry, Joined, Kicked, Left, RoomDeleted
from klatch.engine.sessions import Session, Sessions, Shape
from klatch.observe.port import Observer

_MOVES: Final = frozenset({Created, Joined, Left, Kicked, Banned, RoomDeleted})  # the entries that change who listens


class FanOut:
    """Which session listens to which log. Membership follows the entries themselves, in their order: whoever an
    entry removes is owed that entry and none after it."""

    def __init__(self, sessions: Sessions, observer: Observer) -> None:
        self._sessions = sessions
        self._observer = observer
        self._listeners: defaultdict[str, dict[Session, None]] = defaultdict(dict)
        self._pending: dict[str, list[Entry]] = {}
        self._heads: dict[str, int] = {}
        self._heads_before: dict[str, int] = {}

    def subscribe(self, session: Session, logs: list[str]) -> None:
        """Owes a session every entry of these logs from now on."""
        self.flush()
        for log in logs:
            self._listeners[log][session] = None

    def unsubscribe(self, session: Session) -> None:
        """Owes a session nothing more."""
        for log in [log for log, listeners in self._listeners.items() if session in listeners]:
            self._drop(log, session)

    def publish(self, entries: list[Entry]) -> None:
        """Owes entries to those who listen to their logs."""
        for entry in entries:
            moves = type(entry.body) in _MOVES
            if moves:
                self._follow_before(entry)
            if not self._pending:
                asyncio.get_running_loop().call_soon(self.flush)
            pending = self._pending.get(entry.room)
            if pending is None:
                self._pending[entry.room] = [entry]
            else:
                pending.append(entry)
            self._heads[entry.room] = entry.seq
            if moves:
                self._follow_after(entry)

    def flush(self) -> None:
        """Owes what is pending; each log's entries are spelled once for each shape."""
        pending, self._pending = self._pending, {}
        for log, entries in pending.items():
            self._owe(self._listeners.get(log, ()), methodcaller("spell_entries", entries))

    def hint(self, hint: AnyAnswer, log: str | None, beside: str | None) -> None:
        """Owes a hint to the listeners of a log, or to everyone, but not to the account `beside`."""
        self.flush()
        listeners = self._listeners.get(log, ()) if log is not None else self._sessions
        self._owe((each for each in listeners if each.account.id != beside), methodcaller("spell", hint))

    def beat(self) -> None:
        """Tells the heads of the logs that grew since the beat before the last, so that whoever missed a push asks."""
        for log, head in (self._heads_before | self._heads).items():
            self.hint(Heads(rooms={log: head}), log, None)
        self._heads_before, self._heads = self._heads, {}

    def listens(self, account: str, log: str) -> bool:
        """Whether a session of this account listens to a log."""
        listeners = self._listeners.get(log, {})
        return any(session in listeners for session in self._sessions.of(account))

    def _owe(self, sessions: Iterable[Session], spell: Callable[[Shape], bytes]) -> None:
        spelled: dict[Shape, bytes] = {}
        for session in sessions:
            data = spelled.get(session.shape)
            if data is None:
                try:
                    data = spell(session.shape)
                except Exception as failure:  # noqa: BLE001 - one shape that fails must not silence the others
                    self._observer.defect(session.door, failure)
                    data = b""
                spelled[session.shape] = data
            if data:
                session.backlog.owe(data)

    def _follow_before(self, entry: Entry) -> None:
        """Whoever the entry lets in is owed it."""
        match entry.body:
            case Created(members=members):
                for account in {entry.author.id, *(person.id for person in members)}:
                    self._let_in(account, entry.room)
            case Joined():
                self._let_in(entry.author.id, entry.room)
            case _:
                pass

    def _follow_after(self, entry: Entry) -> None:
        """Whoever the entry removes is owed nothing after it."""
        match entry.body:
            case Left():
                self._shut_out(entry.author.id, entry.room)
            case Kicked(person=person):
                self._shut_out(person.id, entry.room)
            case Banned(person=Author(id=banned)) if banned != entry.room:
                self._shut_out(banned, entry.room)
            case RoomDeleted():
                self.flush()
                self._listeners.pop(entry.room, None)
            case _:
                pass

    def _let_in(self, account: str, log: str) -> None:
        for session in self._sessions.of(account):
            self.subscribe(session, [log])

    def _shut_out(self, account: str, log: str) -> None:
        self.flush()
        for session in self._sessions.of(account):
            self._drop(log, session)

    def _drop(self, log: str, session: Session) -> None:
        listeners = self._listeners[log]
        listeners.pop(session, None)
        if not listeners:
            del self._listeners[log]
