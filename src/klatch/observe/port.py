"""The interface through which every part reports: something happened, a figure rose, a figure is."""

from collections.abc import Mapping
from typing import Protocol


class Observer(Protocol):
    """Log lines never hold what people said, nor secrets."""

    def log(self, event: str, **facts: object) -> None:
        """Notes that something happened."""

    def count(self, figure: str, by: int = 1, *labels: str) -> None:
        """A counter rises."""

    def said(self, line: str) -> None:
        """Shows what was said on the server's terminal, if its owner asked for that (--verbose, --classic)."""

    def gauge(self, figure: str, value: float, *labels: str) -> None:
        """A figure is now this."""

    def took(self, figure: str, seconds: float) -> None:
        """Something lasted so long."""

    def defect(self, where: str, failure: BaseException) -> None:
        """Something that should not happen did; the conversation it happened in is named by `where`."""

    def read(self) -> Mapping[str, float]:
        """Every figure as it is now, by its name at /metrics; of those with labels the sum."""

    def refused(self, door: str, code: str, address: str = "") -> None:
        """A door refused something, to whoever has this address."""
