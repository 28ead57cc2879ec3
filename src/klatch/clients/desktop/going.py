"""Going from room to room, and what one may do about a room."""

import tkinter
from collections.abc import Callable
from functools import partial
from typing import Final

from klatch.clients.desktop.composer import Composer
from klatch.clients.desktop.dialogs.asking import Ask
from klatch.clients.desktop.dialogs.goto import GoTo
from klatch.clients.desktop.dialogs.room import RoomSettings
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.menubar import make_menu
from klatch.clients.desktop.panes import Panes
from klatch.clients.desktop.rowlist import RowList
from klatch.clients.desktop.scene import Scene
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.talk import Talk
from klatch.core import commands as ask
from klatch.core.answers import RoomState

_TOLD: Final = (("", "What is usual"), ("all", "Everything"), ("mentions", "Mentions"), ("none", "Nothing"))


class Going:
    """`say` does what is typed; it and the parts are set once they are there."""

    rooms: RowList
    composer: Composer
    panes: Panes
    say: Callable[[str], None]

    def __init__(self, window: tkinter.Tk, style: Style, pictures: Pictures, talk: Talk) -> None:
        self._window = window
        self._style = style
        self._pictures = pictures
        self._talk = talk
        self._waits_for = ""
        """The id of a room that is to be opened as soon as one is in it."""
        self.goto: GoTo | None = None

    def take(self, scene: Scene) -> None:
        """Goes where one wanted to, once that is possible."""
        if self._waits_for and any(room.id == self._waits_for for room in scene.rooms):
            self.open(self._waits_for)
            self._waits_for = ""

    def open(self, room: str) -> None:
        """Looks at a room, by its id."""
        self.panes.show_drawer("")
        self._talk.do(self._talk.network.open, room)

    def choose(self, room: str) -> None:
        """Looks at a room, to write there."""
        self.open(room)
        self.composer.text.focus_set()

    def enter(self, room: str) -> None:
        """Looks at a room that one has just joined."""
        if self._talk.state_of(room) is not None:
            self.open(room)
        else:
            self._waits_for = room

    def ask(self) -> None:
        """Asks where to go."""
        if (scene := self._talk.scene) is not None:
            people = [person for person in scene.people.values() if person.id != scene.me.id]
            people.sort(key=lambda each: (each.state == "offline", each.name.casefold()))
            self.goto = GoTo(self._window, self._style, self._pictures, people, self._go)
            self._talk.do(self._talk.network.list_rooms)

    def show_rooms(self, rooms: list[RoomState]) -> None:
        """Takes the rooms that one may see."""
        if self.goto is not None and self.goto.winfo_exists():
            self.goto.show_rooms(rooms)

    def write_to(self, name: str) -> None:
        """Writes to somebody alone."""
        if (scene := self._talk.scene) is None:
            return
        self.panes.show_drawer("")
        direct = next((room.id for room in scene.rooms if room.name == f"@{name}"), None)
        if direct is not None:
            self.open(direct)
        else:
            self.composer.put(f"@{name} ")
        self.composer.text.focus_set()

    def step(self, by: int, *, unread: bool = False) -> None:
        """Goes to the room before or after in the list."""
        if (scene := self._talk.scene) is None:
            return
        here = scene.open.state.id if scene.open is not None else ""
        counts = {room.id: room.unread for room in scene.rooms}
        keys = [
            row.key for row in self.rooms.rows if row.key and (not unread or counts.get(row.key) or row.key == here)
        ]
        if keys:
            self.open(keys[(keys.index(here) + by) % len(keys)] if here in keys else keys[0])

    def open_menu(self, room: str, x: int, y: int) -> None:
        """Shows what one may do about a room."""
        state = self._talk.state_of(room)
        if state is None:
            return
        talk = self._talk
        menu = make_menu(self._window, self._style)
        menu.add_command(label="Mark as read", command=partial(talk.do, talk.network.mark_read, room))
        star = ask.Prefer(cid="", room=room, star=not state.star)
        menu.add_command(label="Take the star away" if state.star else "Star", command=partial(talk.act, star))
        told = make_menu(menu, self._style)
        for notify, words in _TOLD:
            mark = "\u2713 " if notify == state.notify else "    "
            command = ask.Prefer(cid="", room=room, notify=notify)
            told.add_command(label=f"{mark}{words}", command=partial(talk.act, command))
        menu.add_cascade(label="Tell me of", menu=told)
        if state.kind != "direct":
            menu.add_separator()
            menu.add_command(label="Invite somebody", command=partial(self.invite, room))
            menu.add_command(label="Room settings", command=partial(self.open_settings, room))
            menu.add_separator()
            menu.add_command(label="Leave room", command=partial(talk.act, ask.LeaveRoom(cid="", room=room)))
        menu.tk_popup(x, y)

    def invite(self, room: str = "") -> None:
        """Lets somebody into a room, or into the one that is looked at."""
        if (state := self._state(room)) is not None:

            def invite(name: str) -> None:
                self._talk.act(ask.Invite(cid="", room=state.id, user=name.removeprefix("@")))

            Ask(self._window, self._style, f"Invite to {state.name}", "Username", "Invite", invite)

    def open_settings(self, room: str = "") -> None:
        """Shows the rules of a room, or of the one that is looked at."""
        if (state := self._state(room)) is not None:
            topic = self._talk.room.topic if self._talk.room and self._talk.room.state.id == state.id else state.topic
            RoomSettings(self._window, self._style, state, topic, self._talk.act)

    def _state(self, room: str) -> RoomState | None:
        open_room = self._talk.room
        state = self._talk.state_of(room or (open_room.state.id if open_room is not None else ""))
        return state if state is not None and state.kind != "direct" else None

    def _go(self, what: str, name: str) -> None:
        if what == "open":
            self.choose(name)
        elif what == "write":
            self.write_to(name)
        else:
            self.say(f"/{what} {name}")
