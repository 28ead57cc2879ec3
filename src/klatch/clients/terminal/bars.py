"""Lines with something on the left and something on the right: the room's head, the hints, the state of things."""

from collections.abc import Callable, Sequence

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from klatch.clients.terminal.colours import resolve
from klatch.clients.terminal.words import Piece
from klatch.clients.terminal.wrapping import fit, width_of


class Bar(Widget):
    """One row. What is on the left gives way to what is on the right."""

    def __init__(self, name: str, theme: Callable[[], str], ground: str = "ground") -> None:
        super().__init__(id=name)
        self._theme = theme
        self._ground = ground
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()

    @property
    def said(self) -> str:
        """What it says, for tests."""
        return "".join(piece.text for piece in (*self._left, Piece("  "), *self._right)).strip()

    def say(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Says something else."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row."""
        theme, width = self._theme(), self.size.width
        plain = resolve("", theme, self._ground)
        if y:
            return Strip([Segment(" " * width, plain)])
        right = self._right if width_of(self._right) + 12 < width else ()
        room = width - 1 - (width_of(right) + 2 if right else 0)
        segments = []
        for piece in self._left:
            text = fit(piece.text, max(0, room))
            room -= width_of([Piece(text)])
            segments.append(Segment(text, resolve(piece.style, theme, self._ground)))
        if right:
            segments.append(Segment(" " * (max(0, room) + 2), plain))
            segments += [Segment(piece.text, resolve(piece.style, theme, self._ground)) for piece in right]
        return Strip(segments).adjust_cell_length(width, plain)
