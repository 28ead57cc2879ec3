"""Times as people read them."""

from datetime import UTC

import pytest

from klatch.protocols import times

NOON = 1_789_992_000_000  # 2026-09-21 12:00 UTC


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (-5, "just now"),
        (59_999, "just now"),
        (60_000, "1 min ago"),
        (3_600_000, "1 h ago"),
        (86_400_000, "1 d ago"),
    ],
)
def test_how_long_ago(before, said):
    assert times.spell_ago(NOON - before, NOON) == said


def test_the_day_is_told_unless_it_is_today():
    assert times.spell_since(NOON, NOON, UTC) == "12:00"
    assert times.spell_since(NOON - 86_400_000, NOON, UTC) == "2026-09-20 12:00"


def test_a_moment_is_told_to_the_second():
    assert times.spell_moment(NOON + 5_000, UTC) == "2026-09-21 12:00:05"
