"""Rooms: found, made, joined, left, described."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import UNSET

from klatch.core import rooms as rules
from klatch.core.answers import Ack, RoomState
from klatch.core.commands import Command, CreateRoom, Grant, Invite, JoinRoom, Kick, LeaveRoom, SetTopic
from klatch.core.events import (
    AnyBody,
    Created,
    Departed,
    Entered,
    Entry,
    GotInvitation,
    Granted,
    Invited,
    Joined,
    Kicked,
    Left,
    RoomName,
    TopicSet,
)
from klatch.core.members import RANK, ROLES, Account, outranks
from klatch.core.names import caseless, parse_room_name, parse_username, room_key, username_key
from klatch.core.permissions import FREE, PERMISSIONS, Standing, authorize, role_in_room
from klatch.core.reading import UNREAD_MOST
from klatch.core.refusals import Refused
from klatch.core.restraints import Restraint, banned_by, spell_ban, spell_end
from klatch.core.rooms import ById, ByName, Direct
from klatch.core.texts import parse_reason, parse_topic
from klatch.engine import audit
from klatch.engine.recording import nothing_to_add, record, sign
from klatch.storage.port import NewRoom, Place, Reader, Transaction

_TWO: Final = 2
_COUNTED_BACK: Final = 1_000  # how far back unread messages are counted, in entries of the room


def find(reader: Reader, viewer: Account, text: str) -> Place:
    """The room that `text` means to this account. One that is closed to it does not exist."""
    place: Place | None = None
    match rules.read_room(text):
        case ById(room):
            place = reader.place(room, viewer.id)
        case ByName(name, key):
            place = reader.place_by_key(key, viewer.id)
            if place is not None and caseless(place.room.name or "") != caseless(name):
                place = None  # it only looks alike
        case Direct(names):
            people = _people(reader, viewer, names)
            place = reader.place_by_direct(rules.direct_key([person.id for person in people]), viewer.id)
    if place is None or not _may_see(reader, viewer, place):
        raise _unknown(text)
    return place


def find_or_begin(transaction: Transaction, viewer: Account, text: str, reply_to: int | None = None) -> Place:
    """As `find`, but a direct room that is not there yet is begun, unless by an answer: there is nothing to answer."""
    meant = rules.read_room(text)
    if not isinstance(meant, Direct):
        return find(transaction, viewer, text)
    people = _people(transaction, viewer, meant.names)
    key = rules.direct_key([person.id for person in people])
    place = transaction.place_by_direct(key, viewer.id)
    if place is not None:
        return place
    if reply_to is not None:
        raise Refused("no_such_message", f"There is no message {reply_to}: nothing was said there yet.", field="seq")
    authorize("send", server_role=viewer.role, room_role="member", standing=standing_of(transaction, viewer, None))
    _check_reachable(transaction, viewer, [person.id for person in people])
    return _begin_direct(transaction, viewer, people, key)


def authorize_in(reader: Reader, act: str, actor: Account, place: Place) -> None:
    """The one check of who may do what in a room."""
    standing = standing_of(reader, actor, place.room) if PERMISSIONS[act].writes else FREE
    authorize(act, server_role=actor.role, room_role=role_of(actor, place), standing=standing)


def standing_of(reader: Reader, actor: Account, room: rules.Room | None) -> Standing:
    """What holds for somebody just now, in a room or on the server."""
    server = reader.system()
    scopes = [server] if room is None else [server, room.id]
    muted = [until for scope in scopes if (until := muted_in(reader, scope, actor.id)) is not None]
    held = room.rules if room is not None else rules.COMMON
    return Standing(
        now=reader.now,
        paused=reader.state().paused is not None,
        muted=max(muted, default=None),
        archived=held.archived,
        posting=held.posting,
    )


def muted_in(reader: Reader, scope: str, account: str) -> int | None:
    """Until when somebody is muted in a room, or on the server (by the id of its own account); None: they are not."""
    laid = [each for each in reader.restraints(scope) if each.act == "mute" and each.target == account]
    return max((each.until for each in laid if each.holds(reader.now)), default=None)


def standing_for(reader: Reader, account: str) -> dict[str, Any]:
    """What an account is told of itself: the fields of answers.Standing."""
    invited = reader.invited_places(account)
    return {
        "quiet_until": reader.quiet(account),
        "muted": spell_end(muted_in(reader, reader.system(), account)),
        "guests_write": reader.guests_write(account),
        "shares_reading": reader.shares_reading(account),
        "blocked": reader.blocked(account),
        "invitations": [name_for(reader, place.room, account) for place in invited],
    }


def role_of(account: Account, place: Place) -> str | None:
    """What somebody is in a room that they have this place in."""
    return role_in_room(server_role=account.role, room_role=place.role, kind=place.room.kind)


def check_named(room: rules.Room) -> None:
    """Refuses what is for rooms with a name only."""
    if room.kind == "direct":
        raise Refused(
            "not_allowed",
            "A direct conversation has no such rules. /block keeps somebody from writing to you.",
            field="room",
        )


def check_direct(reader: Reader, actor: Account, room: rules.Room) -> None:
    """Refuses words for one who does not want to hear from the actor, where there are only these two."""
    if room.kind == "direct" and len(room.people) == _TWO:
        _check_reachable(reader, actor, room.people)


def find_user(reader: Reader, name: str) -> Account:
    """Whoever has this username now."""
    name = parse_username(name.removeprefix("@"))
    account = account_named(reader, name)
    if account is None:
        raise Refused("no_such_user", f"There is nobody by the name {name}.", field="user")
    return account


def account_named(reader: Reader, name: str) -> Account | None:
    """Whoever has this username now, not one that only looks like it."""
    account = reader.account_by_key(username_key(name))
    return account if account is not None and caseless(account.name) == caseless(name) else None


def name_for(reader: Reader, room: rules.Room, viewer: str) -> RoomName:
    """A room as one account knows it."""
    if room.name is not None:
        return RoomName(room.id, f"#{room.name}", room.kind)
    others = [person for person in room.people if person != viewer] or [viewer]
    accounts = [reader.account(person) for person in others]
    return RoomName(room.id, rules.spell_direct([account.name for account in accounts if account]), room.kind)


def describe(reader: Reader, place: Place, viewer: str) -> RoomState:
    """A room as one account sees it, with what it has not read."""
    room, read = place.room, max(place.read, place.horizon - 1)
    head = reader.head(room.id)
    name = name_for(reader, room, viewer)
    behind = place.role is not None and read < head
    return RoomState(
        id=room.id,
        name=name.name,
        kind=room.kind,
        topic=room.topic,
        head=head,
        role=place.role,
        horizon=place.horizon,
        read=read,
        unread=reader.unread(room.id, viewer, max(read, head - _COUNTED_BACK), UNREAD_MOST) if behind else 0,
        mentions=reader.mentioned(room.id, viewer, read, UNREAD_MOST) if behind else 0,
        star=place.preferences.star,
        place=place.preferences.place,
        notify=place.preferences.notify,
        muted=spell_end(muted_in(reader, room.id, viewer)) if place.role is not None else None,
        rules=room.rules if room.rules != rules.COMMON else UNSET,
    )


def create(transaction: Transaction, actor: Account, command: CreateRoom) -> Ack:
    """Makes a room with its creator as owner."""
    authorize("create", server_role=actor.role, room_role=None, standing=standing_of(transaction, actor, None))
    name, topic = parse_room_name(command.name), parse_topic(command.topic)
    key = room_key(name)
    if transaction.place_by_key(key, actor.id) is not None:
        raise Refused("room_exists", f"There is a room #{name} already, or one that looks like it.", field="name")
    _check_room_for_one_more(transaction, actor)
    kind = "closed" if command.closed else "open"
    room = transaction.add_room(NewRoom(kind, name, key, None, topic))
    created = record(transaction, actor, room, Created(room_kind=kind, name=name, topic=topic), command)
    _enter(transaction, actor, RoomName(room, f"#{name}", kind), "owner")
    return created


def join(transaction: Transaction, actor: Account, command: JoinRoom) -> Ack:
    """Makes the actor a member."""
    place = find(transaction, actor, command.room)
    if place.role is not None:
        return nothing_to_add(transaction, command, place.room.id)
    authorize_in(transaction, "join", actor, place)
    check_may_enter(transaction, actor, place.room)
    _check_room_for_one_more(transaction, actor)
    if transaction.members_count(place.room.id) >= rules.MEMBERS_MOST:
        raise Refused("too_many", f"The room is full: it has {rules.MEMBERS_MOST:,} members.", field="room")
    transaction.uninvite(place.room.id, actor.id)
    role = "member" if outranks(actor.role, "guest") else "guest"
    name = name_for(transaction, place.room, actor.id)
    entry = _enter(transaction, actor, name, role, command, horizon_for_newcomer(transaction, place.room))
    return Ack(cid=command.cid, room=entry.room, seq=entry.seq, id=entry.id, ts=entry.ts)


def enter_by_link(
    transaction: Transaction, actor: Account, room: str, role: str, command: Command | None = None
) -> Entry:
    """Makes the actor, who is no member, one of a room that a link leads into."""
    place = transaction.place(room, actor.id)
    if place is None or place.role is not None:
        raise LookupError(f"{actor.id} cannot enter {room}")
    check_may_enter(transaction, actor, place.room)
    _check_room_for_one_more(transaction, actor)
    transaction.uninvite(room, actor.id)
    name, horizon = name_for(transaction, place.room, actor.id), horizon_for_newcomer(transaction, place.room)
    return _enter(transaction, actor, name, role, command, horizon)


def leave(transaction: Transaction, actor: Account, command: LeaveRoom) -> Ack:
    """Ends the actor's membership."""
    place = find(transaction, actor, command.room)
    if place.room.kind == "direct":
        raise Refused("not_allowed", "A direct conversation cannot be left; it is quiet until somebody writes.")
    authorize_in(transaction, "leave", actor, place)
    ack = record(transaction, actor, place.room.id, Left(), command)
    end_membership(transaction, actor, place)
    return ack


