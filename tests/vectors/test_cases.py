"""Holds the vectors themselves to their rules."""

import json

import pytest

from tests.vectors.cases import HERE

FILES = sorted(path.name for path in HERE.glob("*.json"))


@pytest.mark.parametrize("file", FILES)
def test_every_case_has_a_name_of_its_own_and_a_sentence(file):
    cases = [case for group in json.loads((HERE / file).read_text("utf-8")).values() for case in group]
    names = [case["name"] for case in cases]
    assert sorted(set(names)) == sorted(names)
    assert [case["name"] for case in cases if not case["says"].endswith(".")] == []


@pytest.mark.parametrize("file", FILES)
def test_the_readme_tells_of_every_file(file):
    assert f"`{file}`" in (HERE / "README.md").read_text("utf-8")
