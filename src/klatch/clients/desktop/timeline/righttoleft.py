"""Right-to-left text where Tk cannot: on X11 it neither orders nor joins letters, so lines are laid out here."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from klatch.core.texts import make_inert

LAYS_OUT: Final = sys.platform.startswith("linux")
"""Whether right-to-left text is laid out here, as Tk does not on X11."""
_RIGHT: Final = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
_STRONG: Final = _RIGHT | {"L"}
_JOINS: Final = range(0x0600, 0x0780)


def turns(text: str) -> bool:
    """Whether any letter runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(each) in _RIGHT for each in text)


def begins_right(text: str) -> bool:
    """Whether a paragraph runs from right to left, which its first strong letter says."""
    return next((kind in _RIGHT for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), False)


def in_one_line(text: str) -> str:
    """Words that stand in one line, as they are to be drawn."""
    text = make_inert(text)
    return lay_out(text, 1_000_000, len)[0] if LAYS_OUT and turns(text) else text


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
