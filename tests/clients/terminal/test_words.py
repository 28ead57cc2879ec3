"""What others write is drawn inert, and its markdown is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.cells import cell_len

from klatch.clients.terminal.words import Piece, draw, draw_line, read, read_inline


@pytest.mark.parametrize(
    "trick",
    [
        "\x1b[2J",
        "\x1b]52;c;cm0gLXJm\x07",
        "\x1b]0;title\x07",
        "\x9b31m",
        "a\rb",
        "\x08\x08",
        "\u202eevil",
        "\u2066x\u2069",
        "\x7f",
    ],
)
def test_nothing_that_others_write_acts_on_the_terminal(trick: str) -> None:
    assert not any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 or each in "\u202e\u2066\u2069" for each in draw(trick))


@given(some.text())
def test_whatever_is_drawn_is_printable_but_for_line_feeds(text: str) -> None:
    assert all(each == "\n" or (ord(each) >= 0x20 and not 0x7F <= ord(each) < 0xA0) for each in draw(text))


@pytest.mark.parametrize(
    ("written", "drawn", "columns"),
    [
        ("👍🏽", "👍", 2),
        ("👨‍👩‍👧", "👨👩👧", 6),
        ("❤️", "❤", 1),
        ("1️⃣", "1⃣", 1),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴", 2),
        ("日本語", "日本語", 6),
        ("so\u00adft\u200b", "soft", 4),
    ],
)
def test_what_terminals_draw_in_different_widths_is_drawn_in_one_that_all_agree_on(
    written: str, drawn: str, columns: int
) -> None:
    assert (draw(written), cell_len(draw(written))) == (drawn, columns)


def test_a_tower_of_marks_is_cut_to_four() -> None:
    assert len(draw("a" + "\u0301" * 50)) == 5


def test_persian_keeps_its_joiners() -> None:
    assert "\u200c" in draw("می\u200cخواهم")


def test_a_topic_stands_on_one_line() -> None:
    assert draw_line("one\ntwo\tthree") == "one two three"


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("plain", [Piece("plain")]),
        ("**bold**", [Piece("bold", "bold")]),
        ("*it* _it_", [Piece("it", "italic"), Piece(" "), Piece("it", "italic")]),
        ("~~no~~", [Piece("no", "strike")]),
        ("`a*b*`", [Piece("a*b*", "code")]),
        ("``a`b``", [Piece("a`b", "code")]),
        ("2*3*4 snake_case_name", [Piece("2*3*4 snake_case_name")]),
        ("see https://a.example/b_c.", [Piece("see "), Piece("https://a.example/b_c", "link"), Piece(".")]),
        ("@ann and @bob", [Piece("@ann", "me"), Piece(" and "), Piece("@bob", "mention")]),
        ("me@example.org", [Piece("me@example.org")]),
    ],
)
def test_markdown_within_a_line_is_read(line: str, pieces: list[Piece]) -> None:
    assert list(read_inline(line, "ann")) == pieces


def test_code_quotes_and_text_are_blocks() -> None:
    blocks = read("text\n> quoted\n```py\nx = 1\n```\nend")
    assert [(block.kind, block.language) for block in blocks] == [
        ("text", ""),
        ("quote", ""),
        ("code", "py"),
        ("text", ""),
    ]


def test_code_whose_fence_is_never_closed_goes_to_the_end() -> None:
    assert [block.kind for block in read("```\na\nb")] == ["code"]


def test_nothing_is_read_within_code() -> None:
    (block,) = read("```\n**x** @ann\n```", "ann")
    assert block.lines == [[Piece("**x** @ann", "code")]]


@given(some.text(alphabet="*_`~>@ \nab:/", max_size=60))
def test_no_letter_is_lost(text: str) -> None:
    shown = "".join(piece.text for block in read(text) for line in block.lines for piece in line)
    assert [each for each in shown if each in "ab"] == [each for each in text if each in "ab"] or "```" in text


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "trick", ["*" * 16_000, "*a" * 8_000, "`" * 16_000, "` `` " * 3_000, "_a " * 5_000, "@" * 16_000, "~~a" * 5_000]
)
def test_no_message_takes_long_to_read(trick: str) -> None:
    assert read(trick)
