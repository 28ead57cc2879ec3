"""The table of refusals: every door derives its spelling from it."""

import re

import pytest

from klatch.core.refusals import CODES
from tests.architecture.imports import SOURCE

# Raised by the socket itself, or named by a variable.
RAISED = re.compile(
    r"""Refused\(\s*"([a-z_0-9]+)"|["'](too_slow|auth_timeout|too_many_errors|internal|going_away)["']"""
)


def raised():
    found = (RAISED.findall(path.read_text("utf-8")) for path in SOURCE.rglob("*.py") if path.name != "refusals.py")
    return {first or second for codes in found for first, second in codes}


def test_every_code_that_is_raised_is_in_the_table():
    assert raised() - set(CODES) == set()


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_status_and_a_sentence(code):
    row = CODES[code]
    assert 400 <= row.http < 600
    assert row.meaning.endswith(".")
    assert re.fullmatch("[a-z][a-z0-9_]*", code)


@pytest.mark.parametrize("code", [code for code, row in CODES.items() if row.close is not None])
def test_a_close_code_is_one_that_a_websocket_may_send(code):
    close = CODES[code].close
    assert close in {1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013} or 4000 <= close < 5000
