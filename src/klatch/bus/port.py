"""What the engine needs of a bus: to tell all listeners of new entries and of hints."""

from collections.abc import Callable
from typing import Protocol

from klatch.core.answers import AnyAnswer
from klatch.core.events import Entry

OnEntries = Callable[[list[Entry]], None]
# A hint, the log whose listeners it is for (None: everyone), and the account that needs not hear it.
OnHint = Callable[[AnyAnswer, str | None, str | None], None]


class Bus(Protocol):
    """Entries of one log arrive in their order, or not at all."""

    def subscribe(self, on_entries: OnEntries, on_hint: OnHint | None = None) -> None:
        """Tells one more listener of this server from now on."""

    def publish(self, entries: list[Entry]) -> None:
        """Tells of entries that are on disk."""

    def hint(self, hint: AnyAnswer, log: str | None = None, beside: str | None = None) -> None:
        """Tells of something that is not kept."""
