"""Every door gives the same answer to the same thing shown: one table of doors and states, for all of them (law 3)."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from klatch.clients.sdk import Client, Refused
from klatch.core.refusals import CODES
from klatch.storage.port import Transaction
from tests.gateways.calling import Program
from tests.gateways.talking import Liner, Talker, a_name
from tests.running import Server, klatch
from tests.storage.stores import Clock, opened

PASSWORD = "correct horse battery"
OTHER = "staple without rust"
IN = "in"
_SOON = 2.0  # seconds
WRONG = ("bad_credentials", "The name or the password is wrong.")
NO_TOKEN = ("bad_token", "The token is unknown here, has expired or was revoked. Sign in again.")
NO_LINK = ("bad_link", "The link is unknown, has expired or was used up. Ask for another.")
BANNED = ("banned", "You are banned from this server: spam.")
SUSPENDED = ("suspended", "This account is suspended. Ask whoever runs the server.")
TAKEN = (
    "password_needed",
    "The name {name} belongs to an account. Sign in with its password, or choose another name.",
)


class Shown(NamedTuple):
    """What is shown at a door."""

    name: str = ""
    password: str | None = None
    token: str | None = None
    link: str | None = None


class House:
    """A server in which somebody is in each state: `shown` is what they have, by state."""

    def __init__(self, server: Server, shown: dict[str, Shown]) -> None:
        self.server = server
        self.shown = shown


# Doors. Each gives IN, or the code and the sentence of the refusal.

Answer = str | tuple[str, str]


def _of(frame: dict[str, Any]) -> Answer:
    return IN if "code" not in frame else (frame["code"], frame["message"])


def _fields(shown: Shown) -> dict[str, str]:
    """What is shown, as frames and bodies have it."""
    return {name: value for name, value in shown._asdict().items() if value is not None and (name != "name" or value)}


def http(server: Server, shown: Shown) -> Answer:
    if shown.token is not None:
        told = Program(server, shown.token).get("/api/me")
    else:
        told = Program(server).post("/api/sessions", **{"name": "", **_fields(shown)})
    if told.status < 300:
        return IN
    error = told.json["error"]
    assert told.status == CODES[error["code"]].http
    return error["code"], error["message"]


def websocket(server: Server, shown: Shown) -> Answer:
    with contextlib.closing(Talker(server)) as talker:
        talker.say({"op": "hello", **_fields(shown)})
        return _of(talker.hear(lambda frame: frame["op"] in ("welcome", "error")))


def line(server: Server, shown: Shown) -> Answer:
    """A line tells no code: the sentence must be that of another door, and the code is taken from there."""
    with contextlib.closing(Liner(server)) as liner:
        if shown.link is not None:
            liner.say(f"/register {shown.link}")
            liner.say(shown.name)
            liner.say(shown.password or "")
        elif shown.password is not None:
            liner.say(f"/login {shown.name}")
        else:
            liner.say(shown.name)
        liner.say(shown.password or "")
        liner.say("/quit")
        said = liner.ended().splitlines()
        refused = next((each.removeprefix("! ") for each in said if each.startswith("! ")), None)
        if refused is None:
            assert any(each.startswith("Hello ") for each in said)
            return IN
        return _code_of(refused, shown.name), refused


def sdk(server: Server, shown: Shown) -> Answer:
    async def enter() -> Answer:
        try:
            async with Client(server.url, **_fields(shown)):
                return IN
        except Refused as refused:
            return refused.code, refused.message

    return asyncio.run(enter())


def command_line(server: Server, shown: Shown) -> Answer:
    if shown.token is not None:
        done = klatch("rooms", "--server", server.url, "--token", shown.token)
    else:
        link = ("--link", shown.link) if shown.link is not None else ()
        done = klatch("login", server.url, "--name", shown.name, *link, text=f"{shown.password}\n")
    if done.returncode == 0:
        return IN
    assert done.returncode == 1
    said = done.stderr.removeprefix("klatch: ").rstrip("\n")
    message = next((each for _, each in ANSWERS if said.startswith(each)), said)
    return _code_of(message, shown.name), message


ANSWERS = (WRONG, NO_TOKEN, NO_LINK, SUSPENDED, BANNED)


def _code_of(message: str, name: str) -> str:
    return next((code for code, known in (*ANSWERS, TAKEN) if known.format(name=name) == message), message)


DOORS: dict[str, Callable[[Server, Shown], Answer]] = {
    "http": http,
    "websocket": websocket,
    "line": line,
    "sdk": sdk,
    "command line": command_line,
}

# What one shows in which state, and the one answer to it. A new state is a row here, and a person in `house`.
STATES: dict[str, Answer] = {
    "right password": IN,
    "right password, name in capitals": IN,
    "wrong password": WRONG,
    "empty password": WRONG,
    "password of a name that nobody has": WRONG,
    "password of a name that cannot be": WRONG,
    "password of a guest": WRONG,
    "password of one who is suspended": SUSPENDED,
    "wrong password of one who is suspended": WRONG,
    "password of one who is banned": BANNED,
    "wrong password of one who is banned": WRONG,
    "password of one who was deleted": WRONG,
    "old password a second after the change": WRONG,
    "new password a second after the change": IN,
    "right token": IN,
    "token that is none": NO_TOKEN,
    "empty token": NO_TOKEN,
    "token of another server": NO_TOKEN,
    "token that expired": NO_TOKEN,
    "token that was revoked": NO_TOKEN,
    "token of a session that signed out": NO_TOKEN,
    "token of a session after the password was changed": NO_TOKEN,
    "token of a script after the password was changed": IN,
    "token of one who is suspended": SUSPENDED,
    "token of one who is banned": BANNED,
    "token of one who was deleted": NO_TOKEN,
    "token of a guest": IN,
    "invite link": IN,
    "invite link, under a name that is banned": BANNED,
    "invite link that expired": NO_LINK,
    "invite link that was used up": NO_LINK,
    "invite link that was revoked": NO_LINK,
    "invite link that is none": NO_LINK,
    "reset link of one who is suspended": SUSPENDED,
    "name of an account, without its password": TAKEN,
}
# What a door does not take: of HTTP an empty token is no header at all, and an empty line goes back to the name.
NOT_TAKEN = {
    "http": ("empty token",),
    "line": ("token", "empty password"),
    "command line": ("name of an account", "empty token", "empty password"),
    "sdk": ("name of an account",),
}


def cases() -> Iterator[Any]:
    for door in DOORS:
        for state in STATES:
            if not any(word in state for word in NOT_TAKEN.get(door, ())):
                yield pytest.param(door, state, id=f"{door}-{state.replace(' ', '_')}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """People in every state, at a server that was restarted since."""
    folder = tmp_path_factory.mktemp("entering")
    config = folder / "klatch.toml"
    config.write_text('registration = "open"\n')
    server = Server(folder / "data", "--config", str(config), "--no-limits").start()
    try:
        shown = people(server)
        server.stop()
        asyncio.run(delete(folder / "data", "deleted"))
        server.start()
        yield House(server, shown)
    finally:
        server.stop()


def a_token(kind: str) -> str:
    return "klatch_" + f"{kind}-".ljust(43, "x")


def signed_in(server: Server, name: str, **more: str) -> Program:
    """Somebody with a session of their own."""
    token = Program(server).post("/api/sessions", name=name, password=PASSWORD, **more).json["token"]
    return Program(server, token)


def account(server: Server, name: str) -> tuple[Program, str]:
    """An account with a session of its own, and the token of another that it has."""
    guest = Program(server, Program(server).post("/api/sessions", name=name).json["token"])
    assert guest.post("/api/me/register", password=PASSWORD).status == 200
    tokens = [Program(server).post("/api/sessions", name=name, password=PASSWORD).json["token"] for _ in range(2)]
    return Program(server, tokens[0]), tokens[1]


def script(owner: Program, kind: str, **more: Any) -> str:
    """A script's token."""
    made = owner.post("/api/tokens", name=kind, scopes=["read"], secret=a_token(kind), **more)
    assert made.status == 201
    return a_token(kind)


