"""Who is connected: sessions, by account and by address."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from klatch.core.addresses import household
from klatch.core.answers import AnyAnswer
from klatch.core.credentials import EVERYTHING
from klatch.core.events import Entry
from klatch.core.members import Account
from klatch.core.refusals import Refused
from klatch.engine.backlog import Backlog
from klatch.engine.settings import Settings


class Shape(Protocol):
    """One way to spell things; sessions of the same shape share the bytes."""

    def spell_entries(self, entries: list[Entry]) -> bytes:
        """Entries of one log, in order, as bytes."""

    def spell(self, answer: AnyAnswer) -> bytes:
        """An answer or hint, as bytes; empty if this shape does not show it."""


class Caller(Protocol):
    """Whoever asks for something: a session, or one request of a program. `credential` is the id of what let it in
    (None: a guest's name), `scopes` are what that may be used for."""

    @property
    def account(self) -> Account: ...

    @property
    def address(self) -> str: ...

    @property
    def credential(self) -> str | None: ...

    @property
    def scopes(self) -> frozenset[str]: ...


class Session:
    """One connection of one account; with a `fleeting` one its credential ends. `expires` (ms UTC): when that ends."""

    __slots__ = (
        "account",
        "address",
        "backlog",
        "close",
        "credential",
        "door",
        "expires",
        "fleeting",
        "scopes",
        "shape",
        "since",
    )

    def __init__(
        self,
        account: Account,
        *,
        door: str,
        address: str,
        shape: Shape,
        backlog: Backlog,
        close: "Close",
        since: int,
        credential: str | None = None,
        scopes: frozenset[str] = EVERYTHING,
        fleeting: bool = False,
        expires: int | None = None,
    ) -> None:
        self.account = account
        self.credential = credential
        self.scopes = scopes
        self.fleeting = fleeting
        self.expires = expires
        self.door = door
        self.address = address
        self.shape = shape
        self.backlog = backlog
        self.close = close
        self.since = since

    def tell(self, answer: AnyAnswer) -> None:
        """Owes an answer to this session alone."""
        if data := self.shape.spell(answer):
            self.backlog.owe(data)


class Close(Protocol):
    """Ends a connection."""

    def __call__(self, code: str, message: str, retry_after: int | None) -> None: ...


class Sessions:
    """All sessions of this server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_account: defaultdict[str, set[Session]] = defaultdict(set)
        self._by_address: defaultdict[str, int] = defaultdict(int)

    def __iter__(self) -> Iterator[Session]:
        for sessions in self._by_account.values():
            yield from sessions

    def __len__(self) -> int:
        return sum(len(sessions) for sessions in self._by_account.values())

    def of(self, account: str) -> Iterable[Session]:
        """The sessions of one account."""
        return self._by_account.get(account, ())

    def knock(self, address: str) -> None:
        """Counts a connection from an address; refuses one too many."""
        address = household(address)
        if self._by_address[address] >= (most := self._settings.limits.sessions_of_address):
            raise Refused(
                "too_many_sessions", f"There are {most} connections from your address, the most there may be."
            )
        self._by_address[address] += 1

    def part(self, address: str) -> None:
        """The connection from an address is gone."""
        address = household(address)
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def add(self, session: Session) -> bool:
        """Adds a session; True if it is its account's first. Refuses one too many."""
        sessions = self._by_account[session.account.id]
        if len(sessions) >= (most := self._settings.limits.sessions_of_account):
            raise Refused(
                "too_many_sessions", f"You are connected {most} times, the most there may be. Close one first."
            )
        sessions.add(session)
        return len(sessions) == 1

    def remove(self, session: Session) -> bool:
        """Removes a session; True if it was its account's last."""
        sessions = self._by_account[session.account.id]
        sessions.discard(session)
        if sessions:
            return False
        del self._by_account[session.account.id]
        return True
