"""Pieces of text broken into lines that fit, by columns of a terminal."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len, chop_cells

from klatch.clients.terminal.words import Piece

_ATOM: Final = re.compile(r"\s+|\S+")
_WIDE: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")


def width_of(pieces: Iterable[Piece]) -> int:
    """The columns that pieces take."""
    return sum(cell_len(piece.text) for piece in pieces)


def wrap(pieces: Iterable[Piece], width: int) -> list[list[Piece]]:
    """Lines of at most `width` columns, broken between words where that is possible. At least one, maybe empty."""
    width = max(1, width)
    pieces = list(pieces)
    if sum(len(piece.text) for piece in pieces) * 2 <= width:
        return [pieces]
    lines: list[list[Piece]] = [[]]
    used = 0
    for word in _words(pieces):
        size = width_of(word)
        blank = word[0].text.isspace()
        if used + size <= width:
            lines[-1].extend(word)
            used += size
        elif blank:
            lines.append([])
            used = 0
        elif size <= width and not _breaks_anywhere(word):
            lines.append(list(word))
            used = size
        else:
            if used and not _breaks_anywhere(word):
                lines.append([])
                used = 0
            used = _pour(word, lines, used, max(2, width))
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def chop(pieces: Iterable[Piece], width: int) -> list[list[Piece]]:
    """Lines broken wherever they are full, as code is."""
    lines: list[list[Piece]] = [[]]
    _pour(pieces, lines, 0, max(2, width))
    return lines


def fit(text: str, width: int) -> str:
    """A text cut to so many columns, with a sign where something is missing."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return "…"[:width]
    return chop_cells(text, width - 1)[0].rstrip() + "…"


def _words(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Runs of letters and runs of blanks; a word may have several styles."""
    word: list[Piece] = []
    for piece in pieces:
        for text in _ATOM.findall(piece.text):
            if word and word[-1].text[-1].isspace() != text[0].isspace():
                yield word
                word = []
            word.append(Piece(text, piece.style))
    if word:
        yield word


def _breaks_anywhere(word: list[Piece]) -> bool:
    """Chinese, Japanese and Korean are broken between any two characters."""
    return any(_WIDE.search(piece.text) for piece in word)


def _pour(pieces: Iterable[Piece], lines: list[list[Piece]], used: int, width: int) -> int:
    """Adds pieces character by character to the last line, which has `used` columns; gives the columns of the last."""
    for piece in pieces:
        rest = piece.text
        while rest:
            if used and used + cell_len(rest[0]) > width:
                lines.append([])
                used = 0
            room = width - used
            # Where one column is left, one character is taken; of nothing but marks there is nothing to chop.
            head = rest[0] if room < 2 else (chop_cells(rest, room) or [rest])[0]
            lines[-1].append(Piece(head, piece.style))
            used += cell_len(head)
            rest = rest[len(head) :]
    return used
