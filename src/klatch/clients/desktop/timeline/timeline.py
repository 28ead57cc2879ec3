"""The timeline: draws the lines that are near, and keeps its place whatever loads."""

import tkinter
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.scene import OpenRoom, Scene
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.choosing import Choosing
from klatch.clients.desktop.timeline.copying import copy_selection
from klatch.clients.desktop.timeline.gallery import Gallery
from klatch.clients.desktop.timeline.lines import Line, Lines
from klatch.clients.desktop.timeline.paper import Paper
from klatch.clients.desktop.timeline.tail import Note, draw_notes, draw_shape, draw_tail
from klatch.clients.desktop.timeline.wishes import Wishes
from klatch.core.events import Message

_AT_FIRST: Final = 80
_STEP: Final = 16
_NEAR: Final = 25  # lines from the edge of what is drawn at which more is drawn
_MOST: Final = 320
_NOTES_MOST: Final = 20
_SLOW: Final = 200  # milliseconds after which something is shown in place of what does not come


class Timeline(Frame):
    """Holds no truth: `show` takes a scene and draws it."""

    def __init__(self, parent: tkinter.Misc, style: Style, wishes: Wishes) -> None:
        super().__init__(parent)
        self._style = style
        self._wishes = wishes
        self._lines: Lines | None = None
        self._scene: Scene | None = None
        self._room: OpenRoom | None = None
        self._new_after: int | None = None
        self._was_stuck = True
        self._notes: list[Note] = []
        self._waits = False
        """Whether more lines were asked for and are not there yet."""
        self._looking = False
        self._slow = ""
        """Tk's name for what shows the shape of lines that take long to come."""
        self._missed = 0
        self.gallery = Gallery(style, wishes.show_file)
        self.text = Paper(self, style, self.gallery)
        self.scrollbar = ttk.Scrollbar(self, orient="vertical", command=self.drag, bootstyle="secondary")
        self.text.configure(yscrollcommand=self._scrolled)
        self.text.pack(side="left", fill="both", expand=True)
        self.scrollbar.place(relx=1, rely=0, relheight=1, anchor="ne")
        self._more = ttk.Button(self, command=self.to_end, takefocus=False)
        self._choosing = Choosing(self.text, style, wishes, self)
        self._bind()
        style.watch(self._dress)

    # Showing.

    def show(self, scene: Scene, room: OpenRoom, today: date) -> None:
        """Draws a scene, as far as it differs from the one before."""
        before = self._room
        if before is None or before.state.id != room.state.id or not room.loaded:
            self._begin(room)
            before = None
        tail_drawn = self._draws_end()
        if before is not None and not self.text.stuck:
            self._missed += _count_new(before, room)
        self._scene, self._room = scene, room
        self._show_shape(wanted=not room.loaded)
        kept = self._lines if before is not None else None
        self._lines = Lines(room, scene.people, scene.me, today, self._new_after, blocked=scene.blocked, before=kept)
        self._waits = False
        if before is not None and before.later and not room.later and before.order[:1] != room.order[:1]:
            self.text.stuck = tail_drawn = True  # one came back from far
            self.text.drawn = []
        if room.later:
            self.text.stuck = tail_drawn = False
        self._draw(*self._range(tail_drawn=tail_drawn))
        if self.at_end and tail_drawn and self.winfo_viewable():
            self._wishes.seen()
        elif not self.at_end:
            self._scrolled("", "")  # what came may be what one scrolls to

    def note(self, note: Note | None) -> None:
        """Shows something to the user alone, below the last line; None takes all of it away."""
        if note is None:
            if not self._notes:
                return
            self.text.stuck = self.text.stuck or self._was_stuck
        elif not self._notes:
            self._was_stuck = self.text.stuck
        self._notes = [] if note is None else [*self._notes, note][-_NOTES_MOST:]
        if note is not None:
            self.to_end()
        self._draw_tail()
        self._show_more()
        if note is not None and (start := self.text.tag_prevrange("note_head", "end")):
            # One reads from the beginning, also what is longer than the window.
            self.text.update_idletasks()
            self.text.see(start[0])
            self.find_end()

    @property
    def has_notes(self) -> bool:
        """Whether something is shown to the user alone."""
        return bool(self._notes)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self.text.stuck

    @property
    def shown(self) -> str:
        """All the text that is drawn."""
        return self.text.shown

    def copy(self) -> None:
        """Puts what is selected on the clipboard, as it was written."""
        if words := copy_selection(self.text):
            self.clipboard_clear()
            self.clipboard_append(words)

    # Moving.

    def to_end(self) -> None:
        """Goes to the last line."""
        self.text.stuck = True
        self._missed = 0
        if self._room is not None and self._room.later:
            self._ask(self._wishes.load_end)
        elif self._lines is not None and not self._draws_end():
            count = len(self._lines)
            self._draw(max(0, count - _AT_FIRST), count)
        self.text.yview_moveto(1.0)
        self._after_moving()
        self._show_more()

    def to_start(self) -> None:
        """Goes to the first line that is known."""
        self.text.stuck = False
        if self._lines:
            self._draw(0, min(len(self._lines), _AT_FIRST))
        self.text.yview_moveto(0)
        self._moved()

    def to_line(self, seq: int) -> None:
        """Goes to a line, which may have to be fetched; if it is no more, to the one after it."""
        order = self._room.order if self._room is not None else []
        if not order or not order[0] <= seq <= order[-1]:
            self._wishes.go_back(seq)
            return
        place = bisect_left(order, seq)
        seq = order[place]
        self.text.stuck = False
        if self.text.block(seq) is None:
            self._draw(max(0, place - _STEP), min(len(order), place + _STEP))
        if block := self.text.block(seq):
            self.text.yview(f"{block[0]} - 3 displaylines")
        self._choosing.go_to(seq)
        self._moved()

    def scroll(self, amount: int, what: str = "units") -> None:
        """Moves by lines, pages or pixels."""
        self.text.yview_scroll(amount, what)  # type: ignore[call-overload]
        self._moved()

    def drag(self, how: str, amount: str, what: str = "units") -> None:
        """Moves as a scrollbar says."""
        if how != "moveto":
            self.scroll(int(amount) * (1 if what == "pages" else 3), what)
            return
        if not self._lines or self._room is None:
            return
        count = len(self._lines)
        place = max(0, min(count - 1, round(float(amount) * count)))
        self.text.stuck = False
        first, last = self._drawn_range()
        if not first <= place < last:
            self._draw(max(0, place - _STEP), min(count, place + _STEP))
        if block := self.text.block(self._room.order[place]):
            self.text.yview(block[0])
        self._moved()

    def find_end(self) -> None:
        """Works out whether the end is in sight; what is within a row of it counts."""
        below = (1 - self.text.yview()[1]) * self._height()
        self.text.stuck = self._draws_end() and below < self._style.px(8)
        if self.text.stuck:
            self._missed = 0
            self._wishes.seen()
        self._show_more()

    # Which lines are near.

    def _begin(self, room: OpenRoom) -> None:
        """Another room, or the same one anew."""
        self.text.clear()
        self.gallery.forget()
        self.text.stuck = True
        self._missed = 0
        self._notes = []
        self._choosing.forget()
        self._new_after = room.state.read if room.state.unread and room.state.read else None
        self._waits = False
        self._room = None

    def _draws_end(self) -> bool:
        """Whether the last line of the room is among those drawn."""
        drawn = self.text.drawn
        room = self._room
        if room is None or not room.order:
            return True
        return not room.later and bool(drawn) and drawn[-1].seq == room.order[-1]

    def _drawn_range(self) -> tuple[int, int]:
        """The places in the room of the first line that is drawn and of the one after the last."""
        drawn, order = self.text.drawn, self._room.order if self._room is not None else []
        if not drawn:
            return 0, 0
        return bisect_left(order, drawn[0].seq), bisect_right(order, drawn[-1].seq)

    def _range(self, *, tail_drawn: bool) -> tuple[int, int]:
        """The places of the first line to draw and of the one after the last."""
        count = len(self._room.order) if self._room is not None else 0
        first, last = self._drawn_range()
        if first >= last:
            return max(0, count - _AT_FIRST), count
        if tail_drawn:
            last = count if self.text.stuck else min(count, max(last, first + _MOST))
            if self.text.stuck and last - first > _MOST:
                first = last - _MOST + _STEP * 4
        return first, last

    def _draw(self, first: int, last: int) -> None:
        """Draws the lines of these places."""
        lines: list[Line] = []
        if self._lines is not None:
            lines = [self._lines.line(place) for place in range(first, last)]
        if lines != self.text.drawn:
            self._choosing.hide_tools()
        self.text.draw(lines)
        self._draw_tail()
        self._show_more()

    def _show_shape(self, *, wanted: bool) -> None:
        """Shows the shape of what comes, if it takes long to come."""
        if wanted and not self._slow:
            self._slow = self.after(_SLOW, lambda: self.text.draw_tail(draw_shape(self.text.measure)))
        elif self._slow and not wanted:
            self.after_cancel(self._slow)
            self._slow = ""

    def _draw_tail(self) -> None:
        room, scene, text = self._room, self._scene, self.text
        if room is not None and not room.loaded:
            return
        tail = draw_notes(self._notes)
        if room is not None and scene is not None and self._draws_end():
            tail = draw_tail(room, scene.me, text.drawn, text.measure) + tail
        text.draw_tail(tail)

    def _after_moving(self) -> None:
        """Draws more where one comes near the edge of what is drawn, and lets go of what is far."""
        self._looking = False
        if self._lines is None or not self.text.drawn or self._room is None:
            self.scrollbar.set(0, 1)
            return
        count = len(self._lines)
        first, last = self._drawn_range()
        top, bottom = self._place_at("@0,0", first), self._place_at(f"@0,{self.winfo_height()}", last - 1)
        self._set_scrollbar(top, bottom, count)
        if top - first < _NEAR and first > 0:
            begin = max(0, first - _STEP)
            self._draw(begin, min(last, max(bottom + _STEP, begin + _MOST)))
        elif top - first < _NEAR and self._room.loaded and not self._room.complete:
            self._ask(self._wishes.load_earlier)
        elif last - bottom < _NEAR and last < count:
            end = min(count, last + _STEP)
            self._draw(max(first, min(top - _STEP, end - _MOST)), end)
        elif last - bottom < _NEAR and self._room.later:
            self._ask(self._wishes.load_later)

    def _ask(self, wish: Callable[[], None]) -> None:
        """Asks for more lines, once until they are there."""
        if not self._waits:
            self._waits = True
            wish()

    def _place_at(self, index: str, otherwise: int) -> int:
        seq = self.text.seq_at(index)
        return otherwise if seq is None or self._room is None else bisect_left(self._room.order, seq)

    # What goes with moving.

    def _scrolled(self, _first: str, _last: str) -> None:
        if not self._looking:
            self._looking = True
            self.after_idle(self._after_moving)

    def _moved(self, _event: object = None) -> None:
        self._choosing.hide_tools()
        self.after_idle(self.find_end)

    def _height(self) -> float:
        """Of all that is drawn, in pixels, as far as Tk knows."""
        first, last = self.text.yview()
        return self.text.winfo_height() / max(0.001, last - first)

    def _set_scrollbar(self, top: int, bottom: int, count: int) -> None:
        if self.text.yview() == (0.0, 1.0) and len(self.text.drawn) == count:
            self.scrollbar.place_forget()
            return
        ends = self.text.stuck or bottom >= count - 1
        self.scrollbar.set(top / count, 1.0 if ends else min(1.0, (bottom + 1) / count))
        self.scrollbar.place(relx=1, rely=0, relheight=1, anchor="ne")

    def _show_more(self) -> None:
        """The way back to the end, for whoever has left it."""
        if self.text.stuck or not self._lines:
            self._more.place_forget()
            return
        words = "To the end" if not self._missed else "1 new message" if self._missed == 1 else "New messages"
        self._more.configure(text=f"{words} ↓")
        self._more.place(relx=0.5, rely=1, y=-self._style.px(12), anchor="s")

    def _bind(self) -> None:
        text = self.text
        for event in ("<MouseWheel>", "<Button-4>", "<Button-5>", "<B1-Leave>", "<B2-Motion>"):
            text.bind(event, self._moved, add=True)
        control = self._style.control
        for event, action in (
            ("<Prior>", partial(self.scroll, -1, "pages")),
            ("<Next>", partial(self.scroll, 1, "pages")),
            ("<Home>", self.to_start),
            (f"<{control}-Home>", self.to_start),
            ("<End>", self.to_end),
            (f"<{control}-End>", self.to_end),
            ("<<Copy>>", self.copy),
            (f"<{control}-a>", partial(text.tag_add, "sel", "1.0", "end")),
        ):
            text.bind(event, partial(_break, action))
        text.bind("<Configure>", lambda _: self.text.dress_width())

    def _dress(self) -> None:
        self.configure(background=self._style.palette.ground)
        self.text.dress()


def _count_new(before: OpenRoom, now: OpenRoom) -> int:
    """How many messages came at the end since an earlier scene."""
    if not before.order or not now.order or before.order[0] != now.order[0] or now.later or before.later:
        return 0
    return sum(isinstance(now.items[seq].body, Message) for seq in now.order[len(before.order) :][-100:])


def _break(action: Callable[[], object], _event: object = None) -> str:
    action()
    return "break"
