"""The bus of a single server: a function call."""

from klatch.bus.port import OnEntries, OnHint
from klatch.core.answers import AnyAnswer
from klatch.core.events import Entry


class InProcessBus:
    """Tells whoever listens at once."""

    def __init__(self) -> None:
        self._on_entries: list[OnEntries] = []
        self._on_hint: list[OnHint] = []

    def subscribe(self, on_entries: OnEntries, on_hint: OnHint | None = None) -> None:
        """Tells one more listener from now on."""
        self._on_entries.append(on_entries)
        if on_hint is not None:
            self._on_hint.append(on_hint)

    def publish(self, entries: list[Entry]) -> None:
        """Tells of entries that are on disk."""
        for tell in self._on_entries:
            tell(entries)

    def hint(self, hint: AnyAnswer, log: str | None = None, beside: str | None = None) -> None:
        """Tells of something that is not kept."""
        for tell in self._on_hint:
            tell(hint, log, beside)
