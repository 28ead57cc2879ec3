"""What docs/security.md promises is held by the tests that it names."""

import ast
import re

import pytest

from tests.architecture.imports import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = [row for row in SECURITY.splitlines() if row.startswith("| ") and "tests/" in row]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY)))


def test_every_promise_names_one_test() -> None:
    assert len(ROWS) > 40
    assert [row for row in ROWS if len(re.findall(r"::\w+`", row)) != 1] == []


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_test_that_holds_a_promise_exists(path: str, test: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
