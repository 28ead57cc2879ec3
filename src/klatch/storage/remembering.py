"""Looks things up for the writer, once: nobody else changes the store, so what it found stays true."""

from collections.abc import Iterable
from typing import Final

from klatch.core.members import Account
from klatch.core.restraints import Restraint
from klatch.storage import queries
from klatch.storage.postponing import PostponingDriver, in_sizes
from klatch.storage.reader import Reader
from klatch.storage.rows import Place, Recorded, State

REMEMBERED_MOST: Final = 10_000  # of each kind


class RememberingReader(Reader):
    """Remembers accounts and places until something other than an entry changes; and how far logs have grown, which
    is written once, before COMMIT."""

    def __init__(self, driver: PostponingDriver) -> None:
        super().__init__(driver)
        self._accounts: dict[str, Account | None] = {}
        self._present: dict[str, Account | None] = {}
        self._places: dict[tuple[str, str], Place | None] = {}
        self._rooms: dict[str, str] = {}  # ids by the keys of names
        self._restraints: dict[str, list[Restraint]] = {}  # by scope
        self._state: State | None = None
        self._system = ""
        self._ends: dict[str, tuple[int, int]] = {}  # last_seq and last_ts of logs
        self._grown: set[str] = set()
        self._commands: dict[tuple[str, str], Recorded | None] = {}  # by account and cid, of this transaction

    # What is remembered.

    def account(self, account: str) -> Account | None:
        """An account by its id, also one that has ended."""
        if account not in self._accounts:
            self._accounts[account] = super().account(account)
        return self._accounts[account]

    def present(self, account: str) -> Account | None:
        """An account by its id, unless it has ended."""
        if account not in self._present:
            self._present[account] = super().present(account)
        return self._present[account]

    def place(self, room: str, account: str) -> Place | None:
        """A room by its id, with the account's place in it."""
        key = (room, account)
        if key not in self._places:
            self._places[key] = super().place(room, account)
        return self._places[key]

    def place_by_key(self, key: str, account: str) -> Place | None:
        """A named room, with the account's place in it."""
        room = self._rooms.get(key)
        if room is not None:
            return self.place(room, account)
        place = super().place_by_key(key, account)
        if place is not None:
            self._rooms[key] = place.room.id
            self._places[place.room.id, account] = place
        return place

    def restraints(self, scope: str) -> list[Restraint]:
        """The bans and mutes of a room, or of the server (by the id of its own account), the last laid first."""
        if scope not in self._restraints:
            self._restraints[scope] = super().restraints(scope)
        return self._restraints[scope]

    def state(self) -> State:
        """What holds everywhere."""
        if self._state is None:
            self._state = super().state()
        return self._state

    def system(self) -> str:
        """The id of the server's own account."""
        if not self._system:
            self._system = super().system()
        return self._system

    def head(self, log: str) -> int:
        """The number of a log's last entry."""
        return self.last(log)[0]

    def last(self, log: str) -> tuple[int, int]:
        """The number and the time of a log's last entry."""
        end = self._ends.get(log)
        if end is None:
            row = self._db.row(queries.LAST, {"log": int(log)})
            if row is None:
                raise LookupError(f"no log {log}")
            end = self._ends[log] = row[0], row[1]
        return end

    def by_cid(self, account: str, cid: str) -> Recorded | None:
        """Where the account's command with this id was recorded."""
        key = (account, cid)
        if key not in self._commands:
            self._commands[key] = super().by_cid(account, cid)
        return self._commands[key]

    # Remembering and forgetting.

    def expect(self, commands: Iterable[tuple[str, str]]) -> None:
        """Looks many commands up at once, by account and cid: each will be asked for."""
        asked = list(dict.fromkeys(commands))
        self._commands.update(dict.fromkeys(asked))
        for some in in_sizes(asked):
            self._commands.update(self.by_cids(some))

    def note_command(self, account: str, cid: str, recorded: Recorded) -> None:
        """A command is recorded from now on."""
        self._commands[account, cid] = recorded

    def grow(self, log: str, seq: int, ts: int) -> None:
        """Notes that a log has a new last entry."""
        self._ends[log] = seq, ts
        self._grown.add(log)

    def forget(self) -> None:
        """Something changed that may be remembered of accounts and places."""
        self._accounts.clear()
        self._present.clear()
        self._places.clear()
        self._rooms.clear()

    def forget_place(self, room: str, account: str) -> None:
        """Something changed in what one account has in one room."""
        self._places.pop((room, account), None)

    def forget_restraints(self) -> None:
        """Something changed in the bans and mutes, or in what holds everywhere."""
        self._restraints.clear()
        self._state = None

    def forget_all(self) -> None:
        """The transaction was undone: nothing that was found in it can be relied on."""
        self.forget()
        self.forget_restraints()
        self._ends.clear()
        self._grown.clear()
        self._commands.clear()

    def forget_much(self) -> None:
        """Keeps what is remembered between transactions within bounds."""
        self._commands.clear()
        if max(len(self._accounts), len(self._present), len(self._places), len(self._rooms)) > REMEMBERED_MOST:
            self.forget()
        if len(self._restraints) > REMEMBERED_MOST:
            self._restraints.clear()
        if len(self._ends) > REMEMBERED_MOST:
            self._ends.clear()

    def write_heads(self) -> None:
        """Writes how far the logs have grown."""
        for log in self._grown:
            seq, ts = self._ends[log]
            self._db.run(queries.SET_HEAD, {"log": int(log), "seq": seq, "ts": ts})
        self._grown.clear()

    def direct_places_of(self, account: str, limit: int) -> list[Place]:
        """The direct rooms that an account is in: the `limit` in which somebody wrote last, the last first."""
        self.write_heads()
        return super().direct_places_of(account, limit)
