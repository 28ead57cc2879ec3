"""The HTTP API: what a program can do with it, and what it is told."""

import json
import time

import pytest

from tests.gateways.calling import Program, room_path, signed_in
from tests.gateways.talking import a_cid, a_name


@pytest.fixture
def ann(house):
    return signed_in(house)


@pytest.fixture
def bob(house):
    return signed_in(house)


@pytest.fixture
def room(ann):
    """A room of Ann's, by its name."""
    name = f"#{a_name('room')}"
    assert ann.post("/api/rooms", name=name).status == 201
    return name


# Coming in.


def test_a_guest_signs_in_and_is_told_a_token_and_a_secret(house):
    told = Program(house).post("/api/sessions", name=(name := a_name()))
    assert told.status == 201
    assert told.json["account"]["name"] == name
    assert told.json["token"].startswith("klatch_")
    assert len(told.json["secret"]) >= 22


def test_the_same_secret_brings_the_same_guest_back(house):
    secret = "s" * 30
    first = Program(house).post("/api/sessions", name=a_name(), secret=secret).json
    again = Program(house).post("/api/sessions", name=a_name(), secret=secret).json
    assert first["account"]["id"] == again["account"]["id"]
    assert first["token"] != again["token"]


def test_a_guest_of_the_api_is_the_guest_of_the_websocket(house, knock):
    secret = f"{a_name()}-{'s' * 30}"
    told = Program(house).post("/api/sessions", name=a_name(), secret=secret).json
    assert knock().hello("whoever", secret=secret)["account"]["id"] == told["account"]["id"]


def test_where_no_guests_are_let_in_none_comes_in_by_the_api(serve):
    told = Program(serve("--no-guests")).post("/api/sessions", name="ann")
    assert (told.status, told.code) == (403, "guests_refused")


def test_a_request_through_an_unknown_proxy_is_no_guest_of_this_machine(house):
    told = Program(house).ask("POST", "/api/sessions", {"name": a_name()}, headers={"X-Forwarded-For": "10.0.0.1"})
    assert told.code == "guests_refused"


@pytest.mark.parametrize(
    ("token", "code"), [(None, "not_registered"), ("nonsense", "bad_token"), ("klatch_" + "A" * 43, "bad_token")]
)
def test_nobody_without_a_token_that_counts_is_told_anything(house, token, code):
    told = Program(house, token).get("/api/me")
    assert (told.status, told.code, told.headers["www-authenticate"]) == (401, code, "Bearer")


@pytest.mark.parametrize("header", ["Basic YW5uOmFubg==", "Bearer", "Bearer  ", "klatch_x"])
def test_a_header_that_shows_no_token_is_refused(house, header):
    told = Program(house).ask("GET", "/api/me", headers={"Authorization": header})
    assert (told.status, told.code) == (401, "bad_token")


# Reading and writing.


def test_one_is_told_who_one_is(ann):
    me = ann.get("/api/me").json
    assert (me["account"]["id"], me["account"]["name"], me["role"]) == (ann.me["id"], ann.me["name"], "guest")


def test_a_message_is_said_read_changed_and_taken_back(ann, room):
    seq = ann.post(room_path(room, "messages"), text="Hello").json["seq"]
    assert texts(ann, room) == ["Hello"]
    assert ann.patch(room_path(room, "messages", seq), text="Hello, all").status == 200
    assert texts(ann, room) == ["Hello, all"]
    assert ann.delete(room_path(room, "messages", seq)).status == 200
    assert texts(ann, room) == [""]


def texts(program, room):
    items = program.get(room_path(room, "messages")).json["items"]
    return [item["body"]["text"] for item in items if item["body"]["kind"] == "message"]


def test_a_reaction_is_put_and_taken_back(ann, room):
    seq = ann.post(room_path(room, "messages"), text="Hello").json["seq"]
    assert ann.ask("PUT", room_path(room, "messages", seq, "reactions", "👍")).status == 200
    assert ann.get(room_path(room, "messages")).json["items"][-1]["reactions"] == {"👍": [ann.me["id"]]}
    assert ann.delete(room_path(room, "messages", seq, "reactions", "👍")).status == 200
    assert "reactions" not in ann.get(room_path(room, "messages")).json["items"][-1]


