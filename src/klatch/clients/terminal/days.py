"""Days as people write them, to go to."""

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from klatch.clients.terminal.choosing import Choice
from klatch.clients.terminal.painting import say_day

_AGO: Final = re.compile(r"(\d{1,4})\s*(d|w|days?|weeks?)?(\s+ago)?")
_WRITTEN: Final = (
    "%Y-%m-%d",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d %Y",
    "%b %d %Y",
    "%d.%m.%Y",
)


def find_days(typed: str, today: date) -> list[Choice]:
    """Days that fit what was typed, with their dates as keys; nothing typed gives the nearest ones."""
    wanted = typed.strip().casefold()
    usual = [*range(8), 14, 30, 91, 365]
    near = [today - timedelta(days=days) for days in usual]
    written = list(_read(wanted, today))
    found = written or [day for day in near if wanted in f"{say_day(day, today)} {day:%A %d %B} {day}".casefold()]
    return [Choice(str(day), say_day(day, today), _say_distance((today - day).days)) for day in found]


def begin_of(day: str, zone: tzinfo | None) -> int:
    """When a day begins there (ms UTC)."""
    begins = datetime.combine(date.fromisoformat(day), time.min)
    return int((begins.astimezone() if zone is None else begins.replace(tzinfo=zone)).timestamp() * 1000)


def _read(wanted: str, today: date) -> Iterator[date]:
    if (ago := _AGO.fullmatch(wanted)) is not None and (ago[2] or ago[3]):
        yield today - timedelta(days=int(ago[1]) * (7 if (ago[2] or "d").startswith("w") else 1))
        return
    for form in _WRITTEN:
        for text in (wanted, f"{wanted} {today.year}", f"{wanted.rstrip('.')}.{today.year}"):
            with contextlib.suppress(ValueError):
                day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
                # Without a year it is the last day of that date, not one to come.
                yield day.replace(year=day.year - 1) if day > today and text != wanted else day
                return


def _say_distance(days: int) -> str:
    if days < 2:
        return ""
    return f"{days} days ago" if days < 60 else f"{days // 30} months ago"
