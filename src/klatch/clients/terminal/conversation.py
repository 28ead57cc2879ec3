"""The screen of the conversation: what is drawn where, and what each key and event does."""

import os
import time
from collections.abc import Callable, Coroutine
from datetime import tzinfo
from typing import Any, ClassVar, Final, TypeVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message as Told
from textual.screen import ModalScreen, Screen

from klatch.clients.seat.room import NOWHERE, Pending, Room
from klatch.clients.seat.seat import Changed, Seat
from klatch.clients.terminal import saying
from klatch.clients.terminal.acts import Acts
from klatch.clients.terminal.bars import Bar
from klatch.clients.terminal.desk import Desk
from klatch.clients.terminal.files import Files
from klatch.clients.terminal.going import Going
from klatch.clients.terminal.notifying import GIVE_TITLE_BACK, KEEP_TITLE, spell_notification, spell_title
from klatch.clients.terminal.panels import Panel, list_people, list_rooms
from klatch.clients.terminal.sheets import Question
from klatch.clients.terminal.timeline import Timeline
from klatch.clients.terminal.typed import Typed
from klatch.clients.terminal.ways import Way
from klatch.clients.terminal.words import draw
from klatch.core.answers import Person
from klatch.core.events import Entry, Message

T = TypeVar("T")

_ROOMS_FROM: Final = 64  # columns, from which on the list of rooms has its place
_PEOPLE_FROM: Final = 104
_ROOMY_FROM: Final = 120
_SOON: Final = 0.02


