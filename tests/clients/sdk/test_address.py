"""Holds what may be written as a server's address."""

import pytest

from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.faults import BadAddress


@pytest.mark.parametrize(
    ("text", "websocket"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
        ("http://127.0.0.1:8000/", "ws://127.0.0.1:8000/ws"),
        ("127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
        ("https://chat.example", "wss://chat.example:443/ws"),
        ("https://example.org/chat/", "wss://example.org:443/chat/ws"),
        ("http://[::1]:8000", "ws://[::1]:8000/ws"),
        ("wss://chat.example:9", "wss://chat.example:9/ws"),
    ],
)
def test_an_address_leads_to_a_websocket(text: str, websocket: str) -> None:
    assert read_address(text).websocket == websocket


@pytest.mark.parametrize(
    "text", ["", "ftp://example.org", "http://", "http://a:99999", "http://u:p@host", "http://[::1"]
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(BadAddress, match=r"http://127\.0\.0\.1:8000"):
        read_address(text)


def test_one_server_has_one_folder_however_it_is_written() -> None:
    assert read_address("localhost:8000").folder == read_address("http://localhost:8000/").folder


@pytest.mark.parametrize("text", ["http://../../x:1", "http://[::1]:8000", "https://example.org/../.."])
def test_no_address_leads_out_of_the_folder(text: str) -> None:
    folder = read_address(text).folder
    assert "/" not in folder
    assert not folder.startswith(".")
