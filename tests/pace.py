"""How long something takes when nothing else gets in its way."""

import time
from collections.abc import Callable

SLOW = 0.01  # seconds: nothing that a peer sends may take as long
_TRIES = 5


def quickest(call: Callable[[], object]) -> float:
    """Seconds of CPU of the quickest of a few tries."""
    return min(_seconds(call) for _ in range(_TRIES))


def _seconds(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started
