"""What the network half tells the window: frozen pictures of how everything is now, and what just happened."""

from typing import Literal

import msgspec

from klatch.clients.sdk import State
from klatch.clients.seat.room import Pending
from klatch.core.answers import AnyAnswer, Person, RoomState
from klatch.core.view import Item


class OpenRoom(msgspec.Struct, frozen=True, kw_only=True):
    """The room that is looked at. `order` are the numbers of `items`; `complete`: nothing earlier may be read; `later`:
    one has gone back, and there is more after these."""

    state: RoomState
    topic: str
    head: int
    order: list[int]
    items: dict[int, Item]
    pending: list[Pending]
    people: list[Person]
    typists: list[str]
    loaded: bool
    complete: bool
    later: bool = False


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """All that is drawn. `waiting` counts what was written and is not answered yet; `people` are all that are known;
    `role` is one's role on the server; `quiet_until`: nothing is to disturb one until then (ms UTC; -1: for good);
    `blocked` are those whose words one does not want to see."""

    state: State
    me: Person
    rooms: list[RoomState]
    people: dict[str, Person]
    waiting: int
    role: str = "guest"
    quiet_until: int | None = None
    blocked: frozenset[str] = frozenset()
    transfers: "list[Transfer]" = []
    open: OpenRoom | None = None


class Transfer(msgspec.Struct, frozen=True):
    """A file on its way: `up`, to be sent with the next message in `room` once it is `ready`; or down."""

    number: int
    room: str
    name: str
    up: bool
    done: int = 0
    size: int = 0
    ready: bool = False


class PictureCame(msgspec.Struct, frozen=True):
    """What shows a picture small: the content of an image file."""

    file: str
    content: bytes


class Failed(msgspec.Struct, frozen=True):
    """There is no connection: why, in a sentence, and which field of the connect page is at fault.

    `untrusted` is the address of a server whose key is not the one it should be."""

    message: str
    field: Literal["server", "name", "password", "link"] | None = None
    untrusted: str = ""


class Noticed(msgspec.Struct, frozen=True):
    """Something that the user should know."""

    text: str


class Called(msgspec.Struct, frozen=True):
    """Something was said that the user wants to be told of: `where` is the room's name."""

    room: str
    where: str
    author: str
    text: str


class Answered(msgspec.Struct, frozen=True):
    """What came of something typed in `room`."""

    room: str
    text: str
    answer: AnyAnswer


class CommandRefused(msgspec.Struct, frozen=True):
    """A typed command will not be done; its text is given back."""

    room: str
    text: str
    fault: str


class Over(msgspec.Struct, frozen=True):
    """The conversation has ended for good; `reason` is empty where the user ended it; `untrusted` is as above."""

    reason: str
    untrusted: str = ""


class WentBack(msgspec.Struct, frozen=True):
    """What one wanted to go back to is there: the number of the line."""

    room: str
    seq: int


class KeyShown(msgspec.Struct, frozen=True):
    """The fingerprint of the key that a server shows now, or why it cannot be told."""

    server: str
    fingerprint: str
    fault: str = ""


class Found(msgspec.Struct, frozen=True):
    """The servers announced on the local network: names and addresses."""

    servers: list[tuple[str, str]]


class RoomsListed(msgspec.Struct, frozen=True):
    """The rooms that one may see."""

    rooms: list[RoomState]


Told = (
    Scene
    | Failed
    | Noticed
    | Called
    | Answered
    | CommandRefused
    | Over
    | Found
    | RoomsListed
    | WentBack
    | KeyShown
    | PictureCame
)
"""Whatever is told."""
