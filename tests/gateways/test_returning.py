"""Coming back: cursors are answered with what was missed, or with why not."""

import pytest

from tests.gateways.talking import a_name, talking


@pytest.fixture
def back(knock):
    """Comes in with a secret and cursors; hears all that follows at once."""

    def comes(secret, epoch, rooms):
        talker = knock()
        talker.hello("ignored", secret=secret, cursors={"epoch": epoch, "rooms": rooms})
        talker.catch_up()
        return talker

    return comes


@pytest.fixture
def secret():
    return f"secret-{a_name():x>22}"


@pytest.fixture
def gone(guest, secret):
    """Somebody who was here, made a room, wrote three messages there and went; gives the epoch and the room."""
    talker = guest(secret=secret)
    room = talker.do("create", name=a_name("room"))["room"]
    talker.send_many(room, ["one", "two", "three"])
    talker.close()
    return talker.heard[0]["epoch"], room


def of(talker, op):
    return [frame for frame in talker.heard if frame["op"] == op]


def test_a_cursor_is_answered_with_what_was_missed(back, gone, secret):
    epoch, room = gone
    answer = back(secret, epoch, {room: 3}).find("range")
    assert (answer["room"], [entry["seq"] for entry in answer["entries"]]) == (room, [4, 5])
    assert not answer["more"]


def test_the_welcome_comes_before_what_was_missed(back, gone, secret):
    epoch, room = gone
    talker = back(secret, epoch, {room: 0})
    talker.find("range")
    assert talker.heard[0]["op"] == "welcome"


def test_who_missed_nothing_is_told_nothing(back, gone, secret):
    epoch, room = gone
    assert of(back(secret, epoch, {room: 5}), "range") == []


def test_the_log_of_ones_own_account_has_a_cursor_too(back, gone, secret):
    epoch, _ = gone
    talker = back(secret, epoch, {})
    account = talker.heard[0]["account"]["id"]
    answer = back(secret, epoch, {account: 0}).find("range")
    assert [entry["body"]["kind"] for entry in answer["entries"]] == ["entered"]


def test_a_long_absence_is_answered_with_a_page_and_more(back, gone, secret, guest):
    epoch, room = gone
    bob = guest()
    bob.do("join", room=room)
    bob.send_many(room, map(str, range(250)))
    answer = back(secret, epoch, {room: 5}).find("range")
    assert (len(answer["entries"]), answer["more"], answer["head"]) == (200, True, 256)


@pytest.mark.parametrize("cursor", [6, 10**9, 2**63 - 1, -1])
def test_an_impossible_cursor_is_refused_and_the_connection_kept(back, gone, secret, cursor):
    epoch, room = gone
    talker = back(secret, epoch, {room: cursor})
    assert [(frame["code"], frame["field"]) for frame in of(talker, "error")] == [("resume_bad_cursor", "cursors")]
    assert talker.send(room, "still here")["op"] == "ack"


def test_one_impossible_cursor_does_not_spoil_the_others(back, gone, secret):
    epoch, room = gone
    talker = back(secret, epoch, {"2": 10**9, room: 3})
    assert talker.find("range")["room"] == room
    assert len(of(talker, "error")) == 1


def test_a_cursor_of_another_epoch_is_refused_and_the_heads_are_told(back, gone, secret):
    _, room = gone
    talker = back(secret, "0" * 32, {room: 3})
    assert [frame["code"] for frame in of(talker, "error")] == ["epoch_changed"]
    assert of(talker, "range") == []
    assert {known["id"]: known["head"] for known in talker.heard[0]["rooms"]}[room] == 5


@pytest.mark.parametrize("room", ["999999", "nonsense", "#lobby", ""])
def test_a_room_one_is_not_in_is_listed_as_ignored(back, gone, secret, room):
    epoch, _ = gone
    talker = back(secret, epoch, {room: 1})
    assert talker.heard[0]["ignored"] == [room]
    assert of(talker, "error") == of(talker, "range") == []


def test_a_thousand_cursors_may_be_given(back, gone, secret):
    epoch, room = gone
    rooms = {str(number): 1 for number in range(10_000, 10_999)}
    assert back(secret, epoch, {**rooms, room: 3}).find("range")["room"] == room


def test_a_thousand_and_one_may_not(back, gone, secret):
    epoch, room = gone
    rooms = {str(number): 1 for number in range(10_000, 11_000)}
    talker = back(secret, epoch, {**rooms, room: 3})
    assert [(frame["code"], frame["field"]) for frame in of(talker, "error")] == [("too_many", "cursors")]
    assert of(talker, "range") == []


def test_between_what_was_missed_and_what_comes_nothing_is_lost_or_doubled(back, gone, secret, guest):
    """The seam: somebody goes on writing while one comes back."""
    epoch, room = gone
    bob = guest()
    bob.do("join", room=room)
    for number in range(20):
        bob.say({"op": "send", "cid": f"at-the-seam-{bob.me['id']}-{number:04}", "room": room, "text": "x"})
    talker = back(secret, epoch, {room: 2})
    talker.send(room, "last")
    head = talker.ask("fetch", room=room, after=0)["head"]
    missed = [entry["seq"] for entry in talker.find(lambda f: f["op"] == "range" and "ref" not in f)["entries"]]
    assert sorted({*missed, *talker.seqs(room)}) == list(range(3, head + 1))
    assert len(talker.seqs(room)) == len(set(talker.seqs(room)))


def test_cursors_stay_good_when_the_server_is_killed(serve, leaving):
    server = serve()
    secret = f"secret-{a_name():x>22}"
    with talking(server, "ann", secret=secret) as ann:
        epoch, room = ann.heard[0]["epoch"], ann.do("create", name="ops")["room"]
        ann.send(room, "before")
        server.kill()
    server.start()
    with talking(server, "ann", secret=secret, cursors={"epoch": epoch, "rooms": {room: 2}}) as ann:
        assert ann.hear("range")["entries"][0]["body"]["text"] == "before"
