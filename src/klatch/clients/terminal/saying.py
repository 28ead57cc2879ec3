"""What the bars say: about the room, about who types, and about the connection."""

from collections.abc import Iterable, Sequence

from klatch.clients.seat.room import NOWHERE, Pending, Room
from klatch.clients.seat.seat import Seat
from klatch.clients.terminal.words import Piece, draw_line
from klatch.core.events import Message
from klatch.core.view import Item

Said = list[Piece]


def say_room(room: Room, seat: Seat) -> tuple[Said, Said]:
    """Its name and topic, and how many are here."""
    if room is NOWHERE:
        return [Piece("  You are in no room. Ctrl+K finds one.", "soft")], []
    here = sum(1 for person in room.people if seat.people.get(person.id, person).state != "offline")
    topic = draw_line(room.view.topic or room.state.topic)
    head = [Piece("  "), Piece(draw_line(room.name), "strong"), Piece(f"  {topic}", "soft")]
    return head, [Piece(f"{here} here ", "soft")] if room.people else []


def say_hint(room: Room, seat: Seat, mode: tuple[str, int] | None, now: float, chosen: Item | Pending | None) -> Said:
    """What one is about to do, which keys there are for it, or who types."""
    if mode is not None:
        return [Piece("  "), Piece(_say_mode(room, mode), "accent"), Piece("  Esc stops", "soft")]
    if chosen is not None:
        return [Piece(f"  {'  '.join(_keys_for(chosen, seat))}  Esc back", "soft")]
    typists = [draw_line(name) for name in room.typists(now, seat.me)]
    if not typists:
        return []
    who = _listed(typists) if len(typists) <= 3 else f"{len(typists)} people"
    return [Piece(f"  {who} {'is' if len(typists) == 1 else 'are'} typing …", "soft italic")]


def _keys_for(chosen: Item | Pending, seat: Seat) -> list[str]:
    """The keys that mean something for a message. The ones that few have come first: a narrow screen shows no more."""
    if isinstance(chosen, Pending):
        return ["r try again", "d delete"] if chosen.fault else []
    if not isinstance(chosen.body, Message):
        return []
    body = chosen.body
    keys = ["q quoted"] if body.reply_to is not None else []
    keys += ["v view"] if any(file.preview and file.type.startswith("image/") for file in body.files) else []
    keys += ["s save"] if body.files else []
    mine = chosen.author.id == seat.me.id
    return [
        *keys,
        "r reply",
        *(["e edit"] if mine else []),
        "a react",
        "c copy",
        "d delete",
        *([] if mine else ["p person"]),
    ]


def say_work(work: str) -> Said:
    """What is under way."""
    return [Piece(f"  {work}", "accent"), Piece("  Esc stops", "soft")] if work else []


def say_below(room: Room, below: int) -> Said:
    """How much there is further down."""
    if not room.ended:
        return [Piece("↓ End goes to the last message ", "soft")]
    return [Piece(f"↓ {below} further down ", "accent" if room.state.unread else "soft")] if below > 0 else []


def say_state(seat: Seat, url: str, now: int) -> tuple[Said, Said]:
    """Who one is and where; or that one is offline, and what becomes of what one writes. `now` is in ms UTC."""
    keys = [Piece("F1 keys ", "soft")]
    state = seat.state
    if state.name == "online":
        who = f"{draw_line(seat.me.name)}{' (away)' if seat.me.state == 'away' else ''}"
        quiet = [Piece("  do not disturb", "warning")] if seat.is_quiet(now) else []
        return [Piece("  ● "), Piece(who, "strong"), *quiet, Piece(f"  {url.partition('://')[2]}", "soft")], keys
    if state.name == "closed":
        return [Piece(f"  ✗ The connection is over. {draw_line(state.reason)}", "bad")], keys
    waiting = count_waiting(seat)
    if waiting:
        return [Piece(f"  ○ Offline. {waiting} waiting, to be sent when you are back.", "warning")], keys
    return [Piece("  ○ Offline. What you write will be sent when you are back.", "warning")], keys


def say_title(room: Room, rooms: Iterable[Room]) -> str:
    """What the window is called: how much is for one personally, and where one is."""
    calls = sum(each.state.mentions for each in rooms if each.state.notify != "none")
    where = draw_line(room.name) or "Klatch"
    return f"({calls}) {where}" if calls else where


def count_waiting(seat: Seat) -> int:
    """How many things wait to be sent."""
    return sum(1 for room in seat.rooms.values() for pending in room.pending.values() if pending.fault is None)


def _say_mode(room: Room, mode: tuple[str, int]) -> str:
    act, seq = mode
    if act == "edit":
        return "Editing your message"
    item = room.items.get(seq)
    return f"Answering {draw_line(item.author.name) if item is not None else f'message {seq}'}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