def test_a_person_is_let_in_given_a_role_and_removed(ann, bob):
    room = f"#{a_name('closed')}"
    ann.post("/api/rooms", name=room, closed=True)
    name = bob.me["name"]
    assert bob.post(room_path(room, "join")).code == "no_such_room"
    assert ann.post(room_path(room, "invitations"), user=name).status == 200
    assert bob.post(room_path(room, "join")).status == 200
    assert ann.put(room_path(room, "members", name, "role"), role="moderator").status == 200
    people = ann.get(room_path(room, "members")).json["people"]
    assert {person["name"]: person["role"] for person in people}[name] == "moderator"
    assert ann.delete(room_path(room, "members", name), reason="spam").status == 200
    assert bob.get(room_path(room)).code == "no_such_room"


def test_a_name_a_display_name_and_a_status_are_set(ann):
    assert ann.put("/api/me/name", name=(name := a_name())).status == 200
    assert ann.put("/api/me/display_name", name="Ann A.").status == 200
    assert ann.put("/api/me/status", text="at tea", away=True).status == 200
    me = ann.get("/api/me").json["account"]
    assert (me["name"], me["display_name"], me["status"]) == (name, "Ann A.", "at tea")


def test_a_topic_is_set_and_told(ann, room):
    assert ann.put(room_path(room, "topic"), topic="Tea").status == 200
    assert ann.get(room_path(room)).json["room"]["topic"] == "Tea"


def test_a_read_mark_is_set(ann, room):
    assert ann.put(room_path(room, "read"), seq=1).status == 200
    assert ann.get(room_path(room)).json["room"]["read"] == 1


def test_a_room_is_left_and_listed(ann, room):
    assert room in [each["name"] for each in ann.get("/api/rooms").json["rooms"]]
    assert ann.post(room_path(room, "leave")).status == 200
    assert "role" in ann.get(room_path(room)).json["room"]


def test_who_is_online_is_told(ann, guest):
    talker = guest()
    assert talker.me["name"] in [person["name"] for person in ann.get("/api/people/online").json["people"]]


def test_help_is_told(ann):
    assert ann.get("/api/help").json["commands"][0]["usage"] == "/help"


@pytest.mark.parametrize("spelled", ["id", "#name", "@user"])
def test_a_room_is_named_by_its_id_its_name_or_its_other_member(ann, bob, room, spelled):
    ann.post(room_path(f"@{bob.me['name']}", "messages"), text="psst")
    wanted = {"id": ann.get(room_path(room)).json["room"]["id"], "#name": room, "@user": f"@{bob.me['name']}"}[spelled]
    assert ann.get(room_path(wanted, "messages")).status == 200


def test_history_is_read_page_by_page(ann, room):
    for number in range(5):
        ann.post(room_path(room, "messages"), text=str(number))
    last = ann.get(room_path(room, "messages"), limit=2).json
    assert ([item["body"]["text"] for item in last["items"]], last["more"]) == (["3", "4"], True)
    before = ann.get(room_path(room, "messages"), limit=2, before=last["items"][0]["seq"]).json
    assert [item["body"]["text"] for item in before["items"]] == ["1", "2"]


def test_history_is_read_from_a_number_and_from_a_time(ann, room):
    acks = [ann.post(room_path(room, "messages"), text=str(number)).json for number in range(5)]
    after = ann.get(room_path(room, "messages"), limit=2, after=acks[1]["seq"]).json
    assert ([item["body"]["text"] for item in after["items"]], after["more"]) == (["2", "3"], True)
    since = ann.get(room_path(room, "messages"), since=acks[3]["ts"]).json
    assert ([item["seq"] for item in since["items"]][-1], since["more"]) == (acks[4]["seq"], False)
    assert all(item["ts"] >= acks[3]["ts"] for item in since["items"])


def test_entries_are_read_after_a_number(ann, room):
    ann.post(room_path(room, "messages"), text="one")
    told = ann.get(room_path(room, "entries"), after=1, limit=1).json
    assert ([entry["seq"] for entry in told["entries"]], told["head"], told["more"]) == ([2], 3, True)


def test_one_s_own_log_is_read_by_one_s_id(ann, room):
    entries = ann.get(room_path(ann.me["id"], "entries"), after=0).json["entries"]
    assert entries[-1]["body"]["room"]["name"] == room


def test_answers_tell_no_op(ann, room):
    answer = ann.get(room_path(room, "entries"), after=0)
    assert b'"op"' not in answer.body


def test_text_that_looks_like_an_op_comes_back_as_it_was(ann, room):
    text = '{"op":"entry","x":1} {"op":"page"}'
    ann.post(room_path(room, "messages"), text=text)
    assert texts(ann, room) == [text]


