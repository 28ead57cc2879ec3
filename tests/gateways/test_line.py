"""The line door, with bare sockets: what one types, what one is told, and what does no harm."""

import shutil
import socket
import subprocess

import pytest

from tests.gateways.talking import Liner, a_name, converse, hear_out
from tests.pace import PATIENCE
from tests.running import eventually


@pytest.fixture
def room(guest):
    """A room of a test's own: its owner, its name and its id."""
    owner, name = guest(), a_name("room")
    return owner, f"#{name}", owner.do("create", name=name)["room"]


def stored(owner, room):
    """What was said in a room, as it is stored."""
    entries = owner.ask("fetch", room=room, after=0, limit=200)["entries"]
    return [entry["body"]["text"] for entry in entries if entry["body"]["kind"] == "message"]


@pytest.fixture
def ann(line, room):
    """Somebody at the line door who writes in the room."""
    liner = line()
    liner.say(f"/join {room[1]}")
    liner.hear("---")
    return liner


def test_a_peer_is_asked_for_a_name(line):
    assert line("").hear("name?") == "Welcome to Klatch. What is your name?"


def test_a_name_is_answered_with_where_one_is(line):
    name, liner = a_name(), line("")
    assert liner.enter(name).startswith(f"Hello {name}. You are in #lobby.")


def test_a_line_is_heard_at_the_other_door(ann, room):
    owner, _, log = room
    ann.say("hi there")
    entry = owner.find(lambda f: f["op"] == "entry" and f["body"].get("text") == "hi there")
    assert entry["room"] == log


def test_what_is_said_elsewhere_is_shown_with_time_and_name(ann, room):
    owner, _, log = room
    owner.send(log, "good morning")
    shown = ann.hear("good morning")
    assert shown.endswith(f"] {owner.me['name']}: good morning")
    assert shown[0] == "["


def test_ones_own_line_is_confirmed_by_its_echo(ann):
    ann.say("hear, hear")
    assert ann.hear("hear, hear")


def test_after_ack_on_a_line_is_confirmed_with_its_number(ann, room):
    owner, _, log = room
    ann.say("/ack on")
    ann.say("numbered")
    assert ann.hear("ok ") == f"ok {owner.ask('fetch', room=log, after=0)['head']}"


def test_the_same_act_through_both_doors_makes_the_same_entry(ann, room):
    """But for what tells who, when and which."""
    owner, _, log = room
    acts = ["hi", "/me waves", "//leave", "/reply 3 yes", "/edit no", "/react 3 👍", "/unreact 3 👍", "/delete"]
    for typed in acts:
        ann.say(typed)
    ann.say("/ack on")
    ann.say("done")
    ann.hear("ok ")
    by_line = bodies(owner, log)
    for typed in [*acts, "done"]:
        owner.do("type", room=log, text=typed, private_at=True)
    assert bodies(owner, log)[len(by_line) :] == by_line


def bodies(owner, log):
    entries = owner.ask("fetch", room=log, after=0, limit=200)["entries"]
    first = next(entry["seq"] for entry in entries if entry["body"]["kind"] == "message")
    return [
        {name: value for name, value in entry["body"].items() if name != "target"}
        for entry in entries
        if entry["seq"] >= first
    ]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/msg", "! Write it as: /msg USER TEXT"),
        ("/msg nobody-here hi", "! There is nobody by the name nobody-here."),
        ("/join", "! Write it as: /join ROOM"),
        ("/nosuch", "! There is no command /nosuch. "),
        ("/laeve", "Did you mean /leave? To send it as text, start it with //."),
        ("/history all", "! Write it as: /history [N|DATE]"),
        ("/join #nowhere-at-all", "! There is no room #nowhere-at-all"),
        ("/edit 999 x", "! There is no message 999 in this room."),
        ("/topic mine", "! Only those with the role member"),
    ],
)
def test_what_cannot_be_done_is_answered_with_one_line_and_never_sent(ann, room, typed, answer):
    owner, _, log = room
    ann.say(typed)
    assert ann.hear(answer).startswith("! ")
    ann.say("still here")
    ann.hear("still here")
    assert stored(owner, log) == ["still here"]


