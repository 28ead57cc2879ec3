"""Accounts over HTTP: signing in, tokens and what they may do, cookies, and what ends them."""

import contextlib
import http.client
import json
import ssl
import time
from urllib.parse import urlsplit

import pytest

from tests.gateways.calling import Program, Told, room_path, signed_in
from tests.gateways.talking import Talker, a_cid, a_name, status, upgrade
from tests.pace import PATIENCE
from tests.running import eventually, running

PASSWORD = "correct horse battery"
OTHER = "staple without rust"


@pytest.fixture(scope="module")
def open_house(tmp_path_factory):
    """A server where any guest may register."""
    folder = tmp_path_factory.mktemp("open")
    config = folder / "klatch.toml"
    config.write_text('registration = "open"\n')
    with running(folder / "data", "--no-limits", "--config", str(config)) as started:
        yield started


@pytest.fixture(scope="module")
def olga(open_house):
    """Whoever used the first owner's link."""
    program = Program(open_house)
    link = open_house.doors["owner"].rpartition("/")[2]
    told = program.post("/api/sessions", name="olga", password=PASSWORD, link=link)
    assert (told.status, told.json["role"]) == (201, "owner")
    program.token = told.json["token"]
    return program


@pytest.fixture
def ann(open_house):
    """Somebody with an account, signed in with the password."""
    name = a_name()
    guest = signed_in(open_house, name)
    assert guest.post("/api/me/register", password=PASSWORD).status == 200
    return signed_in(open_house, name, password=PASSWORD)


def again(program):
    """A second session of somebody who has an account."""
    server = contextlib.nullcontext(program)
    with server:
        other = Program.__new__(Program)
        other.port, other.token, other.me = program.port, None, program.me
        told = other.post("/api/sessions", name=program.me["name"], password=PASSWORD)
        other.token = told.json["token"]
        return other


# Signing in.


def test_an_account_signs_in_with_its_password(ann):
    assert ann.get("/api/me").json["role"] == "member"


