"""Who may do what: one table for all doors."""

from typing import Final

import msgspec

from klatch.core.members import RANK
from klatch.core.refusals import Refused


class Rule(msgspec.Struct, frozen=True):
    """The least role needed: on the server, and in the room (None: no membership needed); and what a token must be
    made for."""

    server: str
    room: str | None
    does: str
    scope: str = "write"


PERMISSIONS: Final[dict[str, Rule]] = {
    "send": Rule("guest", "guest", "write here"),
    "edit": Rule("guest", "guest", "edit messages here"),
    "delete": Rule("guest", "guest", "delete messages here"),
    "delete_others": Rule("guest", "moderator", "delete what others wrote"),
    "react": Rule("guest", "guest", "react here"),
    "read": Rule("guest", "guest", "read here"),
    "create": Rule("guest", None, "create rooms"),
    "join": Rule("guest", None, "join rooms"),
    "leave": Rule("guest", "guest", "leave"),
    "topic": Rule("guest", "member", "set the topic"),
    "invite": Rule("guest", "member", "invite people"),
    "kick": Rule("guest", "moderator", "remove people"),
    "role": Rule("guest", "admin", "give roles"),
    # One's own account: a script's token is for that only if it was made to administer.
    "register": Rule("guest", None, "register", "admin"),
    "password": Rule("guest", None, "change the password", "admin"),
    "sign_out": Rule("guest", None, "sign out", "admin"),
    "credentials": Rule("guest", None, "see what lets them in", "admin"),
    "use_link": Rule("guest", None, "use a link", "admin"),
    "token": Rule("member", None, "make tokens", "admin"),
    # Other people's.
    "link": Rule("moderator", None, "make invite links", "admin"),
    "revoke_link": Rule("moderator", None, "take links back", "admin"),
    "links": Rule("moderator", None, "see the links that were made", "admin"),
    "reset_link": Rule("admin", None, "reset passwords", "admin"),
    "suspend": Rule("admin", None, "suspend people", "admin"),
    "unsuspend": Rule("admin", None, "let suspended people in again", "admin"),
    "server_role": Rule("admin", None, "give roles on the server", "admin"),
    "accounts": Rule("admin", None, "see all accounts", "admin"),
}


def authorize(act: str, *, server_role: str, room_role: str | None) -> None:
    """Refuses an act that the roles do not allow; `room_role` is None for one who is no member of the room."""
    rule = PERMISSIONS[act]
    if RANK[server_role] < RANK[rule.server]:
        raise Refused("not_allowed", f"Only those with the role {rule.server} or higher may {rule.does}.")
    if rule.room is None:
        return
    if room_role is None:
        raise Refused("not_a_member", "You are not a member of that room. Join it first.", field="room")
    if RANK[room_role] < RANK[rule.room]:
        lifted = " /register makes you one." if server_role == "guest" and rule.room == "member" else ""
        raise Refused(
            "not_allowed", f"Only those with the role {rule.room} or higher in this room may {rule.does}.{lifted}"
        )


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
