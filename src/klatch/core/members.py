"""People and what they may be: accounts, the roles on the server and in a room, and membership."""

from typing import Final

import msgspec

# From most to least; a role can do whatever those after it can.
ROLES: Final = ("owner", "admin", "moderator", "member", "guest")
RANK: Final = {role: len(ROLES) - place for place, role in enumerate(ROLES)}

# The server's own account: whom entries are by that nobody said, and whose log holds the acts of administration.
SYSTEM: Final = "klatch"


class Account(msgspec.Struct, frozen=True):
    """Someone with an id that never changes. An empty `display_name` is the same as the name; `fleeting`: a guest
    without a secret, so that it ends with its connection; `status_until`: when the status passes (ms UTC)."""

    id: str
    name: str
    display_name: str
    role: str
    fleeting: bool = False
    status: str = ""
    away: bool = False
    status_until: int | None = None
    suspended: bool = False
    avatar: str = ""

    @property
    def registered(self) -> bool:
        """Whether it is an account that lasts, not a guest's."""
        return self.role != "guest"


def stands_above(account: Account, other: Account) -> bool:
    """Whether an account may act on another on the server: one of a higher role, and the server itself on all."""
    return outranks(account.role, other.role) or (account.name == SYSTEM and other.name != SYSTEM)


def outranks(role: str, other: str) -> bool:
    """Whether one role stands above another."""
    return RANK[role] > RANK[other]
