"""The talk as it is drawn now, and the way to the network half for whoever wants something of it."""

from collections.abc import Callable
from typing import ParamSpec

from klatch.clients.desktop.scene import OpenRoom, Scene
from klatch.clients.desktop.threads import Threads
from klatch.core import commands as ask
from klatch.core.answers import Person, RoomState
from klatch.core.events import Message

_Asked = ParamSpec("_Asked")


class Talk:
    """`scene` is the last one; None on the first page."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self.network = threads.network
        self.scene: Scene | None = None

    # What is there.

    @property
    def room(self) -> OpenRoom | None:
        """The room that is looked at."""
        return self.scene.open if self.scene is not None else None

    @property
    def me(self) -> Person | None:
        """Who one is."""
        return self.scene.me if self.scene is not None else None

    def state_of(self, room: str) -> RoomState | None:
        """A room that one is in, by its id."""
        rooms = self.scene.rooms if self.scene is not None else []
        return next((each for each in rooms if each.id == room), None)

    def person(self, who: str) -> Person | None:
        """Somebody by id, with their role in this room if that is known."""
        listed = next((each for each in (self.room.people if self.room is not None else []) if each.id == who), None)
        return listed or (self.scene.people.get(who) if self.scene is not None else None)

    def message(self, seq: int) -> tuple[str, Message] | None:
        """Who said it and what, if it is a message of this room that stands."""
        item = self.room.items.get(seq) if self.room is not None else None
        if item is None or not isinstance(item.body, Message) or item.body.deleted:
            return None
        return item.author.name, item.body

    def is_own(self, seq: int) -> bool:
        """Whether one wrote it oneself."""
        item = self.room.items.get(seq) if self.room is not None else None
        return item is not None and self.me is not None and item.author.id == self.me.id

    # What is wanted.

    def do(self, work: Callable[_Asked, None], *args: _Asked.args, **kwargs: _Asked.kwargs) -> None:
        """Has the network half do something."""
        self._threads.do(work, *args, **kwargs)

    def act(self, command: ask.AnyCommand, done: str = "") -> None:
        """Does a command; it is given its id on the way. `done` is said once it is done."""
        self.do(self.network.act, command, done)
