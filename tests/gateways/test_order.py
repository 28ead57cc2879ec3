"""Order at the doors: whoever is kept out goes from every door at once; what is said of it, and typed for it."""

import contextlib
import socket
import time
from collections.abc import Callable

import pytest

from tests.gateways.calling import Program, room_path, signed_in
from tests.gateways.talking import Frame, Liner, Talker, a_name
from tests.running import Server, klatch

PASSWORD = "the pot is on"
WITHIN = 10.0  # seconds until who is kept out is gone


@pytest.fixture(scope="module")
def admin(house: Server) -> str:
    """The name of an admin of the server."""
    name = a_name("admin")
    done = klatch("user", "add", name, "--role", "admin", "--data", str(house.data), text=PASSWORD)
    assert done.returncode == 0, done.stderr
    return name


@pytest.fixture
def dan(knock: Callable[..., Talker], admin: str) -> Talker:
    """The admin, at the WebSocket."""
    talker = knock()
    assert talker.hello(admin, password=PASSWORD)["op"] == "welcome"
    return talker


def at_line(house: Server, leaving: contextlib.ExitStack, source: str) -> Liner:
    """A client of the line door that comes from another address."""
    liner = Liner.__new__(Liner)
    liner.socket = socket.create_connection(("127.0.0.1", house.line_port), 5, source_address=(source, 0))
    liner.text = ""
    return leaving.enter_context(contextlib.closing(liner))


def test_whoever_is_banned_goes_from_every_door_at_once(house, dan, guest, line):
    talker = guest(secret="the secret of one who spams")
    name = talker.me["name"]
    again = guest(name, secret="the secret of one who spams")
    program = signed_in(house, name, secret="the secret of one who spams")
    stays = guest()
    began = time.monotonic()
    assert dan.do("ban", who=name, reason="spam")["op"] == "ack"
    assert [talker.ended(WITHIN), again.ended(WITHIN)] == [4003, 4003]
    assert time.monotonic() - began < WITHIN
    told = [frame for frame in talker.heard if frame["op"] == "error"][-1]
    assert (told["code"], told["message"]) == ("banned", "You are banned from this server: spam.")
    refused = program.get("/api/me")
    assert (refused.status, refused.code) == (403, "banned")
    assert stays.ask("rooms")["op"] == "rooms"


def test_whoever_is_banned_is_let_in_nowhere(house, dan, guest, knock, line):
    talker = guest(secret="the secret of another who spams")
    name = talker.me["name"]
    dan.do("ban", who=name, seconds=3600)
    talker.ended(WITHIN)
    answer = knock().hello(name, secret="the secret of another who spams")
    assert (answer["code"], answer["retry_after"] <= 3_600_000) == ("banned", True)
    told = Program(house).post("/api/sessions", name=name, secret="the secret of another who spams")
    assert (told.status, told.code) == (403, "banned")
    assert dan.do("unban", who=name)["op"] == "ack"
    assert knock().hello(name, secret="the secret of another who spams")["op"] == "welcome"


def test_a_pattern_is_kept_out_at_the_line_door_with_the_reason(house, dan, line, leaving):
    word = a_name("spam")
    liner = line(word)
    dan.do("ban", who=f"{word}*", reason="no spam here")
    assert "no spam here" in liner.ended(WITHIN)
    late = line("")
    late.say(f"{word}-again")
    assert late.hear("banned").endswith("no spam here.")


def test_an_address_is_kept_out_and_its_neighbours_are_not(house, dan, line, leaving):
    liner, near = at_line(house, leaving, "127.0.7.7"), at_line(house, leaving, "127.0.7.8")
    liner.enter(a_name())
    near.enter(a_name())
    dan.do("ban", who="127.0.7.7")
    liner.ended(WITHIN)
    late = at_line(house, leaving, "127.0.7.7")
    late.say(a_name())
    late.hear("! You are banned from this server.")
    near.say("/status still here")
    near.hear("still here")
    dan.do("unban", who="127.0.7.7")
    at_line(house, leaving, "127.0.7.7").enter(a_name())


def test_a_pause_is_told_and_refused_at_every_door(house, dan, guest, line):
    talker, liner, program = guest(), line(), signed_in(house)
    try:
        dan.do("pause", reason="look here")
        assert talker.hear("paused")["reason"] == "look here"
        liner.hear("paused the conversation: look here")
        assert talker.do("send", room="#lobby", text="hi")["code"] == "paused"
        liner.say("hi")
        liner.hear("! The conversation is paused")
        assert program.post(room_path("#lobby", "messages"), text="hi").code == "paused"
        assert dan.send("#lobby", "look here")["op"] == "ack"
    finally:
        dan.do("resume")
    assert talker.hear("paused")["paused"] is False
    assert talker.send("#lobby", "hi")["op"] == "ack"


