"""Days: as people write them, and when they begin."""

import re
from datetime import UTC, date, datetime
from typing import Final

_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(text: str) -> int | None:
    """When the day begins (ms UTC) that is written as `2026-11-20`, by the clock of UTC; None if that is no day."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000
