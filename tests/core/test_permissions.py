"""Who may do what: the table, tried for every role on the server and in the room."""

import pytest

from klatch.core.members import RANK, ROLES, outranks
from klatch.core.permissions import PERMISSIONS, Standing, authorize, role_in_room
from klatch.core.restraints import FOREVER
from tests.protocols.outcome import outcome

# The least role on the server, and the least in the room (None: no membership), that each act needs.
LEAST = {
    "send": ("guest", "guest"),
    "edit": ("guest", "guest"),
    "delete": ("guest", "guest"),
    "delete_others": ("guest", "moderator"),
    "react": ("guest", "guest"),
    "read": ("guest", "guest"),
    "upload": ("guest", None),
    "join": ("guest", None),
    "leave": ("guest", "guest"),
    "topic": ("guest", "member"),
    "invite": ("guest", "member"),
    "kick": ("guest", "moderator"),
    "ban": ("guest", "moderator"),
    "unban": ("guest", "moderator"),
    "mute": ("guest", "moderator"),
    "unmute": ("guest", "moderator"),
    "bans": ("guest", "moderator"),
    "role": ("guest", "admin"),
    "slow": ("guest", "moderator"),
    "posting": ("guest", "moderator"),
    "closed": ("guest", "admin"),
    "newcomers": ("guest", "admin"),
    "previews": ("guest", "admin"),
    "room_keep": ("guest", "admin"),
    "archived": ("guest", "admin"),
    "rename_room": ("guest", "admin"),
    "delete_room": ("guest", "owner"),
    "create": ("guest", None),
    "describe": ("guest", None),
    "register": ("guest", None),
    "password": ("guest", None),
    "sign_out": ("guest", None),
    "credentials": ("guest", None),
    "use_link": ("guest", None),
    "token": ("member", None),
    "token_for": ("admin", None),
    "link": ("moderator", None),
    "revoke_link": ("moderator", None),
    "links": ("moderator", None),
    "reset_link": ("admin", None),
    "suspend": ("admin", None),
    "unsuspend": ("admin", None),
    "server_role": ("admin", None),
    "accounts": ("admin", None),
    "erase": ("admin", None),
    "server_ban": ("moderator", None),
    "server_mute": ("moderator", None),
    "pause": ("moderator", None),
    "resume": ("moderator", None),
    "keep": ("admin", None),
    "settings": ("admin", None),
    "configure": ("admin", None),
    "figures": ("admin", None),
    "audit": ("admin", None),
}
# What needs a token that was made to administer.
ADMIN = {
    *(
        "register",
        "password",
        "sign_out",
        "credentials",
        "use_link",
        "token",
        "token_for",
        "link",
        "revoke_link",
        "links",
    ),
    *("reset_link", "suspend", "unsuspend", "server_role", "accounts", "erase", "server_ban", "server_mute", "pause"),
    *(
        "settings",
        "configure",
        "figures",
        "resume",
        "keep",
        "audit",
        "ban",
        "unban",
        "mute",
        "unmute",
        "bans",
        "delete_room",
    ),
}
# What leaves words for others.
WRITES = {"send", "edit", "react", "topic", "invite", "create", "describe", "upload"}


def allowed(act, server_role, room_role, **standing):
    return outcome(authorize, act, server_role=server_role, room_role=room_role, standing=Standing(**standing))


def test_the_table_is_the_one_that_was_agreed():
    assert {act: (rule.server, rule.room) for act, rule in PERMISSIONS.items()} == LEAST
    assert {act for act, rule in PERMISSIONS.items() if rule.scope == "admin"} == ADMIN
    assert {rule.scope for rule in PERMISSIONS.values()} == {"admin", "write"}


@pytest.mark.parametrize("act", PERMISSIONS)
@pytest.mark.parametrize("server_role", ROLES)
@pytest.mark.parametrize("room_role", [*ROLES, None])
def test_a_role_may_do_what_the_table_says(act, server_role, room_role):
    answer = outcome(authorize, act, server_role=server_role, room_role=room_role)
    on_server, in_room = LEAST[act]
    if RANK[server_role] < RANK[on_server]:
        assert answer.code == "not_allowed"
        assert on_server in answer.message
    elif in_room is None:
        assert answer is None
    elif room_role is None:
        assert (answer.code, answer.field) == ("not_a_member", "room")
    elif RANK[room_role] >= RANK[in_room]:
        assert answer is None
    else:
        assert answer.code == "not_allowed"
        assert in_room in answer.message


@pytest.mark.parametrize("act", PERMISSIONS)
def test_a_refusal_says_what_is_not_allowed(act):
    assert PERMISSIONS[act].does
    assert PERMISSIONS[act].does[0].islower()


@pytest.mark.parametrize("act", PERMISSIONS)
@pytest.mark.parametrize("server_role", ROLES)
def test_while_all_is_paused_only_moderators_of_the_server_write(act, server_role):
    answer = allowed(act, server_role, "owner", paused=True)
    if act in WRITES and server_role in ("member", "guest"):
        assert answer.code == "paused"
    else:
        assert getattr(answer, "code", None) != "paused"


@pytest.mark.parametrize("act", PERMISSIONS)
def test_one_who_is_muted_does_not_write(act):
    answer = allowed(act, "owner", "owner", now=1_000, muted=61_000)
    assert (answer.code, answer.retry_after) == ("muted", 60_000) if act in WRITES else answer is None


def test_one_who_is_muted_for_good_is_told_no_time():
    answer = allowed("send", "guest", "guest", muted=FOREVER)
    assert (answer.code, answer.retry_after) == ("muted", None)


@pytest.mark.parametrize("act", PERMISSIONS)
def test_in_an_archived_room_nobody_writes(act):
    answer = allowed(act, "owner", "owner", archived=True)
    assert answer.code == "read_only" if act in WRITES else answer is None


@pytest.mark.parametrize(
    ("posting", "least"), [("everyone", "guest"), ("members", "member"), ("moderators", "moderator")]
)
@pytest.mark.parametrize("act", ["send", "edit"])
@pytest.mark.parametrize("role", ROLES)
def test_a_room_says_who_may_post(posting, least, act, role):
    answer = allowed(act, "guest", role, posting=posting)
    assert answer is None if RANK[role] >= RANK[least] else answer.code == "read_only"


@pytest.mark.parametrize("act", ["react", "topic", "delete", "read"])
def test_who_may_not_post_may_still_react(act):
    assert allowed(act, "guest", "member", posting="moderators") is None


@pytest.mark.parametrize("server_role", ROLES)
@pytest.mark.parametrize("room_role", ROLES)
def test_who_runs_the_server_is_that_in_open_rooms_too(server_role, room_role):
    role = role_in_room(server_role=server_role, room_role=room_role, kind="open")
    runs = server_role in ("owner", "admin")
    assert role == (server_role if runs and outranks(server_role, room_role) else room_role)


@pytest.mark.parametrize("kind", ["closed", "direct"])
@pytest.mark.parametrize("room_role", [*ROLES, None])
def test_behind_a_closed_door_the_server_gives_no_role(kind, room_role):
    assert role_in_room(server_role="owner", room_role=room_role, kind=kind) == room_role


def test_who_runs_the_server_has_no_role_where_they_are_not():
    assert role_in_room(server_role="owner", room_role=None, kind="open") is None


def test_roles_stand_above_each_other_in_one_order():
    assert [role for role in ROLES if outranks("moderator", role)] == ["member", "guest"]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_stands_above_themselves(role):
    assert not outranks(role, role)
