"""What the engine needs of a store: to decide in a transaction, and to read in a snapshot."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from klatch.storage.files import as_file
from klatch.storage.reader import Reader
from klatch.storage.rows import (
    Content,
    Credential,
    Erasure,
    Life,
    Link,
    Listed,
    NewAccount,
    NewCredential,
    NewLink,
    NewRoom,
    Place,
    Removal,
    State,
    Upload,
)
from klatch.storage.transaction import Transaction

__all__ = [
    "Content",
    "Credential",
    "Decision",
    "Done",
    "Erasure",
    "Life",
    "Link",
    "Listed",
    "Look",
    "NewAccount",
    "NewCredential",
    "NewLink",
    "NewRoom",
    "Place",
    "Reader",
    "Removal",
    "State",
    "Store",
    "Transaction",
    "Upload",
    "as_file",
]

T = TypeVar("T")

Decision = Callable[[Transaction], T]
Look = Callable[[Reader], T]
# What came of it: the value, or the Refused or fault that was raised instead.
Done = Callable[[T | Exception], None]


class Store(Protocol):
    """Keeps logs. Every callback is called on the event loop, in the order of the transactions."""

    @property
    def epoch(self) -> str:
        """The id of this incarnation of the store."""

    def measure(self) -> None:
        """Reports how large things are, and what this store is."""

    def decide(self, decision: Decision[T], done: Done[T], command: tuple[str, str] | None = None) -> None:
        """Runs a decision on the writer; `done` is called after COMMIT, then its entries are published. `command`, an
        account and a cid, is what the decision looks up first."""

    def read(self, look: Look[T], done: Done[T]) -> None:
        """Runs a look-up on a reader, in one snapshot; writers are not held up. `done` is called after all that the
        look-up saw has been published."""
