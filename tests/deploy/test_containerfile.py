"""The Containerfile, looked at without building it: what goes in, who it runs as, how it is looked after."""

import json
import re
import subprocess
import sys

import pytest

from tests.architecture.imports import ROOT
from tests.pace import PATIENCE
from tests.running import Server

TEXT = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
STEPS = re.findall(r"^([A-Z]+) ((?:\\\n|.)*)", TEXT, re.MULTILINE)
WATCH = next(json.loads(words[words.index("[") :]) for step, words in STEPS if step == "HEALTHCHECK")
COPIED = [words.split()[:-1] for step, words in STEPS if step == "COPY" and "--from" not in words]


def last(step: str) -> str:
    return [words for name, words in STEPS if name == step][-1]


def test_it_runs_as_nobody_in_particular() -> None:
    assert last("USER") == "10001:10001"


def test_what_is_kept_is_in_a_volume() -> None:
    assert last("VOLUME") == "/data"
    assert '"--data", "/data"' in last("CMD")


def test_every_package_is_checked_against_its_hash() -> None:
    installs = re.findall(r"pip install (.*?)(?:\\\n|\n)", TEXT)
    assert len(installs) == 3
    assert [
        words for words in installs if "--require-hashes" not in words and "--no-deps --no-index" not in words
    ] == []


@pytest.mark.parametrize("source", sorted(source for sources in COPIED for source in sources))
def test_what_is_copied_is_there_and_not_ignored(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source.removeprefix('./')}" in (ROOT / ".containerignore").read_text("utf-8").splitlines()


def test_what_is_not_named_is_ignored() -> None:
    lines = [line for line in (ROOT / ".containerignore").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"


def look(port: int) -> int:
    """The exit status of the look at a container, here at another port."""
    command = [sys.executable, *(word.replace(":8000", f":{port}") for word in WATCH[1:])]
    return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).returncode


def test_a_server_that_is_ready_is_found_healthy(server: Server) -> None:
    assert look(server.port) == 0


def test_a_server_that_is_away_is_found_ill(server: Server) -> None:
    server.stop()
    assert look(server.port) == 1
