"""A table in letters of one width: columns as wide as what stands in them."""

from collections.abc import Sequence
from typing import Literal
from unicodedata import combining, east_asian_width

Side = Literal["left", "right", "center"]


def draw_grid(rows: Sequence[Sequence[str]], sides: Sequence[Side]) -> str:
    """Rows of cells, the first of which is the head, as lines."""
    columns = max((len(row) for row in rows), default=0)
    full = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(measure(row[column]) for row in full) for column in range(columns)]
    at: list[Side] = [sides[column] if column < len(sides) else "left" for column in range(columns)]
    lines = ["  ".join(map(_pad, row, widths, at)).rstrip() for row in full]
    return "\n".join([*lines[:1], "  ".join("─" * width for width in widths), *lines[1:]])


def measure(text: str) -> int:
    """How many columns a text takes."""
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def _pad(text: str, width: int, side: Side) -> str:
    free = width - measure(text)
    before = {"left": 0, "right": free, "center": free // 2}[side]
    return " " * before + text + " " * (free - before)
