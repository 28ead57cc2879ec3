"""Whom a door lets in without a password, and which pages may speak through a browser."""

import pytest

from klatch.core.addresses import is_loopback
from klatch.gateways.trust import Trust, is_same_origin


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "::1%lo"])
def test_this_machine_is_loopback(address):
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.1", "::2", "::ffff:10.0.0.1", "8.8.8.8", "", "localhost", "local"]
)
def test_nothing_else_is(address):
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("guests", "address", "headers", "let_in"),
    [
        (None, "127.0.0.1", {}, True),
        (None, "10.0.0.1", {}, False),
        (None, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        (None, "127.0.0.1", {"Forwarded": "for=x"}, False),
        (True, "10.0.0.1", {"X-Forwarded-For": "10.0.0.2"}, True),
        (False, "127.0.0.1", {}, False),
    ],
)
def test_guests_come_in_from_this_machine_unless_told_otherwise(guests, address, headers, let_in):
    assert Trust(guests).lets_guests_in(address, headers) == let_in


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        (None, "klatch.example", True),
        (None, None, True),
        ("https://klatch.example", "klatch.example", True),
        ("https://Klatch.Example", "klatch.example", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://127.0.0.1:9000", "127.0.0.1:8000", False),
        ("https://evil.example", "klatch.example", False),
        ("https://klatch.example.evil.example", "klatch.example", False),
        ("https://klatch.example", None, False),
        ("null", "klatch.example", False),
        ("", "klatch.example", False),
        ("", "", True),
    ],
)
def test_a_page_may_speak_to_the_server_it_came_from(origin, host, same):
    assert is_same_origin(origin, host) == same
