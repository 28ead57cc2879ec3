"""A driver that adds entries many at a time: one statement for many is far cheaper than one for each."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from klatch.storage import queries
from klatch.storage.reader import Driver, Parameters

# How many one statement may take: few sizes, so that all are kept prepared.
SIZES: Final = (64, 16, 4, 1)

T = TypeVar("T")


class PostponingDriver:
    """Keeps entries back until something else is asked of the database, which then sees them."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._entries: list[Sequence[Any]] = []
        self.changes = 0  # how often something was changed

    def add_entry(self, values: Sequence[Any]) -> None:
        """Adds an entry: a value for each of the columns of queries.ADD_ENTRIES."""
        self.changes += 1
        self._entries.append(values)

    def write_entries(self) -> None:
        """Writes what was kept back."""
        entries, self._entries = self._entries, []
        for some in in_sizes(entries):
            self._driver.run(queries.add_entries(len(some)), [value for entry in some for value in entry])

    def drop_entries(self) -> None:
        """Forgets what was kept back: the transaction was undone."""
        self._entries = []

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        if self._entries:
            self.write_entries()
        return self._driver.rows(statement, parameters)

    def row(self, statement: str, parameters: Parameters | None = None) -> tuple[Any, ...] | None:
        """The first row of a statement, or None."""
        if self._entries:
            self.write_entries()
        return self._driver.row(statement, parameters)

    def change(self, statement: str) -> tuple[Any, ...] | None:
        """The first row of a statement that changes something."""
        self.changes += 1
        return self.row(statement)

    def run(self, statement: str, parameters: Parameters | None = None) -> None:
        """A statement that changes something and gives no rows."""
        self.changes += 1
        if self._entries:
            self.write_entries()
        self._driver.run(statement, parameters)


def in_sizes(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Things in parts of the SIZES."""
    first = 0
    for size in SIZES:
        while len(things) - first >= size:
            yield things[first : first + size]
            first += size