@pytest.mark.parametrize("text", ["/quit", "@ann hello", "//", "/nosuch"])
def test_a_program_s_text_is_never_read_as_a_command(ann, room, text):
    assert ann.post(room_path(room, "messages"), text=text).status == 201
    assert texts(ann, room) == [text]


def test_an_answer_is_kept_by_nobody_on_the_way(ann):
    assert ann.get("/api/me").headers["cache-control"] == "no-store"
    assert ann.get("/api/nowhere").headers["cache-control"] == "no-store"


def test_head_tells_what_get_would_without_the_body(ann):
    got, headed = ann.get("/api/help"), ann.ask("HEAD", "/api/help")
    assert (headed.status, headed.body) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"]


# Once.


@pytest.mark.parametrize("how", ["cid", "header", "quoted header", "both"])
def test_the_same_sent_twice_under_one_id_is_stored_once(ann, room, how):
    cid = a_cid()
    headers = {"header": {"Idempotency-Key": cid}, "quoted header": {"Idempotency-Key": f'"{cid}"'}}.get(how, {})
    body = {"text": "once"} | ({"cid": cid} if how in ("cid", "both") else {})
    if how == "both":
        headers = {"Idempotency-Key": cid}
    first, second = (ann.ask("POST", room_path(room, "messages"), body, headers=headers) for _ in range(2))
    assert first.json == second.json
    assert first.json["cid"] == cid
    assert texts(ann, room) == ["once"]


def test_the_same_id_for_something_else_is_refused(ann, room):
    cid = a_cid()
    ann.post(room_path(room, "messages"), text="one", cid=cid)
    assert ann.post(room_path(room, "messages"), text="two", cid=cid).code == "cid_reused"


def test_two_ids_that_differ_are_refused(ann, room):
    told = ann.ask(
        "POST", room_path(room, "messages"), {"text": "x", "cid": a_cid()}, headers={"Idempotency-Key": a_cid()}
    )
    assert (told.status, told.code) == (400, "cid")


@pytest.mark.parametrize("cid", ["", "x" * 10_240, "has spaces in between", "emoji-👍-emoji-emoji", "short"])
def test_an_id_that_is_none_is_refused(ann, room, cid):
    told = ann.post(room_path(room, "messages"), text="x", cid=cid)
    assert (told.status, told.code, told.json["error"]["field"]) == (400, "cid", "cid")
    assert ann.ask("DELETE", room_path(room, "messages", 1), headers={"Idempotency-Key": "short"}).code == "cid"


def test_without_an_id_the_same_is_said_again(ann, room):
    for _ in range(2):
        ann.post(room_path(room, "messages"), text="again")
    assert texts(ann, room) == ["again", "again"]


# Refusals.


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ('{"text": "a"', 400, "bad_json", None),
        ("", 400, "missing_field", "text"),
        ("[]", 400, "bad_json", None),
        ("null", 400, "bad_json", None),
        ('"text"', 400, "bad_json", None),
        ('{"text": "a"} {}', 400, "bad_json", None),
        ('{"text": "a", "text": "b"}', 400, "bad_json", None),
        ('{"text": {"$gt": ""}}', 400, "type", "text"),
        ('{"text": ["a"]}', 400, "type", "text"),
        ('{"text": 1}', 400, "type", "text"),
        ('{"text": null}', 400, "type", "text"),
        ('{"text": "a", "reply_to": NaN}', 400, "number", None),
        ('{"text": "a", "reply_to": -Infinity}', 400, "number", None),
        ('{"text": "a", "reply_to": 1e400}', 400, "number", None),
        ('{"text": "a", "reply_to": -0}', 400, "number", "reply_to"),
        ('{"text": "a", "reply_to": 9223372036854775808}', 400, "number", "reply_to"),
        ('{"text": "a", "reply_to": 1.5}', 400, "type", "reply_to"),
        ('{"text": "a", "reply_to": "1"}', 400, "type", "reply_to"),
        ('{"text": "a", "seq": 1}', 400, "unknown_field", "seq"),
        ('{"text": "a", "room": "#lobby"}', 400, "unknown_field", "room"),
        ('{"text": "a", "op": "send"}', 400, "unknown_field", "op"),
        ('{"text": "a", "ref": "x"}', 400, "unknown_field", "ref"),
        ('{"text": "\\u0000"}', 400, "control_char", "text"),
        ('{"text": "\\ud800"}', 400, "control_char", None),
        (b'{"text": "\xff"}', 400, "utf8", None),
        (b'\xef\xbb\xbf{"text": "a"}', 400, "bad_json", None),
        ('{"text": ""}', 400, "empty", "text"),
        ("[" * 100_000, 400, "bad_json", None),
        ('{"text": "' + "x" * 16_001 + '"}', 413, "too_long", "text"),
        ('{"text": "' + "x" * 262_144 + '"}', 413, "too_big", None),
    ],
    ids=lambda part: ascii(part)[:40],
)
def test_a_body_that_is_not_as_it_should_be_is_refused_and_nothing_is_stored(ann, room, body, status, code, field):
    told = ann.ask("POST", room_path(room, "messages"), body)
    assert (told.status, told.code) == (status, code)
    if field is not None:
        assert told.json["error"]["field"] == field
    assert texts(ann, room) == []