class Conversation(Screen[None]):
    """Rooms, the timeline of one of them, its people, and where one writes."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "drawer('rooms')", "Rooms"),
        Binding("f3", "drawer('people')", "People"),
        Binding("ctrl+k", "go", "Go to", priority=True),
        Binding("ctrl+g", "go_to_day", "Go to a day", priority=True),
        Binding("ctrl+n,alt+down", "next_room(1)", priority=True),
        Binding("ctrl+p,alt+up", "next_room(-1)", priority=True),
        Binding("alt+a", "next_unread", priority=True),
        Binding("shift+tab", "choose_message", priority=True),
        Binding("pageup", "scroll_page(-1)", priority=True, show=False),
        Binding("pagedown", "scroll_page(1)", priority=True, show=False),
        Binding("ctrl+c", "ask_to_leave", show=False),
        Binding("escape", "write", show=False),
    ]

    class Elsewhere(Told):
        """One wants in as somebody else."""

        def __init__(self, way: Way) -> None:
            super().__init__()
            self.way = way

    def __init__(self, seat: Seat, url: str, zone: tzinfo | None) -> None:
        super().__init__()
        self.seat = seat
        self.room = NOWHERE
        """The room that is shown."""
        self.url = url
        self.zone = zone
        self._going = Going(self)
        self._files = Files(self)
        self._acts = Acts(self, self._going, self._files)
        self._typed = Typed(self, self._going, self._files)
        self._dirty: set[str] = set()
        self._title = ""
        self._going_to: str | None = None
        self._drawer_open = ""

    def compose(self) -> ComposeResult:
        """Rooms, the conversation, people; and the state of things below."""
        with Horizontal(id="columns"):
            yield Panel("rooms", self.look)
            with Vertical(id="middle"):
                yield Bar("head", self.look, "raised")
                yield Timeline(self.me, self.look, self.zone)
                yield Bar("hint", self.look)
                yield Desk(self._names, self.seat.drafts)
            yield Panel("people", self.look)
        yield Bar("state", self.look, "sunken")

    def on_mount(self) -> None:
        """Begins."""
        self.seat.listener = self
        self.set_interval(1.0, self._draw_bars)
        self.draw_all()
        self.desk.focus_composer()

    def on_resize(self) -> None:
        """What has no place becomes a drawer."""
        self.set_class(self.size.width >= _ROOMY_FROM, "roomy")
        self._arrange()

    # What the seat tells.

    def changed(self, what: Changed, room: Room | None) -> None:
        """Draws it soon: what changes within a moment is drawn once."""
        if room is not None and room is not self.room and what in ("people", "typing"):
            return
        if not self._dirty:
            self.set_timer(_SOON, self._draw_dirty)
        self._dirty.add(what)

    def notice(self, text: str) -> None:
        """Says something for a while."""
        self.app.notify(draw(text), markup=False, timeout=6)

    def refused(self, room: Room, pending: Pending) -> None:
        """A command was refused: it is there again, to be mended."""
        self.notice(pending.fault or "")
        if room is self.room:
            self.desk.give_back(pending.text)

    def heard(self, room: Room, entry: Entry, *, mine: bool) -> None:
        """Is drawn with everything else."""

    def called(self, room: Room, entry: Entry) -> None:
        """Rings, unless one is looking at it."""
        if room is self.room and self.app.app_focus and self.timeline.at_end:
            return
        self.app.bell()
        said = entry.body.text if isinstance(entry.body, Message) else ""
        self._write(spell_notification(f"{entry.author.name} in {room.name}", said, os.environ))

    def _write(self, sequence: str) -> None:
        """Tells the terminal something that draws nothing."""
        driver = self.app._driver
        if sequence and driver is not None:
            driver.write(sequence)

    # Drawing.

    def draw_all(self) -> None:
        """Draws everything anew."""
        self._dirty |= {"state", "rooms", "timeline", "people", "typing"}
        self._draw_dirty()

    def _draw_dirty(self) -> None:
        dirty, self._dirty = self._dirty, set()
        if not self.is_attached:
            return
        if "rooms" in dirty:
            self._settle_where()
        if dirty & {"timeline", "state"}:
            self.timeline.blocked = self.seat.blocked
            self.timeline.blocks.online = self.seat.state.name == "online"
            self.timeline.redraw()
        self._read_if_seen()
        if dirty & {"rooms", "timeline"}:
            self._panel("rooms").show(list_rooms(self.seat.rooms.values()), self.room.id)
        if dirty & {"people", "rooms"}:
            self._panel("people").show(list_people(self.room.people, self.seat.people))
        self._draw_bars()

    def _draw_bars(self) -> None:
        self._bar("head").say(*saying.say_room(self.room, self.seat))
        chosen = self.timeline.blocks.item(self.timeline.selected) if self.timeline.has_focus else None
        self._bar("hint").say(
            saying.say_work(self._files.said)
            or saying.say_hint(self.room, self.seat, self.desk.mode, time.monotonic(), chosen),
            saying.say_below(self.room, self.timeline.below),
        )
        self._bar("state").say(*saying.say_state(self.seat, self.url, int(time.time() * 1000)))
        self._entitle()

    def _entitle(self) -> None:
        """Has the window say where one is, and how much is for one personally."""
        title = saying.say_title(self.room, self.seat.rooms.values())
        spelled = spell_title(title, os.environ)
        if spelled and title != self._title:
            self._write(spelled if self._title else KEEP_TITLE + spelled)
            self._title = title

    def _arrange(self) -> None:
        width = self.size.width
        alone = self._drawer_open != "" and width < _ROOMS_FROM
        self._panel("rooms").display = self._drawer_open == "rooms" or (width >= _ROOMS_FROM and not alone)
        self._panel("people").display = self._drawer_open == "people" or width >= _PEOPLE_FROM
        self.query_one("#middle").display = not alone
        self.set_class(alone, "alone")

    # Rooms.

    def _settle_where(self) -> None:
        """Opens the room that one is going to, or another where the one that is shown is gone."""
        rooms = self.seat.rooms
        if self._going_to in rooms:
            going, self._going_to = rooms[self._going_to], None
            self.open_room(going)
        elif self.room.id not in rooms:
            shown = self._ordered()
            self.open_room(next((room for room in shown if room.name == "#lobby"), shown[0] if shown else NOWHERE))

    def open_room(self, room: Room) -> None:
        """Shows a room."""
        self.desk.turn_to(room.id, room.name)
        self.room.trim()
        self.room = room
        self._going.note(room)
        self.timeline.show_room(room, room.state.read if room.state.unread else None)
        self._close_drawer()
        self.desk.focus_composer()
        if room is not NOWHERE:
            self.run_worker(self.seat.open(room), group="open")
        self._dirty |= {"people", "timeline"}
        self._draw_dirty()

    def _read_if_seen(self) -> None:
        if self.room.loaded and self.app.app_focus and self.timeline.at_end:
            self.seat.mark_read(self.room)

    def on_app_focus(self) -> None:
        """One looks again."""
        self._read_if_seen()

    def on_panel_chosen(self, event: Panel.Chosen) -> None:
        """A room to go to, or a person to look at."""
        if event.panel == "rooms":
            self._going.go(f"room {event.key}")
        else:
            self._acts.show_card(event.key)

    def _ordered(self) -> list[Room]:
        """The rooms as they are listed."""
        keys = [line.key for line in list_rooms(self.seat.rooms.values()) if line.key is not None]
        return [self.seat.rooms[key] for key in keys]

    # What is typed.

    def on_desk_sent(self, event: Desk.Sent) -> None:
        """Something was written, and Enter pressed."""
        self._typed.do(event.text, event.mode)

    def on_desk_typing(self) -> None:
        """Others may know that one types."""
        if self.room is not NOWHERE:
            self.seat.typing(self.room)

    def on_desk_moded(self) -> None:
        """One answers, edits, or no longer does."""
        self._draw_bars()

    def on_desk_left(self, event: Desk.Left) -> None:
        """A key that meant nothing to the desk."""
        if event.key == "escape":
            self.action_write()
        else:
            self.action_ask_to_leave()

    def _names(self) -> tuple[list[str], list[str]]:
        """Whom one may mean, without oneself, and one's rooms."""
        people = [*self.room.people, *self.seat.people.values()]
        names = [person.name for person in people if person.id != self.seat.me.id]
        return names, [room.name for room in self.seat.rooms.values()]

    # What is read.

    def on_timeline_wanted(self, event: Timeline.Wanted) -> None:
        """A key was pressed for the message that is selected."""
        self._acts.do(event.act, self.timeline.blocks.item(event.key))

    def on_timeline_earlier(self) -> None:
        """Fetches earlier messages before one gets there."""
        if self.room.loaded and not self.room.complete:
            self.run_worker(self.seat.load_earlier(self.room), group="earlier")

    def on_timeline_later(self) -> None:
        """Fetches later messages, where one has gone far back."""
        self.run_worker(self.seat.load_later(self.room), group="later")

    def on_timeline_latest(self) -> None:
        """Comes back from there."""
        self._going.go_to_end()

    def on_timeline_moved(self) -> None:
        """Perhaps the end is seen now."""
        self._read_if_seen()
        self._draw_bars()

    # Keys.

    def action_write(self) -> None:
        """Back to writing; and if one is there, out of what one began, then to the end."""
        self._close_drawer()
        if self.timeline.selected is not None:
            self.timeline.select(None)
        elif self.desk.mode is not None:
            self.desk.stop()
        elif not self.timeline.at_end:
            self.timeline.scroll_to_end()
        elif self._files.stop():
            self.notice("Stopped.")
        self.desk.focus_composer()
        self._draw_bars()

    def action_choose_message(self) -> None:
        """Selects a message: the last one first."""
        self.timeline.focus()
        self.timeline.action_move(-1)
        self._draw_bars()

    def action_scroll_page(self, by: int) -> None:
        """A screen up or down, wherever one is."""
        self.timeline.action_page(by)

    def action_drawer(self, name: str) -> None:
        """Shows a list and goes there, or back."""
        panel = self._panel(name)
        if panel.has_focus:
            self.action_write()
            return
        self._drawer_open = name
        self._arrange()
        panel.focus()

    def action_next_room(self, by: int) -> None:
        """The room above or below."""
        rooms = self._ordered()
        if self.room in rooms:
            self.open_room(rooms[(rooms.index(self.room) + by) % len(rooms)])

    def action_next_unread(self) -> None:
        """A room with something for one personally, else with something unread."""
        rooms = [room for room in self._ordered() if room is not self.room and room.state.unread]
        if rooms:
            self.open_room(max(rooms, key=lambda room: room.state.mentions > 0))

    def action_go(self) -> None:
        """Goes to a room or a person."""
        self._going.choose_place(self._ordered())

    def action_go_to_day(self) -> None:
        """Goes to what was said on a day."""
        self._going.choose_day()

    def action_ask_to_leave(self) -> None:
        """Asks first, as Ctrl+C is pressed by mistake too; pressed again it leaves."""
        waiting = saying.count_waiting(self.seat)
        kept = f"\n{waiting} waiting to be sent will go out the next time." if waiting else ""
        answers = [("leave", "Leave Klatch"), ("stay", "Stay")]
        question = Question(f"Do you want to leave?{kept}", answers, {"ctrl+c": "leave"})
        self.app.push_screen(question, lambda answer: self.leave() if answer == "leave" else None)

    def put_away(self) -> None:
        """The client ends: what was begun is kept, and the window is called what it was called before."""
        self.desk.keep()
        if self._title:
            self._write(GIVE_TITLE_BACK)

    def _close_drawer(self) -> None:
        if self._drawer_open:
            self._drawer_open = ""
            self._arrange()

    # What happens here may want.

    def put_over(self, sheet: ModalScreen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Lays a sheet over all; `then` is told what came of it."""
        self.app.push_screen(sheet, then)

    def begin(self, work: Coroutine[Any, Any, None], group: str) -> None:
        """Does something beside all else, in place of what of that group is still being done."""
        self.run_worker(work, group=group, exclusive=True)

    def stop(self, group: str) -> None:
        """Does no longer what was begun as that group."""
        self.workers.cancel_group(self, group)

    def draw_alone(self, draw: Callable[[], bool]) -> bool:
        """Lets something else draw on the terminal for a while; gives what came of it, False where that cannot be."""
        try:
            with self.app.suspend():
                return draw()
        except SuspendNotSupported:
            return False
        finally:
            self.app.refresh(layout=True)

    def expect(self, room_id: str) -> None:
        """Shows a room as soon as one is in it."""
        self._going_to = room_id
        self.changed("rooms", None)

    def write(self) -> None:
        """Back to writing."""
        self.action_write()

    def redraw(self) -> None:
        """What it says may have changed."""
        self._draw_bars()

    def enter(self, way: Way) -> None:
        """Comes in as somebody else."""
        self.post_message(self.Elsewhere(way))

    def leave(self) -> None:
        """Ends the client."""
        self.app.exit(0)

    # Parts.

    def look(self) -> str:
        """The theme's name."""
        return str(getattr(self.app, "look", "dark"))

    def me(self) -> Person:
        """Who one is."""
        return self.seat.me

    @property
    def timeline(self) -> Timeline:
        """What was said."""
        return self.query_one(Timeline)

    @property
    def desk(self) -> Desk:
        """Where one writes."""
        return self.query_one(Desk)

    def _bar(self, name: str) -> Bar:
        return self.query_one(f"#{name}", Bar)

    def _panel(self, name: str) -> Panel:
        return self.query_one(f"#{name}", Panel)
