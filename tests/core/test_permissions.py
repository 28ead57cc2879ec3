"""Who may do what: the table, tried for every role on the server and in the room."""

import pytest

from klatch.core.members import RANK, ROLES, outranks
from klatch.core.permissions import PERMISSIONS, authorize
from tests.protocols.outcome import outcome

# The least role in the room that each act needs (None: no membership).
LEAST = {
    "send": "guest",
    "edit": "guest",
    "delete": "guest",
    "delete_others": "moderator",
    "react": "guest",
    "read": "guest",
    "create": None,
    "join": None,
    "leave": "guest",
    "topic": "member",
    "invite": "member",
    "kick": "moderator",
    "role": "admin",
}
# The least role on the server, and the scope of a token, where these are not guest and write.
SERVER = {
    "register": ("guest", "admin"),
    "password": ("guest", "admin"),
    "sign_out": ("guest", "admin"),
    "credentials": ("guest", "admin"),
    "use_link": ("guest", "admin"),
    "token": ("member", "admin"),
    "link": ("moderator", "admin"),
    "revoke_link": ("moderator", "admin"),
    "links": ("moderator", "admin"),
    "reset_link": ("admin", "admin"),
    "suspend": ("admin", "admin"),
    "unsuspend": ("admin", "admin"),
    "server_role": ("admin", "admin"),
    "accounts": ("admin", "admin"),
}


def test_the_table_is_the_one_that_was_agreed():
    assert {act: rule.room for act, rule in PERMISSIONS.items()} == LEAST | dict.fromkeys(SERVER)
    assert {
        act: (rule.server, rule.scope)
        for act, rule in PERMISSIONS.items()
        if (rule.server, rule.scope) != ("guest", "write")
    } == SERVER


@pytest.mark.parametrize("act", PERMISSIONS)
@pytest.mark.parametrize("server_role", ROLES)
@pytest.mark.parametrize("room_role", [*ROLES, None])
def test_a_role_may_do_what_the_table_says(act, server_role, room_role):
    answer = outcome(authorize, act, server_role=server_role, room_role=room_role)
    least, server = LEAST.get(act), PERMISSIONS[act].server
    if RANK[server_role] < RANK[server]:
        assert answer.code == "not_allowed"
        assert server in answer.message
    elif least is None:
        assert answer is None
    elif room_role is None:
        assert (answer.code, answer.field) == ("not_a_member", "room")
    elif RANK[room_role] >= RANK[least]:
        assert answer is None
    else:
        assert answer.code == "not_allowed"
        assert least in answer.message


@pytest.mark.parametrize("act", PERMISSIONS)
def test_a_refusal_says_what_is_not_allowed(act):
    assert PERMISSIONS[act].does
    assert PERMISSIONS[act].does[0].islower()


def test_roles_stand_above_each_other_in_one_order():
    assert [role for role in ROLES if outranks("moderator", role)] == ["member", "guest"]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_stands_above_themselves(role):
    assert not outranks(role, role)
