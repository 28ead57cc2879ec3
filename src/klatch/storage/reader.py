"""Looks things up in one snapshot of the store."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from klatch.core.events import AnyBody, Author, Entry, Unreadable
from klatch.core.members import SYSTEM, Account
from klatch.core.preferences import Preferences
from klatch.core.restraints import Restraint
from klatch.core.rooms import Room, Rules
from klatch.storage import queries
from klatch.storage.files import FileReader
from klatch.storage.rows import Credential, Erasure, Life, Link, Listed, Member, Place, Recorded, Removal, State

Parameters = Mapping[str, Any] | Sequence[Any]
_ACCOUNT_COLUMNS: Final = 10
_read_body = msgspec.json.Decoder(AnyBody).decode
_read_choice = msgspec.json.Decoder(bool | int | float | str).decode


class Driver(Protocol):
    """What a database must do for the store: statements with :named parameters or with ? in turn, rows as tuples."""

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]: ...

    def row(self, statement: str, parameters: Parameters | None = None) -> tuple[Any, ...] | None: ...

    def run(self, statement: str, parameters: Parameters | None = None) -> None: ...


class Reader(FileReader):
    """Facts by name. Ids are strings outside and numbers inside the database."""

    def __init__(self, driver: Driver) -> None:
        self._db = driver
        self.now = 0  # of a transaction, ms UTC
        self.unreadable: list[tuple[str, int]] = []  # what was asked for and is damaged: log and number

    # Accounts.

    def account(self, account: str) -> Account | None:
        """An account by its id, also one that has ended."""
        return _account(self._db.row(queries.ACCOUNT, {"id": int(account)}))

    def present(self, account: str) -> Account | None:
        """An account by its id, unless it has ended."""
        return _account(self._db.row(queries.ACCOUNT_HERE, {"id": int(account)}))

    def account_by_key(self, key: str) -> Account | None:
        """An account that has the username with this key now."""
        return _account(self._db.row(queries.ACCOUNT_BY_KEY, {"key": key}))

    def account_by_secret(self, secret_hash: bytes) -> Account | None:
        """The account that this secret brings back."""
        return _account(self._db.row(queries.ACCOUNT_BY_SECRET, {"secret_hash": secret_hash}))

    def accounts_after(self, key: str, limit: int) -> list[Listed]:
        """The accounts that have not ended, by the keys of their usernames, after one of these."""
        rows = self._db.rows(queries.ACCOUNTS_AFTER, {"after": key, "limit": limit})
        return [Listed(_as_account(row), *row[_ACCOUNT_COLUMNS:]) for row in rows]

    def password_hash(self, account: str) -> str | None:
        """What is kept of an account's password, or None if it has none."""
        row = self._db.row(queries.ARGON2, {"id": int(account)})
        return None if row is None else row[0]

    def scram_keys(self, account: str) -> tuple[bytes, int, bytes, bytes] | None:
        """An account's keys for SCRAM-SHA-256: salt, iterations, stored key, server key."""
        row = self._db.row(queries.SCRAM, {"id": int(account)})
        return None if row is None else (row[0], row[1], row[2], row[3])

    def has_owner(self) -> bool:
        """Whether somebody owns the server who can sign in."""
        return bool(self._value(queries.OWNERS_COUNT))

    def statuses_passed(self, now: int) -> list[Account]:
        """The accounts whose status was to be theirs until a time that has passed (ms UTC)."""
        return [_as_account(row) for row in self._db.rows(queries.STATUSES_PASSED, {"now": now})]

    # Credentials and links.

    def credential_by_secret(self, secret_hash: bytes) -> Credential | None:
        """The credential of this secret, also one that has expired."""
        row = self._db.row(queries.CREDENTIAL_BY_SECRET, {"secret_hash": secret_hash})
        return None if row is None else _as_credential(row)

    def credentials_of(self, account: str) -> list[Credential]:
        """What lets an account in, the one that was seen last first."""
        return [_as_credential(row) for row in self._db.rows(queries.CREDENTIALS_OF, {"account": int(account)})]

    def link(self, link: str) -> Link | None:
        """A link by its id."""
        row = self._db.row(queries.LINK, {"id": int(link)})
        return None if row is None else _as_link(row)

    def link_by_secret(self, secret_hash: bytes) -> Link | None:
        """The link of this secret, also one that has expired."""
        row = self._db.row(queries.LINK_BY_SECRET, {"secret_hash": secret_hash})
        return None if row is None else _as_link(row)

    def links(self, limit: int, by: str | None = None) -> list[Link]:
        """The links that there are, or those that one account made, the last first."""
        if by is None:
            rows = self._db.rows(queries.LINKS, {"limit": limit})
        else:
            rows = self._db.rows(queries.LINKS_BY, {"account": int(by), "limit": limit})
        return [_as_link(row) for row in rows]

    def fleeting_accounts(self) -> list[str]:
        """The ids of accounts that should have ended with their connection."""
        return [str(row[0]) for row in self._db.rows(queries.FLEETING_ACCOUNTS)]

    def guests_unseen(self, before: int) -> list[str]:
        """The ids of guests last seen before this time (ms UTC)."""
        return [str(row[0]) for row in self._db.rows(queries.GUESTS_UNSEEN, {"before": before})]

    def namesakes_before(self, account: str, name: str) -> int:
        """How many accounts had this username before this one."""
        return int(self._value(queries.NAMESAKES_BEFORE, {"id": int(account), "name": name}))

    def lives(self, after: str, limit: int) -> list[Life]:
        """The accounts after one, ended or not, in the order in which they began."""
        rows = self._db.rows(queries.LIVES, {"after": int(after), "limit": limit})
        return [Life(str(row[0]), row[1], row[2]) for row in rows]

    def began(self, account: str) -> int:
        """When the account began (ms UTC), or 0 if there is none."""
        row = self._db.row(queries.BEGAN, {"id": int(account)})
        return 0 if row is None else row[0]

    def ended(self, account: str) -> int | None:
        """When the account ended (ms UTC), or None if it did not."""
        row = self._db.row(queries.ENDED, {"id": int(account)})
        return None if row is None else row[0]

    # Rooms and membership.

    def open_room_names(self) -> dict[str, str]:
        """The names of the open rooms, without their #, by id."""
        return {str(row[0]): row[1] for row in self._db.rows(queries.OPEN_ROOM_NAMES)}

    def place(self, room: str, account: str) -> Place | None:
        """A room by its id, with the account's place in it."""
        return _place(self._db.row(queries.PLACE, {"room": int(room), "account": int(account)}))

    def place_by_key(self, key: str, account: str) -> Place | None:
        """A named room, with the account's place in it."""
        return _place(self._db.row(queries.PLACE_BY_KEY, {"key": key, "account": int(account)}))

    def place_by_direct(self, key: str, account: str) -> Place | None:
        """A direct room, with the account's place in it."""
        return _place(self._db.row(queries.PLACE_BY_DIRECT, {"key": key, "account": int(account)}))

    def places_of(self, account: str) -> list[Place]:
        """The rooms that an account is in."""
        return [_as_place(row) for row in self._db.rows(queries.PLACES_OF, {"account": int(account)})]

    def named_places_of(self, account: str) -> list[Place]:
        """The rooms that an account is in, but for direct ones."""
        return [_as_place(row) for row in self._db.rows(queries.NAMED_PLACES_OF, {"account": int(account)})]

    def direct_places_of(self, account: str, limit: int) -> list[Place]:
        """The direct rooms that an account is in: the `limit` in which somebody wrote last, the last first."""
        parameters = {"account": int(account), "limit": limit}
        return [_as_place(row) for row in self._db.rows(queries.DIRECT_PLACES_OF, parameters)]

    def rooms_of(self, account: str) -> list[str]:
        """The ids of all rooms that an account is in."""
        return [str(row[0]) for row in self._db.rows(queries.ROOMS_OF, {"account": int(account)})]

    def open_places(self, account: str, *, archived: bool = False) -> list[Place]:
        """The open rooms that an account is not in (at most 1,000)."""
        parameters = {"account": int(account), "archived": int(archived)}
        return [_as_place(row) for row in self._db.rows(queries.OPEN_PLACES, parameters)]

    def invited_places(self, account: str) -> list[Place]:
        """The closed rooms that an account is invited to (at most 1,000)."""
        return [_as_place(row) for row in self._db.rows(queries.INVITED_PLACES, {"account": int(account)})]

    def heir(self, room: str) -> Member | None:
        """The member with the highest role, and of those the one who has been there longest."""
        row = self._db.row(queries.HEIR, {"room": int(room)})
        return None if row is None else Member(_as_account(row), row[_ACCOUNT_COLUMNS])

    def some_members(self, room: str, limit: int) -> list[str]:
        """The ids of some members of a room."""
        return [str(row[0]) for row in self._db.rows(queries.SOME_MEMBERS, {"room": int(room), "limit": limit})]

    def members(self, room: str, limit: int = 100_000) -> list[Member]:
        """The members of a room, by username."""
        rows = self._db.rows(queries.MEMBERS, {"room": int(room), "limit": limit})
        return [Member(_as_account(row), row[_ACCOUNT_COLUMNS]) for row in rows]

    def members_count(self, room: str) -> int:
        """How many members a room has."""
        return int(self._value(queries.MEMBERS_COUNT, {"room": int(room)}))

    def places_count(self, account: str) -> int:
        """How many rooms an account is in, but for direct ones."""
        return int(self._value(queries.PLACES_COUNT, {"account": int(account)}))

    def invited(self, room: str, account: str) -> bool:
        """Whether somebody let the account into a closed room."""
        return self._db.row(queries.INVITATION, {"room": int(room), "account": int(account)}) is not None

    # Logs and entries.

    def heads(self) -> dict[str, int]:
        """The number of every log's last entry, by log."""
        return {str(row[0]): row[1] for row in self._db.rows(queries.ALL_LOGS)}

    def head(self, log: str) -> int:
        """The number of a log's last entry."""
        return int(self._value(queries.HEAD, {"log": int(log)}))

    def by_cid(self, account: str, cid: str) -> Recorded | None:
        """Where the account's command with this id was recorded."""
        row = self._db.row(queries.BY_CID, {"author": int(account), "cid": cid})
        return None if row is None else Recorded(str(row[0]), row[1], str(row[2]), row[3], row[4])

    def by_cids(self, commands: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Recorded]:
        """As `by_cid` for many: those that were recorded, by account and cid."""
        values = [value for account, cid in commands for value in (int(account), cid)]
        rows = self._db.rows(queries.by_cids(len(commands)), values)
        return {(str(row[0]), row[1]): Recorded(str(row[2]), row[3], str(row[4]), row[5], row[6]) for row in rows}

    def entry(self, log: str, seq: int) -> Entry | None:
        """One entry."""
        row = self._db.row(queries.ENTRY, {"log": int(log), "seq": seq})
        return None if row is None else self._entry(row)

    def entries_after(self, log: str, after: int, limit: int) -> list[Entry]:
        """Raw entries with a number above `after`, oldest first."""
        rows = self._db.rows(queries.ENTRIES_AFTER, {"log": int(log), "after": after, "limit": limit})
        return [self._entry(row) for row in rows]

    def lines_before(self, log: str, before: int, horizon: int, limit: int) -> list[Entry]:
        """Entries that stand for themselves in the timeline, numbered from `horizon` to below `before`: the last
        `limit` of them, oldest first."""
        parameters = {"log": int(log), "before": before, "horizon": horizon, "limit": limit}
        return [self._entry(row) for row in reversed(self._db.rows(queries.LINES_BEFORE, parameters))]

    def lines_after(self, log: str, after: int, before: int, limit: int) -> list[Entry]:
        """Entries that stand for themselves in the timeline, numbered above `after` and below `before`: the first
        `limit` of them, oldest first."""
        parameters = {"log": int(log), "after": after, "before": before, "limit": limit}
        return [self._entry(row) for row in self._db.rows(queries.LINES_AFTER, parameters)]

    def changes(self, log: str, first: int, last: int) -> list[Entry]:
        """The edits, deletions and reactions of the messages numbered `first` to `last`, in order."""
        rows = self._db.rows(queries.CHANGES, {"log": int(log), "first": first, "last": last})
        return [self._entry(row) for row in rows]

    def last_changes(self, log: str, first: int, last: int) -> list[Entry]:
        """As `changes`, but of the edits of each message only the last: those before it do not show."""
        rows = self._db.rows(queries.LAST_CHANGES, {"log": int(log), "first": first, "last": last})
        return [self._entry(row) for row in rows]

    def reactions(self, log: str, target: int) -> list[Entry]:
        """The emoji put to a message and taken back, in order."""
        rows = self._db.rows(queries.REACTIONS, {"log": int(log), "target": target})
        return [self._entry(row) for row in rows]

    def edits_count(self, log: str, target: int) -> int:
        """How often a message was edited."""
        return int(self._value(queries.EDITS_COUNT, {"log": int(log), "target": target}))

    def last_messages_of(self, log: str, account: str, after: int, limit: int) -> list[Entry]:
        """The last messages of one author with a number above `after`, newest first."""
        parameters = {"log": int(log), "author": int(account), "after": after, "limit": limit}
        return [self._entry(row) for row in self._db.rows(queries.LAST_MESSAGES_OF, parameters)]

    # Reading.

    def readers(self, room: str, seq: int, most: int) -> list[Author]:
        """Who has read a room as far as a number and shares that, of its first `most` members."""
        rows = self._db.rows(queries.READERS, {"room": int(room), "seq": seq, "most": most})
        return [Author(str(row[0]), row[1]) for row in rows]

    def shares_reading(self, account: str) -> bool:
        """Whether others see how far the account has read."""
        return bool(self._value(queries.SHARES_READING, {"account": int(account)}))

    def unread(self, room: str, account: str, after: int, most: int) -> int:
        """How many messages others wrote after a number; counts no further than `most`."""
        parameters = {"room": int(room), "account": int(account), "after": after, "most": most}
        return int(self._value(queries.UNREAD, parameters))

    def mentioned(self, room: str, account: str, after: int, most: int) -> int:
        """How many messages after a number mention the account; counts no further than `most`."""
        parameters = {"room": int(room), "account": int(account), "after": after, "most": most}
        return int(self._value(queries.MENTIONED, parameters))

    # Preferences.

    def order_of(self, account: str) -> list[str]:
        """The ids of the rooms that the account has put in order, in that order."""
        return [str(row[0]) for row in self._db.rows(queries.ORDER_OF, {"account": int(account)})]

    def quiet(self, account: str) -> int | None:
        """Until when nothing was to disturb the account (ms UTC; -1: for good), or None."""
        row = self._db.row(queries.QUIET, {"account": int(account)})
        return None if row is None else row[0]

    # Bans, mutes, blocks, slow mode.

    def restraints(self, scope: str) -> list[Restraint]:
        """The bans and mutes of a room, or of the server (by the id of its own account), the last laid first."""
        return [_as_restraint(row) for row in self._db.rows(queries.RESTRAINTS, {"scope": int(scope)})]

    def spoke(self, room: str, account: str) -> int | None:
        """When the account last wrote in a room with slow mode (ms UTC)."""
        row = self._db.row(queries.SPOKE, {"room": int(room), "account": int(account)})
        return None if row is None else int(row[0])

    def blocks(self, account: str, other: str) -> bool:
        """Whether the account wants to hear nothing of another."""
        return self._db.row(queries.BLOCK, {"account": int(account), "blocked": int(other)}) is not None

    def blocked(self, account: str) -> list[Author]:
        """Whom the account has blocked, by name."""
        return [Author(str(row[0]), row[1]) for row in self._db.rows(queries.BLOCKS, {"account": int(account)})]

    def guests_write(self, account: str) -> bool:
        """Whether guests may write to the account directly."""
        return bool(self._value(queries.GUESTS_WRITE, {"account": int(account)}))

    # What leaves the logs.

    def due_to_sweep(self, after: str, limit: int) -> list[tuple[str, int, int]]:
        """Rooms that keep words for some days only, by id: the room, the days, and the last number swept."""
        rows = self._db.rows(queries.DUE_TO_SWEEP, {"after": int(after), "limit": limit})
        return [(str(row[0]), row[1], row[2]) for row in rows]

    def last_before(self, log: str, after: int, ts: int) -> int:
        """The number of the last entry from before a time (ms UTC), at least `after`: times never go back in a log."""
        low, high = after, self.head(log)
        while low < high:
            middle = (low + high + 1) // 2
            if int(self._value(queries.ENTRY_TS, {"log": int(log), "seq": middle})) < ts:
                low = middle
            else:
                high = middle - 1
        return low

    def removal(self) -> Removal | None:
        """One of the rooms from which words are to go, if there is any."""
        row = self._db.row(queries.REMOVALS)
        return None if row is None else Removal(str(row[0]), row[1], row[2], bool(row[3]))

    def erasure(self) -> Erasure | None:
        """One of the people who are to leave all logs, if there is any."""
        row = self._db.row(queries.ERASURES)
        return None if row is None else Erasure(str(row[0]), str(row[1]), row[2], str(row[3]))

    def entries_from(self, log: str, seq: int, limit: int) -> list[Entry]:
        """Entries of all logs in one order, after number `seq` of `log`."""
        rows = self._db.rows(queries.ENTRIES_FROM, {"log": int(log), "seq": seq, "limit": limit})
        return [self._entry(row) for row in rows]

    def is_room(self, log: str) -> bool:
        """Whether a log is that of a room."""
        return self._db.row(queries.IS_ROOM, {"log": int(log)}) is not None

    # The store itself.

    def system(self) -> str:
        """The id of the server's own account."""
        return str(self._value(queries.SYSTEM, {"key": SYSTEM}))

    def state(self) -> State:
        """What holds everywhere."""
        row = self._db.row(queries.STATE)
        return State(None, -1) if row is None else State(row[0], row[1])

    def choices(self) -> dict[str, bool | int | float | str]:
        """The settings that were changed while the server ran."""
        return {name: _read_choice(value) for name, value in self._db.rows(queries.CHOICES)}

    def accounts_count(self) -> int:
        """How many accounts have a password."""
        return int(self._value(queries.ACCOUNTS_COUNT))

    def guests_count(self) -> int:
        """How many guests there are."""
        return int(self._value(queries.GUESTS_COUNT))

    def rooms_count(self) -> dict[str, int]:
        """How many rooms there are, by kind."""
        return dict(self._db.rows(queries.ROOMS_BY_KIND))

    def files_count(self) -> tuple[int, int]:
        """How many files there are, and their bytes."""
        row = self._db.row(queries.FILES_COUNT)
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def entries_count(self) -> int:
        """How many entries there are in all logs."""
        return int(self._value(queries.ENTRIES_IN_ALL))

    def epoch(self) -> str:
        """The id of this incarnation of the store."""
        return str(self._value(queries.EPOCH))

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        """One that is damaged does not hide those around it."""
        log, seq, entry, ts, author, name, cid, said = row
        try:
            body = _read_body(said)
        except (msgspec.DecodeError, TypeError, UnicodeDecodeError):
            self.unreadable.append((str(log), seq))
            body = Unreadable()
        return Entry(room=str(log), seq=seq, id=str(entry), ts=ts, author=Author(str(author), name), cid=cid, body=body)

    def _value(self, statement: str, parameters: Parameters | None = None) -> Any:
        row = self._db.row(statement, parameters)
        return row[0] if row is not None else 0


