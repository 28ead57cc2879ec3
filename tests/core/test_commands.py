"""Commands: the bounds of what they carry."""

import pytest

from klatch.core.commands import check_cid, check_limit
from tests.protocols.outcome import outcome


@pytest.mark.parametrize("cid", ["a" * 16, "Z9_-" * 16, "0123456789abcdef"])
def test_a_cid_has_16_to_64_plain_characters(cid):
    assert outcome(check_cid, cid) is None


@pytest.mark.parametrize("cid", ["", "a" * 15, "a" * 65, "a" * 15 + " ", "a" * 15 + "\n", "é" * 16, "a" * 10_240])
def test_anything_else_is_no_cid(cid):
    refused = outcome(check_cid, cid)
    assert (refused.code, refused.field) == ("cid", "cid")


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (200, 200), (201, 200), (10**9, 200)])
def test_a_page_holds_at_most_200(asked, given):
    assert check_limit(asked) == given


@pytest.mark.parametrize("asked", [0, -1, -(10**9)])
def test_a_page_holds_at_least_1(asked):
    refused = outcome(check_limit, asked)
    assert (refused.code, refused.field) == ("limit", "limit")
