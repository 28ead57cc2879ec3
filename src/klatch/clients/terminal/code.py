"""Code in messages, coloured where its language is known."""

from typing import Any, Final

from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped] # it has no types
from pygments.util import ClassNotFound  # type: ignore[import-untyped] # it has no types

from klatch.clients.terminal.words import Block, Piece
from klatch.clients.terminal.wrapping import chop

Row = list[Piece]
_COLOURED_MOST: Final = 8_000  # characters; longer code stays plain, so that nothing stutters
_STYLES: Final = (
    ("Comment", "soft italic"),
    ("Keyword", "accent"),
    ("Literal.String", "good"),
    ("Literal.Number", "warning"),
    ("Name.Function", "strong"),
    ("Name.Class", "strong"),
    ("Generic.Deleted", "bad"),
    ("Generic.Inserted", "good"),
    ("Generic.Heading", "strong"),
)


def paint_code(block: Block, width: int) -> list[Row]:
    """The rows of a block of code."""
    lines = ["".join(piece.text for piece in line) for line in block.lines]
    coloured = _colour("\n".join(lines), block.language) if block.language else None
    if coloured is None or len(coloured) < len(lines):
        return [row for line in lines for row in chop([Piece(line, "code")], width)]
    return [row for line in coloured[: len(lines)] for row in chop(line, width)]


def _colour(text: str, language: str) -> list[Row] | None:
    if len(text) > _COLOURED_MOST:
        return None

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    lines: list[Row] = [[]]
    for kind, value in lexer.get_tokens(text):
        style = f"code {_style(kind)}".strip()
        first, *rest = value.split("\n")
        if first:
            lines[-1].append(Piece(first, style))
        lines.extend([Piece(line, style)] if line else [] for line in rest)
    return lines


def _style(kind: Any) -> str:
    name = str(kind).removeprefix("Token.")
    return next((style for prefix, style in _STYLES if name.startswith(prefix)), "")
