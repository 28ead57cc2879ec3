"""How long something takes when nothing else gets in its way, and how long tests may go on."""

import os
import time
from collections.abc import Callable

LONG = bool(os.environ.get("KLATCH_LONG"))
"""Whether tests that try again and again do so for a long time."""

PATIENCE = 20.0
"""Seconds that anything may take on a busy machine; who waits for it goes on as soon as it is there."""

SLOW = 0.01  # seconds: nothing that a peer sends may take as long
_TRIES = 5


def quickest(call: Callable[[], object]) -> float:
    """Seconds of CPU of the quickest of a few tries."""
    return min(_seconds(call) for _ in range(_TRIES))


def _seconds(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started