def set_topic(transaction: Transaction, actor: Account, command: SetTopic) -> Ack:
    """Says what the room is about."""
    place = find(transaction, actor, command.room)
    authorize_in(transaction, "topic", actor, place)
    topic = parse_topic(command.topic)
    transaction.set_topic(place.room.id, topic)
    return record(transaction, actor, place.room.id, TopicSet(topic=topic), command)


def invite(transaction: Transaction, actor: Account, command: Invite) -> Ack:
    """Lets somebody in and tells them."""
    place, person, theirs = _with_person(transaction, "invite", actor, command.room, command.user)
    if place.room.kind == "direct":
        raise Refused("not_allowed", "Nobody can be added to a direct conversation. Begin one with all of them.")
    if theirs.role is not None or transaction.invited(place.room.id, person.id):
        return nothing_to_add(transaction, command, place.room.id)
    if _bans(transaction, person, place.room):
        raise Refused("not_allowed", f"{person.name} is banned from this room; lift the ban first.", field="user")
    _check_reachable(transaction, actor, [person.id])
    transaction.invite(place.room.id, person.id)
    name = name_for(transaction, place.room, person.id)
    transaction.append(person.id, sign(actor), GotInvitation(room=name))
    return record(transaction, actor, place.room.id, Invited(person=sign(person)), command)


