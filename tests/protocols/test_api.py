"""The API as a table: which path is which route, and what its parts hold."""

import msgspec
import pytest

from klatch.core.answers import Ack, Page
from klatch.core.commands import DeleteMessage, History, LookAtRoom, SendMessage
from klatch.core.events import Author, Message
from klatch.core.refusals import CODES, Refused
from klatch.core.view import Item
from klatch.protocols.api import Asked, BadMethod, Table, act, find_token, look, read_query, spell, spell_refusal
from tests.protocols.outcome import outcome

TABLE = Table(
    (
        look("GET", "/api/rooms/{room}", LookAtRoom, Page, "One room."),
        act("POST", "/api/rooms/here", SendMessage, "Says something.", fixed={"room": "#here"}),
        look("GET", "/api/rooms/{room}/messages", History, Page, "A page."),
        act("DELETE", "/api/rooms/{room}/messages/{seq}", DeleteMessage, "Takes it back."),
    )
)
TOKEN = "klatch_" + "a" * 43


def read(method, path, **asked):
    form, parameters = TABLE.find(method, path)
    return form.read(Asked(parameters, **asked), lambda _kind, field: f"made-{field}-0123456789")


def test_the_parts_of_a_path_become_fields():
    command = read("DELETE", "/api/rooms/%23caf%C3%A9/messages/7", key="k" * 16)
    assert command == DeleteMessage(cid="k" * 16, room="#café", seq=7)


def test_a_word_goes_before_a_parameter():
    assert read("POST", "/api/rooms/here", body=b'{"text": "x"}').room == "#here"


def test_a_cid_is_made_where_none_is_given():
    assert read("POST", "/api/rooms/here", body=b'{"text": "x"}').cid == "made-cid-0123456789"


def test_head_is_read_as_get():
    assert read("HEAD", "/api/rooms/7") == LookAtRoom(room="7")


def test_what_the_query_string_leaves_out_has_its_default():
    assert read("GET", "/api/rooms/7/messages", query="before=9") == History(room="7", before=9)


def test_a_plus_is_a_blank_and_an_escape_its_character():
    assert read_query("a=x+y&b=%2B&c=&d") == [("a", "x y"), ("b", "+"), ("c", ""), ("d", "")]


@pytest.mark.parametrize(
    "path", ["", "/", "/api", "/api/rooms", "/api/rooms/", "/api/rooms/7/", "/api//7", "/api/rooms/.."]
)
def test_a_path_of_no_route_is_refused(path):
    assert outcome(TABLE.find, "GET", path).code == "no_such_route"


def test_another_method_is_refused_with_those_that_there_are():
    with pytest.raises(BadMethod) as refused:
        TABLE.find("PUT", "/api/rooms/7")
    assert refused.value.allow == "GET, HEAD"


def test_an_answer_is_spelled_without_its_op_wherever_it_stands():
    ack = Ack(cid="c", room="2", seq=1, id="5", ts=6)
    assert spell(ack) == b'{"cid":"c","room":"2","seq":1,"id":"5","ts":6}'


@pytest.mark.parametrize("text", ['{"op":"x"}', '\\{"op":"x",', '"{"op":"entry",', "{\\"])
def test_a_text_that_looks_like_an_op_stays_as_it_is(text):
    item = Item(seq=1, id="1", ts=1, author=Author("1", text), body=Message(text=text))
    told = msgspec.json.decode(spell(Page(room=text, items=[item], as_of=1, more=False)))
    assert (told["room"], told["items"][0]["body"]["text"], told["items"][0]["author"]["name"]) == (text, text, text)


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_can_be_spelled(code):
    told = msgspec.json.decode(spell_refusal(Refused(code, "No.", field="x", retry_after=5)))
    assert told == {"error": {"code": code, "message": "No.", "field": "x", "retry_after": 5}}


@pytest.mark.parametrize(
    ("query", "token"),
    [
        ("", None),
        ("limit=5", None),
        (f"x={TOKEN}", TOKEN),
        (f"token={TOKEN}", TOKEN),
        ("token=whatever", "whatever"),
        ("access_token=", ""),
        (f"x={TOKEN.replace('_', '%5F')}", TOKEN),
        ("limit=5&token=a", "a"),
    ],
)
def test_a_token_is_found_in_a_query_string(query, token):
    assert find_token(query) == token
