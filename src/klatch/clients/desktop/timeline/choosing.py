"""The line that the keyboard or the mouse is at: its tools, its menu, and what a click on it does."""

import tkinter
import webbrowser
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.dressing import LEFT, RIGHT
from klatch.clients.desktop.timeline.moments import spell_full
from klatch.clients.desktop.timeline.paper import Paper
from klatch.clients.desktop.timeline.wishes import ALL, Where, Wish, Wishes, wishes_for

_READ = ("body", "head", "block", "notice", "note", "note_code")
_CONTROL = 0x4


class Moves(Protocol):
    """How the timeline moves."""

    def to_line(self, seq: int) -> None:
        """Goes to a line."""

    def find_end(self) -> None:
        """Works out whether the end is in sight."""


class Choosing:
    """Binds keys and mouse of a paper to what may be wanted of its lines."""

    def __init__(self, paper: Paper, style: Style, wishes: Wishes, moves: Moves) -> None:
        self._paper = paper
        self._style = style
        self._wishes = wishes
        self._moves = moves
        self._at: int | None = None
        """The number of the line that the keyboard is at."""
        self._near: int | None = None
        """That under the mouse."""
        self.tools = Frame(paper, highlightthickness=1)
        self._bind()

    def forget(self) -> None:
        """No line is chosen any more."""
        self._at = self._near = None
        self.hide_tools()

    def hide_tools(self) -> None:
        """Takes the tools away, as lines move under them."""
        self.tools.place_forget()

    def go_to(self, seq: int | None) -> None:
        """Chooses a line, and brings it in sight."""
        paper = self._paper
        paper.tag_remove("chosen", "1.0", "end")
        self._at = seq
        self.hide_tools()
        if seq is not None and (block := paper.block(seq)):
            paper.tag_add("chosen", *block)
            paper.see(f"{block[1]} - 1c")
            paper.see(block[0])
            self._moves.find_end()
            paper.after_idle(self._show_tools, seq)

    # Keys.

    def _bind(self) -> None:
        paper = self._paper
        for event, action in (
            ("<Up>", partial(self._step, -1)),
            ("<Down>", partial(self._step, 1)),
            ("<Return>", partial(self._do_here, ALL[0])),
            ("<Menu>", self._menu_here),
            ("<Shift-F10>", self._menu_here),
            ("<Escape>", partial(self._wishes.write, "")),
        ):
            paper.bind(event, partial(_break, action))
        paper.bind("<o>", partial(_break, self._open_here))
        paper.bind("<s>", partial(_break, self._unveil_here))
        for wish in ALL:
            paper.bind(f"<{wish.key}>", partial(_break, partial(self._do_here, wish)))
        paper.bind("<Key>", self._typed)
        paper.bind("<Motion>", self._hover)
        paper.bind("<Leave>", self._left)
        paper.bind("<Button-1>", lambda _: paper.focus_set(), add=True)
        paper.bind("<ButtonRelease-1>", self._click)
        for button in self._style.menu_buttons:
            paper.bind(button, self._right_click)
        paper.bind("<FocusOut>", lambda _: self.go_to(None))

    def _typed(self, event: "tkinter.Event[Any]") -> str | None:
        """Who types here wants to write."""
        if len(event.char) == 1 and event.char.isprintable() and not int(event.state) & _CONTROL:
            self._wishes.write(event.char)
            return "break"
        return None

    def _step(self, by: int) -> None:
        seqs = [line.seq for line in self._paper.drawn if line.message is not None]
        if not seqs:
            return
        if self._at not in seqs:
            self.go_to(seqs[-1])
            return
        place = seqs.index(self._at) + by
        if place >= len(seqs):
            self.go_to(None)
            self._wishes.write("")
        else:
            self.go_to(seqs[max(0, place)])

    def _do_here(self, wish: Wish) -> None:
        line = self._paper.line(self._at) if self._at is not None else None
        if line is not None and wish in wishes_for(self._wishes, line):
            wish.do(self._wishes, line.seq, self._below(line.seq))
        elif self._at is None and wish.letter:
            self._wishes.write(wish.letter)

    def _unveil_here(self) -> None:
        if self._at is not None:
            self._paper.unveil(self._at)
        else:
            self._wishes.write("s")

    def _menu_here(self) -> None:
        if self._at is not None:
            self._open_menu(self._at, self._below(self._at))

    def _below(self, seq: int) -> Where:
        """The place on the screen just below the first row of a line."""
        paper, block = self._paper, self._paper.block(seq)
        box = paper.dlineinfo(block[0]) if block else None
        return (
            paper.winfo_rootx() + self._style.px(LEFT),
            paper.winfo_rooty() + (box[1] + box[3] if box else 0),
        )

    # The mouse.

    def _click(self, event: "tkinter.Event[Any]") -> None:
        paper = self._paper
        if paper.tag_ranges("sel"):
            return
        for tag in paper.tag_names(f"@{event.x},{event.y}"):
            what, _, target = tag.partition(":")
            match what:
                case "open":
                    webbrowser.open(target)
                case "to":
                    self._moves.to_line(int(target))
                case "show" | "save":
                    self._with_file(what, target)
                case "veil":
                    paper.unveil(int(target))
                case "who":
                    self._wishes.look_at_author(int(target), (event.x_root, event.y_root))
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

    def _with_file(self, what: str, where: str) -> None:
        seq, _, place = where.partition(":")
        line = self._paper.line(int(seq))
        if line is not None and line.message is not None and int(place) < len(line.message.files):
            file = line.message.files[int(place)]
            (self._wishes.open_file if what == "show" else self._wishes.save_file)(file)

    def _open_here(self) -> None:
        if self._at is not None:
            self._with_file("show", f"{self._at}:0")
        else:
            self._wishes.write("o")

    def _hover(self, event: "tkinter.Event[Any]") -> None:
        paper, index = self._paper, f"@{event.x},{event.y}"
        tags = paper.tag_names(index)
        acts = any(":" in tag for tag in tags)
        paper.configure(cursor="hand2" if acts else "xterm" if any(tag in _READ for tag in tags) else "arrow")
        seq = paper.seq_at(index)
        if seq != self._near:
            self._near = seq
            self.hide_tools()
            if seq is not None:
                self._show_tools(seq)

    def _left(self, event: "tkinter.Event[Any]") -> None:
        inside = self._paper.winfo_containing(event.x_root, event.y_root)
        if inside is None or not str(inside).startswith(str(self.tools)):
            self._near = None
            self.hide_tools()

    def _right_click(self, event: "tkinter.Event[Any]") -> None:
        if (seq := self._paper.seq_at(f"@{event.x},{event.y}")) is not None:
            self._open_menu(seq, (event.x_root, event.y_root))

    # Tools and menu.

    def _show_tools(self, seq: int) -> None:
        paper, line, block = self._paper, self._paper.line(seq), self._paper.block(seq)
        wishes = wishes_for(self._wishes, line) if line is not None else []
        if line is None or block is None or not wishes:
            return
        for child in self.tools.winfo_children():
            child.destroy()
        palette, px = self._style.palette, self._style.px
        self.tools.configure(background=palette.raised, highlightbackground=palette.line)
        looks: dict[str, Any] = {"font": self._style.meta, "background": palette.raised, "pady": px(2)}
        Label(self.tools, text=spell_full(line.item.ts), foreground=palette.soft, padx=px(8), **looks).pack(side="left")
        for wish in wishes:
            if wish.near:
                tool = Label(
                    self.tools, text=wish.words, cursor="hand2", foreground=palette.accent, padx=px(6), **looks
                )
                tool.pack(side="left")
                tool.bind("<Button-1>", partial(_break, partial(self._do, wish, seq)))
        self.tools.update_idletasks()
        box = paper.dlineinfo(self._first_row(block[0]))
        # Above the line, so that its own words can be read.
        top = (box[1] if box else 0) - self.tools.winfo_reqheight() + px(4)
        self.tools.place(relx=1, x=-px(RIGHT), y=max(0, top), anchor="ne")

    def _first_row(self, start: str) -> str:
        """Where the line itself begins, below what is said above it."""
        for above in ("day", "new"):
            if above in self._paper.tag_names(start):
                start = self._paper.index(f"{start} + 1 lines linestart")
        return start

    def _do(self, wish: Wish, seq: int) -> None:
        wish.do(self._wishes, seq, self._below(seq))

    def _open_menu(self, seq: int, where: Where) -> None:
        line = self._paper.line(seq)
        wishes = wishes_for(self._wishes, line) if line is not None else []
        if wishes:
            menu = tkinter.Menu(self._paper, tearoff=False)
            for wish in wishes:
                menu.add_command(label=wish.words, command=partial(wish.do, self._wishes, seq, where))
            menu.tk_popup(*where)


def _break(action: Callable[[], object], _event: object = None) -> str:
    action()
    return "break"
