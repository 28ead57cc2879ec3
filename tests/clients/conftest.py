"""Every test has a home of its own, so that no secret or outbox of the machine's user is touched."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where clients keep what is theirs."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    for name in ("KLATCH_SERVER", "KLATCH_NAME", "KLATCH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return folder