@pytest.mark.parametrize("typed", ["quit", "QUIT", "/quit", "/exit"])
def test_one_may_leave(ann, typed):
    ann.say(typed)
    assert "* Goodbye.\n" in ann.ended()


def test_telnet_is_refused_its_options_and_understood(ann, room):
    owner, _, log = room
    ann.say(b"\xff\xfd\x01\xff\xfb\x03te\xff\xf1lnet\r\n")
    owner.find(lambda f: f["op"] == "entry" and f["body"].get("text") == "telnet")
    assert stored(owner, log) == ["telnet"]


def test_the_refusal_of_a_telnet_option_is_sent(house):
    with socket.create_connection(("127.0.0.1", house.line_port), timeout=PATIENCE) as peer:
        peer.sendall(b"\xff\xfd\x01")
        heard = b""
        while b"\xff\xfc\x01" not in heard:
            heard += peer.recv(100)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        ("up\x1b[A", r"up\x1b[A"),
        ("back\b\b\b", r"back\x08\x08\x08"),
        ("bell\x07", r"bell\x07"),
        ("turn\u202ed", "turn\\u202ed"),
        ("over\rwrite", None),
    ],
)
def test_no_terminal_is_taken_over(ann, line, room, said, shown):
    bob = line()
    bob.say(f"/join {room[1]}")
    bob.hear("---")
    ann.say(said)
    if shown is None:
        assert "\r" not in bob.hear("write")
    else:
        assert bob.hear(shown)


def test_nobody_can_write_a_line_in_anothers_name(ann, room):
    owner, _, log = room
    owner.send(log, f"hi\n[12:00] {owner.me['name']}x: I said this")
    assert ann.hear("I said this").startswith("    | [12:00]")


def test_a_line_that_is_not_utf_8_is_refused_and_the_connection_kept(ann, room):
    owner, _, log = room
    ann.say("Grüße\n".encode("latin-1"))
    assert ann.hear("UTF-8").startswith("! The line is not UTF-8, so it was not sent.")
    ann.say("still here")
    ann.hear("still here")
    assert stored(owner, log) == ["still here"]


def test_a_line_of_70_000_bytes_is_refused_once_and_the_connection_kept(ann, room):
    owner, _, log = room
    ann.say(b"x" * 70_000 + b"\nstill here\n")
    assert ann.hear("65,536").startswith("! A line may have 65,536 bytes")
    ann.hear("still here")
    assert stored(owner, log) == ["still here"]


def test_nul_in_a_line_is_refused(ann, room):
    owner, _, log = room
    ann.say(b"a\0b\n")
    assert ann.hear("U+0000").startswith("! ")
    assert stored(owner, log) == []


def test_twenty_lines_of_nonsense_end_the_connection(ann):
    ann.say(b"\xe9\n" * 20)
    assert "made no sense" in ann.ended()


def test_empty_lines_say_nothing(ann, room):
    owner, _, log = room
    ann.say("\n\r\n  \nhi")
    ann.hear(": hi")
    assert stored(owner, log) == ["hi"]


def test_a_line_feed_is_the_only_line_end(ann, room):
    owner, _, log = room
    ann.say(b"one\x0btwo\x0cthree\xc2\x85four\xe2\x80\xa8five\n")
    owner.find(lambda f: f["op"] == "entry" and f["body"].get("text", "").startswith("one"))
    assert len(stored(owner, log)) == 1


