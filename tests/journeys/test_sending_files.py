"""Files from the shell: sent, fetched, and what is too long for a message."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Server, klatch, running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, house: Server) -> None:
    """A home of its own, so that no secret of the machine's user is touched."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("KLATCH_TOKEN", raising=False)
    monkeypatch.setenv("KLATCH_SERVER", house.url)
    monkeypatch.setenv("KLATCH_NAME", f"ann{tmp_path.name[-6:].replace('_', '')}")


def test_a_file_is_sent_and_fetched_and_pipes_carry_nothing_else(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    (tmp_path / "cups.bin").write_bytes(content)
    sent = klatch("send", "#lobby", "The cups", "--file", str(tmp_path / "cups.bin"))
    assert (sent.returncode, sent.stderr) == (0, "")
    fetched = klatch("get", "#lobby", sent.stdout.strip(), "-o", str(tmp_path / "back.bin"))
    assert (fetched.stdout, fetched.stderr) == (f"{tmp_path / 'back.bin'}\n", "")
    assert (tmp_path / "back.bin").read_bytes() == content
    again = klatch("get", "#lobby", sent.stdout.strip(), "-o", str(tmp_path / "back.bin"))
    assert again.returncode == 1
    assert "--force" in again.stderr
    told = klatch("tail", "#lobby", "-n", "1").stdout
    assert "The cups [cups.bin (300 kB) http://127.0.0.1:" in told
    assert json.loads(klatch("tail", "#lobby", "-n", "1", "--json").stdout)["body"]["files"][0]["size"] == 300_000


def test_what_is_too_long_for_a_message_is_sent_as_a_file(tmp_path: Path) -> None:
    text = "Beans, milk, sugar\n" * 5_000
    sent = klatch("send", "#lobby", text=text)
    assert (sent.returncode, sent.stderr) == (0, "")
    klatch("get", "#lobby", sent.stdout.strip(), "-o", str(tmp_path / "list"))
    assert (tmp_path / "list").read_text() == text
    assert "[message.txt (95 kB) http://" in klatch("history", "#lobby").stdout


def test_a_message_without_a_file_says_so() -> None:
    sent = klatch("send", "#lobby", "only words")
    fetched = klatch("get", "#lobby", sent.stdout.strip())
    assert (fetched.returncode, fetched.stdout) == (1, "")
    assert "carries no file" in fetched.stderr