def test_json_that_is_cut_is_told_with_its_place(ann, room):
    assert "byte 12 " in ann.ask("POST", room_path(room, "messages"), '{"text": "a"').json["error"]["message"]


@pytest.mark.parametrize("field", ["author", "ts", "seq", "room"])
def test_what_nobody_may_change_of_a_message_is_not_known(ann, room, field):
    seq = ann.post(room_path(room, "messages"), text="mine").json["seq"]
    told = ann.patch(room_path(room, "messages", seq), text="other", **{field: 1})
    assert (told.status, told.code, told.json["error"]["field"]) == (400, "unknown_field", field)
    assert texts(ann, room) == ["mine"]


@pytest.mark.parametrize("path", ["/api/me/name", "/api/me/status"])
def test_one_does_not_make_oneself_an_admin(ann, path):
    told = ann.put(path, name=a_name(), role="admin")
    assert (told.status, told.code) == (400, "unknown_field")
    assert ann.get("/api/me").json["role"] == "guest"


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=-1", "limit", "limit"),
        ("limit=0", "limit", "limit"),
        ("limit=abc", "limit", "limit"),
        ("limit=1e9", "limit", "limit"),
        ("limit=", "limit", "limit"),
        ("limit=%20", "limit", "limit"),
        ("limit=1.0", "limit", "limit"),
        ("limit=+1", "limit", "limit"),
        ("limit=%2B1", "limit", "limit"),
        ("limit=١", "limit", "limit"),
        ("limit=9223372036854775808", "limit", "limit"),
        ("limit=1&limit=2", "type", "limit"),
        ("before=0", "cursor", "before"),
        ("before=-1", "cursor", "before"),
        ("before=abc", "cursor", "before"),
        ("before=1_0", "cursor", "before"),
        ("before=-0", "cursor", "before"),
        ("nosuch=1", "unknown_field", "nosuch"),
        ("room=%23lobby", "unknown_field", "room"),
        ("ref=1", "unknown_field", "ref"),
        ("limit=%zz", "utf8", None),
        ("limit=%ff", "utf8", None),
    ],
)
def test_a_query_string_that_is_not_as_it_should_be_is_refused(ann, room, query, code, field):
    from urllib.parse import quote

    told = ann.ask("GET", f"{room_path(room, 'messages')}?{quote(query, safe='=&%+-')}")
    assert (told.status, told.code, told.json["error"].get("field")) == (400, code, field)


@pytest.mark.parametrize("limit", [201, 1_000_000_000])
def test_a_limit_above_200_is_taken_as_200(ann, room, limit):
    assert ann.get(room_path(room, "messages"), limit=limit).status == 200


@pytest.mark.parametrize("after", [-1, 100, 2**63 - 1])
def test_a_number_that_no_entry_has_yet_is_refused(ann, room, after):
    told = ann.get(room_path(room, "entries"), after=after)
    assert (told.status, told.code) == (400, "cursor")


