"""Slow readers: whoever stops reading is closed, loses nothing on return, and holds nobody up."""

import contextlib
import struct
import time

import pytest

from tests.gateways.talking import Talker, lining, masked, say_goodbye, shake_hands, talking
from tests.running import eventually

BACKLOG = 600_000  # more than a page of 200 such messages
SECRET = "the-secret-of-a-slow-one"
TEXT = "x" * 2_000
MANY = 5_000  # messages: more than a backlog and what the sockets of both sides hold


@pytest.fixture
def server(serve):
    most = 10**9
    return serve(backlog=BACKLOG, member_burst=most, member_rate=most, address_burst=most, address_rate=most)


@pytest.fixture
def slow(server):
    """Somebody who said hello and reads nothing: the name, and the socket."""
    peer = shake_hands(server.port)
    peer.sendall(masked(b'{"op":"hello","name":"slow","secret":"%s"}' % SECRET.encode()))
    with contextlib.closing(peer):
        yield peer


def flood(talker, count=MANY):
    for _ in range(count // 20):  # what one sends comes back: not more at once than a backlog holds
        talker.send_many("#lobby", [TEXT] * 20)


def is_online(talker, name):
    return name in [person["name"] for person in talker.ask("online")["people"]]


def test_who_stops_reading_is_closed_with_4008_and_loses_nothing_on_return(server, slow):
    with talking(server, "fast") as fast:
        eventually(lambda: is_online(fast, "slow"))
        flood(fast)
        assert say_goodbye(slow)[-1] == (8, struct.pack("!H", 4008) + b"too_slow")
        epoch, head = fast.heard[0]["epoch"], fast.ask("fetch", room="#lobby", after=0, limit=1)["head"]
    with contextlib.closing(Talker(server)) as back:
        back.hello("slow", secret=SECRET, cursors={"epoch": epoch, "rooms": {"2": 1}})
        answer, seqs = back.hear("range"), []
        seqs += [entry["seq"] for entry in answer["entries"]]
        while answer["more"]:
            answer = back.ask("fetch", room="2", after=seqs[-1], limit=200)
            seqs += [entry["seq"] for entry in answer["entries"]]
    assert seqs == list(range(2, head + 1))


def test_a_slow_reader_holds_nobody_up(server, slow):
    with talking(server, "fast") as fast, talking(server, "other") as other:
        eventually(lambda: is_online(fast, "slow"))
        flood(fast)
        started = time.monotonic()
        ack = fast.send("#lobby", "last")
        other.entry(ack["cid"])
        assert time.monotonic() - started < 10


def test_a_slow_reader_at_the_line_door_is_let_go_too(server):
    with talking(server, "fast") as fast, lining(server, "slow") as slow:
        flood(fast)
        assert slow.ended().endswith("! You read too slowly, so the connection ends. Come back: nothing is lost.\n")


def test_a_page_larger_than_a_backlog_can_be_read(server):
    with talking(server, "ann") as ann:
        for _ in range(70):
            ann.send("#lobby", "x" * 10_000)
        assert ann.ask("fetch", room="#lobby", after=0, limit=200)["op"] == "range"


def test_who_asks_for_pongs_and_takes_none_is_dropped(serve):
    """For too many pings it is told goodbye first, and has five seconds to hear it."""
    with shake_hands(serve(backlog=10_000).port) as peer:
        assert is_dropped(peer, masked(b"x" * 125, 9) * 1_000, within=4)


def is_dropped(peer, data, within):
    """Whether the server ends the connection of one that writes on and reads nothing."""
    peer.settimeout(within)
    deadline = time.monotonic() + within
    try:
        while time.monotonic() < deadline:
            peer.sendall(data)
    except (ConnectionResetError, BrokenPipeError):
        return True
    except TimeoutError:
        return False
    return False
