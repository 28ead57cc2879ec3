"""How long a reader may take for one input."""

import time
from collections.abc import Callable
from typing import Any, Final

from tests.protocols.outcome import outcome

MOST: Final = 0.01  # seconds of processor time, whatever the input


def quickly(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What comes of it; fails if it took too long three times in a row."""
    for last in (False, False, True):
        started = time.process_time()
        answer = outcome(function, *arguments, **named)
        if time.process_time() - started < MOST:
            break
        assert not last, f"it took {time.process_time() - started:.3f} s"
    return answer
