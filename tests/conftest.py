"""Fixtures that every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real server with its default limits."""
    with running(tmp_path / "data") as started:
        yield started


@pytest.fixture
def unlimited(tmp_path: Path) -> Iterator[Server]:
    """A real server without rate limits."""
    with running(tmp_path / "data", "--no-limits") as started:
        yield started
