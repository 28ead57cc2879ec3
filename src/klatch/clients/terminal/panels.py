"""The lists beside the timeline: rooms with what is unread, and the people of a room."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from klatch.clients.look.tokens import author_hue
from klatch.clients.seat.room import Room
from klatch.clients.terminal.colours import resolve
from klatch.clients.terminal.words import Piece, draw_line
from klatch.clients.terminal.wrapping import fit
from klatch.core.answers import Person

_COUNTED_MOST: Final = 100
_DOTS: Final = {"online": "●", "away": "◐", "offline": "○"}


class Line:
    """One line of a list: what is on the left, what on the right, and what it stands for (None: a heading)."""

    __slots__ = ("key", "left", "right", "strong")

    def __init__(self, left: Sequence[Piece], right: str = "", key: str | None = None, *, strong: str = "soft") -> None:
        self.left = left
        self.right = right
        self.key = key
        self.strong = strong


class Panel(Widget, can_focus=True):
    """A list of lines. The arrow keys move, Enter or a click chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """A line was chosen."""

        def __init__(self, panel: str, key: str) -> None:
            super().__init__()
            self.panel = panel
            self.key = key

    def __init__(self, name: str, theme: Callable[[], str]) -> None:
        super().__init__(id=name)
        self.lines: list[Line] = []
        self.current: str | None = None
        """The key of the line that stands out."""
        self._cursor: str | None = None
        self._first = 0
        self._theme = theme

    def show(self, lines: Iterable[Line], current: str | None = None) -> None:
        """Other lines."""
        self.lines = list(lines)
        self.current = current
        self._keep_in_bounds()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width, theme = self.size.width, self._theme()
        at = self._first + y
        if at >= len(self.lines):
            return Strip([Segment(" " * width, resolve("", theme, "sunken"))])
        line = self.lines[at]
        current = line.key is not None and line.key == self.current
        pointed = line.key is not None and self.has_focus and line.key == self._pointed()
        ground = "raised" if current or pointed else "sunken"
        mark = "›" if pointed else "▌" if current else " "  # noqa: RUF001 - a pointer, not a sign of inequality
        right = f"{line.right} " if line.right else ""
        room = max(1, width - 1 - cell_len(right))
        segments = [Segment(mark, resolve("accent", theme, ground))]
        for piece in line.left:
            text = fit(piece.text, room)
            room -= cell_len(text)
            segments.append(Segment(text, resolve(piece.style, theme, ground)))
        segments += [
            Segment(" " * max(0, room), resolve("", theme, ground)),
            Segment(right, resolve(line.strong, theme, ground)),
        ]
        return Strip(segments).adjust_cell_length(width, resolve("", theme, ground))

    def action_move(self, by: int) -> None:
        """Points at the line above or below."""
        keys = [line.key for line in self.lines if line.key is not None]
        if not keys:
            return
        pointed = self._pointed()
        at = keys.index(pointed) + by if pointed in keys else 0
        self._cursor = keys[max(0, min(len(keys) - 1, at))]
        row = next(row for row, line in enumerate(self.lines) if line.key == self._cursor)
        self._first = max(min(self._first, row), row - self.size.height + 1)
        self.refresh()

    def action_choose(self) -> None:
        """Chooses the line that is pointed at."""
        if (key := self._pointed()) is not None:
            self.post_message(self.Chosen(self.id or "", key))

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        at = self._first + event.y
        if at < len(self.lines) and (key := self.lines[at].key) is not None:
            self._cursor = key
            self.post_message(self.Chosen(self.id or "", key))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self._first += 2
        self._keep_in_bounds()
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self._first -= 2
        self._keep_in_bounds()
        self.refresh()

    def on_focus(self) -> None:
        """Begins at what stands out."""
        self._cursor = None
        self.refresh()

    def on_blur(self) -> None:
        """Points at nothing any more."""
        self.refresh()

    def _pointed(self) -> str | None:
        keys = [line.key for line in self.lines if line.key is not None]
        for key in (self._cursor, self.current):
            if key in keys:
                return key
        return keys[0] if keys else None

    def _keep_in_bounds(self) -> None:
        self._first = max(0, min(self._first, len(self.lines) - self.size.height))


def list_rooms(rooms: Iterable[Room]) -> list[Line]:
    """The ones with a star, then rooms, then people one writes to; what is unread stands out and is counted."""
    ordered = sorted(rooms, key=lambda room: (room.state.place is None, room.state.place or 0, room.name.casefold()))
    starred = [room for room in ordered if room.state.star]
    others = [room for room in ordered if not room.state.star]
    direct = [room for room in others if room.state.kind == "direct"]
    lines: list[Line] = []
    for title, shown in (
        ("Starred", starred),
        ("Rooms", [room for room in others if room not in direct]),
        ("Direct", direct),
    ):
        if shown:
            lines += [*([Line([])] if lines else []), Line([Piece(" " + title, "soft")])]
            lines += [_room(room) for room in shown]
    return lines


def list_people(people: Iterable[Person], known: dict[str, Person]) -> list[Line]:
    """Who is there first, then who is away, then who is not there; with what they say they are doing."""
    present = [known.get(person.id, person) for person in people]
    roles = {person.id: person.role for person in people}
    lines: list[Line] = []
    for state in ("online", "away", "offline"):
        group = sorted((p for p in present if p.state == state), key=lambda person: person.name.casefold())
        if group:
            title = f" {state.capitalize()} {len(group)}"
            lines += [*([Line([])] if lines else []), Line([Piece(title, "soft")])]
            lines += [_person(person, roles.get(person.id)) for person in group]
    return lines


def _room(room: Room) -> Line:
    state = room.state
    unread = f"{state.unread}{'+' if state.unread >= _COUNTED_MOST else ''}" if state.unread else ""
    silent = state.notify == "none"
    style = "soft" if silent else "strong" if state.unread else ""
    if state.mentions and not silent:
        return Line([Piece(" "), Piece(draw_line(state.name), "strong")], f"@{unread}", room.id, strong="accent")
    waiting = "…" if room.pending else ""
    return Line([Piece(" "), Piece(draw_line(state.name), style)], unread or waiting, room.id)


def _person(person: Person, role: str | None) -> Line:
    there = person.state != "offline"
    style = f"author{author_hue(person.id)}" if there else "soft"
    left = [Piece(f" {_DOTS.get(person.state, '○')} ", style), Piece(draw_line(person.name), style)]
    if person.status:
        left.append(Piece(f" {draw_line(person.status)}", "soft"))
    right = role if role in ("owner", "admin", "moderator") else ""
    return Line(left, {"owner": "owner", "admin": "admin", "moderator": "mod"}.get(right or "", ""), person.id)
