"""Who may do what: one table for all doors."""

from typing import Final

import msgspec

from klatch.core.members import RANK
from klatch.core.refusals import Refused


class Rule(msgspec.Struct, frozen=True):
    """The least role needed: on the server, and in the room (None: no membership needed)."""

    server: str
    room: str | None
    does: str


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
        raise Refused("not_allowed", f"Only those with the role {rule.room} or higher in this room may {rule.does}.")
