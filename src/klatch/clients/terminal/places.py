"""Where one may go: one's rooms, people to write to, and rooms to join."""

from collections.abc import Sequence

from klatch.clients.seat.room import Room
from klatch.clients.seat.seat import Seat
from klatch.clients.terminal.words import draw_line


def find(seat: Seat, rooms: Sequence[Room], typed: str) -> list[tuple[str, str]]:
    """Places that fit what was typed, each as a key and a label: `room ID`, `person NAME` or `join NAME`."""
    direct = {room.name for room in rooms}
    people = sorted(person.name for person in seat.people.values() if person.id != seat.me.id)
    known = [(f"room {room.id}", draw_line(room.name)) for room in rooms]
    known += [(f"person {name}", draw_line(f"@{name}")) for name in people if f"@{name}" not in direct]
    wanted = typed.casefold().strip()
    found = [place for place in known if wanted in place[1].casefold()]
    room = typed.strip().lstrip("#")
    if room and f"#{room}".casefold() not in (label.casefold() for _, label in found):
        found.append((f"join {room}", f"Join #{draw_line(room)}"))
    return found