def kick(transaction: Transaction, actor: Account, command: Kick) -> Ack:
    """Ends the membership of somebody whom the actor outranks, or takes an invitation back."""
    place, person, theirs = _with_person(transaction, "kick", actor, command.room, command.user)
    kicked = Kicked(person=sign(person), reason=parse_reason(command.reason))
    if theirs.role is None and transaction.invited(place.room.id, person.id):
        transaction.uninvite(place.room.id, person.id)
        audit.note(transaction, actor, "kick", person=sign(person), room=audit.named(place.room), detail=kicked.reason)
        return record(transaction, actor, place.room.id, kicked, command)
    _check_outranks(actor, place, theirs, person)
    audit.note(transaction, actor, "kick", person=sign(person), room=audit.named(place.room), detail=kicked.reason)
    ack = record(transaction, actor, place.room.id, kicked, command)
    end_membership(transaction, person, theirs)
    return ack


def grant(transaction: Transaction, actor: Account, command: Grant) -> Ack:
    """Gives a member another role, at most the actor's own."""
    place, person, theirs = _with_person(transaction, "role", actor, command.room, command.user)
    if command.role not in RANK:
        raise Refused("type", f"The role must be one of {', '.join(ROLES)}.", field="role")
    _check_outranks(actor, place, theirs, person)
    mine = role_of(actor, place)
    if mine is None or outranks(command.role, mine):
        raise Refused("not_allowed", f"You cannot give a role above your own, {mine}.", field="role")
    transaction.set_role(place.room.id, person.id, command.role)
    audit.note(transaction, actor, "role", person=sign(person), room=audit.named(place.room), detail=command.role)
    return record(transaction, actor, place.room.id, Granted(person=sign(person), role=command.role), command)


def _unknown(text: str) -> Refused:
    shown = text if text.startswith(("#", "@")) else "with that id"
    if text.startswith("@"):
        return Refused(
            "no_such_room", f"There is no conversation with {text} yet. Send a message to begin one.", field="room"
        )
    return Refused(
        "no_such_room", f"There is no room {shown}, or it is closed to you. /create makes a room.", field="room"
    )


def _may_see(reader: Reader, viewer: Account, place: Place) -> bool:
    if place.room.gone:
        return False
    if place.role is not None or place.room.kind == "open":
        return True
    return place.room.kind == "closed" and reader.invited(place.room.id, viewer.id)


def _people(reader: Reader, viewer: Account, names: tuple[str, ...]) -> list[Account]:
    """The viewer and those named, each once."""
    people = {viewer.id: viewer}
    for name in names:
        account = account_named(reader, name)
        if account is None:
            raise Refused("no_such_user", f"There is nobody by the name {name}.", field="room")
        people[account.id] = account
    return list(people.values())