def people(server: Server) -> dict[str, Shown]:
    """Puts somebody into each state."""
    owner = server.doors["owner"].rpartition("/")[2]
    olga = Program(
        server, Program(server).post("/api/sessions", name="olga", password=PASSWORD, link=owner).json["token"]
    )
    ann, _ = account(server, "ann")
    _, eves = account(server, "eve")
    _, beas = account(server, "bea")
    _, deads = account(server, "deleted")
    pat, pats = account(server, "pat")
    guest = Program(server).post("/api/sessions", name="gus", secret="the secret of gus, long enough").json["token"]
    shown = {
        "right password": Shown("ann", PASSWORD),
        "right password, name in capitals": Shown("ANN", PASSWORD),
        "wrong password": Shown("ann", OTHER),
        "empty password": Shown("ann", ""),
        "password of a name that nobody has": Shown("nobody", PASSWORD),
        "password of a name that cannot be": Shown("1+1", PASSWORD),
        "password of a guest": Shown("gus", PASSWORD),
        "password of one who is suspended": Shown("eve", PASSWORD),
        "wrong password of one who is suspended": Shown("eve", OTHER),
        "password of one who is banned": Shown("bea", PASSWORD),
        "wrong password of one who is banned": Shown("bea", OTHER),
        "token of one who is banned": Shown(token=beas),
        "password of one who was deleted": Shown("deleted", PASSWORD),
        "old password a second after the change": Shown("pat", PASSWORD),
        "new password a second after the change": Shown("pat", OTHER),
        "right token": Shown(token=script(ann, "right")),
        "token that is none": Shown(token="not-a-token"),
        "empty token": Shown(token=""),
        "token of another server": Shown(token=a_token("elsewhere")),
        "token that expired": Shown(token=script(ann, "expired", expires=soon())),
        "token that was revoked": Shown(token=script(ann, "revoked")),
        "token of a session after the password was changed": Shown(token=pats),
        "token of a script after the password was changed": Shown(token=script(pat, "changed")),
        "token of one who is suspended": Shown(token=eves),
        "token of one who was deleted": Shown(token=deads),
        "token of a guest": Shown(token=guest),
        "name of an account, without its password": Shown("ann"),
    }
    _, gone = account(server, "gone")
    assert Program(server, gone).ask("DELETE", "/api/sessions/current").status == 200
    shown["token of a session that signed out"] = Shown(token=gone)
    (revoked,) = [each["id"] for each in ann.get("/api/sessions").json["credentials"] if each["name"] == "revoked"]
    assert ann.ask("DELETE", f"/api/tokens/{revoked}").status == 200
    assert pat.ask("PUT", "/api/me/password", {"old": PASSWORD, "password": OTHER}).status == 200

    def link(kind: str, path: str = "/api/links", **more: Any) -> str:
        made = olga.post(path, **more)
        assert made.status == 201, made.json
        secret: str = made.json["secret"]
        shown[kind] = Shown(a_name("new"), PASSWORD, link=secret)
        return secret

    link("invite link", uses=20)
    shown["invite link, under a name that is banned"] = shown["invite link"]._replace(name="spammer")
    for who in ("bea", "spam*"):
        assert olga.post("/api/bans", who=who, reason="spam").status == 200
    link("invite link that expired", expires=soon())
    used = link("invite link that was used up")
    Program(server).post("/api/sessions", name=a_name("new"), password=PASSWORD, link=used)
    link("invite link that was revoked")
    revoked = olga.get("/api/links").json["links"][0]["id"]
    assert olga.ask("DELETE", f"/api/links/{revoked}").status == 200
    shown["invite link that is none"] = Shown(a_name("new"), PASSWORD, link="none-that-anybody-made-1")
    link("reset link of one who is suspended", "/api/accounts/eve/reset_link")
    assert olga.ask("PUT", "/api/accounts/eve/suspension", {}).status == 200
    time.sleep(_SOON)
    return shown


