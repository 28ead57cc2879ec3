"""The WebSocket door: hello, acks, entries, pages, and one order for all."""

import threading
from collections import Counter

import pytest

from tests.gateways.talking import a_cid, a_name, talking
from tests.vectors import cases


@pytest.fixture
def ann(guest):
    return guest()


@pytest.fixture
def room(ann):
    """A room of Ann's own, by its id."""
    return ann.do("create", name=a_name("room"))["room"]


def test_hello_is_answered_with_who_and_where_one_is(knock):
    name = a_name()
    welcome = knock().hello(name)
    assert (welcome["account"]["name"], welcome["account"]["state"]) == (name, "online")
    assert [(room["name"], room["role"]) for room in welcome["rooms"]] == [("#lobby", "guest")]


def test_the_welcome_tells_the_epoch_the_time_and_the_beat(knock):
    welcome = knock().hello(a_name())
    assert len(welcome["epoch"]) == 32
    assert welcome["heads_every"] == 20_000
    assert welcome["now"] > 1_700_000_000_000


def test_a_secret_brings_the_same_account_back(guest, knock):
    secret = f"secret-{a_name():x>22}"
    first = guest(secret=secret)
    assert knock().hello("another", secret=secret)["account"]["id"] == first.me["id"]


def test_an_ack_comes_before_the_entry_it_tells_of(ann, room):
    ack = ann.send(room, "hi")
    entry = ann.entry(ack["cid"])
    assert ann.heard.index(entry) > ann.heard.index(ack)
    assert {name: entry[name] for name in ("room", "seq", "id", "ts", "cid")} == {
        name: ack[name] for name in ("room", "seq", "id", "ts", "cid")
    }


def test_an_entry_tells_who_said_what(ann, room):
    entry = ann.entry(ann.send(room, "hi")["cid"])
    assert entry["author"] == {"id": ann.me["id"], "name": ann.me["name"]}
    assert entry["body"] == {"kind": "message", "text": "hi"}


