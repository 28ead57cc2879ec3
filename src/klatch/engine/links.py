"""Links: what lets somebody in who has no password yet, or not any more. Each is a secret that is told once."""

from collections.abc import Callable
from typing import Final

from klatch.core.answers import Ack, LinkState
from klatch.core.commands import Command, MakeLink, MakeResetLink, RevokeLink, UseLink
from klatch.core.credentials import ByLink, Keys, Shown, digest, hash_link
from klatch.core.events import Entry, Registered, RoleGiven, SignedOut
from klatch.core.members import RANK, ROLES, Account, outranks, stands_above
from klatch.core.names import parse_username
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.engine import accounts, rooms
from klatch.engine.audit import audit, log_of_server
from klatch.engine.recording import nothing_to_add, sign
from klatch.engine.restraints import check_entrance, is_banned
from klatch.storage.port import Link, NewLink, Reader, Transaction

USES_MOST: Final = 1_000
LINKS_MOST: Final = 1_000  # in one answer
_DAY: Final = 86_400_000
_INVITE_LASTS: Final = 7 * _DAY
_RESET_LASTS: Final = _DAY


# By somebody who is not in yet.


def name_of_user(reader: Reader, shown: ByLink, now: int) -> str:
    """The username of whoever uses a link; refuses what could not be done, before a password is hashed for it."""
    link = find(reader, shown.link, now)
    if link.kind != "reset":
        accounts.free_name(reader, shown.name)
        return parse_username(shown.name)
    return _owner_of(reader, link).name


def use(transaction: Transaction, shown: ByLink, keys: Keys, address: str) -> Account:
    """The account of somebody who is not in yet and uses a link: a new one, or one that has a new password now."""
    link = find(transaction, shown.link, transaction.now)
    if link.kind == "reset":
        account = _owner_of(transaction, link)
        check_entrance(transaction, account, account.name, address, transaction.now)
        return _reset(transaction, account, link, keys)
    check_entrance(transaction, None, shown.name, address, transaction.now)
    role = _server_role(link)
    account = accounts.begin(transaction, shown.name, role)
    transaction.set_password(account.id, keys)
    transaction.append(account.id, sign(account), Registered(role=role))
    _use_up(transaction, link, account)
    return account


# By somebody who is.


def use_link(transaction: Transaction, actor: Account, command: UseLink, shown: Shown) -> Ack:
    """Uses an invite link, or the first owner's: makes an account of a guest, leads an account into a room."""
    authorize("use_link", server_role=actor.role, room_role=None)
    if not actor.registered:
        if shown.keys is None:
            raise Refused("missing_field", "A password is missing: the link makes an account.", field="password")
        return use_as_guest(transaction, actor, command.link, shown.keys, command)
    link = find(transaction, command.link, transaction.now)
    if link.kind != "invite" or link.room is None:
        raise Refused("not_allowed", f"{actor.name} is registered already; the link does nothing more.", field="link")
    place = transaction.place(link.room, actor.id)
    if place is None or place.role is not None:
        return nothing_to_add(transaction, command, link.room)
    entry = rooms.enter_by_link(transaction, actor, link.room, link.role or "member", command)
    transaction.use_link(link.id)
    return Ack(cid=command.cid, room=entry.room, seq=entry.seq, id=entry.id, ts=entry.ts)


def use_as_guest(transaction: Transaction, guest: Account, secret: str, keys: Keys, command: Command) -> Ack:
    """Makes an account of a guest by an invite link, or by the first owner's."""
    link = find(transaction, secret, transaction.now)
    if link.kind == "reset":
        raise Refused("not_allowed", "This link sets a password. Use it where you sign in.", field="link")
    ack = accounts.become(transaction, guest, _server_role(link), keys, command)
    _use_up(transaction, link, guest)
    return ack


# Made and taken back.