def soon() -> int:
    """A time that has passed once everybody is there."""
    return int((time.time() + _SOON) * 1000)


async def delete(data: Path, name: str) -> None:
    """Ends an account while no server runs."""
    async with opened(data, Clock(int(time.time() * 1000))) as kept:

        def end(transaction: Transaction) -> None:
            found = transaction.account_by_key(name)
            assert found is not None
            transaction.end_account(found.id)

        await kept.decide(end)


@pytest.mark.parametrize(("door", "state"), list(cases()))
def test_a_door_answers_as_the_table_says(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str, state: str
) -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    shown, expected = house.shown[state], STATES[state]
    if state == "invite link":
        shown = shown._replace(name=a_name("new"))
    answer = DOORS[door](house.server, shown)
    assert answer == (expected if expected == IN else (expected[0], expected[1].format(name=shown.name)))


def test_every_state_is_tried() -> None:
    assert {state for state in STATES if any(state == case.values[1] for case in cases())} == set(STATES)


# Those who are in while what lets them in ends.


def by_websocket(server: Server, name: str, leaving: contextlib.ExitStack) -> Callable[[], str]:
    talker = leaving.enter_context(contextlib.closing(Talker(server)))
    assert talker.hello(name, password=PASSWORD)["op"] == "welcome"
    return lambda: _ended(talker)