@pytest.mark.parametrize("verb", ["GET / HTTP/1.1", "POST /api HTTP/1.0", "HEAD / HTTP/1.1", "OPTIONS * HTTP/1.1"])
def test_a_browser_is_told_that_this_is_the_wrong_door(house, verb):
    answer = converse(house.line_port, f"{verb}\r\nHost: x\r\nCookie: secret\r\n\r\n".encode())
    assert b"! This is the door for plain lines, not for HTTP.\n" in answer


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "A username may not be empty"),
        ("a" * 1_000, "at most 32 characters; this one has 1,000"),
        ("a b", "may not hold a space"),
        ("1ann", "not with 1"),
        ("klatch", "one that the server keeps for itself"),
        ("a\x1b[2J", "may not hold U+001B"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason_and_asked_for_again(line, name, reason):
    liner = line("")
    liner.hear("name?")
    liner.say(name)
    assert liner.hear(reason).startswith("! ")
    assert liner.hear("name?") == "What is your name?"
    assert liner.enter(a_name())


def test_a_taken_name_is_asked_for_again(line, guest):
    liner, taken = line(""), guest().me["name"]
    liner.hear("name?")
    liner.say(taken.upper())
    assert "is taken" in liner.hear("! ")
    liner.hear("name?")
    assert liner.enter(a_name())


def test_a_name_is_free_again_once_its_socket_is_gone(line):
    name = a_name()
    line(name).close()

    def comes_in():
        liner = line("")
        liner.hear("name?")
        liner.say(name)
        return liner.hear(name).startswith("Hello")

    eventually(comes_in)


def test_whoever_takes_a_free_name_is_another_account(line, guest):
    name, owner = a_name(), guest()
    first = line(name)
    first.say("/ack on")
    owner.send(f"@{name}", "for the first only")
    first.hear("for the first only")
    first.say("quit")
    first.close()
    eventually(lambda: name not in [person["name"] for person in owner.ask("online")["people"]])
    second = line(name)
    second.say(f"@{owner.me['name']} who am I?")
    second.hear("who am I?")
    second.say("/history 200")
    second.say("done")
    assert "for the first only" not in second.hear(": done") + second.text


def test_a_peer_that_half_closes_is_done_what_it_asked_and_let_go(house, room):
    owner, name, log = room
    with socket.create_connection(("127.0.0.1", house.line_port), timeout=PATIENCE) as peer:
        peer.sendall(f"{a_name()}\n/join {name}\nfirst\nlast without line feed".encode())
        peer.shutdown(socket.SHUT_WR)
        heard = hear_out(peer)
    assert heard.endswith(b": last without line feed\n* Goodbye.\n")
    assert stored(owner, log) == ["first", "last without line feed"]


@pytest.mark.skipif(shutil.which("nc") is None, reason="there is no nc here; install the package netcat-openbsd")
def test_nc_with_a_pipe_delivers(house, room):
    owner, name, log = room
    said = f"{a_name()}\n/join {name}\nfrom a pipe\n"
    nc = ["nc", "-N", "127.0.0.1", str(house.line_port)]
    shown = subprocess.run(nc, input=said, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout
    assert "from a pipe" in shown
    assert stored(owner, log) == ["from a pipe"]


def test_a_line_that_comes_byte_by_byte_is_one_line(ann, room):
    owner, _, log = room
    for byte in "slow é\n".encode():
        ann.say(bytes([byte]))
    ann.hear("slow é")
    assert stored(owner, log) == ["slow é"]


def test_thirty_pasted_lines_all_arrive_in_order_within_the_limits(serve, leaving):
    """Ten at once, then so many a second: at this door one waits instead of being refused."""
    server = serve(member_burst=10, member_rate=40)
    with socket.create_connection(("127.0.0.1", server.line_port), timeout=PATIENCE) as peer:
        peer.sendall("".join(["ann\n", *(f"line {number}\n" for number in range(30))]).encode())
        peer.shutdown(socket.SHUT_WR)
        shown = hear_out(peer).decode()
    assert [line.rpartition(" ")[2] for line in shown.splitlines() if "ann: line" in line] == [
        str(n) for n in range(30)
    ]


def test_a_peer_that_says_no_name_is_let_go_in_time(serve, leaving):
    server = serve(register_within=300)
    liner = Liner(server)
    leaving.callback(liner.close)
    assert "Nobody said hello" in liner.ended(within=2)


def test_what_telnet_asks_for_ever_is_answered_once(house):
    heard = converse(house.line_port, b"\xff\xfd\x01" * 100_000 + f"{a_name()}\n/quit\n".encode())
    assert heard.count(b"\xff\xfc\x01") == 1
    assert b"Goodbye" in heard


def test_who_left_the_room_they_wrote_to_says_nothing_in_another_by_mistake(line):
    liner = line()
    liner.say("/leave")
    liner.say("is anybody here?")
    assert liner.hear("You are in no room.").startswith("! ")


def test_a_topic_is_not_removed_by_asking_for_it(line):
    liner = line()
    liner.say("/topic")
    assert liner.hear("Write it as: /topic TEXT|-")
