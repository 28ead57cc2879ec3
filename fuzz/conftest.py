"""Fuzzing: `make fuzz` throws made-up input at everything that reads bytes from peers.

KLATCH_FUZZ_EXAMPLES says how many inputs each test makes up (default 8,000: about a minute in all).
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.running import Server, running

EXAMPLES = int(os.environ.get("KLATCH_FUZZ_EXAMPLES", "8000"))

settings.register_profile(
    "fuzz",
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
settings.load_profile("fuzz")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server without rate limits, which must be alive and silent about defects in the end."""
    folder = tmp_path_factory.mktemp("house")
    with running(folder / "data", "--no-limits") as server:
        yield server
        assert server.process is not None
        assert server.process.poll() is None
    log = (folder / "data.log").read_text("utf-8")
    assert [line for line in log.splitlines() if "defect" in line or "Traceback" in line] == []
