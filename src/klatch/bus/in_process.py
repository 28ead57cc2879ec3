"""The bus of a single server: a function call."""

from klatch.bus.port import OnEntries, OnHint
from klatch.core.answers import AnyAnswer
from klatch.core.events import Entry


class InProcessBus:
    """Tells its one server's fan-out at once."""

    def __init__(self) -> None:
        self._on_entries: OnEntries = _ignore
        self._on_hint: OnHint = _ignore

    def subscribe(self, on_entries: OnEntries, on_hint: OnHint) -> None:
        """Tells this server's fan-out from now on."""
        self._on_entries = on_entries
        self._on_hint = on_hint

    def publish(self, entries: list[Entry]) -> None:
        """Tells of entries that are on disk."""
        self._on_entries(entries)

    def hint(self, hint: AnyAnswer, log: str | None = None, beside: str | None = None) -> None:
        """Tells of something that is not kept."""
        self._on_hint(hint, log, beside)


def _ignore(*_told: object) -> None:
    """What is told before anyone listens."""
