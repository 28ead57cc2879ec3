"""Restraints: bans and mutes, laid and lifted in a room or on the server, and held up at every door."""

from typing import Final

import msgspec

from klatch.core import restraints as rules
from klatch.core.answers import Ack, Bans, Held
from klatch.core.commands import Ban, Command, ListBans, Mute, Unban, Unmute
from klatch.core.durations import check_seconds, spell_duration
from klatch.core.events import Author, Banned, Kicked, Muted, RoomName, Unbanned, Unmuted
from klatch.core.members import RANK, Account, outranks
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.core.restraints import FOREVER, Restraint, Whom
from klatch.core.texts import parse_reason
from klatch.engine import audit, rooms
from klatch.engine.recording import nothing_to_add, record, sign
from klatch.storage.port import Place, Reader, Transaction

_REMOVED_MOST: Final = 1_000  # by one pattern at once


class _Scope(msgspec.Struct, frozen=True):
    """Where a restraint holds: the id of the room or of the server's own account, the actor's role there, and the
    actor's place, if it is a room."""

    id: str
    role: str
    place: Place | None

    @property
    def named(self) -> RoomName | None:
        return audit.named(self.place.room) if self.place is not None else None


def ban(transaction: Transaction, actor: Account, command: Ban) -> Ack:
    """Keeps somebody out of a room or of the server; who is in goes."""
    scope = _scope(transaction, actor, "ban", command.room)
    until, reason = _until(transaction, command.seconds), parse_reason(command.reason)
    whom = rules.read_whom(command.who)
    if whom.kind == "network" and scope.place is not None:
        raise Refused("not_allowed", "An address is banned from the server, not from a room.", field="who")
    person = _person(transaction, actor, scope, whom)
    laid = _lay(transaction, actor, scope, "ban", whom, person, reason, until)
    told = Banned(
        person=_author(person),
        pattern="" if person is not None else whom.text,
        reason=reason,
        until=_told(until),
    )
    detail = _detail(laid)
    if scope.place is None:
        if person is not None:
            transaction.append(person.id, sign(actor), told)
        return audit.audit(transaction, actor, "ban", command, person=_author(person), detail=detail)
    covered = _covered(transaction, scope.place, laid) if person is None else []
    room = scope.place.room
    ack = record(transaction, actor, room.id, told, command)
    if person is not None:
        transaction.uninvite(room.id, person.id)
        if (theirs := transaction.place(room.id, person.id)) is not None and theirs.role is not None:
            rooms.end_membership(transaction, person, theirs)
    for each in covered:
        transaction.append(room.id, sign(actor), Kicked(person=sign(each), reason=reason))
        transaction.remove_member(room.id, each.id)
        rooms.tell_departed(transaction, each, room)
    audit.note(transaction, actor, "ban", person=_author(person), room=audit.named(room), detail=detail)
    return ack


def unban(transaction: Transaction, actor: Account, command: Unban) -> Ack:
    """Lifts a ban."""
    scope = _scope(transaction, actor, "unban", command.room)
    laid = _laid(transaction, scope, "ban", rules.read_whom(command.who))
    if laid is None:
        return nothing_to_add(transaction, command, scope.id)
    _check_may_lift(transaction, actor, scope, laid)
    transaction.lift(scope.id, laid)
    person = transaction.account(laid.target) if laid.kind == "account" else None
    if scope.place is None:
        return audit.audit(transaction, actor, "unban", command, person=_author(person), detail=_detail(laid))
    lifted = Unbanned(person=sign(person)) if person is not None else Unbanned(pattern=laid.target)
    audit.note(transaction, actor, "unban", person=_author(person), room=scope.named, detail=_detail(laid))
    return record(transaction, actor, scope.id, lifted, command)


def mute(transaction: Transaction, actor: Account, command: Mute) -> Ack:
    """Has somebody read and not write."""
    scope = _scope(transaction, actor, "mute", command.room)
    until, reason = _until(transaction, command.seconds), parse_reason(command.reason)
    person = rooms.find_user(transaction, command.user)
    _check_below(transaction, actor, scope, person)
    laid = _lay(transaction, actor, scope, "mute", Whom("account", person.name), person, reason, until)
    muted = Muted(person=sign(person), reason=reason, until=_told(until))
    return _tell_mute(transaction, actor, scope, "mute", person, muted, laid, command)


