"""Holds how long a client waits before it tries again."""

from klatch.clients.sdk.backoff import LEAST, MOST, Backoff


def test_waits_grow_twofold_up_to_half_a_minute() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next_wait() for _ in range(8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_the_whole_wait_is_left_to_chance() -> None:
    assert Backoff(lambda: 0.0).next_wait() == 0.0


def test_a_client_never_comes_back_before_the_server_asked_it_to() -> None:
    assert Backoff(lambda: 0.0).next_wait(3.0) == 3.0


def test_after_success_waits_are_short_again() -> None:
    backoff = Backoff(lambda: 1.0)
    while backoff.next_wait() < MOST:
        pass
    backoff.reset()
    assert backoff.next_wait() == LEAST
