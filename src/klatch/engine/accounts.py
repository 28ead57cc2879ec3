"""Accounts: let in, named, described, ended."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from klatch.core.answers import Ack, RoomState
from klatch.core.commands import Command, Rename, SetDisplayName, SetStatus
from klatch.core.credentials import EVERYTHING, ByName, Identity, Keys
from klatch.core.events import DisplayNamed, Granted, Left, Registered, Renamed, StatusSet
from klatch.core.members import Account
from klatch.core.names import parse_display_name, parse_username, room_key, username_key
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.core.restraints import banned_by
from klatch.core.rooms import LOBBY, ROOMS_MOST
from klatch.core.texts import parse_status
from klatch.engine import rooms
from klatch.engine.recording import record, sign
from klatch.engine.restraints import check_entrance
from klatch.storage.port import NewAccount, Place, Reader, Transaction

_SECRET_LEAST: Final = 22
_SECRET_MOST: Final = 128
DIRECT_TOLD_MOST: Final = 500


class Entrance(msgspec.Struct, frozen=True):
    """Who came in: the account, the number its log is at, and its rooms, all at one point of the order.

    `logs` are the ids of all its rooms, also of those too many to be told in `rooms`.
    """

    account: Account
    head: int
    rooms: list[RoomState]
    logs: list[str]
    credential: str | None = None
    scopes: frozenset[str] = EVERYTHING
    begun: bool = False
    token: str | None = None
    paused: bool = False
    began: int = 0
    standing: Mapping[str, Any] = {}
    expires: int | None = None


def greet(transaction: Transaction, shown: ByName, address: str | None = None) -> Account:
    """The account of a guest: the one before, if the secret is known; else a new one under the name wished for, if it
    is free and not banned, nor the address."""
    secret = _hash_secret(shown.secret)
    account = transaction.account_by_secret(secret) if secret is not None else None
    name = account.name if account is not None else shown.name
    check_entrance(transaction, account, name, address, transaction.now)
    if account is None:
        return _begin(transaction, shown.name, secret)
    check_not_suspended(account)
    return account


def enter(transaction: Transaction, identity: Identity) -> Entrance:
    """Lets somebody in who was recognised."""
    account = identity.account
    transaction.set_seen(account.id)
    places = _places_to_tell(transaction, account.id)
    states = [rooms.describe(transaction, place, account.id) for place in places]
    return Entrance(
        account,
        transaction.head(account.id),
        states,
        transaction.rooms_of(account.id),
        identity.credential,
        identity.scopes,
        identity.begun,
        identity.token,
        transaction.state().paused is not None,
        transaction.began(account.id),
        rooms.standing_for(transaction, account.id),
        identity.expires,
    )


def begin(transaction: Transaction, wish: str, role: str) -> Account:
    """A new account that lasts, in the lobby, under the name wished for, if that is free."""
    name, key = free_name(transaction, wish)
    account = transaction.add_account(NewAccount(name, key, role, None))
    _show_in(transaction, account, "member")
    return Account(account, name, "", role)


def become(transaction: Transaction, guest: Account, role: str, keys: Keys, command: Command) -> Ack:
    """Gives a guest a password and a role on the server; in its rooms it is a member from now on."""
    transaction.set_password(guest.id, keys)
    transaction.set_server_role(guest.id, role)
    for place in transaction.named_places_of(guest.id):
        if place.role == "guest":
            transaction.append(place.room.id, sign(guest), Granted(person=sign(guest), role="member"))
    transaction.promote_guest(guest.id)
    return record(transaction, guest, guest.id, Registered(role=role), command)


def check_not_suspended(account: Account) -> None:
    """Refuses an account that was suspended."""
    if account.suspended:
        raise Refused("suspended", "This account is suspended. Ask whoever runs the server.")


def end(transaction: Transaction, account: str) -> None:
    """Ends a guest's account: it leaves its rooms, and its name is free again. Nobody who is in the lobby joined it."""
    ending = transaction.present(account)
    if ending is None:
        return
    places = transaction.places_of(account)
    for place in places:
        if place.room.name != LOBBY:
            transaction.append(place.room.id, sign(ending), Left())
    transaction.end_account(account)
    for place in places:
        if place.role == "owner":
            rooms.pass_on(transaction, ending, place.room)


