"""The line protocol: what a line asks for, and what is shown of an answer."""

from datetime import UTC
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core import commands as ask
from klatch.core.answers import Ack, Bye, Online, Page, Person, Pong, Presence, Refusal, RoomState, Welcome
from klatch.core.commands import Request
from klatch.core.events import Author, Departed, Entered, Entry, Joined, Message, Renamed, RoomName
from klatch.core.refusals import Refused
from klatch.core.view import Item
from klatch.protocols.line import LineDialect
from tests.protocols.outcome import outcome

NOON = 1_789_992_000_000  # 2026-09-21 12:00 UTC
ANN, BOB = Author("3", "ann"), Author("4", "bob")
LOBBY = RoomState(id="2", name="#lobby", kind="open", topic="", head=1, role="guest")
DIRECT = RoomState(id="6", name="@bob", kind="direct", topic="", head=1, role="member")


def person(author, state="online", **more):
    return Person(id=author.id, name=author.name, display_name=author.name, state=state, **more)


def welcome(rooms=(LOBBY, DIRECT)):
    return Welcome(version="1", epoch="e", account=person(ANN), head=0, rooms=list(rooms), heads_every=1, now=NOON)


def entry(body, author=BOB, room="2", seq=2, ts=NOON):
    return Entry(room=room, seq=seq, id=str(seq), ts=ts, author=author, body=body)


@pytest.fixture
def stranger():
    """Somebody who has not said a name yet."""
    numbers = count(1)
    return LineDialect(lambda: NOON, lambda: f"made-{next(numbers):011}", UTC)


@pytest.fixture
def line(stranger):
    """Ann, who is in the lobby and has written to bob."""
    stranger.spell(welcome())
    return stranger


def test_the_first_line_is_a_name(stranger):
    assert stranger.read(b" ann ") == ask.Hello(name="ann", client="line")


@pytest.mark.parametrize("said", [b"quit", b"/quit", b"/exit", b" QUIT "])
def test_one_may_leave_without_a_name(stranger, said):
    assert stranger.read(said) == ask.Quit()


