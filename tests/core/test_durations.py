"""Durations: as people write them, and as they read them."""

import pytest

from klatch.core.durations import SECONDS_MOST, check_seconds, read_duration, spell_duration
from tests.protocols.outcome import outcome


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7_200), ("3d", 259_200), ("1w", 604_800), ("0s", 0)]
)
def test_a_duration_is_read(text, seconds):
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "-1m", "1.5h", "2hours", "1 h", "1M", "\u0661m", "1" * 10 + "s"])
def test_what_is_no_duration_is_none(text):
    assert read_duration(text) is None


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (-5, "1 s"),
        (0, "1 s"),
        (1_001, "2 s"),
        (119_500, "2 min"),
        (90_000, "90 s"),
        (3_600_000, "60 min"),
        (7_199_400, "2 h"),
        (86_400_000, "24 h"),
        (172_800_000, "2 d"),
    ],
)
def test_a_duration_is_said_in_the_largest_unit_of_which_it_has_two(milliseconds, said):
    assert spell_duration(milliseconds) == said


@pytest.mark.parametrize("seconds", [1, SECONDS_MOST])
def test_a_duration_may_be_a_second_to_ten_years(seconds):
    assert check_seconds(seconds) == seconds


@pytest.mark.parametrize("seconds", [0, -1, SECONDS_MOST + 1])
def test_others_are_refused(seconds):
    answer = outcome(check_seconds, seconds)
    assert (answer.code, answer.field) == ("limit", "seconds")
