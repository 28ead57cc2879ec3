"""Words with a little form become paragraphs of styled runs."""

import time
from collections.abc import Callable

import pytest

from klatch.clients.desktop.timeline.formatting import Paragraph, Run, format_text


def quickest(work: Callable[[], object]) -> float:
    """The seconds that something takes, of three tries."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def shape(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.kind, run.text, run.styles) for each in format_text(text) for run in each.runs]


def test_plain_words_stay_as_they_are() -> None:
    assert format_text("Good morning, all!") == (Paragraph("text", (Run("Good morning, all!"),)),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**a** b", [("text", "a", ("strong",)), ("text", " b", ())]),
        ("*a*", [("text", "a", ("emphasis",))]),
        ("~~a~~", [("text", "a", ("strike",))]),
        ("`a*b*`", [("text", "a*b*", ("code",))]),
        ("```\nx = 1\n  y\n```", [("code", "x = 1\n  y", ("code",))]),
        ("hi @ann.", [("text", "hi ", ()), ("text", "@ann.", ("mention",))]),
        ("> a", [("quote", "a", ())]),
        ("- a", [("item", "•\t", ()), ("item", "a", ())]),
        ("2. a", [("item", "2.\t", ()), ("item", "a", ())]),
        ("a\nb", [("text", "a", ()), ("text", "\n", ()), ("text", "b", ())]),
        ("# a", [("text", "a", ("strong",))]),
    ],
)
def test_each_form_is_known(text: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert shape(text) == expected


def test_an_address_is_a_link() -> None:
    assert [run.link for run in format_text("see https://example.org/x now")[0].runs] == [
        None,
        "https://example.org/x",
        None,
    ]


@pytest.mark.parametrize("text", ["[x](javascript:alert(1))", "[x](file:///etc/passwd)", "<script>x</script>"])
def test_only_addresses_of_the_web_and_mail_lead_anywhere(text: str) -> None:
    assert [run.link for paragraph in format_text(text) for run in paragraph.runs if run.link] == []


@pytest.mark.parametrize(
    "text", ["    four blanks", "<b>html</b>", "a\n===", "![picture](https://example.org/x.png)", "***"]
)
def test_nothing_that_was_written_disappears(text: str) -> None:
    shown = "".join(paragraph.text for paragraph in format_text(text)) or "rule"
    assert shown.strip() != ""


@pytest.mark.parametrize("unit", ["[", "![[", "*a ", "- ", "http://", "[a](", "~~a", "`a"])
@pytest.mark.parametrize("length", [4_000, 16_000])
def test_text_made_to_be_slow_is_not(unit: str, length: int) -> None:
    text = (unit * length)[:length]
    assert quickest(lambda: format_text.__wrapped__(text)) < 0.25


def test_a_long_text_in_fences_is_code() -> None:
    assert shape("```\n" + "x\n" * 3_000 + "```") == [("code", "x\n" * 2_999 + "x", ("code",))]


def test_a_spoiler_is_of_one_line_and_keeps_its_form() -> None:
    [paragraph] = format_text("it was ||the **cat**|| who did it")
    assert [(run.text, run.styles) for run in paragraph.runs] == [
        ("it was ", ()),
        ("the ", ("spoiler",)),
        ("cat", ("spoiler", "strong")),
        (" who did it", ()),
    ]
    assert format_text("a || b || c")[0].text == "a || b || c"


def test_a_table_stands_in_columns() -> None:
    [table] = format_text("| Name | Cups |\n|---|--:|\n| 茶 | 3 |\n| coffee | 12 |")
    assert table.kind == "table"
    assert table.text.splitlines() == [
        "Name    Cups",
        "──────  ────",
        "茶         3",
        "coffee    12",
    ]
