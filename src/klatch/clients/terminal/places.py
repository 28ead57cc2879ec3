"""Where one may go: one's rooms, people to write to, and rooms to join or to make."""

from collections.abc import Iterable, Sequence

from klatch.clients.seat.room import Room
from klatch.clients.seat.seat import Seat
from klatch.clients.terminal.choosing import Choice, rank
from klatch.clients.terminal.words import draw_line
from klatch.core.answers import RoomState
from klatch.core.names import parse_room_name
from klatch.core.refusals import Refused


def find_places(seat: Seat, rooms: Sequence[Room], others: Iterable[RoomState], typed: str) -> list[Choice]:
    """Places that fit what was typed. Their keys are `room ID`, `person NAME`, `join NAME` or `create NAME`.

    `rooms` are one's own, those that one was in last first; `others` may be joined.
    """
    wanted = typed.strip()
    urgent = sorted(rooms, key=lambda room: (room.state.mentions == 0, room.state.unread == 0))
    direct = {room.name for room in rooms}
    people = sorted(
        (person for person in seat.people.values() if person.id != seat.me.id and f"@{person.name}" not in direct),
        key=lambda person: (person.state == "offline", person.name.casefold()),
    )
    known = [(room.name, _own(room)) for room in urgent]
    known += [
        (f"@{who.name}", Choice(f"person {who.name}", draw_line(f"@{who.name}"), _about(who.state, who.status)))
        for who in people
    ]
    known += [(state.name, _other(state)) for state in others if state.id not in seat.rooms]
    ranked = [(rank(name, wanted), choice) for name, choice in known]
    found = [choice for place, choice in sorted(ranked, key=lambda pair: pair[0] or 0) if place is not None]
    taken = {name.casefold() for name, _ in known}
    new = wanted.removeprefix("#")
    if f"#{new}".casefold() not in taken and _can_be_made(new):
        found.append(Choice(f"create {new}", f"Make room #{draw_line(new)}"))
    return found


def find_rooms(states: Iterable[RoomState], typed: str) -> list[Choice]:
    """Rooms that fit what was typed: one's own, and those one may join."""
    ranked = [(rank(state.name, typed.strip()), state) for state in states]
    return [
        Choice(f"room {state.id}", draw_line(state.name), _about("joined", state.topic))
        if state.role is not None
        else _other(state)
        for place, state in sorted(ranked, key=lambda pair: (pair[0] or 0, pair[1].name.casefold()))
        if place is not None
    ]


def _own(room: Room) -> Choice:
    state = room.state
    unread = f"{state.unread} unread" if state.unread else ""
    about = f"{unread}, {state.mentions} for you" if state.mentions else unread
    topic = room.view.topic or state.topic
    return Choice(f"room {room.id}", draw_line(room.name), _about(about, topic), strong=state.unread > 0)


def _other(state: RoomState) -> Choice:
    how = "not joined" if state.kind == "open" else "invited"
    return Choice(f"join {state.name[1:]}", draw_line(state.name), _about(how, state.topic))


def _about(*facts: str) -> str:
    return " · ".join(draw_line(fact) for fact in facts if fact)


def _can_be_made(name: str) -> bool:
    try:
        parse_room_name(name)
    except Refused:
        return False
    return True
