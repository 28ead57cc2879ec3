"""The table of everything that can be looked up: each query with what answers it, from one snapshot of the store."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from klatch.core import commands as ask
from klatch.core.answers import (
    AccountState,
    AccountsTold,
    AnyAnswer,
    CredentialsTold,
    FiguresTold,
    HelpText,
    LinksTold,
    Members,
    Myself,
    OneRoom,
    Online,
    Readers,
    Rooms,
    SettingsTold,
)
from klatch.core.grammar import describe
from klatch.core.members import Account
from klatch.core.names import USERNAME_LIMIT, username_key
from klatch.core.permissions import authorize
from klatch.engine import (
    accounts,
    actions,
    audit,
    contacts,
    credentials,
    figures,
    files,
    links,
    messages,
    reading,
    restraints,
    rooms,
    settings,
)
from klatch.engine.figures import Live
from klatch.engine.presence import Roster
from klatch.engine.settings import Settings
from klatch.storage.port import Reader

_PEOPLE_MOST: Final = 1_000  # in one answer


class Now(msgspec.Struct, frozen=True):
    """What an answer takes from outside the store: who is online, the store's epoch, the time (ms UTC), the credential
    that the viewer came by, those by which the viewer's account is connected, the settings, and for those who ask for
    figures how the server is."""

    roster: Roster
    epoch: str
    ts: int
    credential: str | None
    live: set[str | None]
    settings: Settings
    figures: Live | None = None


def answer(reader: Reader, account: str, query: ask.Query, now: Now) -> AnyAnswer:
    """What an account is told."""
    return LOOKUPS[type(query)](reader, actions.present(reader, account), query, now)


def answer_at_once(query: ask.Query, now: Now) -> AnyAnswer | None:
    """What anybody is told, for which the store is not needed; None where it is."""
    look = AT_ONCE.get(type(query))
    return look(query, now) if look is not None else None


def _help(query: ask.Help, _now: Now) -> HelpText:
    return HelpText(commands=describe(), ref=query.ref)


def _online(query: ask.ListOnline, now: Now) -> Online:
    people = now.roster.online()
    return Online(people=people[:_PEOPLE_MOST], more=len(people) > _PEOPLE_MOST, ref=query.ref)


def _rooms(reader: Reader, viewer: Account, query: ask.ListRooms, _now: Now) -> Rooms:
    mine = [*reader.named_places_of(viewer.id), *reader.direct_places_of(viewer.id, accounts.DIRECT_TOLD_MOST)]
    others = [*reader.invited_places(viewer.id), *reader.open_places(viewer.id, archived=query.archived)]
    places = [place for place in mine if query.archived or not place.room.rules.archived] + others
    told = [rooms.describe(reader, place, viewer.id) for place in places]
    if query.counted:
        told = [msgspec.structs.replace(each, members=reader.members_count(each.id)) for each in told]
    return Rooms(rooms=told, ref=query.ref)


def _room(reader: Reader, viewer: Account, query: ask.LookAtRoom, _now: Now) -> OneRoom:
    place = rooms.find(reader, viewer, query.room)
    return OneRoom(room=rooms.describe(reader, place, viewer.id), ref=query.ref)


def _members(reader: Reader, viewer: Account, query: ask.ListMembers, now: Now) -> Members:
    place = rooms.find(reader, viewer, query.room)
    rooms.authorize_in(reader, "read", viewer, place)
    members = reader.members(place.room.id, _PEOPLE_MOST + 1)
    people = [now.roster.person(member.account, member.role) for member in members[:_PEOPLE_MOST]]
    return Members(room=place.room.id, people=people, more=len(members) > _PEOPLE_MOST, ref=query.ref)


def _readers(reader: Reader, viewer: Account, query: ask.ListReaders, now: Now) -> Readers:
    return reading.readers(reader, viewer, query, now.settings)


def _self(reader: Reader, viewer: Account, query: ask.LookAtSelf, now: Now) -> Myself:
    person, head = now.roster.person(viewer), reader.head(viewer.id)
    return Myself(
        account=person,
        role=viewer.role,
        head=head,
        epoch=now.epoch,
        now=now.ts,
        **rooms.standing_for(reader, viewer.id),
        ref=query.ref,
    )


def _accounts(reader: Reader, viewer: Account, query: ask.ListAccounts, now: Now) -> AccountsTold:
    authorize("accounts", server_role=viewer.role, room_role=None)
    limit = ask.check_limit(query.limit)
    found = reader.accounts_after(username_key(query.after[:USERNAME_LIMIT]), limit + 1)
    told = [
        AccountState(
            id=each.account.id,
            name=each.account.name,
            display_name=each.account.display_name or each.account.name,
            role=each.account.role,
            registered=each.account.registered,
            state=now.roster.person(each.account).state,
            created=each.created,
            seen=each.seen,
            suspended=each.suspended,
        )
        for each in found[:limit]
    ]
    return AccountsTold(accounts=told, more=len(found) > limit, ref=query.ref)


def _credentials(reader: Reader, viewer: Account, query: ask.ListCredentials, now: Now) -> CredentialsTold:
    return CredentialsTold(credentials=credentials.describe(reader, viewer, now.credential, now.live), ref=query.ref)


def _links(reader: Reader, viewer: Account, query: ask.ListLinks, _now: Now) -> LinksTold:
    return LinksTold(links=links.describe(reader, viewer), ref=query.ref)


def _settings(reader: Reader, viewer: Account, query: ask.ListSettings, now: Now) -> SettingsTold:
    return settings.describe(reader, viewer, query, now.settings)


def _figures(reader: Reader, viewer: Account, query: ask.ListFigures, now: Now) -> FiguresTold:
    live = now.figures or Live(now.ts, {}, 0, {})
    return figures.tell(reader, viewer, query, live, now.ts)


Look = Callable[[Reader, Account, Any, Now], AnyAnswer]


def _plain(look: Callable[[Reader, Account, Any], AnyAnswer]) -> Look:
    """A look-up for which the store is enough."""
    return lambda reader, viewer, query, _now: look(reader, viewer, query)


LOOKUPS: Final[dict[type[ask.Query], Look]] = {
    ask.Fetch: _plain(messages.fetch),
    ask.History: _plain(messages.history),
    ask.ListRooms: _rooms,
    ask.LookAtRoom: _room,
    ask.ListMembers: _members,
    ask.ListReaders: _readers,
    ask.LookAtSelf: _self,
    ask.ListCredentials: _credentials,
    ask.ListLinks: _links,
    ask.ListAccounts: _accounts,
    ask.ListBlocked: _plain(contacts.blocked),
    ask.ListBans: _plain(restraints.held),
    ask.Audit: _plain(audit.read),
    ask.ListSettings: _settings,
    ask.ListFigures: _figures,
    ask.ListFiles: _plain(files.find),
    ask.MakeUploadLink: _plain(files.find_room_for),
}

# Answered on the event loop, where who is online is known.
AT_ONCE: Final[dict[type[ask.Query], Callable[[Any, Now], AnyAnswer]]] = {ask.ListOnline: _online, ask.Help: _help}
