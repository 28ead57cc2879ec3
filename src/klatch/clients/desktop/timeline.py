"""The timeline: draws the lines that are near, keeps its place whatever loads, and says what is done with a line."""

import tkinter
import webbrowser
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final, Protocol

import msgspec
import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame, Label, Text
from klatch.clients.desktop.blocks import Measure, Piece, draw_line, draw_pending, in_one_line
from klatch.clients.desktop.lines import Line, Lines
from klatch.clients.desktop.moments import spell_full
from klatch.clients.desktop.scene import OpenRoom, Scene
from klatch.clients.desktop.style import Style, mix
from klatch.core.events import Message

_AT_FIRST: Final = 80
_STEP: Final = 16
_NEAR: Final = 25  # lines from the edge of what is drawn at which more is drawn
_MOST: Final = 320
_LEFT: Final = 24
_RIGHT: Final = 24
_FAR: Final = 40_000  # pixels; nothing is drawn there


class Wishes(Protocol):
    """What one may want of a line."""

    def reply(self, seq: int) -> None:
        """To answer it."""

    def edit(self, seq: int) -> None:
        """To change it."""

    def delete(self, seq: int) -> None:
        """To take it back."""

    def pick_reaction(self, seq: int, x: int, y: int) -> None:
        """To put an emoji to it; `x` and `y` are where on the screen."""

    def react(self, seq: int, emoji: str) -> None:
        """To put this emoji to it, or to take it back."""

    def retry(self, cid: str) -> None:
        """To try again what was not sent."""

    def drop(self, cid: str) -> None:
        """To forget what was not sent."""

    def load_earlier(self) -> None:
        """To see earlier lines."""

    def seen(self) -> None:
        """The end is in sight."""

    def write(self, text: str) -> None:
        """To write on; `text` is what was typed here."""


class Note(msgspec.Struct, frozen=True):
    """Something that only the user sees, below the last line. `code`: in columns."""

    text: str
    code: bool = False


