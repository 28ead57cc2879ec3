"""How long to wait before the next try to reach a server: longer each time, and never in step with others."""

from collections.abc import Callable
from typing import Final

LEAST: Final = 0.5
MOST: Final = 30.0


class Backoff:
    """Exponential with full jitter. `randomness` gives numbers from 0 up to 1."""

    def __init__(self, randomness: Callable[[], float]) -> None:
        self._randomness = randomness
        self._ceiling = LEAST

    def next_wait(self, at_least: float = 0.0) -> float:
        """Seconds to wait now; never less than the server asked for."""
        wait = self._randomness() * self._ceiling
        self._ceiling = min(MOST, self._ceiling * 2)
        return at_least + wait

    def reset(self) -> None:
        """The server was reached."""
        self._ceiling = LEAST
