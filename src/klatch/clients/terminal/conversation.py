"""The screen of the conversation: what each key, word and event does."""

import os
import time
from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message as Told
from textual.screen import Screen

from klatch.clients.sdk.client import make_cid
from klatch.clients.seat.room import NOWHERE, Pending, Room
from klatch.clients.seat.seat import Changed, Seat
from klatch.clients.terminal import places, saying
from klatch.clients.terminal.answers import read_out
from klatch.clients.terminal.bars import Bar
from klatch.clients.terminal.desk import Desk
from klatch.clients.terminal.emoji import choose_emoji
from klatch.clients.terminal.notifying import spell_notification
from klatch.clients.terminal.panels import Panel, list_people, list_rooms
from klatch.clients.terminal.passwords import Passwords, asks_for_password, explain_task
from klatch.clients.terminal.sheets import Chooser, Question, Sheet
from klatch.clients.terminal.timeline import Timeline
from klatch.clients.terminal.ways import Way
from klatch.clients.terminal.words import draw
from klatch.core import commands as ask
from klatch.core.answers import Ack, AnyAnswer, Bye, Page, Person
from klatch.core.events import Entry, Message
from klatch.core.grammar import AskPassword
from klatch.core.view import Item

_ROOMS_FROM: Final = 64  # columns, from which on the list of rooms has its place
_PEOPLE_FROM: Final = 104
_ROOMY_FROM: Final = 120
_SOON: Final = 0.02
_GOING: Final = ("/join", "/create", "/msg", "/p")
_LEAVING: Final = ("quit", "exit")