class Timeline(Frame):
    """Holds no truth: `show` takes a scene and draws it."""

    def __init__(self, parent: tkinter.Misc, style: Style, wishes: Wishes) -> None:
        super().__init__(parent)
        self._style = style
        self._wishes = wishes
        self._drawn: list[Line] = []
        self._lines: Lines | None = None
        self._scene: Scene | None = None
        self._room: OpenRoom | None = None
        self._new_after: int | None = None
        self._stuck = True
        """Whether the end is in sight, and is to stay there."""
        self._was_stuck = True
        self._tail: list[Piece] = []
        self._notes: list[Note] = []
        self._measure = Measure(600, style.text.measure)
        self._at: int | None = None
        """The number of the line that the keyboard is at."""
        self._near: int | None = None
        """That under the mouse."""
        self._waits_for_earlier = False
        self._looking = False
        self._missed = 0
        self._goal: int | None = None
        """The number of an earlier line that is looked for."""
        self.text = Text(
            self, wrap="word", state="disabled", borderwidth=0, highlightthickness=0, cursor="arrow", undo=False,
            exportselection=False, takefocus=1, insertwidth=0, padx=0, pady=0, width=20, height=5,
        )  # fmt: skip
        self.scrollbar = ttk.Scrollbar(self, orient="vertical", command=self.drag, bootstyle="secondary")
        self.text.configure(yscrollcommand=self._scrolled)
        self.text.pack(side="left", fill="both", expand=True)
        self.scrollbar.place(relx=1, rely=0, relheight=1, anchor="ne")
        self._more = ttk.Button(self, command=self.to_end, takefocus=False)
        self._tools = Frame(self.text, highlightthickness=1)
        self.text.mark_set("tail", "1.0")
        self._bind()
        style.watch(self._dress)

    # Showing.

    def show(self, scene: Scene, room: OpenRoom, today: date) -> None:
        """Draws a scene, as far as it differs from the one before."""
        before = self._room
        if before is None or before.state.id != room.state.id or not room.loaded:
            self._begin(room)
        tail_drawn = self._draws_end()
        if before is not None and before.state.id == room.state.id and not self._stuck:
            self._missed += (
                sum(not self._is_own(room, seq) for seq in room.order[len(before.order) :][-100:])
                if (before.order and room.order and before.order[0] == room.order[0])
                else 0
            )
        self._scene, self._room = scene, room
        kept = self._lines if before is not None and before.state.id == room.state.id else None
        self._lines = Lines(room, scene.people, scene.me, today, self._new_after, before=kept)
        if room.complete or before is None or len(before.order) != len(room.order):
            self._waits_for_earlier = False
        first, last = self._range(tail_drawn=tail_drawn)
        self._redraw(first, last)
        self._look_for_goal()
        if self._stuck and tail_drawn and self.winfo_viewable():
            self._wishes.seen()

    def note(self, note: Note | None) -> None:
        """Shows something to the user alone, below the last line; None takes all of it away."""
        if note is None:
            if not self._notes:
                return
            self._stuck = self._stuck or self._was_stuck
        elif not self._notes:
            self._was_stuck = self._stuck
        self._notes = [] if note is None else [*self._notes, note][-20:]
        if note is not None:
            self._stuck = True
            self.to_end()
        self._redraw_tail()
        if note is not None and (start := self.text.tag_prevrange("note_head", "end")):
            # One reads from the beginning, also what is longer than the window.
            self.text.update_idletasks()
            self.text.see(start[0])
            self._find_end()

    @property
    def has_notes(self) -> bool:
        """Whether something is shown to the user alone."""
        return bool(self._notes)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self._stuck

    @property
    def shown(self) -> str:
        """All the text that is drawn."""
        return self.text.get("1.0", "end-1c")

    def to_end(self) -> None:
        """Goes to the last line."""
        self._stuck = True
        self._missed = 0
        if self._lines is not None and not self._draws_end():
            count = len(self._lines)
            self._redraw(max(0, count - _AT_FIRST), count)
        self.text.yview_moveto(1.0)
        self._after_moving()

    def to_line(self, seq: int) -> None:
        """Goes to a line, which may have to be fetched."""
        self._goal = seq
        self._look_for_goal()

    def scroll(self, amount: int, what: str = "units") -> None:
        """Moves by lines, pages or pixels."""
        self.text.yview_scroll(amount, what)  # type: ignore[call-overload]
        self._moved()

    # Which lines are near.

    def _begin(self, room: OpenRoom) -> None:
        self._edit(self._clear)
        self._stuck = True
        self._missed = 0
        self._notes = []
        self._at = self._near = self._goal = None
        self._new_after = room.state.read if room.state.unread and room.state.read else None
        self._waits_for_earlier = False
        self._room = None

    def _clear(self) -> None:
        self.text.delete("1.0", "end")
        self._drawn = []
        self._tail = []
        self.text.mark_set("tail", "1.0")
        for tag in self.text.tag_names():
            if ":" in tag or (tag[:1] in "mp" and tag[1:2].isdigit()):
                self.text.tag_delete(tag)

    def _draws_end(self) -> bool:
        """Whether the last line of the room is among those drawn."""
        return self._room is None or not self._room.order or bool(
            self._drawn and self._drawn[-1].seq == self._room.order[-1]
        )  # fmt: skip

    def _range(self, *, tail_drawn: bool) -> tuple[int, int]:
        """The places of the first line to draw and of the one after the last."""
        order = self._room.order if self._room is not None else []
        count = len(order)
        if not self._drawn:
            return max(0, count - _AT_FIRST), count
        first, last = bisect_left(order, self._drawn[0].seq), bisect_right(order, self._drawn[-1].seq)
        if first >= last:
            return max(0, count - _AT_FIRST), count
        if tail_drawn:
            last = count if self._stuck else min(count, max(last, first + _MOST))
            if self._stuck and last - first > _MOST:
                first = last - _MOST + _STEP * 4
        return first, last

    def _redraw(self, first: int, last: int) -> None:
        """Draws the lines of these places, changing only what differs from what is drawn."""
        lines = [self._lines.line(place) for place in range(first, last)] if self._lines is not None else []
        old = {line.seq: line for line in self._drawn}
        new = {line.seq for line in lines}
        kept = [line.seq for line in self._drawn if line.seq in new]
        if kept != [line.seq for line in lines if line.seq in old] or not _is_run(kept, lines):
            self._keeping_place(lambda: self._draw_anew(lines))
        elif lines != self._drawn:
            self._keeping_place(lambda: self._draw_changes(lines, old, set(kept)))
        self._drawn = lines
        self._redraw_tail()
        self._show_more()

    def _draw_anew(self, lines: list[Line]) -> None:
        self._clear()
        for line in lines:
            self._insert("tail", draw_line(line, self._measure))

    def _draw_changes(self, lines: list[Line], old: dict[int, Line], kept: set[int]) -> None:
        self._remove([line.seq for line in self._drawn if line.seq not in kept])
        earlier: list[Piece] = []
        begun = not kept
        for line in lines:
            if line.seq in kept:
                begun = True
                if line != old[line.seq] and (block := self._block(line.seq)):
                    self.text.delete(*block)
                    self._insert(block[0], draw_line(line, self._measure))
            elif begun:
                self._insert("tail", draw_line(line, self._measure))
            else:
                earlier += draw_line(line, self._measure)
        self._insert("1.0", earlier)

    def _remove(self, gone: list[int]) -> None:
        """Takes lines away, neighbours in one stroke."""
        blocks = [block for seq in gone if (block := self._block(seq))]
        if not blocks:
            return
        if self.text.compare(blocks[0][0], "==", "1.0") and self.text.compare(blocks[-1][1], "==", "tail"):
            self.text.delete("1.0", "tail")
        else:
            runs: list[tuple[str, str]] = []
            for first, last in blocks:
                if runs and self.text.compare(runs[-1][1], "==", first):
                    runs[-1] = (runs[-1][0], last)
                else:
                    runs.append((first, last))
            for run in reversed(runs):
                self.text.delete(*run)
        self.text.tag_delete(*(f"m{seq}" for seq in gone))

    def _insert(self, where: str, pieces: list[Piece]) -> None:
        if pieces:
            words: list[Any] = [part for piece in pieces for part in piece]
            self.text.insert(where, words[0], *words[1:])

    def _block(self, seq: int) -> tuple[str, str] | None:
        ranges = self.text.tag_ranges(f"m{seq}")
        return (str(ranges[0]), str(ranges[-1])) if ranges else None

    def _redraw_tail(self) -> None:
        """Draws what comes after the last line: what is not confirmed, notes, or that there is nothing yet."""
        room, scene = self._room, self._scene
        pieces: list[Piece] = []
        if room is not None and scene is not None and self._draws_end():
            last = self._drawn[-1] if self._drawn else None
            head = last is None or not last.own or last.message is None
            for pending in sorted(room.pending, key=lambda each: each.ts):
                pieces += draw_pending(
                    pending, scene.me.display_name, scene.me.id, head=head, measure=self._measure
                )  # fmt: skip
                head = False
            if not pieces and room.loaded and room.complete and not any(line.message for line in self._drawn):
                where = in_one_line(room.state.name)
                pieces.append((f"Nobody has written here yet. Say the first word to {where} below.\n", ("empty",)))
        for note in self._notes:
            pieces.append(("Only you see this\n", ("note_head",)))
            pieces.append((f"{note.text}\n", ("note_code" if note.code else "note",)))
        if pieces == self._tail:
            return
        self._tail = pieces

        def draw() -> None:
            self.text.delete("tail", "end-1c")
            self.text.mark_gravity("tail", "left")
            self._insert("end-1c", pieces)
            self.text.mark_gravity("tail", "right")

        self._keeping_place(draw)

    def _edit(self, change: Callable[[], None]) -> None:
        self.text.configure(state="normal")
        change()
        self.text.configure(state="disabled")

    def _keeping_place(self, change: Callable[[], None]) -> None:
        """Changes what is drawn; what one reads stays where it is, or the end stays in sight."""
        self._hide_tools()
        if self._stuck:
            self._edit(change)
            self.text.yview_moveto(1.0)
            return
        told = self.text.dlineinfo("@0,0")
        self.text.mark_set("place", "@0,0")
        seq = self._seq_at("@0,0")
        start = self._block(seq) if seq is not None else None
        lines = self.text.count(start[0], "place", "displaylines") if start else None
        into = _first(lines)
        self._edit(change)
        if seq is not None and (block := self._block(seq)):
            self.text.yview(f"{block[0]} + {into} displaylines")
        else:
            self.text.yview("place")
        if told is not None and told[1]:
            self.text.yview_scroll(-told[1], "pixels")

    # Moving.

    def _scrolled(self, _first: str, _last: str) -> None:
        if not self._looking:
            self._looking = True
            self.after_idle(self._after_moving)

    def _moved(self, _event: object = None) -> None:
        self._hide_tools()
        self.after_idle(self._find_end)

    def _find_end(self) -> None:
        self._stuck = self._draws_end() and self.text.yview()[1] >= 0.9999
        if self._stuck:
            self._missed = 0
            self._wishes.seen()
        self._show_more()

    def _after_moving(self) -> None:
        """Draws more where one comes near the edge of what is drawn, and lets go of what is far."""
        self._looking = False
        if self._lines is None or not self._drawn or self._room is None:
            self.scrollbar.set(0, 1)
            return
        count = len(self._lines)
        first = bisect_left(self._room.order, self._drawn[0].seq)
        last = first + len(self._drawn)
        top, bottom = self._place_at("@0,0", first), self._place_at(f"@0,{self.winfo_height()}", last - 1)
        self._set_scrollbar(top, bottom, count)
        if top - first < _NEAR:
            if first > 0:
                begin = max(0, first - _STEP)
                self._redraw(begin, min(last, max(bottom + _STEP, begin + _MOST)))
            elif not self._room.complete and not self._waits_for_earlier and self._room.loaded:
                self._waits_for_earlier = True
                self._wishes.load_earlier()
        elif last - bottom < _NEAR and last < count:
            end = min(count, last + _STEP)
            self._redraw(max(first, min(top - _STEP, end - _MOST)), end)

    def _place_at(self, index: str, otherwise: int) -> int:
        seq = self._seq_at(index)
        return otherwise if seq is None or self._room is None else bisect_left(self._room.order, seq)

    def _seq_at(self, index: str) -> int | None:
        for tag in self.text.tag_names(index):
            if tag[0] == "m" and tag[1:].isdigit():
                return int(tag[1:])
        return None

    def _set_scrollbar(self, top: int, bottom: int, count: int) -> None:
        if self.text.yview() == (0.0, 1.0) and len(self._drawn) == count:
            self.scrollbar.place_forget()
            return
        ends = self._stuck or bottom >= count - 1
        self.scrollbar.set(top / count, 1.0 if ends else min(1.0, (bottom + 1) / count))
        self.scrollbar.place(relx=1, rely=0, relheight=1, anchor="ne")

    def drag(self, how: str, amount: str, what: str = "units") -> None:
        """Moves as a scrollbar says."""
        if how != "moveto":
            self.scroll(int(amount) * (1 if what == "pages" else 3), what)
            return
        if not self._lines or self._room is None:
            return
        count = len(self._lines)
        place = max(0, min(count - 1, round(float(amount) * count)))
        self._stuck = False
        first = bisect_left(self._room.order, self._drawn[0].seq) if self._drawn else 0
        if not first <= place < first + len(self._drawn):
            begin = max(0, place - _STEP)
            self._redraw(begin, min(count, place + _STEP))
        if block := self._block(self._room.order[place]):
            self.text.yview(block[0])
        self._moved()

    def _look_for_goal(self) -> None:
        """Goes to the line that is looked for, or asks for earlier ones until it is there."""
        if self._goal is None or self._room is None or self._lines is None:
            return
        order = self._room.order
        place = bisect_left(order, self._goal)
        if place < len(order) and order[place] == self._goal:
            seq, self._goal = self._goal, None
            self._stuck = False
            if self._block(seq) is None:
                self._redraw(max(0, place - _STEP), min(len(order), place + _STEP))
            if block := self._block(seq):
                self.text.yview(f"{block[0]} - 3 displaylines")
            self._go_to(seq)
            self._moved()
        elif self._room.complete or (order and order[0] < self._goal):
            self._goal = None
        elif not self._waits_for_earlier:
            self._waits_for_earlier = True
            self._wishes.load_earlier()

    def _show_more(self) -> None:
        """The way back to the end, for whoever has left it."""
        if self._stuck or self._lines is None or not self._lines:
            self._more.place_forget()
            return
        words = "To the end" if not self._missed else "1 new message" if self._missed == 1 else "New messages"
        self._more.configure(text=f"{words} ↓")
        self._more.place(relx=0.5, rely=1, y=-self._style.px(12), anchor="s")

    @staticmethod
    def _is_own(room: OpenRoom, seq: int) -> bool:
        return not isinstance(room.items[seq].body, Message)

    # Keys and the mouse.

    def _bind(self) -> None:
        text = self.text
        for event in ("<MouseWheel>", "<Button-4>", "<Button-5>", "<B1-Leave>", "<B2-Motion>"):
            text.bind(event, self._moved, add=True)
        for event, action in (
            ("<Prior>", lambda: self.scroll(-1, "pages")),
            ("<Next>", lambda: self.scroll(1, "pages")),
            ("<Home>", self._to_start),
            ("<Control-Home>", self._to_start),
            ("<End>", self.to_end),
            ("<Control-End>", self.to_end),
            ("<Up>", lambda: self._step(-1)),
            ("<Down>", lambda: self._step(1)),
            ("<Return>", lambda: self._with_at(self._wishes.reply)),
            ("<r>", lambda: self._with_at(self._wishes.reply)),
            ("<e>", lambda: self._with_at(self._wishes.edit)),
            ("<Delete>", lambda: self._with_at(self._wishes.delete)),
            ("<plus>", lambda: self._with_at(self._pick_reaction)),
            ("<c>", lambda: self._with_at(self._copy_line)),
            ("<Menu>", lambda: self._with_at(self._open_menu)),
            ("<Shift-F10>", lambda: self._with_at(self._open_menu)),
            ("<Escape>", lambda: self._wishes.write("")),
        ):
            text.bind(event, partial(_break, action))
        text.bind("<Key>", self._typed)
        text.bind("<<Copy>>", partial(_break, self.copy))
        text.bind("<Control-a>", partial(_break, partial(text.tag_add, "sel", "1.0", "end")))
        text.bind("<Motion>", self._hover)
        text.bind("<Leave>", self._left)
        text.bind("<ButtonRelease-1>", self._click)
        text.bind("<Button-1>", lambda _: text.focus_set(), add=True)
        text.bind("<Button-3>", self._right_click)
        text.bind("<Configure>", lambda _: self._dress_width())
        text.bind("<FocusOut>", lambda _: self._go_to(None))

    def _to_start(self) -> None:
        self._stuck = False
        if self._lines:
            self._redraw(0, min(len(self._lines), _AT_FIRST))
        self.text.yview_moveto(0)
        self._moved()

    def _typed(self, event: "tkinter.Event[Any]") -> str | None:
        """Who types here wants to write."""
        if len(event.char) == 1 and event.char.isprintable() and not int(event.state) & 0x4:
            self._wishes.write(event.char)
            return "break"
        return None

    def _step(self, by: int) -> None:
        seqs = [line.seq for line in self._drawn if line.message is not None]
        if not seqs:
            return
        if self._at in seqs:
            place = seqs.index(self._at) + by
            if place >= len(seqs):
                self._go_to(None)
                self._wishes.write("")
                return
            self._go_to(seqs[max(0, place)])
        else:
            self._go_to(seqs[-1])

    def _go_to(self, seq: int | None) -> None:
        self.text.tag_remove("chosen", "1.0", "end")
        self._at = seq
        self._hide_tools()
        if seq is not None and (block := self._block(seq)):
            self.text.tag_add("chosen", *block)
            self.text.see(f"{block[1]} - 1c")
            self.text.see(block[0])
            self._find_end()
            self.after_idle(self._show_tools, seq)

    def _with_at(self, wish: Callable[[int], None]) -> None:
        if self._at is not None:
            wish(self._at)

    def _line(self, seq: int) -> Line | None:
        return next((line for line in self._drawn if line.seq == seq), None)

    def copy(self) -> None:
        """Puts what is selected on the clipboard, as it was written."""
        ranges = self.text.tag_ranges("sel")
        if not ranges:
            return
        first, last = str(ranges[0]), str(ranges[-1])
        words: list[str] = []
        hidden = False
        laid = False
        for kind, value, _ in self.text.dump(first, last, text=True, tag=True):
            if kind == "tagon" and value == "laid":
                laid = True
            if kind in ("tagon", "tagoff") and value == "pad":
                hidden = kind == "tagon"
            elif kind == "text" and not hidden:
                words.append(value)
        if laid:  # it was laid out for reading; whole messages are copied instead
            chosen = [line for line in self._drawn if line.message is not None and self._touches(line.seq, first, last)]
            words = ["\n".join(line.message.text for line in chosen if line.message is not None)]
        self._put_on_clipboard("".join(words))

    def _touches(self, seq: int, first: str, last: str) -> bool:
        block = self._block(seq)
        return block is not None and self.text.compare(block[0], "<", last) and self.text.compare(block[1], ">", first)

    def _copy_line(self, seq: int) -> None:
        if (line := self._line(seq)) is not None and line.message is not None:
            self._put_on_clipboard(line.message.text)

    def _put_on_clipboard(self, text: str) -> None:
        self.clipboard_clear()
        self.clipboard_append(text)

    def _click(self, event: "tkinter.Event[Any]") -> None:
        if self.text.tag_ranges("sel"):
            return
        for tag in self.text.tag_names(f"@{event.x},{event.y}"):
            what, _, target = tag.partition(":")
            match what:
                case "open":
                    webbrowser.open(target)
                case "to":
                    self.to_line(int(target))
                case "react":
                    seq, _, emoji = target.partition(":")
                    self._wishes.react(int(seq), emoji)
                case "again":
                    self._wishes.retry(target)
                case "drop":
                    self._wishes.drop(target)
                case _:
                    continue
            return

    def _hover(self, event: "tkinter.Event[Any]") -> None:
        index = f"@{event.x},{event.y}"
        tags = self.text.tag_names(index)
        acts = any(":" in tag for tag in tags)
        words = any(tag in ("body", "head", "block", "notice", "note", "note_code") for tag in tags)
        self.text.configure(cursor="hand2" if acts else "xterm" if words else "arrow")
        seq = self._seq_at(index)
        if seq != self._near:
            self._near = seq
            line = self._line(seq) if seq is not None else None
            if line is not None and line.message is not None:
                self._show_tools(line.seq)
            else:
                self._hide_tools()

    def _left(self, event: "tkinter.Event[Any]") -> None:
        inside = self.winfo_containing(event.x_root, event.y_root)
        if inside is None or not str(inside).startswith(str(self._tools)):
            self._near = None
            self._hide_tools()

    # What one may do with a line.

    def _show_tools(self, seq: int) -> None:
        line, block = self._line(seq), self._block(seq)
        if line is None or block is None or line.message is None or line.message.deleted:
            return
        start = f"{block[0]}"
        for skipped in ("day", "new"):
            if skipped in self.text.tag_names(start):
                start = self.text.index(f"{start} + 1 lines linestart")
        box = self.text.dlineinfo(start)
        for child in self._tools.winfo_children():
            child.destroy()
        palette, px = self._style.palette, self._style.px
        self._tools.configure(background=palette.raised, highlightbackground=palette.line)
        time = Label(
            self._tools, text=spell_full(line.item.ts), font=self._style.meta, background=palette.raised,
            foreground=palette.soft, padx=px(8), pady=px(2),
        )  # fmt: skip
        time.pack(side="left")
        for words, wish in self._wishes_for(line):
            tool = Label(
                self._tools, text=words, font=self._style.meta, cursor="hand2", padx=px(6), pady=px(2),
                background=palette.raised, foreground=palette.accent,
            )  # fmt: skip
            tool.pack(side="left")
            tool.bind("<Button-1>", partial(_break, partial(wish, seq)))
        self._tools.update_idletasks()
        top = max(0, (box[1] if box is not None else 0) - px(4))
        self._tools.place(relx=1, x=-px(_RIGHT), y=top, anchor="ne")

    def _hide_tools(self) -> None:
        self._tools.place_forget()

    def _wishes_for(self, line: Line) -> list[tuple[str, Callable[[int], None]]]:
        wishes: list[tuple[str, Callable[[int], None]]] = [
            ("Reply", self._wishes.reply),
            ("React", self._pick_reaction),
        ]
        if line.own:
            wishes += [("Edit", self._wishes.edit), ("Delete", self._wishes.delete)]
        return wishes

    def _pick_reaction(self, seq: int) -> None:
        block = self._block(seq)
        box = self.text.dlineinfo(block[0]) if block else None
        y = self.text.winfo_rooty() + (box[1] + box[3] if box else 0)
        self._wishes.pick_reaction(seq, self.text.winfo_rootx() + self._style.px(_LEFT), y)

    def _right_click(self, event: "tkinter.Event[Any]") -> None:
        if (seq := self._seq_at(f"@{event.x},{event.y}")) is not None:
            self._open_menu(seq, event.x_root, event.y_root)

    def _open_menu(self, seq: int, x: int | None = None, y: int | None = None) -> None:
        line, block = self._line(seq), self._block(seq)
        if line is None or block is None or line.message is None:
            return
        box = self.text.dlineinfo(block[0])
        menu = tkinter.Menu(self, tearoff=False)
        for words, wish in self._wishes_for(line):
            menu.add_command(label=words, command=partial(wish, seq))
        menu.add_command(label="Copy", command=lambda: self._copy_line(seq))
        menu.tk_popup(
            self.text.winfo_rootx() + self._style.px(_LEFT) if x is None else x,
            self.text.winfo_rooty() + (box[1] + box[3] if box else 0) if y is None else y,
        )

    # Looks.

    def _dress(self) -> None:  # noqa: PLR0915 - one statement for each kind of words
        style, palette, px, text = self._style, self._style.palette, self._style.px, self.text
        self.configure(background=palette.ground)
        text.configure(
            background=palette.ground, foreground=palette.ink, font=style.text,
            selectbackground=mix(palette.accent, palette.ground, 0.28), selectforeground=palette.ink,
            inactiveselectbackground=mix(palette.accent, palette.ground, 0.28),
        )  # fmt: skip
        lead = style.leading(style.text, style.tokens.text.line)
        half = lead // 2
        text.configure(spacing1=half, spacing2=lead, spacing3=lead - half)
        space = style.tokens.space
        left = px(_LEFT)
        tag = text.tag_configure
        tag("chosen", background=mix(palette.accent, palette.ground, 0.10))
        tag("body", lmargin1=left, lmargin2=left, spacing1=px(space.in_group) // 2 + half)
        tag("further", spacing1=px(6))
        tag("head", lmargin1=left, lmargin2=left, font=style.strong, spacing1=px(space.between_groups))
        tag("clock", font=style.meta, foreground=palette.soft)
        tag("action", font=style.emphasis)
        tag("faint", font=style.meta, foreground=palette.soft)
        tag("soft", foreground=palette.soft, font=style.emphasis)
        tag("faded", foreground=mix(palette.ink, palette.ground, 0.6))
        tag("unsent", foreground=palette.ink)
        tag("failure", foreground=palette.bad, font=style.meta, lmargin1=left, lmargin2=left)
        tag("do", underline=True)
        tag(
            "day", justify="center", font=style.meta_strong, foreground=palette.soft,
            spacing1=px(24), spacing3=px(4),
        )  # fmt: skip
        tag("new", justify="center", font=style.meta_strong, foreground=palette.accent, spacing1=px(16))
        tag("notice", font=style.meta, foreground=palette.soft, lmargin1=left, lmargin2=left, spacing1=px(8))
        tag("quoted", font=style.meta, foreground=palette.soft, lmargin1=left, lmargin2=left + px(16), spacing1=px(2))
        tag("quoted_name", font=style.meta_strong)
        tag("cited", foreground=palette.soft, lmargin1=left + px(16), lmargin2=left + px(16))
        for depth in range(1, 5):
            inset = left + px(20) * (depth - 1)
            tag(f"indent{depth}", lmargin1=inset, lmargin2=inset + px(24), tabs=(inset + px(24),))
        bare: dict[str, Any] = {"lmargincolor": palette.ground, "rmargincolor": palette.ground}
        tag("reactions", lmargin1=left, lmargin2=left, spacing1=px(6), font=style.meta, **bare)
        tag("chip", background=palette.sunken, foreground=palette.ink, **bare)
        tag("mine", background=mix(palette.accent, palette.ground, 0.2))
        tag(
            "empty", justify="center", foreground=palette.soft, spacing1=px(48), lmargin1=left, lmargin2=left,
            rmargin=px(_RIGHT),
        )  # fmt: skip
        tag("note_head", font=style.meta_strong, foreground=palette.soft, lmargin1=left, lmargin2=left, spacing1=px(16))
        tag("note", lmargin1=left, lmargin2=left, foreground=palette.ink)
        tag("note_code", lmargin1=left, lmargin2=left, font=style.code, wrap="none")
        for hue, colour in enumerate(palette.authors):
            tag(f"author{hue}", foreground=colour)
        tag("strong", font=style.strong)
        tag("emphasis", font=style.emphasis)
        tag("strike", overstrike=True)
        tag("code", font=style.code, background=palette.sunken)
        tag(
            "block", font=style.code, background=palette.sunken, wrap="char", spacing1=px(1), spacing3=px(1),
            lmargincolor=palette.ground, rmargincolor=palette.ground,
        )  # fmt: skip
        tag("block_first", spacing1=px(8))
        tag("block_last", spacing3=px(8))
        tag("at", foreground=palette.accent, font=style.strong)
        tag("link", foreground=palette.accent, underline=True)
        tag("right", justify="right")
        text.tag_raise("sel")
        text.tag_lower("chosen")
        self._dress_width()

    def _dress_width(self) -> None:
        """No line is longer than can be read with ease."""
        style, text = self._style, self.text
        width = text.winfo_width()
        if width <= 1:
            return
        letters = style.text.measure("the quick brown fox jumps over the lazy dog ") / 44
        left, right = style.px(_LEFT), style.px(_RIGHT)
        most = round(letters * style.tokens.text.measure)
        margin = max(right, width - left - most)
        for name in ("body", "block", "quoted", "failure", "notice", "note", "head"):
            text.tag_configure(name, rmargin=margin)
        wide = max(100, width - left - margin)
        changed = wide != self._measure.width
        self._measure = Measure(wide, self._measure.words)
        if changed and self._lines is not None and self._drawn and self.text.tag_ranges("laid"):
            lines = self._drawn
            self._keeping_place(lambda: self._draw_anew(lines))
            self._drawn = lines
            self._redraw_tail()
        elif self._stuck:
            text.yview_moveto(1.0)


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


def _break(action: Callable[[], object], _event: object = None) -> str:
    action()
    return "break"
