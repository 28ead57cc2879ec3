"""Who may do what: one table for all doors."""

from typing import Final

import msgspec

from klatch.core.durations import spell_duration
from klatch.core.members import RANK, outranks
from klatch.core.refusals import Refused
from klatch.core.restraints import FOREVER


class Rule(msgspec.Struct, frozen=True):
    """The least role needed: on the server, and in the room (None: no membership needed); and what a token must be
    made for.

    `writes`: it leaves words for others, so one who is muted may not, nobody may in an archived room, and while all
    is paused only moderators of the server may. `posts`: the room says who may.
    """

    server: str
    room: str | None
    does: str
    scope: str = "write"
    writes: bool = False
    posts: bool = False


PERMISSIONS: Final[dict[str, Rule]] = {
    # In a room.
    "send": Rule("guest", "guest", "write here", writes=True, posts=True),
    "edit": Rule("guest", "guest", "edit messages here", writes=True, posts=True),
    "delete": Rule("guest", "guest", "delete messages here"),
    "delete_others": Rule("guest", "moderator", "delete what others wrote"),
    "react": Rule("guest", "guest", "react here", writes=True),
    "read": Rule("guest", "guest", "read here"),
    "join": Rule("guest", None, "join rooms"),
    "leave": Rule("guest", "guest", "leave"),
    "topic": Rule("guest", "member", "set the topic", writes=True),
    "invite": Rule("guest", "member", "invite people", writes=True),
    "kick": Rule("guest", "moderator", "remove people"),
    "ban": Rule("guest", "moderator", "ban people", "admin"),
    "unban": Rule("guest", "moderator", "lift bans", "admin"),
    "mute": Rule("guest", "moderator", "mute people", "admin"),
    "unmute": Rule("guest", "moderator", "let people write again", "admin"),
    "bans": Rule("guest", "moderator", "see bans and mutes", "admin"),
    "role": Rule("guest", "admin", "give roles"),
    "slow": Rule("guest", "moderator", "slow a room down"),
    "posting": Rule("guest", "moderator", "say who may post"),
    "closed": Rule("guest", "admin", "open or close a room"),
    "newcomers": Rule("guest", "admin", "say what newcomers may read"),
    "previews": Rule("guest", "admin", "say whether links are previewed"),
    "room_keep": Rule("guest", "admin", "say how long a room keeps its words"),
    "archived": Rule("guest", "admin", "archive a room"),
    "rename_room": Rule("guest", "admin", "rename a room"),
    "delete_room": Rule("guest", "owner", "delete a room", "admin"),
    # On the server.
    "create": Rule("guest", None, "create rooms", writes=True),
    "upload": Rule("guest", None, "upload files", writes=True),
    "describe": Rule("guest", None, "take another name or status", writes=True),
    # One's own account: a script's token is for that only if it was made to administer.
    "register": Rule("guest", None, "register", "admin"),
    "password": Rule("guest", None, "change the password", "admin"),
    "sign_out": Rule("guest", None, "sign out", "admin"),
    "credentials": Rule("guest", None, "see what lets them in", "admin"),
    "use_link": Rule("guest", None, "use a link", "admin"),
    "token": Rule("member", None, "make tokens", "admin"),
    "token_for": Rule("admin", None, "make tokens for others", "admin"),
    # Other people's.
    "link": Rule("moderator", None, "make invite links", "admin"),
    "revoke_link": Rule("moderator", None, "take links back", "admin"),
    "links": Rule("moderator", None, "see the links that were made", "admin"),
    "reset_link": Rule("admin", None, "reset passwords", "admin"),
    "suspend": Rule("admin", None, "suspend people", "admin"),
    "unsuspend": Rule("admin", None, "let suspended people in again", "admin"),
    "server_role": Rule("admin", None, "give roles on the server", "admin"),
    "accounts": Rule("admin", None, "see all accounts", "admin"),
    "erase": Rule("admin", None, "erase people", "admin"),
    # Everyone's.
    "server_ban": Rule("moderator", None, "ban people from the server", "admin"),
    "server_mute": Rule("moderator", None, "mute people on the server", "admin"),
    "pause": Rule("moderator", None, "pause the conversation", "admin"),
    "resume": Rule("moderator", None, "let the conversation go on", "admin"),
    "keep": Rule("admin", None, "say how long the server keeps words", "admin"),
    "settings": Rule("admin", None, "see the settings", "admin"),
    "configure": Rule("admin", None, "change settings", "admin"),
    "figures": Rule("admin", None, "see the figures", "admin"),
    "audit": Rule("admin", None, "read the audit log", "admin"),
}

