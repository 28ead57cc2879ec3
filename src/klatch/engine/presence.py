"""Presence: who is online, told as hints that are gathered for a moment first."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from klatch.core.answers import Person, Presence
from klatch.core.members import Account

GATHER_SECONDS: Final = 0.2


class _Here(msgspec.Struct):
    """Somebody who is online: the account as it is now, since when, and when they last did something (ms UTC)."""

    account: Account
    since: int
    active: int


class Roster:
    """Who is online. What changes within a moment is told once, and what came to nothing is not told."""

    def __init__(self, clock: Callable[[], int], tell: Callable[[Presence], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._here: dict[str, _Here] = {}
        self._told: dict[str, Person] = {}
        self._changed: dict[str, Account] = {}

    def come(self, account: Account) -> None:
        """Somebody is online now."""
        now = self._clock()
        self._here[account.id] = _Here(account, now, now)
        self._change(account)

    def go(self, account: Account) -> None:
        """Somebody is offline now."""
        here = self._here.pop(account.id, None)
        self._change(here.account if here else account)

    def update(self, account: Account) -> None:
        """Somebody has another name or status now."""
        if (here := self._here.get(account.id)) is not None:
            here.account = account
            self._change(account)

    def act(self, account: str) -> None:
        """Somebody did something."""
        if (here := self._here.get(account)) is not None:
            here.active = self._clock()

    def person(self, account: Account, role: str | None = None) -> Person:
        """Somebody as others see them now."""
        here = self._here.get(account.id)
        if here is None:
            return Person(
                id=account.id,
                name=account.name,
                display_name=account.display_name or account.name,
                state="offline",
                status=self._status(account),
                role=role,
                avatar=account.avatar,
            )
        now = here.account
        return Person(
            id=now.id,
            name=now.name,
            display_name=now.display_name or now.name,
            state="away" if now.away and not self._has_passed(now) else "online",
            status=self._status(now),
            since=here.since,
            active=here.active,
            role=role,
            avatar=now.avatar,
        )

    def _status(self, account: Account) -> str:
        return "" if self._has_passed(account) else account.status

    def _has_passed(self, account: Account) -> bool:
        return account.status_until is not None and account.status_until <= self._clock()

    def online(self) -> list[Person]:
        """Everyone who is online, by name."""
        people = [self.person(here.account) for here in self._here.values()]
        return sorted(people, key=lambda person: person.name.casefold())

    def __iter__(self) -> Iterator[str]:
        yield from self._here

    def _change(self, account: Account) -> None:
        if not self._changed:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell_changes)
        self._changed[account.id] = account

    def _tell_changes(self) -> None:
        changed, self._changed = self._changed, {}
        people = [self.person(account) for account in changed.values()]
        news = [person for person in people if self._is_news(person)]
        for person in news:
            if person.state == "offline":
                self._told.pop(person.id, None)
            else:
                self._told[person.id] = person
        if news:
            self._tell(Presence(people=news))

    def _is_news(self, person: Person) -> bool:
        told = self._told.get(person.id)
        if told is None:
            return person.state != "offline"
        return (told.state, told.name, told.display_name, told.status, told.avatar) != (
            person.state,
            person.name,
            person.display_name,
            person.status,
            person.avatar,
        )
