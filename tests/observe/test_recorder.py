"""What the server tells those who run it: figures that are documented, and lines that give nobody away."""

import contextlib
import io
import json
from pathlib import Path

import pytest

from klatch.observe.recorder import COUNTERS, GAUGES, LABELLED, Recorder

FIGURES = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


@pytest.mark.parametrize("name", [*(f"{name}_total" for name in (*COUNTERS, *LABELLED)), *GAUGES])
def test_every_figure_is_documented(name):
    assert f"`klatch_{name}" in FIGURES


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
