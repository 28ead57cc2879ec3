"""Frozen pictures of a seat at a server, for the window to draw."""

import time
from collections.abc import Sequence

import msgspec

from klatch.clients.desktop.scene import OpenRoom, Scene, Transfer
from klatch.clients.seat.room import Room
from klatch.clients.seat.seat import Seat
from klatch.core.answers import Person


def picture(seat: Seat, people: dict[str, Person], looked_at: Room | None, transfers: Sequence[Transfer]) -> Scene:
    """All that is drawn, as it is now. `people` are those of the seat, in a copy that several pictures may share."""
    return Scene(
        state=seat.state,
        me=_as_known(seat.me, seat.people),
        rooms=[room.state for room in seat.rooms.values()],
        people=people,
        waiting=sum(pending.fault is None for room in seat.rooms.values() for pending in room.pending.values()),
        role=seat.client.welcome.role,
        quiet_until=seat.quiet_until if seat.is_quiet(int(time.time() * 1000)) else None,
        blocked=frozenset(seat.blocked),
        transfers=list(transfers),
        open=_picture(looked_at, seat) if looked_at is not None else None,
    )


def _as_known(me: Person, people: dict[str, Person]) -> Person:
    """Who one is; how one is shown to others they are told first."""
    known = people.get(me.id)
    return me if known is None else msgspec.structs.replace(me, display_name=known.display_name, status=known.status)


def _picture(room: Room, seat: Seat) -> OpenRoom:
    return OpenRoom(
        state=room.state,
        topic=room.view.topic,
        head=room.head,
        order=list(room.order),
        items=dict(room.items),
        pending=[msgspec.structs.replace(pending) for pending in room.pending.values()],
        people=list(room.people),
        typists=room.typists(seat._clock(), seat.me),
        loaded=room.loaded,
        complete=room.complete,
        later=not room.ended,
    )