def _account(row: tuple[Any, ...] | None) -> Account | None:
    return None if row is None else _as_account(row)


def _as_account(row: tuple[Any, ...]) -> Account:
    fleeting, status, away, until, suspended, avatar = row[4:_ACCOUNT_COLUMNS]
    return Account(
        str(row[0]), row[1], row[2], row[3], bool(fleeting), status, bool(away), until, bool(suspended), avatar
    )


def _as_credential(row: tuple[Any, ...]) -> Credential:
    number, account, kind, name, scopes, fleeting, created, seen, address, expires = row
    return Credential(
        str(number),
        str(account),
        kind,
        name,
        frozenset(scopes.split()),
        bool(fleeting),
        created,
        seen,
        address,
        expires,
    )


def _as_link(row: tuple[Any, ...]) -> Link:
    number, kind, account, room, role, uses_left, created_by, created, expires = row
    return Link(
        str(number),
        kind,
        None if account is None else str(account),
        None if room is None else str(room),
        role,
        uses_left,
        str(created_by),
        created,
        expires,
    )


def _place(row: tuple[Any, ...] | None) -> Place | None:
    return None if row is None else _as_place(row)


def _as_place(row: tuple[Any, ...]) -> Place:
    people = tuple(row[4].split(",")) if row[4] else ()
    rules = Rules(posting=row[5], slow=row[6], newcomers=row[7], keep=row[8], previews=row[9], archived=bool(row[10]))
    room = Room(str(row[0]), row[1], row[2], row[3], people, rules, bool(row[11]))
    return Place(room, row[12], row[13], row[14], Preferences(bool(row[15]), row[16], row[17]))


def _as_restraint(row: tuple[Any, ...]) -> Restraint:
    act, kind, target, name, reason, until, by, since = row
    return Restraint(act, kind, target, name, reason, until, str(by), since)
