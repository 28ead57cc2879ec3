"""Days, as people write them."""

import pytest

from klatch.core.days import read_day


@pytest.mark.parametrize(
    ("text", "begins"),
    [("1970-01-02", 86_400_000), ("2026-11-20", 1_795_132_800_000), ("2024-02-29", 1_709_164_800_000)],
)
def test_a_day_is_read(text: str, begins: int) -> None:
    assert read_day(text) == begins


@pytest.mark.parametrize(
    "text", ["", "20", "2026-11", "2026-13-01", "2025-02-29", "20.11.2026", "2026-11-20 ", "2026-W47-1", "٢٠٢٦-١١-٢٠"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text) is None