def make(transaction: Transaction, actor: Account, command: MakeLink) -> Ack:
    """Makes an invite link: onto the server, or into a room, with a role not above one's own there."""
    authorize("link", server_role=actor.role, room_role=None)
    secret = hash_link(command.secret)
    if not 1 <= command.uses <= USES_MOST:
        raise Refused(
            "limit", f"A link may be used 1 to {USES_MOST:,} times; {command.uses} was asked for.", field="uses"
        )
    if command.role not in RANK or command.role == "guest":
        raise Refused("type", f"The role must be one of {', '.join(ROLES[:-1])}.", field="role")
    own, room, name = actor.role, None, None
    if command.room is not None:
        place = rooms.find(transaction, actor, command.room)
        rooms.authorize_in(transaction, "invite", actor, place)
        if place.room.kind == "direct":
            raise Refused("not_allowed", "Nobody can be invited to a direct conversation.", field="room")
        own, room, name = place.role or "guest", place.room.id, rooms.name_for(transaction, place.room, actor.id)
    if outranks(command.role, own):
        raise Refused("not_allowed", f"You cannot give a role above your own, {own}.", field="role")
    expires = _expiry(command.expires, transaction.now, _INVITE_LASTS)
    _check_new(transaction, secret)
    transaction.add_link(
        NewLink("invite", secret, actor.id, room=room, role=command.role, uses=command.uses, expires=expires)
    )
    detail = f"{command.role}, {command.uses} {'use' if command.uses == 1 else 'uses'}"
    return audit(transaction, actor, "link", command, room=name, detail=detail)


def reset(transaction: Transaction, actor: Account, command: MakeResetLink) -> Ack:
    """Makes a link with which somebody below the actor sets a new password."""
    authorize("reset_link", server_role=actor.role, room_role=None)
    secret = hash_link(command.secret)
    person = rooms.find_user(transaction, command.user)
    if not stands_above(actor, person):
        raise Refused(
            "not_allowed", f"{person.name} has the role {person.role}, which is not below yours.", field="user"
        )
    if not person.registered:
        raise Refused("not_allowed", f"{person.name} is a guest, who has no password.", field="user")
    expires = _expiry(command.expires, transaction.now, _RESET_LASTS)
    _check_new(transaction, secret)
    transaction.remove_resets(person.id)
    transaction.add_link(NewLink("reset", secret, actor.id, account=person.id, expires=expires))
    return audit(transaction, actor, "reset_link", command, person=sign(person))


def take_back(transaction: Transaction, actor: Account, command: RevokeLink) -> Ack:
    """Takes a link back: one's own, or as an admin anybody's."""
    authorize("revoke_link", server_role=actor.role, room_role=None)
    link = transaction.link(command.link) if command.link.isascii() and command.link.isdigit() else None
    if link is None or not (link.created_by == actor.id or outranks(actor.role, "moderator")):
        raise Refused("bad_link", "There is no such link, or it is not yours.", field="link")
    transaction.remove_link(link.id)
    return audit(transaction, actor, "revoke_link", command, detail=link.kind)


def add_owner_link(transaction: Transaction, secret: str) -> bool:
    """Makes the link of the first owner anew; False if somebody owns the server already."""
    if transaction.has_owner():
        return False
    transaction.remove_owner_links()
    transaction.add_link(NewLink("owner", hash_link(secret), log_of_server(transaction), role="owner"))
    return True


def watch_for_owner(owned: Callable[[], None]) -> Callable[[list[Entry]], None]:
    """What hears of entries, and tells once that somebody has come to own the server."""
    waiting = [owned]

    def hear(entries: list[Entry]) -> None:
        if waiting and any(
            isinstance(each.body, Registered | RoleGiven) and each.body.role == "owner" for each in entries
        ):
            waiting.pop()()

    return hear


