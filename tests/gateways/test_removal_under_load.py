"""A member is removed while a thousand messages a second flow: nothing after the removal reaches them (G12, C-20)."""

import contextlib
import re
import threading
import time

import pytest

from tests.gateways.calling import Program
from tests.gateways.talking import Liner, Talker, a_cid, a_name
from tests.running import eventually

SECRET = "the-secret-of-one-who-goes"
BATCH, PAUSE = 50, 0.05  # messages, and seconds between the beginnings of two batches
TEXT = "x" * 9_000
SOON = 300  # messages before the removal, and after it


class Load(threading.Thread):
    """Somebody who writes a thousand messages a second, each with its number; `seqs` has theirs in the log."""

    def __init__(self, talker: Talker, room: str) -> None:
        super().__init__(daemon=True)
        self.talker = talker
        self.room = room
        self.seqs: list[int] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            cids = [a_cid() for _ in range(BATCH)]
            for number, cid in enumerate(cids, len(self.seqs)):
                self.talker.say({"op": "send", "cid": cid, "room": self.room, "text": f"<{number}>{TEXT}"})
            for cid in cids:
                ack = self.talker.hear(lambda frame, cid=cid: frame["op"] == "ack" and frame["cid"] == cid)
                self.seqs.append(ack["seq"])
            self.over.wait(max(0.0, PAUSE - (time.monotonic() - began)))


class Reader(threading.Thread):
    """Asks the API for what is new, again and again, until it is refused; `seqs` is what it was told."""

    def __init__(self, program: Program, room: str) -> None:
        super().__init__(daemon=True)
        self.program = program
        self.room = room
        self.seqs: list[int] = []
        self.refused = ""

    def run(self) -> None:
        while not self.refused:
            after = self.seqs[-1] if self.seqs else 0
            told = self.program.ask("GET", f"/api/rooms/{self.room}/entries?limit=200&after={after}")
            self.refused = told.code or ""
            if not self.refused:
                self.seqs += [entry["seq"] for entry in told.json["entries"]]


@pytest.fixture
def server(serve):
    return serve("--no-limits", backlog=2_000_000, slow_within=60_000)


@pytest.fixture
def load(server, leaving):
    """Ann, who owns a room, and somebody who will write in it."""
    ann, fast = (leaving.enter_context(contextlib.closing(Talker(server))) for _ in range(2))
    ann.hello("ann")
    fast.hello("fast")
    load = Load(fast, ann.do("create", name=a_name("room"))["room"])
    fast.do("join", room=load.room)
    leaving.callback(load.over.set)
    return ann, load


def held(server):
    """How many bytes the server holds back for the slowest reader."""
    figures = server.get("/metrics").splitlines()
    return next(float(each.split()[1]) for each in figures if each.startswith("klatch_backlog_most_bytes "))


def remove(server, ann, load, user):
    """Removes somebody amid the load, while there is something that waits for them; gives the number of the entry."""
    load.start()
    eventually(lambda: len(load.seqs) >= SOON, 20)
    eventually(lambda: held(server) > 100_000, 20)
    gone = ann.do("kick", room=load.room, user=user)["seq"]
    before = len(load.seqs)
    eventually(lambda: len(load.seqs) >= before + SOON, 20)
    load.over.set()
    load.join(20)
    assert load.seqs[-1] > gone
    return gone


def test_nothing_after_a_removal_under_load_reaches_a_slow_websocket_or_the_api(server, leaving, load):
    ann, load = load
    bob = leaving.enter_context(contextlib.closing(Talker(server, max_queue=1)))
    bob.hello("bob", secret=SECRET)
    bob.do("join", room=load.room)
    script = Program(server)
    script.token = script.ask("POST", "/api/sessions", {"name": "bob", "secret": SECRET}).json["token"]
    reader = Reader(script, load.room)
    reader.start()

    gone = remove(server, ann, load, "bob")
    bob.catch_up()  # only now does it read
    reader.join(20)

    seqs = bob.seqs(load.room)
    assert seqs == list(range(seqs[0], gone + 1))
    assert reader.refused == "not_a_member"
    assert max(reader.seqs) <= gone


def test_nothing_after_a_removal_under_load_reaches_a_slow_reader_at_the_line_door(server, leaving, load):
    ann, load = load
    lin = leaving.enter_context(contextlib.closing(Liner(server)))
    lin.enter("lin")
    name = next(each["name"] for each in ann.ask("rooms")["rooms"] if each["id"] == load.room)
    lin.say(f"/join {name}")
    lin.hear(f"--- {name}")

    gone = remove(server, ann, load, "lin")
    ann.send("#lobby", "the end")
    text = lin.text.encode()
    while b"the end" not in text[-200:]:
        text += lin.socket.recv(1_000_000)

    heard = [int(number) for number in re.findall(rb"<(\d+)>", text)]
    assert heard == [number for number, seq in enumerate(load.seqs) if seq < gone]