def unmute(transaction: Transaction, actor: Account, command: Unmute) -> Ack:
    """Lets somebody write again."""
    scope = _scope(transaction, actor, "unmute", command.room)
    person = rooms.find_user(transaction, command.user)
    laid = _laid(transaction, scope, "mute", Whom("account", person.name))
    if laid is None:
        return nothing_to_add(transaction, command, scope.id)
    _check_may_lift(transaction, actor, scope, laid)
    transaction.lift(scope.id, laid)
    return _tell_mute(transaction, actor, scope, "unmute", person, Unmuted(person=sign(person)), laid, command)


def held(reader: Reader, viewer: Account, query: ListBans) -> Bans:
    """The bans and mutes of a room or of the server, for those who may lay them."""
    scope = _scope(reader, viewer, "bans", query.room)
    bans = []
    for each in reader.restraints(scope.id):
        by = reader.account(each.by)
        until = None if each.until >= FOREVER else each.until
        bans.append(
            Held(
                act=each.act,
                who=_name(reader, each),
                by=by.name if by else "",
                since=each.since,
                reason=each.reason,
                until=until,
            )
        )
    return Bans(bans=bans, room=scope.id if scope.place is not None else None, ref=query.ref)


def check_entrance(reader: Reader, account: Account | None, name: str, address: str | None, now: int) -> None:
    """Refuses one whom the server bans: an account that is there, or one to be of that name."""
    laid = rules.banned_by(of_server(reader), now, account, name, address)
    if laid is not None:
        raise refusal(laid, now)


def is_banned(reader: Reader, account: Account, now: int) -> bool:
    """Whether the server bans an account, wherever it comes from."""
    return rules.banned_by(of_server(reader), now, account, account.name, None) is not None


def check_present(transaction: Transaction, account: Account) -> None:
    """Refuses one whose account, or name, the server has banned since they came in."""
    check_entrance(transaction, account, account.name, None, transaction.now)


def of_server(reader: Reader) -> list[Restraint]:
    """The bans and mutes of the server."""
    return reader.restraints(reader.system())


def refusal(laid: Restraint, now: int) -> Refused:
    """What one is told whom the server bans."""
    left = None if laid.until >= FOREVER else laid.until - now
    return Refused("banned", rules.spell_ban("this server", laid, now), retry_after=left)


def _scope(reader: Reader, actor: Account, act: str, room: str | None) -> _Scope:
    """Where it is to hold; refuses who may not."""
    if room is None:
        authorize("server_mute" if "mute" in act else "server_ban", server_role=actor.role, room_role=None)
        return _Scope(reader.system(), actor.role, None)
    place = rooms.find(reader, actor, room)
    rooms.authorize_in(reader, act, actor, place)
    rooms.check_named(place.room)
    return _Scope(place.room.id, rooms.role_of(actor, place) or "guest", place)


def _until(transaction: Transaction, seconds: int | None) -> int:
    return FOREVER if seconds is None else transaction.now + check_seconds(seconds) * 1_000


def _author(person: Account | None) -> Author | None:
    return None if person is None else sign(person)


def _told(until: int) -> int | None:
    return None if until >= FOREVER else until


def _person(transaction: Transaction, actor: Account, scope: _Scope, whom: Whom) -> Account | None:
    """Whom a ban of one account is about."""
    if whom.kind != "account":
        return None
    person = rooms.find_user(transaction, whom.text)
    _check_below(transaction, actor, scope, person)
    return person


def _check_below(reader: Reader, actor: Account, scope: _Scope, person: Account) -> None:
    """Refuses what concerns oneself, or somebody who is not below the actor there."""
    if person.id == actor.id:
        raise Refused("not_allowed", "That would concern yourself.", field="user")
    role = _role_there(reader, scope, person)
    if not outranks(scope.role, role):
        raise Refused("not_allowed", f"{person.name} has the role {role}, which is not below yours.", field="user")