class Conversation(Screen[None]):
    """Rooms, the timeline of one of them, its people, and where one writes."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "drawer('rooms')", "Rooms"),
        Binding("f3", "drawer('people')", "People"),
        Binding("ctrl+k", "go", "Go to", priority=True),
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
        self._url = url
        self._zone = zone
        self._dirty: set[str] = set()
        self._going_to: str | None = None
        self._drawer_open = ""

    def compose(self) -> ComposeResult:
        """Rooms, the conversation, people; and the state of things below."""
        with Horizontal(id="columns"):
            yield Panel("rooms", self.look)
            with Vertical(id="middle"):
                yield Bar("head", self.look, "raised")
                yield Timeline(self.me, self.look, self._zone)
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
        note = spell_notification(f"{entry.author.name} in {room.name}", said, os.environ)
        driver = self.app._driver
        if note and driver is not None:
            driver.write(note)

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
            self.timeline.online = self.seat.state.name == "online"
            self.timeline.redraw()
        self._read_if_seen()
        if dirty & {"rooms", "timeline"}:
            self._panel("rooms").show(list_rooms(self.seat.rooms.values()), self.room.id)
        if dirty & {"people", "rooms"}:
            self._panel("people").show(list_people(self.room.people, self.seat.people))
        self._draw_bars()

    def _draw_bars(self) -> None:
        self._bar("head").say(*saying.say_room(self.room, self.seat))
        chosen = self.timeline.selected is not None and self.timeline.has_focus
        self._bar("hint").say(
            saying.say_hint(self.room, self.seat, self.desk.mode, time.monotonic(), chosen=chosen),
            saying.say_below(self.room, self.timeline.below),
        )
        self._bar("state").say(*saying.say_state(self.seat, self._url))

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
        self.desk.turn_to(room.id)
        self.room.trim()
        self.room = room
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
        """A room, or a person to write to."""
        self._go_to(f"room {event.key}" if event.panel == "rooms" else f"person {event.key[1:]}")

    def _go_to(self, place: str | None) -> None:
        """Goes where `places.find` told."""
        kind, _, key = (place or "").partition(" ")
        room = self.seat.rooms.get(key) if kind == "room" else self.seat.find(f"@{key}")
        if kind == "join":
            self.seat.say(self.room, f"/join {key}", lambda answer: self._answered("/join", answer))
        elif kind and room is not None:
            self.open_room(room)
        elif kind == "person" and key != self.seat.me.name:
            self.action_write()
            self.desk.begin(f"/msg {key} ")

    def _ordered(self) -> list[Room]:
        """The rooms as they are listed."""
        keys = [line.key for line in list_rooms(self.seat.rooms.values()) if line.key is not None]
        return [self.seat.rooms[key] for key in keys]

    # What is typed.

    def on_desk_sent(self, event: Desk.Sent) -> None:
        """Something was written, and Enter pressed."""
        text, word = event.text, event.text.strip().casefold()
        if event.mode is not None:
            self._send_in_mode(event.mode, text)
        elif word in _LEAVING:
            self._ask_about_word(text)
            return
        elif word in ("/quit", "/exit"):
            self.app.exit(0)
        elif (task := asks_for_password(text)) is not None:
            self._ask_for_passwords(task)
        elif self.room is not NOWHERE:
            self.seat.say(self.room, text, lambda answer: self._answered(text, answer))
        self.timeline.action_to_end()

    def _ask_for_passwords(self, task: AskPassword) -> None:
        def decide(typed: list[str] | None) -> None:
            if typed is None:
                return
            if task.to == "login":
                self.post_message(self.Elsewhere(Way(url=self._url, name=task.name, password=typed[0])))
            elif typed[-1] != typed[-2]:
                self.notice("These were not the same. Nothing was changed.")
            elif task.to == "register":
                self.seat.act(ask.Register(cid=make_cid(), password=typed[-1], link=task.link))
            else:
                self.seat.act(ask.ChangePassword(cid=make_cid(), old=typed[0], password=typed[-1]))

        self.app.push_screen(Passwords(*explain_task(task)), decide)

    def _send_in_mode(self, mode: tuple[str, int], text: str) -> None:
        act, seq = mode
        if act == "reply":
            self.seat.reply(self.room, seq, text)
        else:
            self.seat.act(ask.EditMessage(cid=make_cid(), room=self.room.id, seq=seq, text=text))

    def _ask_about_word(self, text: str) -> None:
        def decide(answer: str | None) -> None:
            if answer == "leave":
                self.app.exit(0)
            elif answer == "send":
                self.seat.say(self.room, text)
            else:
                self.desk.give_back(text)

        answers = [("leave", "Leave Klatch"), ("send", f"Send “{text.strip()}”"), ("stay", "Stay")]
        self.app.push_screen(Question("Do you want to leave?", answers), decide)

    def _answered(self, text: str, answer: AnyAnswer) -> None:
        """What a typed command brought."""
        match answer:
            case Ack(room=room) if text.partition(" ")[0].lower() in _GOING:
                self._going_to = room
                self.changed("rooms", None)
            case Page():
                self.timeline.action_page(-1)
            case Bye():
                self.app.exit(0)
            case _:
                if (told := read_out(answer, int(time.time() * 1000), self._zone)) is not None:
                    self._read_out(*told)

    def _read_out(self, title: str, rows: Sequence[tuple[str, ...]]) -> None:
        self.app.push_screen(Sheet(title, [tuple(map(draw, row)) for row in rows]))

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

    # What is done with a message.

    def on_timeline_wanted(self, event: Timeline.Wanted) -> None:
        """A key was pressed for the message that is selected."""
        found = self.timeline.item(event.key)
        if isinstance(found, Pending) and found.fault is not None:
            (self.seat.retry if event.act == "reply" else self.seat.drop)(self.room, found)
            self.action_write()
        elif isinstance(found, Item) and isinstance(found.body, Message):
            self._do(event.act, found, found.body)

    def _do(self, act: str, item: Item, body: Message) -> None:
        match act:
            case "reply":
                self._begin_mode("reply", item, None)
            case "edit" if item.author.id == self.seat.me.id:
                self._begin_mode("edit", item, body.text)
            case "edit":
                self.notice("You can edit your own messages only.")
            case "delete":
                self._ask_about_deleting(item)
            case "react":
                self.app.push_screen(Chooser("React with (type to find)", choose_emoji), lambda e: self._react(item, e))
            case "copy":
                self.app.copy_to_clipboard(body.text)
                self.notice("Copied.")
            case _:
                pass

    def _begin_mode(self, act: str, item: Item, text: str | None) -> None:
        self.timeline.select(None)
        self.desk.start(act, item, text)

    def _ask_about_deleting(self, item: Item) -> None:
        room = self.room

        def decide(answer: str | None) -> None:
            if answer == "delete":
                self.seat.act(ask.DeleteMessage(cid=make_cid(), room=room.id, seq=item.seq))

        answers = [("delete", "Delete message"), ("keep", "Keep it")]
        self.app.push_screen(Question("Delete this message for everybody?", answers), decide)

    def _react(self, item: Item, emoji: str | None) -> None:
        """Puts an emoji to a message, or takes one's own back."""
        item = self.room.items.get(item.seq, item)
        if emoji is not None:
            mine = self.seat.me.id in item.reactions.get(emoji, [])
            act = ask.Unreact if mine else ask.React
            self.seat.act(act(cid=make_cid(), room=self.room.id, seq=item.seq, emoji=emoji))

    def on_timeline_earlier(self) -> None:
        """Fetches earlier messages before one gets there."""
        if self.room.loaded and not self.room.complete:
            self.run_worker(self.seat.load_earlier(self.room), group="earlier")

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
        """Finds a room or a person by name."""
        chooser = Chooser("Go to a room or person", lambda typed: places.find(self.seat, self._ordered(), typed))
        self.app.push_screen(chooser, self._go_to)

    def action_ask_to_leave(self) -> None:
        """Asks first, as Ctrl+C is pressed by mistake too; pressed again it leaves."""
        waiting = saying.count_waiting(self.seat)
        kept = f"\n{waiting} waiting to be sent will go out the next time." if waiting else ""
        answers = [("leave", "Leave Klatch"), ("stay", "Stay")]
        question = Question(f"Do you want to leave?{kept}", answers, {"ctrl+c": "leave"})
        self.app.push_screen(question, lambda answer: self.app.exit(0) if answer == "leave" else None)

    def _close_drawer(self) -> None:
        if self._drawer_open:
            self._drawer_open = ""
            self._arrange()

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
