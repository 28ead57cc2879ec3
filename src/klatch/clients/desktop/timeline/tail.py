"""What stands below the last line: what is not confirmed, what only the user sees, or that there is nothing yet."""

from collections.abc import Sequence
from typing import Final

import msgspec

from klatch.clients.desktop.scene import OpenRoom
from klatch.clients.desktop.timeline.blocks import Measure, Piece, draw_pending
from klatch.clients.desktop.timeline.lines import Line
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.core.answers import Person

_SHAPE: Final = ((0.12, 0.7), (0.09, 0.9, 0.4), (0.14, 0.55), (0.1, 0.8, 0.65))
"""Widths as shares of a line: of a name, and of the lines below it."""


class Note(msgspec.Struct, frozen=True):
    """Something that only the user sees, below the last line. `code`: in columns; `title` says what it is."""

    text: str
    code: bool = False
    title: str = ""


def draw_tail(room: OpenRoom, me: Person, drawn: Sequence[Line], measure: Measure) -> list[Piece]:
    """What is not confirmed; `drawn` are the lines above it."""
    pieces: list[Piece] = []
    last = drawn[-1] if drawn else None
    head = last is None or not last.own or last.message is None
    for pending in sorted(room.pending, key=lambda each: each.ts):
        pieces += draw_pending(pending, me.display_name, me.id, head=head, measure=measure)
        head = False
    if not pieces and room.loaded and room.complete and not any(line.message for line in drawn):
        where = in_one_line(room.state.name)
        pieces.append((f"Nobody has written here yet. Say the first word to {where} below.\n", ("empty",)))
    return pieces


def draw_shape(measure: Measure) -> list[Piece]:
    """The shape of what comes, while it is not here yet."""
    pieces: list[Piece] = []
    space = max(1, measure.words(" "))
    for name, *lines in _SHAPE:
        pieces += [(_bar(measure.width * name, space), ("head", "shape")), ("\n", ("head",))]
        for share in lines:
            pieces += [(_bar(measure.width * share, space), ("body", "shape")), ("\n", ("body",))]
    return pieces


def _bar(width: float, space: int) -> str:
    return "\u00a0" * max(1, int(width / space))


def draw_notes(notes: Sequence[Note]) -> list[Piece]:
    """What only the user sees."""
    pieces: list[Piece] = []
    for note in notes:
        if note.title:
            pieces.append((f"{note.title}  ", ("note_head", "note_title")))
        pieces.append(("Only you see this\n", ("note_head",)))
        pieces.append((f"{note.text}\n", ("note_code" if note.code else "note",)))
    return pieces