def rename(transaction: Transaction, actor: Account, command: Rename) -> Ack:
    """Gives the actor another username."""
    _authorize_description(transaction, actor)
    name, key = free_name(transaction, command.name, actor.id)
    check_entrance(transaction, actor, name, None, transaction.now)
    transaction.set_username(actor.id, name, key)
    return record(transaction, actor, actor.id, Renamed(name=name), command)


def set_display_name(transaction: Transaction, actor: Account, command: SetDisplayName) -> Ack:
    """Gives the actor another display name."""
    _authorize_description(transaction, actor)
    name = parse_display_name(command.name)
    transaction.set_display_name(actor.id, name)
    return record(transaction, actor, actor.id, DisplayNamed(name=name), command)


def set_status(transaction: Transaction, actor: Account, command: SetStatus) -> Ack:
    """Gives the actor another status, for good or until a time."""
    _authorize_description(transaction, actor)
    text = parse_status(command.text)
    if command.until is not None and command.until <= transaction.now:
        raise Refused("limit", "The time until which the status is to be has passed already.", field="until")
    transaction.set_status(actor.id, text, away=command.away, until=command.until)
    said = StatusSet(text=text, away=command.away, until=command.until)
    return record(transaction, actor, actor.id, said, command)


def clear_statuses(transaction: Transaction) -> None:
    """Takes away the statuses whose time has passed."""
    for account in transaction.statuses_passed(transaction.now):
        transaction.set_status(account.id, "", away=False)
        transaction.append(account.id, sign(account), StatusSet())


def _authorize_description(transaction: Transaction, actor: Account) -> None:
    standing = rooms.standing_of(transaction, actor, None)
    authorize("describe", server_role=actor.role, room_role=None, standing=standing)


def _places_to_tell(transaction: Transaction, account: str) -> list[Place]:
    """At most 1,000: the named rooms, then the direct ones in which somebody wrote last; others can begin those."""
    named = transaction.named_places_of(account)
    return named + transaction.direct_places_of(account, max(0, min(DIRECT_TOLD_MOST, ROOMS_MOST - len(named))))


def _hash_secret(secret: str | None) -> bytes | None:
    if secret is None:
        return None
    if not _SECRET_LEAST <= len(secret) <= _SECRET_MOST:
        raise Refused("type", f"The secret must be {_SECRET_LEAST} to {_SECRET_MOST} characters.", field="secret")
    return sha256(secret.encode()).digest()


def _begin(transaction: Transaction, wish: str, secret: bytes | None) -> Account:
    holder = rooms.account_named(transaction, parse_username(wish))
    if holder is not None and holder.registered:
        raise Refused(
            "password_needed",
            f"The name {holder.name} belongs to an account. Sign in with its password, or choose another name.",
            field="password",
        )
    name, key = free_name(transaction, wish)
    account = transaction.add_account(NewAccount(name, key, "guest", secret))
    _show_in(transaction, account, "guest")
    return Account(account, name, "", "guest", secret is None)


def _show_in(transaction: Transaction, account: str, role: str) -> None:
    lobby = transaction.place_by_key(room_key(LOBBY), account)
    begun = transaction.present(account)
    if lobby is None or begun is None:
        return
    if banned_by(transaction.restraints(lobby.room.id), transaction.now, begun, begun.name, None) is None:
        transaction.add_member(lobby.room.id, account, role, rooms.horizon_for_newcomer(transaction, lobby.room))


def free_name(reader: Reader, wish: str, asking: str | None = None) -> tuple[str, str]:
    """The name wished for and its key, if nobody but the one who is asking has it."""
    name = parse_username(wish)
    key = username_key(name)
    holder = reader.account_by_key(key)
    if holder is not None and holder.id != asking:
        raise Refused(
            "name_taken", f"The name {name} is taken, or looks like one that is. Choose another.", field="name"
        )
    return name, key
