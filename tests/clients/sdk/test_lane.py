"""Holds the lane: commands go in order, one at a time until the server proves to let more through."""

from hypothesis import given
from hypothesis import strategies as st

from klatch.clients.sdk.lane import FLYING_MOST, Lane


def proven() -> Lane:
    """A lane on which enough commands were done, quickly enough, for many to fly at once."""
    lane = Lane()
    for number in range(33):
        lane.add(f"early {number}", 0.0)
    for _ in range(33):
        for cid in lane.take_due(0.0):
            lane.acknowledge(cid, 0.1)
    return lane


def test_one_command_flies_at_a_time_at_first() -> None:
    lane = Lane()
    lane.add("a", 0.0)
    lane.add("b", 0.0)
    assert lane.take_due(0.0) == ["a"]
    assert lane.take_due(0.0) == []
    lane.acknowledge("a", 0.1)
    assert lane.take_due(0.1) == ["b"]


def test_many_fly_once_more_were_done_than_default_limits_let_through() -> None:
    lane = proven()
    for number in range(100):
        lane.add(str(number), 1.0)
    assert lane.take_due(1.0) == [str(number) for number in range(FLYING_MOST)]


def test_commands_done_slowly_prove_nothing() -> None:
    lane = Lane()
    for number in range(200):
        lane.add(str(number), 0.0)
    for number in range(100):
        assert lane.take_due(number / 5) == [str(number)]
        lane.acknowledge(str(number), number / 5)
    assert len(lane.take_due(50.0)) == 1


def test_a_command_that_is_held_goes_before_those_after_it_when_its_time_has_come() -> None:
    lane = Lane()
    lane.add("a", 0.0)
    lane.add("b", 0.0)
    lane.take_due(0.0)
    lane.hold("a", 2.0, 0.0)
    assert lane.take_due(1.0) == []
    assert lane.wait(1.5) == 0.5
    assert lane.take_due(2.0) == ["a"]


def test_after_a_loss_what_flew_goes_again_in_its_order() -> None:
    lane = proven()
    for cid in "abc":
        lane.add(cid, 1.0)
    assert lane.take_due(1.0) == ["a", "b", "c"]
    lane.acknowledge("b", 1.1)
    lane.lose()
    assert lane.take_due(2.0) == ["a", "c"]


def test_a_command_that_was_withdrawn_is_not_sent() -> None:
    lane = Lane()
    lane.add("a", 0.0)
    lane.add("b", 0.0)
    lane.drop("a")
    assert lane.take_due(0.0) == ["b"]


@given(st.lists(st.sampled_from(["add", "send", "ack", "hold", "lose"]), max_size=200))
def test_whatever_happens_commands_are_done_in_the_order_given_while_limits_hold(steps: list[str]) -> None:
    """The server answers in order, as it does on one connection; one at a time flies, as limits were met once."""
    lane = Lane()
    lane.slow_down()
    given, now, flying, done = 0, 0.0, [], []
    for step in steps:
        now += 0.3
        match step:
            case "add":
                lane.add(str(given), now)
                given += 1
            case "send":
                flying += lane.take_due(now)
            case "ack" if flying:
                done.append(flying.pop(0))
                lane.acknowledge(done[-1], now)
            case "hold" if flying:
                lane.hold(flying.pop(0), 1.0, now)
            case "lose":
                lane.lose()
                flying = []
    while len(lane):
        now += 1.0
        for cid in lane.take_due(now):
            done.append(cid)
            lane.acknowledge(cid, now)
        if flying:
            lane.lose()
            flying = []
    assert done == [str(number) for number in range(given)]
