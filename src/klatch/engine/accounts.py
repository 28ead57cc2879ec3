"""Accounts: let in, named, described, ended."""

from hashlib import sha256
from typing import Final

import msgspec

from klatch.core.answers import Ack, RoomState
from klatch.core.commands import Hello, Rename, SetDisplayName, SetStatus
from klatch.core.events import DisplayNamed, Left, Renamed, StatusSet
from klatch.core.members import Account
from klatch.core.names import parse_display_name, parse_username, room_key, username_key
from klatch.core.refusals import Refused
from klatch.core.rooms import LOBBY, ROOMS_MOST
from klatch.core.texts import parse_status
from klatch.engine import rooms
from klatch.engine.recording import record, sign
from klatch.storage.port import NewAccount, Place, Transaction

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


def enter(transaction: Transaction, hello: Hello) -> Entrance:
    """Lets a guest in: back, if the secret is known; else under the name wished for, if it is free."""
    secret = _hash_secret(hello.secret)
    account = transaction.account_by_secret(secret) if secret is not None else None
    if account is None:
        account = _begin(transaction, hello.name, secret)
    transaction.set_seen(account.id)
    places = _places_to_tell(transaction, account.id)
    states = [rooms.describe(transaction, place, account.id) for place in places]
    return Entrance(account, transaction.head(account.id), states, transaction.rooms_of(account.id))


def end(transaction: Transaction, account: str) -> None:
    """Ends a guest's account: it leaves its rooms, and its name is free again. Nobody who is in the lobby joined it."""
    ending = transaction.present(account)
    if ending is None:
        return
    for place in transaction.places_of(account):
        if place.room.name != LOBBY:
            transaction.append(place.room.id, sign(ending), Left())
    transaction.end_account(account)


def rename(transaction: Transaction, actor: Account, command: Rename) -> Ack:
    """Gives the actor another username."""
    name, key = _free_name(transaction, command.name, actor.id)
    transaction.set_username(actor.id, name, key)
    return record(transaction, actor, actor.id, Renamed(name=name), command)


def set_display_name(transaction: Transaction, actor: Account, command: SetDisplayName) -> Ack:
    """Gives the actor another display name."""
    name = parse_display_name(command.name)
    transaction.set_display_name(actor.id, name)
    return record(transaction, actor, actor.id, DisplayNamed(name=name), command)


def set_status(transaction: Transaction, actor: Account, command: SetStatus) -> Ack:
    """Gives the actor another status."""
    text = parse_status(command.text)
    transaction.set_status(actor.id, text, away=command.away)
    return record(transaction, actor, actor.id, StatusSet(text=text, away=command.away), command)


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
    name, key = _free_name(transaction, wish, None)
    account = transaction.add_account(NewAccount(name, key, "guest", secret))
    lobby = transaction.place_by_key(room_key(LOBBY), account)
    if lobby is not None:
        transaction.add_member(lobby.room.id, account, "guest")
    return Account(account, name, "", "guest", secret is None)


def _free_name(transaction: Transaction, wish: str, asking: str | None) -> tuple[str, str]:
    name = parse_username(wish)
    key = username_key(name)
    holder = transaction.account_by_key(key)
    if holder is not None and holder.id != asking:
        raise Refused(
            "name_taken", f"The name {name} is taken, or looks like one that is. Choose another.", field="name"
        )
    return name, key
