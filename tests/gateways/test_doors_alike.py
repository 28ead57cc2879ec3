"""The same act gives the same entry at the API, the WebSocket and the line door; the same fault, the same refusal."""

import re
from urllib.parse import quote

import pytest

from klatch.gateways.http.routes import ROUTES
from tests.gateways.calling import room_path, signed_in
from tests.gateways.talking import a_cid, a_name

# What somebody does in a fresh room: the op with its fields, and what is typed for it. Message 3 is their first.
ACTS = [
    ("send", {"text": "hello, all"}, "hello, all"),
    ("send", {"text": "👍 ünï\u0301 @nobody"}, "👍 ünï\u0301 @nobody"),
    ("send", {"text": "/leave"}, "//leave"),
    ("send", {"text": "waves", "action": True}, "/me waves"),
    ("send", {"text": "yes", "reply_to": 3}, "/reply 3 yes"),
    ("edit", {"seq": 3, "text": "better"}, "/edit 3 better"),
    ("react", {"seq": 3, "emoji": "👍"}, "/react 3 👍"),
    ("unreact", {"seq": 3, "emoji": "👍"}, "/unreact 3 👍"),
    ("topic", {"topic": "Tea"}, "/topic Tea"),
    ("delete", {"seq": 4}, "/delete 4"),
    ("send", {"text": "done"}, "done"),
]

REFUSED = [
    ("send", {"room": "#lobby", "text": ""}, "empty"),
    ("send", {"room": "#lobby", "text": "x" * 16_001}, "too_long"),
    ("send", {"room": "#lobby", "text": "a\0b"}, "control_char"),
    ("send", {"room": "#lobby", "text": "x", "reply_to": 99_999_999}, "no_such_message"),
    ("send", {"room": "#lobby", "text": "x", "reply_to": 2**63}, "number"),
    ("send", {"room": "#lobby", "text": "x", "reply_to": 1.5}, "type"),
    ("send", {"room": "#lobby", "text": 1}, "type"),
    ("send", {"room": "#lobby", "text": None}, "type"),
    ("send", {"room": "#lobby", "text": "x", "nosuch": 1}, "unknown_field"),
    ("send", {"room": "#lobby"}, "missing_field"),
    ("send", {"room": "#lobby", "text": "x", "cid": "short"}, "cid"),
    ("send", {"room": "#nosuchroom", "text": "x"}, "no_such_room"),
    ("send", {"room": "@nosuchuser", "text": "x"}, "no_such_user"),
    ("send", {"room": "nonsense", "text": "x"}, "bad_name"),
    ("send", {"room": "#lobby", "text": " ".join(f"@u{n}" for n in range(51))}, "too_many"),
    ("edit", {"room": "#lobby", "seq": 99_999_999, "text": "x"}, "no_such_message"),
    ("delete", {"room": "#lobby", "seq": 99_999_999}, "no_such_message"),
    ("react", {"room": "#lobby", "seq": 99_999_999, "emoji": "👍"}, "no_such_message"),
    ("react", {"room": "#lobby", "seq": 1, "emoji": "nonsense"}, "no_such_message"),
    ("topic", {"room": "#lobby", "topic": "x"}, "not_allowed"),
    ("invite", {"room": "#lobby", "user": "nosuchuser"}, "not_allowed"),
    ("kick", {"room": "#lobby", "user": "nosuchuser"}, "not_allowed"),
    ("role", {"room": "#lobby", "user": "nosuchuser", "role": "admin"}, "not_allowed"),
    ("join", {"room": "#nosuchroom"}, "no_such_room"),
    ("leave", {"room": "#nosuchroom"}, "no_such_room"),
    ("create", {"name": "#lobby"}, "room_exists"),
    ("create", {"name": "a b"}, "bad_name"),
    ("create", {"name": "#x", "topic": "x" * 501}, "too_long"),
    ("read", {"room": "#lobby", "seq": 99_999_999}, "cursor"),
    ("read", {"room": "#lobby", "seq": -1}, "cursor"),
    ("nick", {"name": "1st"}, "bad_name"),
    ("display", {"name": " "}, "bad_name"),
    ("status", {"text": "x" * 141}, "too_long"),
    ("suspend", {"user": "nosuchuser"}, "not_allowed"),
    ("server_role", {"user": "nosuchuser", "role": "owner"}, "not_allowed"),
    ("link", {"secret": "s" * 30}, "not_allowed"),
    ("token", {"name": "x", "scopes": ["read"], "secret": "klatch_" + "s" * 43}, "not_allowed"),
    ("use_link", {"link": "l" * 30, "password": "correct horse battery"}, "bad_link"),
    ("password", {"old": "x", "password": "correct horse battery"}, "bad_credentials"),
    ("history", {"room": "#lobby", "limit": 0}, "limit"),
    ("history", {"room": "#lobby", "before": 0}, "cursor"),
    ("history", {"room": "#lobby", "after": 99_999_999}, "cursor"),
    ("history", {"room": "#nosuchroom"}, "no_such_room"),
    ("fetch", {"room": "#lobby", "after": 99_999_999}, "cursor"),
    ("fetch", {"room": "#lobby"}, "missing_field"),
    ("members", {"room": "#nosuchroom"}, "no_such_room"),
    ("room", {"room": "#nosuchroom"}, "no_such_room"),
    ("accounts", {}, "not_allowed"),
    ("links", {}, "not_allowed"),
]