def _role_there(reader: Reader, scope: _Scope, person: Account) -> str:
    """What somebody is where a restraint is to hold; who runs the server is that in an open room also from outside."""
    if scope.place is None:
        return person.role
    theirs = reader.place(scope.id, person.id)
    role = theirs.role if theirs is not None and theirs.role is not None else "guest"
    return rooms.role_of(person, msgspec.structs.replace(scope.place, role=role)) or role


def _lay(
    transaction: Transaction,
    actor: Account,
    scope: _Scope,
    act: str,
    whom: Whom,
    person: Account | None,
    reason: str,
    until: int,
) -> Restraint:
    target = person.id if person is not None else whom.text
    earlier = _found(transaction, scope, act, whom.kind, target)
    if earlier is not None:
        _check_may_lift(transaction, actor, scope, earlier)
    elif sum(each.act == act for each in transaction.restraints(scope.id)) >= rules.RESTRAINTS_MOST:
        raise Refused("too_many", f"There are {rules.RESTRAINTS_MOST:,} of these already. Lift one first.", field="who")
    laid = Restraint(act, whom.kind, target, whom.text, reason, until, actor.id, transaction.now)
    transaction.restrain(scope.id, laid)
    return laid


def _laid(reader: Reader, scope: _Scope, act: str, whom: Whom) -> Restraint | None:
    """What is to be lifted: by what it is laid on; an account may have another name by now, or have ended."""
    target = whom.text
    if whom.kind == "account":
        account = rooms.account_named(reader, whom.text)
        target = account.id if account is not None else ""
    found = _found(reader, scope, act, whom.kind, target)
    if found is None and whom.kind == "account":
        return next((each for each in reader.restraints(scope.id) if (each.act, each.name) == (act, whom.text)), None)
    return found


def _found(reader: Reader, scope: _Scope, act: str, kind: str, target: str) -> Restraint | None:
    wanted = (act, kind, target)
    return next((each for each in reader.restraints(scope.id) if (each.act, each.kind, each.target) == wanted), None)


def _check_may_lift(reader: Reader, actor: Account, scope: _Scope, laid: Restraint) -> None:
    """What was laid by somebody who stands above the actor is not the actor's to change."""
    by = reader.present(laid.by)
    if by is not None and by.id != actor.id and outranks(_role_there(reader, scope, by), scope.role):
        raise Refused("not_allowed", f"That was laid by {by.name}, who stands above you.", field="who")


def _covered(transaction: Transaction, place: Place, laid: Restraint) -> list[Account]:
    """The members whom a pattern removes: those below moderators."""
    covered = [
        member.account
        for member in transaction.members(place.room.id)
        if RANK[rooms.role_of(member.account, Place(place.room, member.role)) or "guest"] < RANK["moderator"]
        and rules.covers(laid, None, member.account.name, None)
    ]
    if len(covered) > _REMOVED_MOST:
        raise Refused(
            "too_many",
            f"This covers {len(covered):,} members, more than {_REMOVED_MOST:,}. Name a narrower pattern.",
            field="who",
        )
    return covered


def _tell_mute(
    transaction: Transaction,
    actor: Account,
    scope: _Scope,
    act: str,
    person: Account,
    told: Muted | Unmuted,
    laid: Restraint,
    command: Command,
) -> Ack:
    if scope.place is None:
        transaction.append(person.id, sign(actor), told)
        return audit.audit(transaction, actor, act, command, person=sign(person), detail=_detail(laid))
    audit.note(transaction, actor, act, person=sign(person), room=scope.named, detail=_detail(laid))
    return record(transaction, actor, scope.id, told, command)


def _detail(laid: Restraint) -> str:
    """What the audit log tells beside the person."""
    length = "" if laid.until >= FOREVER else f"for {spell_duration(laid.until - laid.since)}"
    target = "" if laid.kind == "account" else laid.target
    return " ".join(part for part in (target, length, laid.reason) if part)


def _name(reader: Reader, laid: Restraint) -> str:
    account = reader.account(laid.target) if laid.kind == "account" else None
    return account.name if account is not None else laid.name
