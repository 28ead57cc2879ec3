"""Limits: each is refused in the same words at every door, and none of them harms anybody else."""

import contextlib
import time

import pytest

from tests.gateways.talking import Liner, Talker, first_frame, hear_out, lining, masked, shake_hands, talking
from tests.running import eventually


@pytest.fixture
def knock_at(leaving):
    """Makes a WebSocket client of a server that has not said hello."""
    return lambda server: leaving.enter_context(contextlib.closing(Talker(server)))


def test_a_peer_that_does_not_say_hello_in_time_is_closed_with_4001(serve, knock_at):
    stranger = knock_at(serve(register_within=300))
    assert stranger.ended(within=3) == 4001
    assert stranger.heard[-1]["op"] == "bye"


def test_pings_are_no_hello(serve, knock_at):
    stranger = knock_at(serve(register_within=300))
    stranger.say({"op": "ping"})
    assert stranger.ended(within=3) == 4001


def test_who_has_said_hello_in_time_stays(serve):
    with talking(serve(register_within=300)) as ann:
        with pytest.raises(TimeoutError):
            ann.hear("bye", within=0.6)
        assert ann.ask("ping")["op"] == "pong"


def test_who_sends_too_fast_is_refused_with_when_to_try_again(serve):
    with talking(serve(member_burst=3, member_rate=2)) as ann:
        answers = [ann.send("#lobby", f"{number}") for number in range(4)]
    assert [answer["op"] for answer in answers] == ["ack", "ack", "ack", "error"]
    assert answers[-1]["code"] == "rate_limited"
    assert answers[-1]["message"].startswith("You may send 2 messages a second. Try again in 0.")
    assert 0 < answers[-1]["retry_after"] <= 500


def test_what_was_refused_for_its_speed_may_be_sent_again_with_the_same_cid(serve):
    with talking(serve(member_burst=1, member_rate=20)) as ann:
        ann.send("#lobby", "first")
        refused = ann.do("send", cid="the-second-of-two", room="#lobby", text="second")
        assert refused["code"] == "rate_limited"
        eventually(lambda: ann.do("send", cid="the-second-of-two", room="#lobby", text="second")["op"] == "ack")


def test_the_limit_of_a_member_holds_for_all_their_connections(serve):
    server, secret = serve(member_burst=3, member_rate=1), "a-secret-of-22-characters"
    with talking(server, "ann", secret=secret) as one, talking(server, "ann", secret=secret) as other:
        answers = [who.send("#lobby", "hi")["op"] for who in (one, other, one, other)]
    assert answers == ["ack", "ack", "ack", "error"]


def test_the_limit_of_an_address_holds_for_all_its_members(serve):
    server = serve(address_burst=4, address_rate=1)
    with talking(server, "ann") as ann, talking(server, "bob") as bob:
        answers = [who.send("#lobby", "hi") for who in (ann, bob, ann, bob, ann)]
    assert [answer["op"] for answer in answers] == ["ack", "ack", "ack", "ack", "error"]
    assert answers[-1]["message"].startswith("Your address may send 1 messages a second.")


def test_questions_are_no_sends(serve):
    with talking(serve(member_burst=1, member_rate=1)) as ann:
        assert {ann.ask("history", room="#lobby")["op"] for _ in range(10)} == {"page"}


def test_a_connection_too_many_of_an_account_is_refused_with_4029(serve, knock_at):
    server, secret = serve(sessions_of_account=2), "a-secret-of-22-characters"
    with talking(server, "ann", secret=secret), talking(server, "ann", secret=secret):
        third = knock_at(server)
        assert third.hello("ann", secret=secret)["code"] == "too_many_sessions"
        assert third.ended() == 4029


def test_a_connection_too_many_of_an_address_is_refused(serve, knock_at):
    server = serve(sessions_of_address=2)
    with talking(server), lining(server):
        with pytest.raises(Exception, match="429"):
            knock_at(server)
        liner = Liner(server)
        assert liner.ended().startswith("! There are 2 connections from your address")
        liner.close()


def test_a_connection_that_is_gone_counts_no_more(serve, knock_at):
    server = serve(sessions_of_address=1)
    with talking(server):
        pass

    def is_let_in():
        with contextlib.suppress(Exception):
            return knock_at(server).hello("ann")["op"] == "welcome"
        return False

    eventually(is_let_in)


def test_both_doors_refuse_in_the_same_words(serve):
    """But for the rate: there the line door waits, as test_line.py tells."""
    server = serve()
    with talking(server, "ann") as ann, lining(server, "bob") as bob:
        for typed in ("/join #nowhere", "/nick klatch", "/topic x", "/react 1 👍", "/nosuch", "/kick", "/edit x"):
            ann.say({"op": "type", "cid": "typed-by-ann-" + typed[1:4], "room": "#lobby", "text": typed})
            bob.say(typed)
            assert bob.hear("! ") == "! " + ann.hear("error")["message"]


def test_the_heads_of_logs_that_grew_are_told_at_every_beat(serve):
    with talking(serve(heads_every=200)) as ann:
        ack = ann.send("#lobby", "hi")
        assert ann.hear(lambda f: f["op"] == "heads" and ack["room"] in f["rooms"])["rooms"][ack["room"]] == ack["seq"]


def test_the_heads_of_rooms_one_is_not_in_are_not_told(serve):
    server = serve(heads_every=200)
    with talking(server) as ann, talking(server) as bob:
        ack = bob.do("create", name="ops")
        bob.hear(lambda f: f["op"] == "heads" and ack["room"] in f["rooms"])
        ann.catch_up()
        assert not [f for f in ann.heard if f["op"] == "heads" and ack["room"] in f["rooms"]]


def test_a_peer_that_answers_no_ping_is_let_go(serve):
    with shake_hands(serve(ping_after=150).port) as peer:
        peer.sendall(masked(b'{"op":"hello","name":"ann"}'))
        assert (9, b"") in all_frames(peer)  # pinged, then cut off


def test_a_peer_that_answers_pings_stays(serve):
    with talking(serve(ping_after=150)) as ann:
        with pytest.raises(TimeoutError):
            ann.hear("bye", within=0.6)
        assert ann.ask("ping")["op"] == "pong"


def test_a_peer_that_answers_pings_is_never_cut_off_for_a_moment_s_silence(serve, leaving):
    """Several at once, over many turns: a pong counts however the clocks fall."""
    server = serve(ping_after=50)
    everybody = [leaving.enter_context(talking(server)) for _ in range(5)]
    time.sleep(1.5)
    assert [one.ask("ping")["op"] for one in everybody] == ["pong"] * 5


def all_frames(peer):
    heard, frames = hear_out(peer), []
    while (frame := first_frame(heard)) is not None:
        opcode, payload, heard = frame
        frames.append((opcode, payload))
    return frames