@pytest.mark.parametrize("verb", ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
def test_a_browser_is_at_the_wrong_door(stranger, verb):
    with pytest.raises(Refused) as refused:
        stranger.read(f"{verb} / HTTP/1.1".encode())
    assert refused.value.code == "wrong_door"


def test_a_refused_name_is_asked_for_again(stranger):
    assert stranger.spell(Refusal(code="name_taken", message="Taken.")) == b"! Taken.\nWhat is your name?\n"


def test_the_welcome_says_where_one_is(line):
    assert line.spell(welcome()).startswith(b"Hello ann. You are in #lobby. ")


def test_the_welcome_of_one_in_no_room_says_so(stranger):
    assert b"You are in no room: /rooms" in stranger.spell(welcome(rooms=()))


def test_a_line_is_a_message_in_the_room_one_is_in(line):
    assert line.read(b"hi") == ask.SendMessage(cid="made-00000000001", room="2", text="hi")


@pytest.mark.parametrize("said", [b"", b"  ", b"\t"])
def test_an_empty_line_asks_for_nothing(line, said):
    assert line.read(said) is None


@pytest.mark.parametrize("said", [b"quit", b" Quit ", b"/quit", b"/exit"])
def test_a_bare_quit_leaves(line, said):
    assert line.read(said) == ask.Quit()


def test_a_sentence_with_quit_is_a_message(line):
    assert line.read(b"quit it").text == "quit it"


def test_at_and_a_name_at_the_start_is_private(line):
    assert line.read(b"@bob hi").room == "@bob"


def test_a_line_that_is_not_utf_8_is_refused(line):
    with pytest.raises(Refused) as refused:
        line.read("Zoë".encode("latin-1"))
    assert refused.value.code == "utf8"


@given(said=st.binary(max_size=200))
def test_any_line_is_a_request_or_a_documented_refusal(said):
    dialect = LineDialect(lambda: NOON, lambda: "made-00000000001", UTC)
    dialect.spell(welcome())
    assert isinstance(outcome(dialect.read, said), Request | Refused | None)


def test_acks_are_shown_after_ack_on_only(line):
    ack = Ack(cid="c", room="2", seq=7, id="7", ts=NOON)
    before, _ = line.spell(ack), line.read(b"/ack on")
    during, _ = line.spell(ack), line.read(b"/ack off")
    assert (before, during, line.spell(ack)) == (b"", b"ok 7\n", b"")


def test_a_message_is_shown_with_its_time_and_author(line):
    assert line.spell_entries([entry(Message(text="hi"))]) == b"[12:00] bob: hi\n"


def test_a_message_of_another_room_is_shown_with_its_room(line):
    line.spell_entries([entry(Entered(room=RoomName("7", "#ops", "open")), ANN, room="3")])
    assert line.spell_entries([entry(Message(text="hi"), room="7")]) == b"[12:00] #ops bob: hi\n"


def test_a_private_message_is_shown_as_one(line):
    assert line.spell_entries([entry(Message(text="psst"), room="6")]) == b"[12:00] (private) bob: psst\n"


def test_ones_own_private_message_shows_to_whom_it_went(line):
    shown = line.spell_entries([entry(Message(text="psst"), ANN, room="6")])
    assert shown == b"[12:00] (private, to @bob) ann: psst\n"


def test_further_lines_of_a_message_cannot_pass_for_lines_of_the_server(line):
    shown = line.spell_entries([entry(Message(text="hi\n[12:01] ann: I quit"))]).decode().splitlines()
    assert shown == ["[12:00] bob: hi", "    | [12:01] ann: I quit"]


def test_a_message_cannot_take_over_the_terminal(line):
    assert line.spell_entries([entry(Message(text="\x1b]52;c;aGk=\x07"))]) == b"[12:00] bob: \\x1b]52;c;aGk=\\x07\n"


def test_history_is_shown_with_its_numbers(line):
    item = Item(
        seq=5, id="5", ts=NOON - 86_400_000, author=BOB, body=Message(text="hi"), edited=NOON, reactions={"👍": ["3"]}
    )
    shown = line.spell(Page(room="2", items=[item], as_of=9, more=False)).decode()
    assert shown == "--- #lobby ---\n    5  [2026-09-20 12:00] bob: hi (edited)  [👍 1]\n"


def test_after_joining_one_writes_to_the_new_room(line):
    joined = line.read(b"/join ops")
    follow_up = line.follow_up(Ack(cid=joined.cid, room="7", seq=3, id="3", ts=NOON))
    assert [query.room for query in follow_up] == ["7"]
    assert line.read(b"hi").room == "7"


def test_ones_own_joining_is_told_by_the_heading_alone(line):
    assert line.spell_entries([entry(Joined(role="guest"), ANN)]) == b""


def test_after_being_removed_one_writes_to_the_lobby(line):
    joined = line.read(b"/join ops")
    line.follow_up(Ack(cid=joined.cid, room="7", seq=3, id="3", ts=NOON))
    line.spell_entries([entry(Departed(room=RoomName("7", "#ops", "open")), ANN, room="3")])
    assert line.read(b"hi").room == "2"


def test_ones_own_new_name_is_told(line):
    assert line.spell_entries([entry(Renamed(name="anna"), ANN, room="3")]) == b"[12:00] * You are anna now.\n"


def test_coming_and_going_is_told_once(line):
    came, went = Presence(people=[person(BOB)]), Presence(people=[person(BOB, "offline")])
    assert (line.spell(came), line.spell(went)) == (b"[12:00] * bob came.\n", b"[12:00] * bob went.\n")


def test_whoever_was_online_on_arrival_does_not_come_again(line):
    line.spell(Online(people=[person(BOB)], ref="arrival"))
    assert line.spell(Presence(people=[person(BOB, "away", status="lunch")])) == b"[12:00] * bob is away: lunch\n"


def test_whoever_came_just_before_one_does_not_come_again(line):
    line.spell(Online(people=[person(BOB)], ref="arrival"))
    assert line.spell(Presence(people=[person(BOB)])) == b""


def test_whoever_is_back_is_told_to_be_back(line):
    line.spell(Online(people=[person(BOB, "away")], ref="arrival"))
    assert line.spell(Presence(people=[person(BOB)])) == b"[12:00] * bob is back.\n"


def test_a_new_name_and_a_new_status_at_once_are_two_lines(line):
    line.spell(Online(people=[person(BOB)], ref="arrival"))
    shown = line.spell(Presence(people=[person(Author("4", "rob"), status="busy")])).decode()
    assert shown == "[12:00] * bob is rob now.\n[12:00] * rob is here: busy\n"


def test_the_last_messages_look_like_those_that_follow(line):
    item = Item(seq=5, id="5", ts=NOON, author=BOB, body=Message(text="hi"))
    shown = line.spell(Page(room="2", items=[item], as_of=5, more=False, ref="arrival"))
    assert shown == b"--- #lobby ---\n[12:00] bob: hi\n"


def test_where_nobody_said_anything_yet_no_heading_is_shown(line):
    assert line.spell(Page(room="2", items=[], as_of=1, more=False, ref="arrival")) == b""


def test_what_comes_while_the_last_messages_are_looked_up_is_shown_after_them_once(line):
    line.follow_up(welcome())
    early = line.spell_entries([entry(Message(text="one"), seq=2), entry(Message(text="two"), seq=3)])
    item = Item(seq=2, id="2", ts=NOON, author=BOB, body=Message(text="one"))
    shown = line.spell(Page(room="2", items=[item], as_of=2, more=False, ref="arrival"))
    assert (early, shown) == (b"", b"--- #lobby ---\n[12:00] bob: one\n[12:00] bob: two\n")


def test_what_was_held_back_is_shown_if_the_last_messages_are_refused(line):
    line.follow_up(welcome())
    line.spell_entries([entry(Message(text="one"))])
    shown = line.spell(Refusal(code="not_a_member", message="No.", ref="arrival"))
    assert shown == b"! No.\n[12:00] bob: one\n"


def test_one_who_is_alone_is_told_so(line):
    assert line.spell(Online(people=[person(ANN)], ref="arrival")) == b"* Nobody else is online.\n"


def test_of_many_who_are_online_some_are_named(line):
    people = [person(Author(str(number), f"p{number}")) for number in range(40)]
    assert line.spell(Online(people=people, ref="arrival")).endswith(b" p29 and 10 more\n")


def test_ones_own_presence_is_not_told(line):
    assert line.spell(Presence(people=[person(ANN)])) == b""


def test_who_is_online_is_told_with_since_and_last_active(line):
    people = [person(BOB, since=NOON - 7_200_000, active=NOON - 180_000, status="at lunch")]
    shown = line.spell(Online(people=people)).decode()
    assert shown == "1 online:\n  bob  online  since 10:00  active 3 min ago  at lunch\n"


def test_hints_that_lines_do_not_show_are_not_shown(line):
    assert line.spell(Pong()) == b""


def test_goodbye_is_one_line(line):
    assert line.spell(Bye(reason="Goodbye.")) == b"* Goodbye.\n"


def test_a_goodbye_does_not_say_again_why_one_was_refused(line):
    assert (
        line.spell(Refusal(code="suspended", message="This account is suspended.")) == b"! This account is suspended.\n"
    )
    assert line.spell(Bye(reason="This account is suspended.")) == b""