def over_http(program, op, fields):
    """Asks for what a frame would, by the route that the table has for it."""
    route = next(route for route in ROUTES if route.kind.__struct_config__.tag == op)
    path = re.sub(r"\{(\w+)\}", lambda part: quote(str(fields[part[1]]), safe=""), route.path)
    others = {name: value for name, value in fields.items() if name not in route.parameters}
    if route.method in ("GET", "DELETE"):
        path = "&".join([path + "?", *(f"{name}={value}" for name, value in others.items())])
        return program.ask(route.method, path.replace("?&", "?"))
    return program.ask(route.method, path, others)


@pytest.fixture
def by_api(house):
    def acts(room):
        program = signed_in(house)
        assert program.post("/api/rooms", name=room).status == 201
        for op, fields, _ in ACTS:
            assert over_http(program, op, {"room": room, **fields}).status in (200, 201)

    return acts


@pytest.fixture
def by_websocket(guest):
    def acts(room):
        talker = guest()
        assert talker.do("create", name=room)["op"] == "ack"
        for op, fields, _ in ACTS:
            assert talker.do(op, room=room, **fields)["op"] == "ack"

    return acts


@pytest.fixture
def by_line(line):
    def acts(room):
        liner = line()
        liner.say(f"/create {room}")
        liner.say("/ack on")
        for _, _, typed in ACTS:
            liner.say(typed)
        liner.hear(f"ok {2 + len(ACTS)}")

    return acts


def test_the_same_acts_give_the_same_entries_at_every_door(house, by_api, by_websocket, by_line):
    """But for what tells who, when and where."""
    logs = []
    for acts in (by_api, by_websocket, by_line):
        room = f"#{a_name('room')}"
        acts(room)
        witness = signed_in(house)
        witness.post(room_path(room, "join"))
        told = witness.get(room_path(room, "entries"), after=0, limit=200).json["entries"]
        logs.append([(entry["seq"], without_name(entry["body"])) for entry in told[:-1]])
    assert len(logs[0]) == 2 + len(ACTS)
    assert logs[0] == logs[1] == logs[2]


def without_name(body):
    return {name: value for name, value in body.items() if not (body["kind"] == "created" and name == "name")}


@pytest.mark.parametrize(
    ("op", "fields", "code"), REFUSED, ids=lambda part: ascii(part)[:50] if isinstance(part, dict) else part
)
def test_the_same_fault_gets_the_same_code_and_words_from_the_api_and_the_websocket(house, guest, op, fields, code):
    told = over_http(signed_in(house), op, fields).json["error"]
    talker = guest()
    if op in ("history", "fetch", "members", "room", "accounts", "links"):
        heard = talker.ask(op, **fields)
    else:
        talker.say({"op": op, "cid": a_cid(), **fields})
        heard = talker.hear("error")
    assert (told["code"], heard["code"]) == (code, code)
    assert told.get("field") == heard.get("field")
