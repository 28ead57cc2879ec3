"""What stands at the sides: the rows of the room list and of the member list."""

from klatch.clients.desktop.rowlist import Row
from klatch.clients.desktop.scene import OpenRoom, Scene
from klatch.core.answers import Person, RoomState
from klatch.core.texts import make_inert

_MANY = 100
_STATES = (("online", "Online"), ("away", "Away"), ("offline", "Offline"))


def room_rows(scene: Scene) -> list[Row]:
    """Rooms, then people one talks to alone. Those with something new are strong, and count it."""
    states = {person.name: person for person in scene.people.values()}
    rows = []
    for heading, found in (
        ("Starred", [room for room in scene.rooms if room.star]),
        ("Rooms", [room for room in scene.rooms if room.kind != "direct" and not room.star]),
        ("Private", [room for room in scene.rooms if room.kind == "direct" and not room.star]),
    ):
        if found:
            rows.append(Row(key="", text=heading))
            rows += [_room_row(room, states.get(room.name.removeprefix("@"))) for room in sorted(found, key=_by_place)]
    return rows


def member_rows(scene: Scene, room: OpenRoom) -> list[Row]:
    """The members of a room by presence, with their role and status."""
    members = [_as_now(person, scene.people.get(person.id)) for person in room.people]
    rows = []
    for state, heading in _STATES:
        found = sorted((person for person in members if person.state == state), key=lambda each: each.name.casefold())
        if found:
            rows.append(Row(key="", text=f"{heading} {len(found)}"))
            rows += [_member_row(person, scene.me.id) for person in found]
    return rows


def count_title(scene: Scene) -> str:
    """What is unread and concerns one, as the window's title has it: `(3) ` or nothing."""
    told = [room for room in scene.rooms if room.notify != "none"]
    count = sum(room.unread if room.kind == "direct" or room.notify == "all" else room.mentions for room in told)
    return f"({count}) " if count else ""


def _by_place(room: RoomState) -> tuple[float, bool, str]:
    """As one arranged them; then the lobby, then by name."""
    place = float("inf") if room.place is None else room.place
    return place, room.name != "#lobby", room.name.casefold()


def _room_row(room: RoomState, person: Person | None) -> Row:
    direct = room.kind == "direct"
    unread = "" if not room.unread else "99+" if room.unread >= _MANY else str(room.unread)
    name = make_inert(room.name)
    muted = room.notify == "none"
    notes = ["closed"] * (room.kind == "closed") + ["silent"] * muted
    return Row(
        key=room.id,
        text=name.removeprefix("@") if direct else name,
        dot=(person.state if person else "offline") if direct and "," not in room.name else None,
        count=unread,
        loud=not muted and (bool(room.mentions) or ((direct or room.notify == "all") and bool(room.unread))),
        strong=bool(room.unread) and not muted,
        soft=muted,
        note=" · ".join(notes),
    )


def _as_now(person: Person, known: Person | None) -> Person:
    """The listed person with the presence told last; the role is known from the list only."""
    if known is None:
        return person
    return Person(
        id=known.id,
        name=known.name,
        display_name=known.display_name,
        state=known.state,
        status=known.status,
        since=known.since,
        active=known.active,
        role=person.role,
    )


def _member_row(person: Person, me: str) -> Row:
    notes = [person.role or ""] if person.role in ("owner", "admin", "moderator") else []
    if person.id == me:
        notes.insert(0, "you")
    if person.display_name != person.name:
        notes.append(f"@{person.name}")
    if person.status:
        notes.append(make_inert(person.status))
    return Row(
        key=person.id,
        text=make_inert(person.display_name),
        note=" · ".join(notes),
        dot=person.state,
        soft=person.state == "offline",
    )