def _begin_direct(transaction: Transaction, viewer: Account, people: list[Account], key: str) -> Place:
    room = transaction.add_room(NewRoom("direct", direct_key=key))
    begun = rules.Room(room, "direct", None, "", tuple(key.split(",")))
    for person in people:
        transaction.add_member(room, person.id, "member")
        name = name_for(transaction, begun, person.id)
        transaction.append(person.id, sign(viewer), Entered(room=name))
    transaction.append(room, sign(viewer), Created(room_kind="direct", members=[sign(person) for person in people]))
    return Place(begun, "member")


def _enter(
    transaction: Transaction,
    actor: Account,
    room: RoomName,
    role: str,
    command: Command | None = None,
    horizon: int = 1,
) -> Entry:
    transaction.add_member(room.id, actor.id, role, horizon)
    transaction.append(actor.id, sign(actor), Entered(room=room))
    return _sign_and_append(transaction, actor, room.id, Joined(role=role), command)


def _sign_and_append(
    transaction: Transaction, actor: Account, room: str, body: AnyBody, command: Command | None
) -> Entry:
    if command is None:
        return transaction.append(room, sign(actor), body)
    record(transaction, actor, room, body, command)
    return transaction.recorded[-1]


def horizon_for_newcomer(reader: Reader, room: rules.Room) -> int:
    """The first entry that somebody may read who joins now."""
    return reader.head(room.id) + 1 if room.rules.newcomers == "joining" else 1


def end_membership(transaction: Transaction, person: Account, theirs: Place) -> None:
    """Somebody is in a room no more, from which they had this place; if they owned it, another does."""
    transaction.remove_member(theirs.room.id, person.id)
    tell_departed(transaction, person, theirs.room)
    if theirs.role == "owner":
        pass_on(transaction, person, theirs.room)


def tell_departed(transaction: Transaction, person: Account, room: rules.Room) -> None:
    """Tells somebody that they are in a room no more."""
    transaction.append(person.id, sign(person), Departed(room=name_for(transaction, room, person.id)))


def pass_on(transaction: Transaction, owner: Account, room: rules.Room) -> None:
    """An owner left a room: if nobody else owns it, the one with the highest role does, who is there longest."""
    heir = transaction.heir(room.id)
    if heir is None or heir.role == "owner" or room.kind == "direct":
        return
    transaction.set_role(room.id, heir.account.id, "owner")
    transaction.append(room.id, sign(owner), Granted(person=sign(heir.account), role="owner"))


def check_may_enter(transaction: Transaction, actor: Account, room: rules.Room) -> None:
    """Refuses a room that is gone, or that keeps the actor out."""
    if room.gone:
        raise Refused("no_such_room", "That room was deleted.", field="room")
    laid = _bans(transaction, actor, room)
    if laid is not None:
        raise Refused("banned_here", spell_ban("this room", laid, transaction.now), field="room")


def _bans(transaction: Transaction, person: Account, room: rules.Room) -> Restraint | None:
    """What keeps somebody out of a room, unless they run the server and it is open."""
    if role_in_room(server_role=person.role, room_role="guest", kind=room.kind) != "guest":
        return None
    return banned_by(transaction.restraints(room.id), transaction.now, person, person.name, None)


def _check_reachable(reader: Reader, actor: Account, people: Iterable[str]) -> None:
    """Refuses words for those who block the actor, or take none from guests; and for those whom the actor blocks."""
    for person in people:
        if person == actor.id:
            continue
        if reader.blocks(actor.id, person):
            raise Refused("not_allowed", "You have blocked them; /unblock lets you write to each other.", field="room")
        if reader.blocks(person, actor.id):
            raise Refused("not_allowed", "They cannot be reached by you.", field="room")
        if actor.role == "guest" and not reader.guests_write(person):
            raise Refused("not_allowed", "They take no direct messages from guests.", field="room")


def _with_person(reader: Reader, act: str, actor: Account, room: str, user: str) -> tuple[Place, Account, Place]:
    """The actor's place in a room, another person, and that person's place there. Who may not act learns of nobody."""
    place = find(reader, actor, room)
    authorize_in(reader, act, actor, place)
    person = find_user(reader, user)
    theirs = reader.place(place.room.id, person.id)
    if theirs is None:
        raise LookupError(f"room {place.room.id} vanished")
    return place, person, theirs


def _check_outranks(actor: Account, place: Place, theirs: Place, person: Account) -> None:
    mine, role = role_of(actor, place), role_of(person, theirs)
    if role is None:
        raise Refused("no_such_user", f"{person.name} is not in this room.", field="user")
    if mine is None or not outranks(mine, role):
        raise Refused("not_allowed", f"{person.name} has the role {role}, which is not below yours.", field="user")


def _check_room_for_one_more(reader: Reader, actor: Account) -> None:
    if reader.places_count(actor.id) >= rules.ROOMS_MOST:
        raise Refused("too_many", f"You are in {rules.ROOMS_MOST:,} rooms, the most there may be. Leave one first.")
