"""Right-to-left text where Tk cannot: on X11 it neither orders nor joins letters, so lines are laid out here."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

_RIGHT: Final = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
_STRONG: Final = _RIGHT | {"L"}
_JOINS: Final = range(0x0600, 0x0780)


def turns(text: str) -> bool:
    """Whether any letter runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(each) in _RIGHT for each in text)


def begins_right(text: str) -> bool:
    """Whether a paragraph runs from right to left, which its first strong letter says."""
    return next((kind in _RIGHT for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), False)


@cache
def must_lay_out(windowing: str) -> bool:
    """Whether Tk draws letters in the order of memory here; Windows and macOS do it themselves."""
    return windowing == "x11" and sys.platform.startswith("linux")


def lay_out(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """A paragraph as lines no wider than `width`, each in the order in which it is drawn from left to right."""
    base = "R" if begins_right(text) else "L"
    return [_order(line, base) for line in _wrap(_join(text), width, measure)]


def _wrap(text: str, width: int, measure: Callable[[str], int]) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line


def _join(text: str) -> str:
    """Arabic letters in the forms that they have beside their neighbours."""
    if not any(ord(each) in _JOINS for each in text):
        return text
    from arabic_reshaper import reshape  # noqa: PLC0415 - only where it is installed and needed

    return str(reshape(text))


def _order(line: str, base: str) -> str:
    from bidi import get_display  # noqa: PLC0415 - the same

    return str(get_display(line, base_dir=base))
