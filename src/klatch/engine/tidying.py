"""Tidying: what takes long is done in small portions between what people do, and goes on after a restart."""

from collections.abc import Callable
from typing import Any

from klatch.engine import erasures, removals
from klatch.engine.erasures import Found
from klatch.storage.port import Erasure, Reader, Store, Transaction


class Tidying:
    """Takes words out of the logs for as long as there are some that are to go. `note` is told what failed."""

    def __init__(self, store: Store, note: Callable[[object], None]) -> None:
        self._store = store
        self._note = note
        self._at_work = False
        self._again = False

    def wake(self) -> None:
        """There may be something to do."""
        if self._at_work:
            self._again = True
            return
        self._at_work = True
        self._store.decide(removals.remove_some, self._removed)

    def sweep(self, after: str = "0") -> None:
        """Finds what is older than it is kept, and lifts what has ended."""

        def found(outcome: Any) -> None:
            if isinstance(outcome, Exception):
                self._note(outcome)
            elif outcome is not None:
                self.sweep(outcome)
            else:
                self.wake()

        def find(transaction: Transaction) -> str | None:
            transaction.lift_ended()
            return removals.find_due(transaction, after)

        self._store.decide(find, found)

    def _removed(self, outcome: Any) -> None:
        if outcome is True:
            self._store.decide(removals.remove_some, self._removed)
        elif outcome is False:
            self._store.read(_find, self._found)
        else:
            self._rest(outcome)

    def _found(self, outcome: Any) -> None:
        if isinstance(outcome, Exception) or outcome is None:
            self._rest(outcome)
            return
        erasure, found = outcome
        self._store.decide(lambda transaction: erasures.replace(transaction, erasure, found), self._replaced)

    def _replaced(self, outcome: object) -> None:
        if outcome is None:
            self._store.read(_find, self._found)
        else:
            self._rest(outcome)

    def _rest(self, outcome: object) -> None:
        self._at_work = False
        if outcome is not None:
            self._note(outcome)
        elif self._again:
            self._again = False
            self.wake()


def _find(reader: Reader) -> tuple[Erasure, Found] | None:
    erasure = reader.erasure()
    return None if erasure is None else (erasure, erasures.find(reader, erasure))