@pytest.fixture
def room(guest):
    """Ann, who owns a room, and its name."""
    ann, name = guest(), a_name("room")
    ann.do("create", name=name)
    return ann, f"#{name}"


def test_what_is_typed_keeps_order_in_a_room(room, line):
    ann, name = room
    owner, liner = line(), line(bob := a_name("bob"))
    for each in (owner, liner):
        each.say(f"/join {name}")
        each.hear("---")
    ann.do("role", room=name, user=owner_name(owner), role="moderator")
    owner.say(f"/mute {bob} 10m too loud")
    assert "muted" in owner.hear("too loud")
    liner.hear("too loud")
    liner.say("let me speak")
    liner.hear("! You are muted for another")
    owner.say("/bans")
    assert "muted" in owner.hear(f"  {bob}")
    owner.say(f"/unmute {bob}")
    owner.hear(f"lets {bob} write again")
    owner.say("/slow 1h")
    owner.hear("one message every 60 min")
    liner.say("one")
    liner.hear(": one")
    liner.say("two")
    liner.hear("! This room is slow")  # at once: the line door does not hold it back for an hour
    owner.say(f"/ban {bob} 2h bye")
    liner.hear("You are no longer in")
    liner.say(f"/join {name}")
    liner.hear("! You are banned from this room for another 2 h: bye.")


def owner_name(liner: Liner) -> str:
    """What somebody at the line door is called."""
    liner.say("/me is here")
    return liner.hear(" is here").split("~ ")[1].split(" ")[0]


def test_what_shows_nowhere_else_is_answered_with_a_line(line):
    liner = line()
    liner.say("/read")
    liner.hear("* This room is marked as read.")
    liner.say("/ack on")
    liner.hear("* Each line is confirmed by its number now.")
    liner.say("/ack off")
    liner.hear("* Each line is confirmed by its echo now.")
    liner.say("/block")
    liner.hear("You block nobody.")


@pytest.mark.parametrize("typed", ["/ban server bob", "/pause", "/resume", "/audit", "/keep server 1", "/bans server"])
def test_a_guest_does_not_run_the_server(line, typed):
    liner = line()
    liner.say(typed)
    liner.hear("! Only those with the role")


def test_an_admin_reads_what_was_done_at_the_line_door(dan, admin, line, room):
    dan.do("ban", who=(word := a_name("spam")) + "*")
    liner = line("")
    liner.say(admin)
    liner.hear("Password:")
    liner.say(PASSWORD)
    liner.hear("Hello ")
    liner.say("/audit 1")
    assert "ban" in liner.hear(f"{word}*")
    liner.say(f"/unban server {word}*")
    liner.hear("* Done.")


def test_somebody_is_erased_from_every_page(house, dan, guest):
    talker, reader = guest(), guest()
    seq = talker.send("#lobby", "forget these words")["seq"]
    dan.do("erase", user=talker.me["name"])
    assert talker.ended(WITHIN) == 4001
    reader.hear(lambda frame: frame["op"] == "entry" and frame["body"]["kind"] == "erased")
    deadline = time.monotonic() + WITHIN
    item = last_before(reader, seq + 1)
    while item["body"]["kind"] != "removed":
        assert time.monotonic() < deadline
        item = last_before(reader, seq + 1)
    assert item["author"]["name"] == f"erased-{talker.me['id']}"


def last_before(talker: Talker, seq: int) -> Frame:
    """The line of the lobby before a number."""
    return talker.ask("history", room="#lobby", before=seq, limit=1)["items"][0]


def test_a_token_without_the_scope_keeps_no_order(house, dan, admin):
    program = Program(house)
    program.token = program.post("/api/sessions", name=admin, password=PASSWORD).json["token"]
    made = program.post("/api/tokens", name="script", scopes=["read", "write"]).json
    script = Program(house, made["secret"])
    assert script.post("/api/bans", who="nobody*").code == "not_allowed"
    assert script.get("/api/audit").code == "not_allowed"
    assert program.get("/api/audit").status == 200
    assert program.post("/api/bans", who=f"{a_name('spam')}*").status == 200
