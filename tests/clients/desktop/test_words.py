"""Completion, addresses, right-to-left lines and the words of the status bar."""

import sys

import pytest

from klatch.clients.desktop.completion import complete, find_spelled, private_to
from klatch.clients.desktop.notifying import spell_call
from klatch.clients.desktop.timeline.righttoleft import begins_right, lay_out, turns
from klatch.core.answers import Person, RoomState

ANN = Person(id="3", name="ann", display_name="Ann", state="offline")
ANNE = Person(id="4", name="anne", display_name="anne", state="online")
GARDEN = RoomState(id="9", name="#garden", kind="open", topic="", head=1)

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems lay out lines themselves")


def offers(before: str) -> list[str]:
    return [offer.text for offer in complete(before, [ANN, ANNE], [GARDEN])]


def test_names_are_offered_those_who_are_there_first() -> None:
    assert offers("hi @an") == ["@anne ", "@ann "]


def test_rooms_and_commands_are_offered() -> None:
    assert offers("see #ga") == ["#garden "]
    assert offers("/hel") == ["/help"]
    assert "/topic " in offers("/to")


@pytest.mark.parametrize("before", ["an", "mail@an", "say /he", "@an ", ""])
def test_nothing_is_offered_elsewhere(before: str) -> None:
    assert offers(before) == []


@pytest.mark.parametrize(
    ("text", "who"), [("@ann hi", "ann"), ("@ann", None), ("hi @ann x", None), ("@ann\nhi", "ann")]
)
def test_a_private_message_is_known_by_its_beginning(text: str, who: str | None) -> None:
    assert private_to(text) == who


@linux
def test_hebrew_is_drawn_from_right_to_left() -> None:
    assert lay_out("שלום", 1_000, len) == ["םולש"]


@linux
def test_numbers_and_latin_words_keep_their_direction() -> None:
    assert lay_out("שלום 123 abc", 1_000, len) == ["abc 123 םולש"]


@linux
def test_arabic_letters_are_joined() -> None:
    assert all(ord(letter) >= 0xFB50 for letter in lay_out("سلام", 1_000, len)[0])


@linux
def test_lines_are_broken_before_they_are_turned() -> None:
    assert lay_out("אחת שתיים שלוש", 9, len) == ["םייתש תחא", "שולש"]


def test_a_paragraph_runs_as_its_first_letter_does() -> None:
    assert begins_right("- שלום abc")
    assert not begins_right("abc שלום")
    assert turns("abc שלום")
    assert not turns("abc é 你好")


@pytest.mark.parametrize(
    ("server", "port", "url"),
    [
        ("127.0.0.1", "8000", "http://127.0.0.1:8000"),
        ("box", "", "http://box:8000"),
        ("box:9000", "8000", "http://box:9000"),
        ("https://chat.example.org", "8000", "https://chat.example.org"),
        ("fe80::1", "8000", "http://[fe80::1]:8000"),
        ("[fe80::1]:9", "8000", "http://[fe80::1]:9"),
    ],
)
def test_two_fields_make_an_address(server: str, port: str, url: str) -> None:
    pytest.importorskip("tkinter")
    from klatch.clients.desktop.connecting import join_address

    assert join_address(server, port) == url


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("http://127.0.0.1:9000", ("127.0.0.1", "9000")),
        ("box", ("box", "8000")),
        ("http://[fe80::1]:9", ("[fe80::1]", "9")),
        ("https://chat.example.org", ("https://chat.example.org", "")),
        ("", ("", "")),
    ],
)
def test_an_address_is_split_into_two_fields(url: str, fields: tuple[str, str]) -> None:
    pytest.importorskip("tkinter")
    from klatch.clients.desktop.connecting import split_address

    assert split_address(url) == fields


def test_emoji_are_completed_by_their_words_and_spelled_between_colons() -> None:
    assert [offer.text for offer in complete("well :tad", [], [])] == ["🎉"]
    assert find_spelled("well :tada:") == (":tada:", "🎉")
    assert find_spelled("at 12:30:") is None


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_what_others_wrote_is_never_part_of_a_script(platform: str) -> None:
    call = spell_call(platform, "ann", '"; rm -rf ~; $(x) <b>')
    assert call is not None
    script = [word for word in call.words if "\n" in word]
    assert not any("rm -rf" in word for word in script)
    assert any("rm -rf" in word for word in (*call.words, *call.environment.values()))
