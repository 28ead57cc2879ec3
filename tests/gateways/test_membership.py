"""Membership at the doors: whoever is removed gets the entry that says so, and nothing after it (G12)."""

import pytest

from tests.gateways.talking import a_cid, a_name


@pytest.fixture
def room(guest):
    """Ann, who owns a room, Bob, who is in it, and the room's id."""
    ann, bob = guest(), guest()
    room = ann.do("create", name=a_name("room"))["room"]
    bob.do("join", room=room)
    return ann, bob, room


def kinds(talker, room):
    return [f["body"]["kind"] for f in talker.heard if f["op"] == "entry" and f["room"] == room]


def test_a_removed_member_gets_the_entry_and_nothing_after_it(room):
    ann, bob, log = room
    kick = ann.do("kick", room=log, user=bob.me["name"], reason="spam")
    ann.send(log, "secret")
    assert bob.entry(kick["cid"])["body"]["reason"] == "spam"
    bob.catch_up()
    assert max(bob.seqs(log)) == kick["seq"]
    assert "secret" not in str(bob.heard)


@pytest.mark.parametrize("before", [0, 1, 100])
def test_what_was_sent_at_once_with_the_removal_stops_at_it(room, before):
    """Pushes that wait together are cut at the removal."""
    ann, bob, log = room
    frames = [{"op": "send", "cid": a_cid(), "room": log, "text": f"before {n}"} for n in range(before)]
    frames.append({"op": "kick", "cid": a_cid(), "room": log, "user": bob.me["name"]})
    frames += [{"op": "send", "cid": a_cid(), "room": log, "text": f"after {n}"} for n in range(100)]
    for frame in frames:
        ann.say(frame)
    ann.hear(lambda f: f["op"] == "ack" and f["cid"] == frames[-1]["cid"])
    bob.catch_up()
    assert kinds(bob, log)[-1] == "kick"
    assert "after" not in str(bob.heard)
    assert kinds(bob, log).count("message") == before


def test_a_removed_member_at_the_line_door_is_told_and_hears_no_more(room, line):
    ann, _, log = room
    liner = line(name := a_name())
    liner.say(f"/join {room_name(ann, log)}")
    liner.hear(f"--- {room_name(ann, log)}")
    ann.do("kick", room=log, user=name)
    ann.send(log, "secret")
    assert liner.hear("removed").endswith(f"removed {name}.")
    liner.hear("You are no longer in")
    liner.say("where am I?")
    assert "secret" not in liner.hear("where am I?")
    assert "secret" not in liner.text


def room_name(talker, log):
    return next(room["name"] for room in talker.ask("rooms")["rooms"] if room["id"] == log)


def test_a_removed_member_can_neither_write_nor_change(room):
    ann, bob, log = room
    seq = bob.send(log, "mine")["seq"]
    ann.do("kick", room=log, user=bob.me["name"])
    answers = [
        bob.send(log, "hi"),
        bob.do("edit", room=log, text="hi", seq=seq),
        bob.do("delete", room=log, seq=seq),
        bob.do("react", room=log, seq=seq, emoji="👍"),
        bob.do("topic", room=log, topic="hi"),
        bob.do("read", room=log),
        bob.do("leave", room=log),
    ]
    assert {answer["code"] for answer in answers} == {"not_a_member"}


def test_a_removed_member_can_read_nothing(room):
    ann, bob, log = room
    ann.do("kick", room=log, user=bob.me["name"])
    answers = [bob.ask("fetch", room=log, after=0), bob.ask("history", room=log), bob.ask("members", room=log)]
    assert {answer["code"] for answer in answers} == {"not_a_member"}


def test_a_removed_member_hears_no_typing(room):
    ann, bob, log = room
    ann.do("kick", room=log, user=bob.me["name"])
    ann.say({"op": "typing", "room": log})
    ann.catch_up()
    bob.catch_up()
    assert "typing" not in [frame["op"] for frame in bob.heard]


def test_who_leaves_hears_no_more(room):
    ann, bob, log = room
    left = bob.do("leave", room=log)
    ann.send(log, "secret")
    bob.catch_up()
    assert max(bob.seqs(log)) == left["seq"]


def test_who_comes_back_hears_again(room):
    ann, bob, log = room
    ann.do("kick", room=log, user=bob.me["name"])
    bob.do("join", room=log)
    ack = ann.send(log, "welcome back")
    assert bob.entry(ack["cid"])


def test_all_connections_of_a_removed_member_are_cut_off(room, guest):
    ann, _, log = room
    secret = f"secret-{a_name():x>22}"
    both = [guest(secret=secret) for _ in range(2)]
    both[0].do("join", room=log)
    kick = ann.do("kick", room=log, user=both[0].me["name"])
    ann.send(log, "secret")
    for one in both:
        one.entry(kick["cid"])
        one.catch_up()
        assert "secret" not in [f["body"].get("text") for f in one.heard if f["op"] == "entry"]


def test_a_member_cannot_remove_anybody(room, guest):
    ann, bob, log = room
    assert bob.do("kick", room=log, user=ann.me["name"])["code"] == "not_allowed"


def test_a_moderator_cannot_remove_whoever_stands_above(room):
    ann, bob, log = room
    ann.do("role", room=log, user=bob.me["name"], role="moderator")
    assert bob.do("kick", room=log, user=ann.me["name"])["code"] == "not_allowed"


def test_nobody_gives_a_role_above_their_own(room, guest):
    ann, bob, log = room
    carl = guest()
    carl.do("join", room=log)
    ann.do("role", room=log, user=bob.me["name"], role="admin")
    assert bob.do("role", room=log, user=carl.me["name"], role="owner")["code"] == "not_allowed"
    assert bob.do("role", room=log, user=carl.me["name"], role="moderator")["op"] == "ack"


def test_there_is_no_other_role(room):
    ann, bob, log = room
    assert ann.do("role", room=log, user=bob.me["name"], role="king")["field"] == "role"