def test_everybody_sees_the_same_entries_in_the_same_order(ann, guest, room):
    others = [guest() for _ in range(3)]
    for other in others:
        other.do("join", room=room)
    speakers = [ann, *others]
    threads = [threading.Thread(target=lambda who=who: [who.send(room, f"{n}") for n in range(20)]) for who in speakers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    head = ann.ask("fetch", room=room, after=0)["head"]
    logs = []
    for speaker in speakers:
        if speaker.seqs(room)[-1] < head:
            speaker.hear(lambda frame: frame["op"] == "entry" and frame["seq"] == head)
        logs.append([frame for frame in speaker.heard if frame["op"] == "entry" and frame["room"] == room])
    assert all(log == logs[0][-len(log) :] for log in logs)
    assert len(logs[-1]) >= 80
    assert [entry["seq"] for entry in logs[-1]] == list(range(logs[-1][0]["seq"], head + 1))


def test_what_one_sends_keeps_its_order(ann, room):
    cids = ann.send_many(room, map(str, range(300)))
    ann.entry(cids[-1])
    assert [frame["cid"] for frame in ann.heard if frame["op"] == "entry" and frame.get("cid") in cids] == cids
    assert [frame["cid"] for frame in ann.heard if frame["op"] == "ack" and frame["cid"] in cids] == cids


def test_the_same_cid_again_gets_the_same_ack_and_is_stored_once(ann, room):
    cid = a_cid()
    first, again = (ann.do("send", cid=cid, room=room, text="hi") for _ in range(2))
    log = ann.ask("fetch", room=room, after=0)["entries"]
    assert first == again
    assert Counter(entry.get("cid") for entry in log)[cid] == 1


def test_the_same_cid_at_once_from_two_connections_is_stored_once(guest):
    secret = f"secret-{a_name():x>22}"
    cid, both = a_cid(), [guest(secret=secret) for _ in range(2)]
    for one in both:
        one.say({"op": "send", "cid": cid, "room": "#lobby", "text": "hi"})
    first, second = (one.hear("ack") for one in both)
    assert first == second


def test_the_same_cid_with_another_text_is_refused_and_not_stored(ann, room):
    cid = a_cid()
    ann.do("send", cid=cid, room=room, text="hi")
    refused = ann.do("send", cid=cid, room=room, text="ho")
    assert (refused["code"], refused["field"], refused["cid"]) == ("cid_reused", "cid", cid)
    assert [entry["body"].get("text") for entry in ann.ask("fetch", room=room, after=2)["entries"]] == ["hi"]


def test_another_persons_cid_is_their_own(ann, guest, room):
    cid, bob = a_cid(), guest()
    bob.do("join", room=room)
    assert [who.do("send", cid=cid, room=room, text="hi")["op"] for who in (ann, bob)] == ["ack", "ack"]


def test_a_range_holds_what_comes_after_a_number(ann, room):
    for number in range(5):
        ann.send(room, f"{number}")
    answer = ann.ask("fetch", room=room, after=3, limit=2)
    assert [entry["seq"] for entry in answer["entries"]] == [4, 5]
    assert (answer["head"], answer["more"]) == (7, True)


def test_the_last_range_says_that_there_is_no_more(ann, room):
    answer = ann.ask("fetch", room=room, after=1)
    assert ([entry["seq"] for entry in answer["entries"]], answer["more"]) == ([2], False)


def test_a_range_after_the_head_is_empty(ann, room):
    answer = ann.ask("fetch", room=room, after=2)
    assert (answer["entries"], answer["more"]) == ([], False)


def test_a_range_holds_at_most_200(ann, room):
    ann.send_many(room, map(str, range(205)))
    assert len(ann.ask("fetch", room=room, after=0, limit=100_000)["entries"]) == 200


def test_a_page_shows_messages_as_they_are_now(ann, room):
    seq = ann.send(room, "one")["seq"]
    ann.do("edit", room=room, text="uno", seq=seq)
    ann.do("react", room=room, seq=seq, emoji="👍")
    page = ann.ask("history", room=room, limit=1)
    (item,) = page["items"]
    assert (item["body"]["text"], item["reactions"], "edited" in item) == ("uno", {"👍": [ann.me["id"]]}, True)
    assert (page["as_of"], page["more"]) == (seq + 2, True)


def test_pages_go_back_to_the_beginning(ann, room):
    for number in range(5):
        ann.send(room, f"{number}")
    seqs, before = [], None
    while True:
        page = ann.ask("history", room=room, limit=2, before=before)
        seqs = [item["seq"] for item in page["items"]] + seqs
        if not page["more"]:
            break
        before = seqs[0]
    assert seqs == [1, 2, 3, 4, 5, 6, 7]


def test_a_deleted_message_keeps_its_number_and_its_words_are_nowhere(ann, room):
    seq = ann.send(room, "regrettable")["seq"]
    ann.do("edit", room=room, text="regrettable too", seq=seq)
    ann.do("delete", room=room)
    answers = [ann.ask("fetch", room=room, after=0), ann.ask("history", room=room)]
    assert "regrettable" not in str(answers)
    assert answers[1]["items"][-1]["body"] == {"kind": "message", "text": "", "deleted": True}


def test_a_private_message_reaches_both_and_nobody_else(ann, guest):
    bob, eve = guest(), guest()
    ack = ann.send(f"@{bob.me['name']}", "psst")
    assert bob.entry(ack["cid"])["body"]["text"] == "psst"
    assert eve.ask("fetch", room=ack["room"], after=0)["code"] == "no_such_room"
    assert not [frame for frame in eve.heard if frame.get("room") == ack["room"]]


def test_a_closed_room_is_not_there_for_those_who_are_not_invited(ann, guest):
    name, eve = a_name("closed"), guest()
    ann.do("create", name=name, closed=True)
    assert eve.do("join", room=f"#{name}")["code"] == "no_such_room"
    assert f"#{name}" not in [room["name"] for room in eve.ask("rooms")["rooms"]]


def test_whoever_is_invited_may_join_a_closed_room(ann, guest):
    name, bob = a_name("closed"), guest()
    ann.do("create", name=name, closed=True)
    ann.do("invite", room=f"#{name}", user=bob.me["name"])
    assert (
        bob.hear(lambda f: f["op"] == "entry" and f["body"]["kind"] == "invited")["body"]["room"]["name"] == f"#{name}"
    )
    assert bob.do("join", room=f"#{name}")["op"] == "ack"


def test_typing_is_told_to_the_others_in_the_room(ann, guest, room):
    bob = guest()
    bob.do("join", room=room)
    bob.say({"op": "typing", "room": room})
    assert ann.hear("typing")["person"]["name"] == bob.me["name"]
    bob.catch_up()
    assert "typing" not in [frame["op"] for frame in bob.heard]


def test_typing_in_a_room_one_is_not_in_is_told_to_nobody(ann, guest, room):
    guest().say({"op": "typing", "room": room})
    ann.catch_up()
    assert "typing" not in [frame["op"] for frame in ann.heard]


def test_who_comes_and_goes_is_told_as_a_hint(house, ann):
    def news(state, name):
        return lambda f: f["op"] == "presence" and (name, state) in [(p["name"], p["state"]) for p in f["people"]]

    with talking(house) as bob:
        ann.hear(news("online", bob.me["name"]))
    assert ann.hear(news("offline", bob.me["name"]))


def test_who_is_online_is_told_with_since_and_active(ann):
    (me,) = [person for person in ann.ask("online")["people"] if person["id"] == ann.me["id"]]
    assert me["since"] <= me["active"]


def test_help_lists_what_can_be_typed(ann):
    assert "/msg USER TEXT" in [command["usage"] for command in ann.ask("help")["commands"]]


def test_what_is_typed_is_read_by_the_one_grammar(ann, room):
    ann.do("type", room=room, text="/me waves")
    assert ann.ask("history", room=room, limit=1)["items"][0]["body"] == {
        "kind": "message",
        "text": "waves",
        "action": True,
    }


def test_a_typed_query_is_answered_with_its_cid_as_ref(ann, room):
    cid = a_cid()
    ann.say({"op": "type", "cid": cid, "room": room, "text": "/rooms"})
    assert ann.hear("rooms")["ref"] == cid


def test_a_typed_query_with_slash_quit_ends_the_conversation(ann, room):
    ann.say({"op": "type", "cid": a_cid(), "room": room, "text": "/quit"})
    assert ann.ended() == 1000


def test_quit_is_answered_with_goodbye(ann):
    ann.say({"op": "quit"})
    assert ann.ended() == 1000
    assert ann.heard[-1] == {"op": "bye", "reason": "Goodbye."}


@pytest.mark.parametrize("case", cases.read("refusals.json", "commands"), ids=cases.named)
def test_a_command_that_cannot_be_done_is_refused_with_its_code_and_field(guest, case):
    ann = guest()
    ann.say(cases.wire(case).decode())
    refused = ann.hear("error")
    assert (refused["code"], refused.get("field")) == (case["code"], case.get("field"))
    assert ann.send("#lobby", "still here")["op"] == "ack"


@pytest.mark.parametrize("case", cases.read("refusals.json", "hellos"), ids=cases.named)
def test_a_stranger_is_refused_with_its_code_and_field_and_may_try_again(knock, case):
    stranger = knock()
    stranger.say(cases.wire(case).decode())
    refused = stranger.hear("error")
    assert (refused["code"], refused.get("field")) == (case["code"], case.get("field"))
    assert stranger.hello(a_name())["op"] == "welcome"


# The rest ends the connection: see test_websocket_wire.py.
KEPT = [case for case in cases.read("refusals.json", "frames") if case["code"] not in ("utf8", "too_big")]


@pytest.mark.parametrize("case", KEPT, ids=cases.named)
def test_a_bad_frame_is_refused_and_the_next_is_answered(guest, case):
    ann = guest()
    ann.say(cases.wire(case).decode())
    assert ann.hear("error")["code"] == case["code"]
    assert ann.ask("ping")["op"] == "pong"


def test_a_refusal_carries_the_marks_of_the_frame(ann):
    cid = a_cid()
    ann.say({"op": "send", "cid": cid, "room": 1, "text": "hi"})
    assert ann.hear("error")["cid"] == cid


def test_a_taken_name_is_refused_and_another_may_be_tried(ann, knock):
    bob = knock()
    assert bob.hello(ann.me["name"].upper())["code"] == "name_taken"
    assert bob.hello(a_name())["op"] == "welcome"