def describe(reader: Reader, viewer: Account) -> list[LinkState]:
    """The links that somebody may see."""
    authorize("links", server_role=viewer.role, room_role=None)
    everybodys = outranks(viewer.role, "moderator")
    found = reader.links(LINKS_MOST, None if everybodys else viewer.id)
    return [_describe(reader, link, viewer) for link in found if link.uses_left > 0]


def find(reader: Reader, secret: str, now: int) -> Link:
    """A link that can be used now, by its secret."""
    link = reader.link_by_secret(digest(secret))
    if link is None or link.uses_left < 1 or (link.expires is not None and link.expires <= now):
        raise Refused("bad_link", "The link is unknown, has expired or was used up. Ask for another.", field="link")
    if link.kind == "owner" and reader.has_owner():
        raise Refused("bad_link", "The server has an owner already. Ask them for an invite link.", field="link")
    if not _is_backed(reader, link, now):
        raise Refused("bad_link", "Whoever made the link may give that no more. Ask for another.", field="link")
    return link


def _is_backed(reader: Reader, link: Link, now: int) -> bool:
    """Whether whoever made a link could make it now: else those who were removed would come back by their own links."""
    maker = reader.present(link.created_by)
    if maker is None or maker.suspended or is_banned(reader, maker, now):
        return False
    try:
        authorize("reset_link" if link.kind == "reset" else "link", server_role=maker.role, room_role=None)
    except Refused:
        return False
    if link.kind == "reset":
        person = reader.present(link.account) if link.account is not None else None
        return person is None or stands_above(maker, person)
    own = maker.role
    if link.room is not None:
        place = reader.place(link.room, maker.id)
        own = "guest" if place is None else place.role or "guest"
    return not outranks(link.role or "member", own)


def _owner_of(reader: Reader, link: Link) -> Account:
    account = reader.present(link.account) if link.account is not None else None
    if account is None:
        raise Refused("bad_link", "The account of this link has ended.", field="link")
    accounts.check_not_suspended(account)
    return account


def _reset(transaction: Transaction, account: Account, link: Link, keys: Keys) -> Account:
    # Each is named: whoever uses the link is connected already when this is heard, with a session of their own.
    ended = [each.id for each in transaction.credentials_of(account.id)]
    transaction.set_password(account.id, keys)
    transaction.remove_credentials(account.id)
    transaction.remove_link(link.id)
    transaction.append(account.id, sign(account), SignedOut(why="password", credentials=ended))
    return account


def _server_role(link: Link) -> str:
    """What an invite into a room gives there is nothing that counts elsewhere."""
    return (link.role or "member") if link.room is None else "member"


def _use_up(transaction: Transaction, link: Link, account: Account) -> None:
    transaction.use_link(link.id)
    if link.kind == "owner":
        transaction.remove_owner_links()
    elif link.room is not None:
        place = transaction.place(link.room, account.id)
        if place is not None and place.role is None:
            rooms.enter_by_link(transaction, account, link.room, link.role or "member")


def _expiry(wanted: int | None, now: int, usual: int) -> int:
    if wanted is None:
        return now + usual
    if wanted <= now:
        raise Refused("limit", "The time at which it expires has passed already.", field="expires")
    return wanted


def _check_new(reader: Reader, secret: bytes) -> None:
    if reader.link_by_secret(secret) is not None:
        raise Refused("cid_reused", "There is a link with this secret already. Make another.", field="secret")


def _describe(reader: Reader, link: Link, viewer: Account) -> LinkState:
    place = reader.place(link.room, viewer.id) if link.room is not None else None
    by = reader.account(link.created_by)
    person = reader.account(link.account) if link.account is not None else None
    if by is None:
        raise LookupError(f"nobody made link {link.id}")
    return LinkState(
        id=link.id,
        kind=link.kind,
        by=sign(by),
        created=link.created,
        uses_left=link.uses_left,
        expires=link.expires,
        room=rooms.name_for(reader, place.room, viewer.id) if place is not None else None,
        role=link.role,
        person=sign(person) if person is not None else None,
    )
