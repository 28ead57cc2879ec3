"""Fixtures that every test may ask for, and how much is made up for those that make up their input."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.pace import LONG
from tests.running import Server, running

# By default few inputs, the same each time; KLATCH_LONG=1 tries many others. None is too slow.
_STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("quick", _STEADY, max_examples=40, derandomize=True)
settings.register_profile("long", _STEADY, max_examples=500)
settings.load_profile("long" if LONG else "quick")


@pytest.fixture(scope="session", autouse=True)
def home_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for all tests, so that nothing of the machine's user is read or touched."""
    folder = tmp_path_factory.mktemp("home-of-all")
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("HOME", str(folder))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            surroundings.delenv(name, raising=False)
        yield folder


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
