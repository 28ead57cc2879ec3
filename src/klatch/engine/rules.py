"""Rules of rooms: what holds in them, what they are called, and their end."""

from typing import Final

from klatch.core.answers import Ack
from klatch.core.commands import DeleteRoom, RenameRoom, SetRoom
from klatch.core.events import RoomDeleted, RoomRenamed, RoomSet
from klatch.core.members import Account
from klatch.core.names import parse_room_name, room_key
from klatch.core.refusals import Refused
from klatch.core.rooms import KEEP_AS_SERVER, KEEP_NOTHING, LOBBY, Room, check_rules
from klatch.core.view import amend_rules
from klatch.engine import audit, rooms
from klatch.engine.recording import nothing_to_add, record
from klatch.storage.port import Reader, Transaction

_SETTABLE: Final = ("posting", "slow", "closed", "newcomers", "keep", "previews", "archived")


def set_room(transaction: Transaction, actor: Account, command: SetRoom) -> Ack:
    """Gives a room other rules."""
    place = rooms.find(transaction, actor, command.room)
    given = [name for name in _SETTABLE if getattr(command, name) is not None]
    if not given:
        raise Refused("missing_field", f"Say which rule is to change: {', '.join(_SETTABLE)}.", field="room")
    for name in given:
        rooms.authorize_in(transaction, "room_keep" if name == "keep" else name, actor, place)
    room = place.room
    rooms.check_named(room)
    wanted = RoomSet(**{name: getattr(command, name) for name in given})
    rules = check_rules(amend_rules(room.rules, wanted))
    kind = room.kind if command.closed is None else "closed" if command.closed else "open"
    if kind == "closed" and room.name == LOBBY:
        raise Refused("not_allowed", "Everyone is in the lobby; it cannot be closed.", field="closed")
    if (rules, kind) == (room.rules, room.kind):
        return nothing_to_add(transaction, command, room.id)
    changed = RoomSet(
        closed=None if kind == room.kind else kind == "closed",
        **{
            name: getattr(rules, name)
            for name in type(rules).__struct_fields__
            if getattr(rules, name) != getattr(room.rules, name)
        },
    )
    transaction.set_rules(room.id, rules)
    transaction.set_kind(room.id, kind)
    detail = " ".join(f"{name}={value}" for name in _SETTABLE if (value := getattr(changed, name)) is not None)
    audit.note(transaction, actor, "set_room", room=audit.named(room), detail=detail)
    return record(transaction, actor, room.id, changed, command)


def rename_room(transaction: Transaction, actor: Account, command: RenameRoom) -> Ack:
    """Gives a room another name."""
    place = rooms.find(transaction, actor, command.room)
    rooms.authorize_in(transaction, "rename_room", actor, place)
    _check_own(place.room)
    name = parse_room_name(command.name)
    if name == place.room.name:
        return nothing_to_add(transaction, command, place.room.id)
    key = room_key(name)
    holder = transaction.place_by_key(key, actor.id)
    if holder is not None and holder.room.id != place.room.id:
        raise Refused("room_exists", f"There is a room #{name} already, or one that looks like it.", field="name")
    transaction.set_room_name(place.room.id, name, key)
    audit.note(transaction, actor, "rename_room", room=audit.named(place.room), detail=f"#{name}")
    return record(transaction, actor, place.room.id, RoomRenamed(name=name), command)


def delete_room(transaction: Transaction, actor: Account, command: DeleteRoom) -> Ack:
    """Ends a room: nobody finds it any more. Its members are told, and its words go, in small portions."""
    place = rooms.find(transaction, actor, command.room)
    rooms.authorize_in(transaction, "delete_room", actor, place)
    _check_own(place.room)
    audit.note(transaction, actor, "delete_room", room=audit.named(place.room))
    ack = record(transaction, actor, place.room.id, RoomDeleted(), command)
    transaction.end_room(place.room.id)
    transaction.add_removal(place.room.id, 0, ack.seq)
    return ack


def keeps_nothing(reader: Reader, room: Room) -> bool:
    """Whether what is said in a room is told and not kept."""
    days = room.rules.keep
    return (reader.state().keep if days == KEEP_AS_SERVER else days) == KEEP_NOTHING


def _check_own(room: Room) -> None:
    """Refuses what no direct room and no lobby can have."""
    rooms.check_named(room)
    if room.name == LOBBY:
        raise Refused("not_allowed", "The lobby is everyone's: it keeps its name, and stays.", field="room")
