"""The stage: what the screen of the conversation offers to what happens on it."""

from collections.abc import Callable, Coroutine
from datetime import tzinfo
from typing import Any, Protocol, TypeVar

from textual.screen import ModalScreen

from klatch.clients.seat.room import Room
from klatch.clients.seat.seat import Seat
from klatch.clients.terminal.desk import Desk
from klatch.clients.terminal.timeline import Timeline
from klatch.clients.terminal.ways import Way

T = TypeVar("T")


class Stage(Protocol):
    """`room` is the one that is shown."""

    seat: Seat
    room: Room
    zone: tzinfo | None
    url: str

    @property
    def timeline(self) -> Timeline:
        """What was said."""

    @property
    def desk(self) -> Desk:
        """Where one writes."""

    def notice(self, text: str) -> None:
        """Says something for a while."""

    def put_over(self, sheet: ModalScreen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Lays a sheet over all; `then` is told what came of it."""

    def begin(self, work: Coroutine[Any, Any, None], group: str) -> None:
        """Does something beside all else, in place of what of that group is still being done."""

    def stop(self, group: str) -> None:
        """Does no longer what was begun as that group."""

    def draw_alone(self, draw: Callable[[], bool]) -> bool:
        """Lets something else draw on the terminal for a while; gives what came of it, False where that cannot be."""

    def open_room(self, room: Room) -> None:
        """Shows a room."""

    def expect(self, room_id: str) -> None:
        """Shows a room as soon as one is in it."""

    def write(self) -> None:
        """Back to writing."""

    def redraw(self) -> None:
        """What it says may have changed."""

    def enter(self, way: Way) -> None:
        """Comes in as somebody else."""

    def leave(self) -> None:
        """Ends the client."""