def by_token(server: Server, name: str, leaving: contextlib.ExitStack) -> Callable[[], str]:
    token = Program(server).post("/api/sessions", name=name, password=PASSWORD).json["token"]
    talker = leaving.enter_context(contextlib.closing(Talker(server)))
    talker.say({"op": "hello", "token": token})
    assert talker.hear("welcome")
    return lambda: _ended(talker)


def by_line(server: Server, name: str, leaving: contextlib.ExitStack) -> Callable[[], str]:
    liner = leaving.enter_context(contextlib.closing(Liner(server)))
    liner.say(f"/login {name}")
    liner.say(PASSWORD)
    liner.hear("Hello ")
    return liner.ended


def _ended(talker: Talker) -> str:
    code = talker.ended()
    errors = [frame for frame in talker.heard if frame["op"] == "error"]
    assert code == CODES[errors[-1]["code"]].close
    return str(errors[-1]["message"])


def change_password(server: Server, name: str, _olga: Program) -> None:
    mine = signed_in(server, name)
    assert mine.ask("PUT", "/api/me/password", {"old": PASSWORD, "password": OTHER}).status == 200


def sign_out_elsewhere(server: Server, name: str, _olga: Program) -> None:
    mine = signed_in(server, name)
    assert mine.ask("DELETE", "/api/sessions").status == 200


def reset_password(server: Server, name: str, olga: Program) -> None:
    link = olga.post(f"/api/accounts/{name}/reset_link").json["secret"]
    assert Program(server).post("/api/sessions", name=name, password=OTHER, link=link).status == 201


def suspend(_server: Server, name: str, olga: Program) -> None:
    assert olga.ask("PUT", f"/api/accounts/{name}/suspension", {}).status == 200


ENDS: dict[str, tuple[Callable[[Server, str, Program], None], str]] = {
    "password changed": (change_password, "The password was changed."),
    "signed out elsewhere": (sign_out_elsewhere, "You were signed out."),
    "password reset": (reset_password, "The password was changed."),
    "suspended": (suspend, "This account is suspended."),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("door", [by_websocket, by_token, by_line], ids=lambda door: door.__name__)
def test_a_connection_ends_at_once_when_what_let_it_in_does(
    house: House, door: Callable[..., Callable[[], str]], end: str
) -> None:
    name = a_name("live")
    olga = Program(
        house.server, Program(house.server).post("/api/sessions", name="olga", password=PASSWORD).json["token"]
    )
    account(house.server, name)
    act, told = ENDS[end]
    with contextlib.ExitStack() as leaving:
        ended = door(house.server, name, leaving)
        act(house.server, name, olga)
        began = time.monotonic()
        assert told in ended()
        assert time.monotonic() - began < 10