# The least role in the room that may post, by what the room says.
POSTING: Final = {"everyone": "guest", "members": "member", "moderators": "moderator"}


class Standing(msgspec.Struct, frozen=True):
    """What holds just now beside roles; times are ms UTC.

    `muted` is until when one may not write (None: one may); `posting` is a key of POSTING.
    """

    now: int = 0
    paused: bool = False
    muted: int | None = None
    archived: bool = False
    posting: str = "everyone"


FREE: Final = Standing()


def authorize(act: str, *, server_role: str, room_role: str | None, standing: Standing = FREE) -> None:
    """Refuses an act that the roles do not allow, or what holds just now; `room_role` is None for one who is no
    member of the room."""
    rule = PERMISSIONS[act]
    if RANK[server_role] < RANK[rule.server]:
        raise Refused("not_allowed", f"Only those with the role {rule.server} or higher may {rule.does}.")
    if rule.room is not None:
        _check_room(rule, rule.room, server_role, room_role)
    if rule.writes:
        _check_standing(rule, server_role, room_role, standing)


def scope_of(act: str, *, reads: bool) -> str:
    """What a token must be made for to be used for an act; `reads`: it changes nothing."""
    rule = PERMISSIONS.get(act)
    return rule.scope if rule is not None and rule.scope != "write" else "read" if reads else "write"


def check_scope(act: str, scopes: frozenset[str], *, reads: bool) -> None:
    """Refuses an act that a token was not made for; `reads`: it changes nothing."""
    needed = scope_of(act, reads=reads)
    if needed not in scopes:
        may = " and ".join(sorted(scopes)) or "nothing"
        raise Refused("not_allowed", f"This needs a token with the scope {needed}; yours is for: {may}.")


def role_in_room(*, server_role: str, room_role: str | None, kind: str) -> str | None:
    """What one is in a room: in an open one that they are in, who runs the server is that there, too."""
    if room_role is None or kind != "open" or not outranks(server_role, "moderator"):
        return room_role
    return server_role if outranks(server_role, room_role) else room_role


def _check_room(rule: Rule, least: str, server_role: str, room_role: str | None) -> None:
    if room_role is None:
        raise Refused("not_a_member", "You are not a member of that room. Join it first.", field="room")
    if RANK[room_role] < RANK[least]:
        lifted = " /register makes you one." if server_role == "guest" and least == "member" else ""
        raise Refused(
            "not_allowed", f"Only those with the role {least} or higher in this room may {rule.does}.{lifted}"
        )


def _check_standing(rule: Rule, server_role: str, room_role: str | None, standing: Standing) -> None:
    if standing.paused and RANK[server_role] < RANK["moderator"]:
        raise Refused(
            "paused", "The conversation is paused: until it goes on, only moderators of the server may write."
        )
    if standing.muted is not None:
        left = standing.muted - standing.now
        if standing.muted >= FOREVER:
            raise Refused("muted", "You are muted: you may read, but not write.")
        raise Refused(
            "muted", f"You are muted for another {spell_duration(left)}: you may read, but not write.", retry_after=left
        )
    if standing.archived:
        raise Refused("read_only", "This room is archived: it can be read, but nobody writes here any more.")
    least = POSTING[standing.posting]
    if rule.posts and room_role is not None and RANK[room_role] < RANK[least]:
        raise Refused("read_only", f"Only those with the role {least} or higher may post in this room.")
