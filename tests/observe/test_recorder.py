"""What the server tells those who run it: figures that are documented, and lines that give nobody away."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from klatch.observe.recorder import COUNTERS, DURATIONS, GAUGES, Recorder

FIGURES = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


ROWS = [
    tuple(cell.strip() for cell in row.strip("|").split("|"))
    for row in re.findall(r"^\| `klatch.*$", FIGURES, re.MULTILINE)
]


def rows():
    """The rows that docs/metrics.md should have."""
    for kind, ending, figures in (("counter", "_total", COUNTERS), ("gauge", "", GAUGES), ("histogram", "", DURATIONS)):
        for name, (meaning, labels) in figures.items():
            named = f"{{{', '.join(labels)}}}" if labels and kind != "histogram" else ""
            yield f"`klatch_{name}{ending}{named}`", kind, meaning


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row[0])
def test_every_figure_is_documented_with_its_kind_labels_and_meaning(row):
    assert row in ROWS


def test_no_figure_is_documented_that_is_not_there():
    assert {row[0] for row in ROWS} == {row[0] for row in rows()}


def test_an_address_is_told_of_whoever_fails_to_sign_in_and_of_no_other_refusal():
    with contextlib.redirect_stderr(io.StringIO()) as told:
        recorder = Recorder()
        recorder.refused("line", "bad_credentials", "192.0.2.7")
        recorder.refused("line", "not_a_member", "192.0.2.8")
    assert [line.split(" ", 1)[1] for line in told.getvalue().splitlines()] == [
        "Refused at the line door (192.0.2.7): bad_credentials"
    ]


def test_a_figure_that_rose_is_told():
    recorder = Recorder()
    recorder.count("entries", 3)
    assert b"klatch_entries_total 3.0" in recorder.figures()


@pytest.mark.parametrize("as_json", [True, False])
def test_a_defect_is_told_without_what_people_said(as_json):
    told = tell_defect(as_json=as_json)
    assert "it broke" in told
    assert "the canary" not in told


def test_a_line_of_the_log_is_an_object():
    assert json.loads(tell_defect(as_json=True))["event"] == "defect"


def test_what_is_said_is_shown_only_where_it_was_asked_for():
    with contextlib.redirect_stderr(io.StringIO()) as told:
        Recorder().said("#lobby ann: hi")
        Recorder(verbose=True).said("#lobby bob: hi")
    assert told.getvalue().split(" ", 1)[1] == "#lobby bob: hi\n"


def tell_defect(*, as_json):
    with contextlib.redirect_stderr(io.StringIO()) as told:
        recorder = Recorder(as_json=as_json)
        try:
            fail("the " + "canary")
        except ValueError as failure:
            recorder.defect("here", failure)
    return told.getvalue()


def fail(text):
    raise ValueError("it broke")
