"""Times as people read them, in the zone of whoever reads."""

from datetime import UTC, datetime, tzinfo
from typing import Final

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def spell_time(ts: int, zone: tzinfo | None) -> str:
    """The time of day; `zone` None is the machine's own."""
    return _local(ts, zone).strftime("%H:%M")


def spell_moment(ts: int, zone: tzinfo | None) -> str:
    """The day and the time to the second."""
    return _local(ts, zone).strftime("%Y-%m-%d %H:%M:%S")


def spell_since(ts: int, now: int, zone: tzinfo | None) -> str:
    """The time of day, with the day unless it is today."""
    then = _local(ts, zone)
    return then.strftime("%H:%M" if then.date() == _local(now, zone).date() else "%Y-%m-%d %H:%M")


def spell_ago(ts: int, now: int) -> str:
    """How long ago something was, as people say it."""
    passed = max(0, now - ts)
    if passed < _MINUTE:
        return "just now"
    if passed < _HOUR:
        return f"{passed // _MINUTE} min ago"
    if passed < _DAY:
        return f"{passed // _HOUR} h ago"
    return f"{passed // _DAY} d ago"


def _local(ts: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(zone)
