"""Text is broken so that it fits, by columns."""

from hypothesis import given
from hypothesis import strategies as some

from klatch.clients.terminal.words import Piece
from klatch.clients.terminal.wrapping import chop, fit, width_of, wrap

WORDS = some.text(alphabet="ab é日本👍\u0301 ", max_size=80)


def texts(lines: list[list[Piece]]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def test_lines_break_between_words() -> None:
    assert texts(wrap([Piece("the quick brown fox")], 10)) == ["the quick ", "brown fox"]


def test_a_word_of_several_styles_stays_together() -> None:
    assert texts(wrap([Piece("one "), Piece("tw", "bold"), Piece("o!")], 6)) == ["one ", "two!"]


def test_a_word_that_is_too_long_is_broken() -> None:
    assert texts(wrap([Piece("a" * 25)], 10)) == ["a" * 10, "a" * 10, "a" * 5]


def test_japanese_breaks_anywhere() -> None:
    assert texts(wrap([Piece("a 日本語日本語")], 8)) == ["a 日本語", "日本語"]


@given(WORDS, some.integers(2, 30))
def test_no_line_is_wider_than_there_is_room(text: str, width: int) -> None:
    assert all(width_of(line) <= width for line in wrap([Piece(text)], width))


@given(WORDS, some.integers(2, 30))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    assert "".join(texts(wrap([Piece(text)], width))).replace(" ", "") == text.replace(" ", "")


@given(WORDS, some.integers(2, 30))
def test_chopping_loses_nothing(text: str, width: int) -> None:
    lines = chop([Piece(text)], width)
    assert "".join(texts(lines)) == text
    assert all(width_of(line) <= width for line in lines)


@given(WORDS, some.integers(0, 30))
def test_what_is_cut_fits_and_says_so(text: str, width: int) -> None:
    cut = fit(text, width)
    assert width_of([Piece(cut)]) <= width
    assert cut == text or width == 0 or cut.endswith("…")
