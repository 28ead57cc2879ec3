"""Durations: how long something lasts, as people write and read it."""

import re
from typing import Final

from klatch.core.refusals import Refused

SECONDS_MOST: Final = 10 * 365 * 86_400
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_WRITTEN: Final = re.compile(r"([0-9]{1,9})([smhdw])")
_SECOND: Final = 1_000
_A_MOMENT: Final = 1_000  # that has passed since somebody said two hours
_NAMED: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def read_duration(text: str) -> int | None:
    """The seconds that `90s`, `10m`, `2h`, `3d` or `1w` stand for, or None if it is none of them."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def spell_duration(milliseconds: int) -> str:
    """A duration in the largest unit of which it has two, rounded up; one second at least."""
    milliseconds = max(_SECOND, milliseconds)
    for size, unit in _NAMED:
        if milliseconds + _A_MOMENT >= 2 * size or size == _SECOND:
            return f"{-(-milliseconds // size)} {unit}"
    raise AssertionError


def check_seconds(seconds: int) -> int:
    """A duration that may be: one second to ten years. Refuses others."""
    if not 1 <= seconds <= SECONDS_MOST:
        raise Refused(
            "limit",
            f"A duration has 1 to {SECONDS_MOST:,} seconds (ten years); leave it out for no end.",
            field="seconds",
        )
    return seconds