def test_every_wrong_sign_in_gets_the_same_answer(open_house, ann):
    """One answer whether the name or the password is wrong: who has an account here is told to nobody."""
    tries = [(ann.me["name"], OTHER), ("nobody-" + a_name(), PASSWORD), (ann.me["name"], ""), ("!", PASSWORD)]
    answers = {
        (told.status, told.body)
        for told in (Program(open_house).post("/api/sessions", name=name, password=word) for name, word in tries)
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


def test_the_name_of_an_account_is_no_guest_s(open_house, ann):
    told = Program(open_house).post("/api/sessions", name=ann.me["name"])
    assert (told.status, told.code) == (401, "password_needed")


@pytest.mark.parametrize("fields", [{"password": PASSWORD, "secret": "s" * 30}, {"link": "l" * 30, "secret": "s" * 30}])
def test_a_sign_in_shows_one_thing(open_house, fields):
    assert Program(open_house).post("/api/sessions", name=a_name(), **fields).code == "type"


def test_too_many_tries_are_told_to_wait(serve):
    server = serve(sign_ins_a_minute=2)
    answers = [Program(server).post("/api/sessions", name="ann", password=OTHER) for _ in range(3)]
    assert [told.code for told in answers] == ["bad_credentials", "bad_credentials", "rate_limited"]
    assert int(answers[-1].headers["retry-after"]) > 1


def test_a_request_with_a_token_is_no_entrance(serve):
    """Programs show their token with each request, hundreds of times a minute."""
    server = serve(entrance_burst=3, entrance_rate=1)
    ann = signed_in(server)
    assert {ann.get("/api/me").status for _ in range(20)} == {200}


def test_whoever_guesses_tokens_is_held_up(serve):
    server = serve(entrance_burst=3, entrance_rate=1)
    guesser = Program(server, "klatch_" + "g" * 43)
    assert [guesser.get("/api/me").code for _ in range(5)][-1] == "rate_limited"


def test_an_account_that_has_a_session_is_found_by_the_websocket_with_it(open_house, ann):
    with contextlib.closing(Talker(open_house)) as talker:
        talker.say({"op": "hello", "token": ann.token})
        assert talker.hear("welcome")["account"]["id"] == ann.me["id"]


# Sessions and tokens.


def test_sessions_are_listed_and_the_own_one_is_marked(ann):
    other = again(ann)
    listed = ann.get("/api/sessions").json["credentials"]
    assert [each["kind"] for each in listed] == ["session"] * len(listed)
    assert sum(each.get("mine", False) for each in listed) == 1
    assert len(other.get("/api/sessions").json["credentials"]) == len(listed)


def test_signing_out_ends_the_session_and_takes_the_cookie_away(ann):
    told = ann.delete("/api/sessions/current")
    assert told.status == 200
    assert "klatch=;" in told.headers["set-cookie"]
    assert "Max-Age=0" in told.headers["set-cookie"]
    assert ann.get("/api/me").code == "bad_token"


def test_signing_out_everywhere_else_leaves_the_own_session(ann):
    other = again(ann)
    assert ann.delete("/api/sessions").status == 200
    assert ann.get("/api/me").status == 200
    assert other.get("/api/me").code == "bad_token"


def test_a_session_that_is_ended_ends_its_connection(open_house, ann):
    other = again(ann)
    with contextlib.closing(Talker(open_house)) as talker:
        talker.say({"op": "hello", "token": other.token})
        talker.hear("welcome")
        listed = other.get("/api/sessions").json["credentials"]
        mine = next(each["id"] for each in listed if each.get("mine"))
        assert ann.delete(f"/api/sessions/{mine}").status == 200
        assert talker.hear("error")["code"] == "signed_out"
        assert talker.ended() == 4001


def test_nobody_ends_another_s_session(open_house, ann):
    bob = signed_in(open_house)
    mine = next(each["id"] for each in bob.get("/api/sessions").json["credentials"])
    assert ann.delete(f"/api/sessions/{mine}").code == "bad_token"
    assert bob.get("/api/me").status == 200


def test_a_token_is_made_and_told_once(ann):
    made = ann.post("/api/tokens", name="a script", scopes=["read"])
    assert made.status == 201
    token = made.json["secret"]
    assert Told(200, {"content-type": "application/json"}, ann.get("/api/sessions").body).body.find(token.encode()) < 0
    assert with_token(ann, token).get("/api/me").json["account"]["id"] == ann.me["id"]


def with_token(program, token):
    other = Program.__new__(Program)
    other.port, other.token, other.me = program.port, token, program.me
    return other


@pytest.mark.parametrize(
    ("scopes", "method", "path", "body", "code"),
    [
        (["read"], "GET", "/api/rooms", None, None),
        (["read"], "POST", "/api/rooms/%23lobby/messages", {"text": "x"}, "not_allowed"),
        (["read"], "GET", "/api/sessions", None, "not_allowed"),
        (["write"], "GET", "/api/rooms", None, "not_allowed"),
        (["write"], "POST", "/api/rooms/%23lobby/messages", {"text": "x"}, None),
        (["write"], "POST", "/api/tokens", {"name": "x", "scopes": ["admin"]}, "not_allowed"),
        (["read", "write"], "GET", "/api/rooms", None, None),
        (["read", "write"], "PUT", "/api/me/password", {"old": PASSWORD, "password": OTHER}, "not_allowed"),
        (["admin"], "GET", "/api/sessions", None, None),
        (["admin"], "POST", "/api/rooms/%23lobby/messages", {"text": "x"}, None),
    ],
)
def test_a_token_does_what_it_was_made_for_and_nothing_else(ann, scopes, method, path, body, code):
    script = with_token(ann, ann.post("/api/tokens", name="script", scopes=scopes).json["secret"])
    assert script.ask(method, path, body).code == code


def test_a_token_that_is_revoked_lets_nobody_in(ann):
    script = with_token(ann, ann.post("/api/tokens", name="script", scopes=["read"]).json["secret"])
    listed = ann.get("/api/sessions").json["credentials"]
    number = next(each["id"] for each in listed if each["kind"] == "token")
    assert ann.delete(f"/api/tokens/{number}").status == 200
    assert script.get("/api/me").code == "bad_token"


@pytest.mark.parametrize("scopes", [["read"], ["write"]])
def test_a_token_of_any_scope_revokes_itself(ann, scopes):
    script = with_token(ann, ann.post("/api/tokens", name="script", scopes=scopes).json["secret"])
    assert script.delete("/api/sessions/current").status == 200
    assert script.get("/api/me").code == "bad_token"


def test_a_token_to_read_by_revokes_no_other(ann):
    script = with_token(ann, ann.post("/api/tokens", name="script", scopes=["read"]).json["secret"])
    mine = next(each["id"] for each in ann.get("/api/sessions").json["credentials"] if each.get("mine"))
    assert script.delete(f"/api/sessions/{mine}").code == "not_allowed"
    assert script.delete("/api/sessions").code == "not_allowed"
    assert ann.get("/api/me").status == 200


def test_a_token_that_has_expired_lets_nobody_in(ann):
    soon = int(time.time() * 1000) + 1_000
    script = with_token(ann, ann.post("/api/tokens", name="brief", scopes=["read"], expires=soon).json["secret"])
    assert script.get("/api/me").status == 200
    eventually(lambda: script.get("/api/me").code == "bad_token")


def test_whoever_tries_again_under_one_id_makes_the_secret(ann):
    cid, secret = a_cid(), "klatch_" + a_name("t").ljust(43, "x")
    told = ann.post("/api/tokens", name="x", scopes=["read"], cid=cid)
    assert (told.status, told.code, told.json["error"]["field"]) == (400, "missing_field", "secret")
    first, second = (ann.post("/api/tokens", name="x", scopes=["read"], cid=cid, secret=secret) for _ in range(2))
    assert first.json == second.json
    assert first.json["secret"] == secret


def test_a_password_that_changes_ends_the_other_sessions(ann):
    other = again(ann)
    assert ann.put("/api/me/password", old=OTHER, password=OTHER).code == "bad_credentials"
    assert ann.put("/api/me/password", old=PASSWORD, password=OTHER).status == 200
    assert (ann.get("/api/me").status, other.get("/api/me").code) == (200, "bad_token")


# In a URL.


@pytest.mark.parametrize("name", ["token", "access_token", "t"])
def test_a_token_in_a_url_is_refused_and_revoked(ann, name):
    script = with_token(ann, ann.post("/api/tokens", name="script", scopes=["read"]).json["secret"])
    told = Program.ask(with_token(ann, None), "GET", f"/api/me?{name}={script.token}")
    assert (told.status, told.code) == (401, "token_in_url")
    assert script.get("/api/me").code == "bad_token"
    assert ann.get("/api/me").status == 200


def test_a_token_in_the_url_of_the_websocket_is_refused_and_revoked(open_house, ann):
    script = with_token(ann, ann.post("/api/tokens", name="script", scopes=["read"]).json["secret"])
    assert status(open_house.port, upgrade(path=f"/ws?token={script.token}")) == 401
    eventually(lambda: script.get("/api/me").code == "bad_token")


def test_what_is_no_token_in_a_url_revokes_nothing(ann):
    assert ann.get("/api/me", token="whatever").code == "token_in_url"
    assert ann.get("/api/me").status == 200


# Cookies.


@pytest.fixture
def page(open_house, ann):
    """A browser that shows a page of this server, signed in: it knows a cookie, and no token."""
    told = Program(open_house).post("/api/sessions", name=ann.me["name"], password=PASSWORD)
    return with_token(ann, None), told.headers["set-cookie"]


def test_a_cookie_is_out_of_the_reach_of_scripts_and_of_other_sites(page):
    words = page[1].split("; ")
    assert words[0].startswith("klatch=klatch_")
    assert set(words[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax"}


def test_a_cookie_signs_requests(page, ann):
    program, cookie = page
    told = program.ask("GET", "/api/me", headers={"Cookie": f"a=b; {cookie.split(';')[0]}; c"})
    assert told.json["account"]["id"] == ann.me["id"]


@pytest.mark.parametrize("cookie", ["klatch=", "klatch=x", "klatch", "other=klatch_x", '="; klatch', "__Host-klatch=x"])
def test_a_cookie_that_is_none_signs_nothing(page, cookie):
    assert page[0].ask("GET", "/api/me", headers={"Cookie": cookie}).status == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://127.0.0.1:PORT"}, 201),
        ({"Origin": "http://127.0.0.1:PORT", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "https://127.0.0.1:PORT"}, 201),  # a proxy of its own may have decrypted it
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://[", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1:PORT", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_what_other_sites_pages_ask_for_in_somebody_s_name_is_refused(page, headers, status):
    program, cookie = page
    sent = {name: value.replace("PORT", str(program.port)) for name, value in headers.items()}
    told = program.ask(
        "POST", room_path("#lobby", "messages"), {"text": "x"}, headers={"Cookie": cookie.split(";")[0], **sent}
    )
    assert told.status == status
    if status == 403:
        assert told.code == "foreign_page"


def test_no_other_site_signs_a_browser_in(open_house):
    told = Program(open_house).ask(
        "POST", "/api/sessions", {"name": a_name()}, headers={"Origin": "https://evil.example"}
    )
    assert told.code == "foreign_page"
    assert "set-cookie" not in told.headers


def test_a_header_goes_before_a_cookie(page, ann):
    told = ann.ask("GET", "/api/me", headers={"Cookie": "klatch=klatch_" + "x" * 43})
    assert told.status == 200


def test_a_cookie_opens_the_websocket_for_a_hello_that_shows_nothing_else(open_house, page, ann):
    headers = {"Cookie": page[1].split(";")[0], "Origin": f"http://127.0.0.1:{open_house.port}"}
    with contextlib.closing(Talker(open_house, additional_headers=headers)) as talker:
        talker.say({"op": "hello"})
        assert talker.hear("welcome")["account"]["id"] == ann.me["id"]


def test_a_hello_with_a_name_goes_before_a_cookie(open_house, page, ann):
    headers = {"Cookie": page[1].split(";")[0]}
    with contextlib.closing(Talker(open_house, additional_headers=headers)) as talker:
        assert talker.hello(a_name())["account"]["id"] != ann.me["id"]


def test_without_a_cookie_a_hello_shows_something(open_house):
    with contextlib.closing(Talker(open_house)) as talker:
        talker.say({"op": "hello"})
        assert talker.hear("error")["code"] == "missing_field"


def test_over_tls_the_cookie_is_for_this_very_server(tmp_path):
    with running(tmp_path / "data", "--tls", "self") as server:
        believing = ssl.create_default_context()
        believing.check_hostname, believing.verify_mode = False, ssl.CERT_NONE
        port = urlsplit(server.url).port
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=believing)
        try:
            connection.request("POST", "/api/sessions", b'{"name": "ann"}', {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            cookie = response.getheader("set-cookie") or ""
            assert cookie.startswith("__Host-klatch=klatch_")
            assert "; Secure" in cookie
            connection.request("GET", "/api/me", headers={"Cookie": cookie.split(";")[0]})
            assert json.loads(connection.getresponse().read())["account"]["name"] == "ann"
        finally:
            connection.close()


# Those who run the server.


def test_whoever_is_suspended_is_refused_from_then_on(olga, ann):
    path = f"/api/accounts/{ann.me['name']}/suspension"
    assert olga.put(path, reason="spam").status == 200
    assert ann.get("/api/me").status in (401, 403)
    assert (
        Program.post(with_token(ann, None), "/api/sessions", name=ann.me["name"], password=PASSWORD).code == "suspended"
    )
    assert olga.delete(path).status == 200
    assert again(ann).get("/api/me").status == 200


def test_a_request_that_is_under_way_when_somebody_is_suspended_does_nothing(open_house, olga, ann):
    """Its headers came before, its body after."""
    connection = http.client.HTTPConnection("127.0.0.1", open_house.port, timeout=PATIENCE)
    body = b'{"text": "too late"}'
    connection.putrequest("POST", "/api/rooms/%23lobby/messages")
    for name, value in {
        "Authorization": f"Bearer {ann.token}",
        "Content-Type": "application/json",
        "Content-Length": len(body),
    }.items():
        connection.putheader(name, value)
    connection.endheaders(body[:5])
    assert olga.put(f"/api/accounts/{ann.me['name']}/suspension").status == 200
    connection.send(body[5:])
    answer = connection.getresponse()
    assert answer.status in (401, 403)
    connection.close()
    items = olga.get(room_path("#lobby", "messages"), limit=200).json["items"]
    assert "too late" not in [item["body"].get("text") for item in items]


def test_members_do_not_see_accounts(ann):
    assert ann.get("/api/accounts").code == "not_allowed"


def test_accounts_are_listed_page_by_page(olga, ann):
    told = olga.get("/api/accounts", limit=1).json
    assert (len(told["accounts"]), told["more"]) == (1, True)
    after = olga.get("/api/accounts", limit=1, after=told["accounts"][0]["name"]).json
    assert after["accounts"][0]["name"] != told["accounts"][0]["name"]


def test_a_link_lets_somebody_in_who_has_no_account(open_house, olga):
    link = olga.post("/api/links", uses=1).json["secret"]
    told = Program(open_house).post("/api/sessions", name=(name := a_name()), password=PASSWORD, link=link)
    assert (told.status, told.json["account"]["name"], told.json["role"]) == (201, name, "member")
    used_up = Program(open_house).post("/api/sessions", name=a_name(), password=PASSWORD, link=link)
    assert (used_up.status, used_up.code) == (401, "bad_link")


def test_a_link_that_is_taken_back_lets_nobody_in(open_house, olga):
    link = olga.post("/api/links").json["secret"]
    number = olga.get("/api/links").json["links"][0]["id"]
    assert olga.delete(f"/api/links/{number}").status == 200
    assert Program(open_house).post("/api/sessions", name=a_name(), password=PASSWORD, link=link).code == "bad_link"


def test_a_reset_link_gives_a_new_password(open_house, olga, ann):
    link = olga.post(f"/api/accounts/{ann.me['name']}/reset_link").json["secret"]
    assert Program(open_house).post("/api/sessions", name=ann.me["name"], password=OTHER, link=link).status == 201
    assert ann.get("/api/me").code == "bad_token"


def test_somebody_is_given_a_role_on_the_server(olga, ann):
    assert olga.put(f"/api/accounts/{ann.me['name']}/role", role="moderator").status == 200
    assert ann.get("/api/me").json["role"] == "moderator"
