"""Times as people say them."""

from datetime import UTC, date, datetime, tzinfo
from typing import Final

_WEEK: Final = 7


def day_of(ts: int, zone: tzinfo | None = None) -> date:
    """The day on which it was; `zone` None is the machine's own."""
    return _local(ts, zone).date()


def spell_clock(ts: int, zone: tzinfo | None = None) -> str:
    """`14:03`."""
    return _local(ts, zone).strftime("%H:%M")


def spell_day(day: date, today: date) -> str:
    """`Today`, `Yesterday`, `Monday`, `16 November` or `16 November 2025`."""
    passed = (today - day).days
    if passed == 0:
        return "Today"
    if passed == 1:
        return "Yesterday"
    if 0 < passed < _WEEK:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"


def spell_full(ts: int, zone: tzinfo | None = None) -> str:
    """Day and time to the second."""
    then = _local(ts, zone)
    return f"{then:%A}, {then.day} {then:%B %Y}, {then:%H:%M:%S}"


def _local(ts: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(zone)
