"""A server for each module, and names that nobody has had there."""

import itertools
from collections.abc import Iterator

import pytest

from tests.running import Server, running

_COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without rate limits, for all tests of a module."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


@pytest.fixture
def me() -> str:
    """A name of one's own."""
    return f"ann{next(_COUNT)}"


@pytest.fixture
def you() -> str:
    """A name of somebody else."""
    return f"bob{next(_COUNT)}"
