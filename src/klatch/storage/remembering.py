"""Looks things up inside a transaction, once: the decisions that share it mostly ask for the same."""

from klatch.core.members import Account
from klatch.core.rooms import Room
from klatch.storage import queries
from klatch.storage.reader import Driver, Reader
from klatch.storage.rows import Place


class RememberingReader(Reader):
    """Remembers accounts and places until something other than an entry changes, and how far logs have grown, which
    is written once, before COMMIT."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)
        self._accounts: dict[str, Account | None] = {}
        self._present: dict[str, Account | None] = {}
        self._places: dict[tuple[str, str], Place | None] = {}
        self._grown: dict[str, tuple[int, int]] = {}  # last_seq and last_ts of the logs that grew

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
        return self._now(self._places[key])

    def place_by_key(self, key: str, account: str) -> Place | None:
        """A named room, with the account's place in it."""
        remembered = (f"#{key}", account)
        if remembered not in self._places:
            self._places[remembered] = super().place_by_key(key, account)
        return self._now(self._places[remembered])

    def place_by_direct(self, key: str, account: str) -> Place | None:
        """A direct room, with the account's place in it."""
        return self._now(super().place_by_direct(key, account))

    def places_of(self, account: str) -> list[Place]:
        """The rooms that an account is in."""
        self.write_heads()
        return super().places_of(account)

    def named_places_of(self, account: str) -> list[Place]:
        """The rooms that an account is in, but for direct ones."""
        self.write_heads()
        return super().named_places_of(account)

    def direct_places_of(self, account: str, limit: int) -> list[Place]:
        """The direct rooms that an account is in: the `limit` in which somebody wrote last, the last first."""
        self.write_heads()
        return super().direct_places_of(account, limit)

    def head(self, log: str) -> int:
        """The number of a log's last entry."""
        grown = self._grown.get(log)
        return grown[0] if grown is not None else super().head(log)

    def _now(self, place: Place | None) -> Place | None:
        """The place with the room's head as it is now."""
        if place is None or (grown := self._grown.get(place.room.id)) is None or grown[0] == place.room.head:
            return place
        room = place.room
        return Place(
            Room(room.id, room.kind, room.name, room.topic, grown[0], room.people),
            place.role,
            place.horizon,
            place.read,
        )

    def last(self, log: str) -> tuple[int, int]:
        """The number and the time of a log's last entry."""
        grown = self._grown.get(log) or self._db.row(queries.LAST, {"log": int(log)})
        if grown is None:
            raise LookupError(f"no log {log}")
        return grown[0], grown[1]

    def grow(self, log: str, seq: int, ts: int) -> None:
        """Notes that a log has a new last entry."""
        self._grown[log] = seq, ts

    def forget(self) -> None:
        """Something changed that may be remembered."""
        self._accounts.clear()
        self._present.clear()
        self._places.clear()

    def write_heads(self) -> None:
        """Writes how far the logs have grown: the last thing before COMMIT."""
        for log, (seq, ts) in self._grown.items():
            self._db.run(queries.SET_HEAD, {"log": int(log), "seq": seq, "ts": ts})
        self._grown.clear()