def test_numbers_of_another_epoch_are_refused(ann, room):
    epoch = ann.get("/api/me").json["epoch"]
    assert ann.get(room_path(room, "entries"), after=0, epoch=epoch).status == 200
    told = ann.get(room_path(room, "entries"), after=0, epoch="0" * 32)
    assert (told.status, told.code) == (409, "epoch_changed")


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/nowhere",
        "/api/rooms/",
        "/api//rooms",
        "/api/rooms/../../etc/passwd",
        "/api/rooms/%2e%2e/me",
        "/api/rooms/%2e%2e%2fme",
        "/api/rooms/%c0%ae%c0%ae",
        "/api/rooms/%ff",
        "/api/rooms/%zz",
        "/api/rooms/%",
        "/api/rooms/a%2fb",
        "/api/rooms/a%00",
        "/api/rooms/\\lobby",
        "/api/../healthz",
        "/api/me/",
        "/API/me",
        "/%61pi/me",
    ],
)
def test_a_path_that_leads_nowhere_is_404(ann, path):
    told = ann.ask("GET", path)
    assert told.status == 404
    if path.startswith("/api"):
        assert told.code == "no_such_route"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/api/rooms", "GET, HEAD, POST"),
        ("OPTIONS", "/api/rooms", "GET, HEAD, POST"),
        ("TRACE", "/api/me", "GET, HEAD"),
        ("DELETE", "/api/me", "GET, HEAD"),
        ("POST", "/api/help", "GET, HEAD"),
        ("GET", "/api/me/name", "PUT"),
        ("PROPFIND", "/api/me", "GET, HEAD"),
    ],
)
def test_a_method_that_a_path_does_not_take_is_told_which_it_takes(ann, method, path, allow):
    told = ann.ask(method, path)
    assert (told.status, told.code, told.headers["allow"]) == (405, "bad_method", allow)


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_other_site_is_granted_anything(ann, method):
    told = ann.ask(
        method, "/api/rooms", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert not [name for name in told.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ('application/json;charset="UTF-8"', 201),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_only_json_is_read(ann, room, kind, status):
    told = ann.ask("POST", room_path(room, "messages"), {"text": "x"}, headers={"Content-Type": kind})
    assert told.status == status
    if status == 415:
        assert told.code == "media_type"


def test_a_packed_body_is_refused(ann, room):
    told = ann.ask("POST", room_path(room, "messages"), {"text": "x"}, headers={"Content-Encoding": "gzip"})
    assert (told.status, told.code) == (415, "media_type")


def test_a_body_where_none_belongs_is_refused(ann, room):
    assert ann.ask("DELETE", room_path(room, "messages", 1), {"cid": a_cid()}).code == "bad_json"


@pytest.mark.parametrize(
    ("method", "more", "status", "code"),
    [
        ("GET", ("messages",), 404, "no_such_room"),
        ("POST", ("join",), 404, "no_such_room"),
    ],
)
def test_a_room_that_is_not_there_is_404(ann, method, more, status, code):
    told = ann.ask(method, room_path("#nosuch", *more), {} if method == "POST" else None)
    assert (told.status, told.code) == (status, code)


@pytest.mark.parametrize("seq", ["0", "999", "-5"])
def test_a_message_that_is_not_there_is_404(ann, room, seq):
    assert ann.delete(room_path(room, "messages", seq)).code == "no_such_message"


def test_a_number_that_is_none_is_refused(ann, room):
    told = ann.delete(room_path(room, "messages", "abc"))
    assert (told.status, told.code, told.json["error"]["field"]) == (400, "cursor", "seq")


def test_whoever_sends_too_fast_is_told_when_to_come_back(serve):
    ann = signed_in(serve(member_burst=1, member_rate=1))
    answers = [ann.post(room_path("#lobby", "messages"), text="x") for _ in range(3)]
    told = answers[-1]
    assert (told.status, told.code) == (429, "rate_limited")
    assert int(told.headers["retry-after"]) >= 1
    assert 0 < told.json["error"]["retry_after"] <= 1_000 * int(told.headers["retry-after"])


def test_a_refusal_tells_nothing_of_the_house(ann):
    for told in (ann.get("/api/nowhere"), ann.ask("POST", "/api/rooms", "{"), ann.get(room_path("#nosuch"))):
        words = json.dumps(told.json).lower()
        assert not [word for word in ("traceback", "select", "sqlite", ".py", "/work", "klatch.") if word in words]


def test_many_bad_requests_leave_the_door_open(ann, room):
    for _ in range(50):
        ann.ask("POST", room_path(room, "messages"), "{")
    assert ann.post(room_path(room, "messages"), text="still here").status == 201


def test_a_message_of_a_thousand_marks_is_taken_at_once(ann, room):
    # What takes a time that grows with the square would take minutes.
    started = time.monotonic()
    assert ann.post(room_path(room, "messages"), text="a" + "\u0301" * 1_000).status == 201
    assert time.monotonic() - started < 5
