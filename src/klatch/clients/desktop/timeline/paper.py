"""The text widget that lines stand on: draws what differs, and knows where each line is."""

import tkinter
from collections.abc import Callable, Sequence
from typing import Any

from klatch.clients.desktop.bare import Text
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.blocks import PICTURE, Measure, Piece, draw_line
from klatch.clients.desktop.timeline.dressing import dress, dress_width
from klatch.clients.desktop.timeline.gallery import Gallery
from klatch.clients.desktop.timeline.lines import Line


class Paper(Text):
    """Whatever is changed here, what one reads stays where it is, or the end in sight."""

    def __init__(self, parent: tkinter.Misc, style: Style, gallery: Gallery) -> None:
        super().__init__(
            parent, wrap="word", state="disabled", cursor="arrow", undo=False, exportselection=False, takefocus=1,
            insertwidth=0, width=20, height=5,
        )  # fmt: skip
        self.drawn: list[Line] = []
        self.stuck = True
        """Whether the end is in sight, and is to stay there."""
        self.measure = Measure(600, style.text.measure)
        self._unveiled: set[int] = set()
        """The lines whose spoilers one wants to see."""
        self._style = style
        self._gallery = gallery
        self._tail: list[Piece] = []
        self.mark_set("tail", "1.0")

    # What is drawn.

    @property
    def shown(self) -> str:
        """All the text that is drawn."""
        return self.get("1.0", "end-1c")

    def line(self, seq: int) -> Line | None:
        """A line that is drawn, by its number."""
        return next((line for line in self.drawn if line.seq == seq), None)

    def block(self, seq: int) -> tuple[str, str] | None:
        """Where a line begins and ends."""
        ranges = self.tag_ranges(f"m{seq}")
        return (str(ranges[0]), str(ranges[-1])) if ranges else None

    def seq_at(self, index: str) -> int | None:
        """The number of the line at a place of the text, such as `@0,0`."""
        for tag in self.tag_names(index):
            if tag[0] == "m" and tag[1:].isdigit():
                return int(tag[1:])
        return None

    # Drawing.

    def clear(self) -> None:
        """Takes everything away."""
        self._unveiled.clear()
        self._edit(self._clear)

    def unveil(self, seq: int) -> None:
        """Shows what a line hides."""
        self._unveiled.add(seq)
        self._edit(lambda: self._lift(seq))

    def draw(self, lines: list[Line]) -> None:
        """Draws these lines, changing only what differs from what is drawn."""
        old = {line.seq: line for line in self.drawn}
        new = {line.seq for line in lines}
        kept = [line.seq for line in self.drawn if line.seq in new]
        if kept != [line.seq for line in lines if line.seq in old] or not _is_run(kept, lines):
            self.keeping_place(lambda: self._draw_anew(lines))
        elif lines != self.drawn:
            self.keeping_place(lambda: self._draw_changes(lines, old, set(kept)))
        self.drawn = lines

    def draw_tail(self, pieces: list[Piece]) -> None:
        """Draws what stands below the last line."""
        if pieces == self._tail:
            return
        self._tail = pieces

        def change() -> None:
            self.delete("tail", "end-1c")
            self.mark_gravity("tail", "left")
            self._insert("end-1c", pieces)
            self.mark_gravity("tail", "right")

        self.keeping_place(change)

    def keeping_place(self, change: Callable[[], None]) -> None:
        """Changes what is drawn; what one reads stays where it is, or the end stays in sight."""
        if self.stuck:
            self._edit(change)
            self.yview_moveto(1.0)
            return
        told = self.dlineinfo("@0,0")
        self.mark_set("place", "@0,0")
        seq = self.seq_at("@0,0")
        start = self.block(seq) if seq is not None else None
        into = _first(self.count(start[0], "place", "displaylines") if start else None)
        self._edit(change)
        if seq is not None and (block := self.block(seq)):
            self.yview(f"{block[0]} + {into} displaylines")
        else:
            self.yview("place")
        if told is not None and told[1]:
            self.yview_scroll(-told[1], "pixels")

    # Looks.

    def dress(self) -> None:
        """Takes the colours and sizes that are chosen."""
        dress(self, self._style)
        self.dress_width()

    def dress_width(self) -> None:
        """Fits the lines to the width there is."""
        if self.winfo_width() <= 1:
            return
        wide = dress_width(self, self._style)
        changed = wide != self.measure.width
        self.measure = Measure(wide, self.measure.words)
        if changed and self.tag_ranges("laid"):  # these were wrapped for the width before
            lines, tail = self.drawn, self._tail
            self.keeping_place(lambda: self._draw_anew(lines))
            self.drawn = lines
            self.draw_tail(tail)
        elif self.stuck:
            self.yview_moveto(1.0)

    # Inside.

    def _edit(self, change: Callable[[], None]) -> None:
        self.configure(state="normal")
        change()
        self.configure(state="disabled")

    def _clear(self) -> None:
        self.delete("1.0", "end")
        self.drawn = []
        self._tail = []
        self.mark_set("tail", "1.0")
        for tag in self.tag_names():
            if ":" in tag or (tag[:1] in "mp" and tag[1:2].isdigit()):
                self.tag_delete(tag)

    def _draw_anew(self, lines: Sequence[Line]) -> None:
        self._clear()
        for line in lines:
            self._insert("tail", draw_line(line, self.measure))
        self._lift_all()
        self._hang(lines)

    def _draw_changes(self, lines: list[Line], old: dict[int, Line], kept: set[int]) -> None:
        self._remove([line.seq for line in self.drawn if line.seq not in kept])
        earlier: list[Piece] = []
        begun = not kept
        for line in lines:
            if line.seq in kept:
                begun = True
                if line != old[line.seq] and (block := self.block(line.seq)):
                    self.delete(*block)
                    self._insert(block[0], draw_line(line, self.measure))
            elif begun:
                self._insert("tail", draw_line(line, self.measure))
            else:
                earlier += draw_line(line, self.measure)
        self._insert("1.0", earlier)
        self._lift_all()
        self._hang(lines)

    def _hang(self, lines: Sequence[Line]) -> None:
        """Puts pictures where they belong and are not yet."""
        for line in lines:
            for place, file in enumerate(line.message.files if line.message is not None else ()):
                ranges = self.tag_ranges(f"show:{line.seq}:{place}")
                if file.preview and ranges and self.get(ranges[0]) == PICTURE:
                    at, tags = str(ranges[0]), self.tag_names(ranges[0])
                    self.delete(at)
                    self.image_create(at, image=self._gallery.show(file, self.measure.width))
                    for tag in tags:
                        self.tag_add(tag, at)

    def _lift_all(self) -> None:
        for seq in self._unveiled:
            self._lift(seq)

    def _lift(self, seq: int) -> None:
        ranges = self.tag_ranges(f"veil:{seq}")
        for start, end in zip(ranges[::2], ranges[1::2], strict=True):
            self.tag_remove("spoiler", start, end)
            self.tag_add("unveiled", start, end)

    def _remove(self, gone: list[int]) -> None:
        """Takes lines away, neighbours in one stroke."""
        blocks = [block for seq in gone if (block := self.block(seq))]
        if not blocks:
            return
        if self.compare(blocks[0][0], "==", "1.0") and self.compare(blocks[-1][1], "==", "tail"):
            self.delete("1.0", "tail")
        else:
            runs: list[tuple[str, str]] = []
            for first, last in blocks:
                if runs and self.compare(runs[-1][1], "==", first):
                    runs[-1] = (runs[-1][0], last)
                else:
                    runs.append((first, last))
            for run in reversed(runs):
                self.delete(*run)
        self.tag_delete(*(f"m{seq}" for seq in gone))

    def _insert(self, where: str, pieces: list[Piece]) -> None:
        if pieces:
            words: list[Any] = [part for piece in pieces for part in piece]
            self.insert(where, words[0], *words[1:])


def _is_run(kept: list[int], lines: list[Line]) -> bool:
    """Whether the lines that stay are neighbours in the new order too, so that new ones only come before and after."""
    seqs = [line.seq for line in lines]
    if not kept:
        return False
    start = seqs.index(kept[0])
    return seqs[start : start + len(kept)] == kept


def _first(counted: Any) -> int:
    """What Tk counted; newer Pythons give it alone, older ones in a tuple."""
    return int(counted[0] if isinstance(counted, tuple) else counted or 0)
