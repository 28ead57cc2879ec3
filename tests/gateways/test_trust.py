"""Where a request comes from, and which pages may speak through a browser."""

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
    ("address", "headers", "here"),
    [
        ("127.0.0.1", {}, True),
        ("10.0.0.1", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": "for=x"}, False),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, False),
        ("127.0.0.1", {"CF-Connecting-IP": "8.8.8.8"}, False),
        ("127.0.0.1", {"True-Client-IP": "8.8.8.8"}, False),
        ("127.0.0.1", {"X-Client-IP": "8.8.8.8"}, False),
    ],
)
def test_somebody_is_here_who_is_connected_from_this_machine_itself(address, headers, here):
    assert Trust().trace(address, headers.items()).here == here


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("chat.localhost:8000", True),
        ("evil.example:8000", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("notlocalhost", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_a_page_is_a_guest_of_this_machine_only_under_a_name_that_no_name_server_gives(host, here):
    assert Trust().trace("127.0.0.1", [("Origin", f"http://{host}"), ("Host", host)]).here == here


def test_a_program_that_is_no_page_may_use_any_name():
    assert Trust().trace("127.0.0.1", [("Host", "chat.example")]).here


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
        ("", "", False),
        ("null", "null", False),
        ("http://", "", False),
        ("https://klatch.example:443", "klatch.example", True),
        ("https://klatch.example", "klatch.example:443", True),
        ("http://klatch.example:80", "Klatch.Example", True),
        ("http://klatch.example", "klatch.example:443", False),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("file://klatch.example", "klatch.example", False),
    ],
)
def test_a_page_may_speak_to_the_server_it_came_from(origin, host, same):
    assert is_same_origin(origin, host) == same


@pytest.mark.parametrize(("origin", "host"), [("http://[::1", "x"), ("http://x:port", "x"), ("http://x", "[::1")])
def test_an_origin_that_cannot_be_read_is_no_answer(origin, host):
    with pytest.raises(ValueError):  # noqa: PT011 - urllib has words of its own for each
        is_same_origin(origin, host)
