"""Holds the secrets of guests: one for each server and name, for their user alone."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from klatch.clients.sdk.faults import CannotKeep
from klatch.clients.sdk.secrets import Secrets
from klatch.core.refusals import Refused


def test_the_same_name_on_the_same_server_has_the_same_secret(tmp_path: Path) -> None:
    assert Secrets(tmp_path, "a").get("ann") == Secrets(tmp_path, "a").get("ann")


def test_names_that_count_as_one_have_one_secret(tmp_path: Path) -> None:
    assert Secrets(tmp_path, "a").get("Ann") == Secrets(tmp_path, "a").get("ann")


def test_another_name_and_another_server_have_another_secret(tmp_path: Path) -> None:
    secrets = {Secrets(tmp_path, "a").get("ann"), Secrets(tmp_path, "a").get("bob"), Secrets(tmp_path, "b").get("ann")}
    assert len(secrets) == 3


def test_all_who_ask_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: Secrets(tmp_path, "a").get("ann"), range(64)))
    assert len(found) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Secrets(tmp_path / "new" / "guests", "a").get("ann")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")}
    assert {mode for name, mode in modes.items() if name.endswith(".secret")} == {0o600}
    assert modes["guests"] == modes["a"] == stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_damaged_file_is_told_and_kept(tmp_path: Path) -> None:
    Secrets(tmp_path, "a").get("ann")
    (file,) = tmp_path.rglob("*.secret")
    file.write_bytes(b"\xff")
    with pytest.raises(CannotKeep, match="damaged"):
        Secrets(tmp_path, "a").get("ann")
    assert file.read_bytes() == b"\xff"


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "guests").write_text("a file")
    with pytest.raises(CannotKeep, match="guests"):
        Secrets(tmp_path / "guests", "a").get("ann")


def test_what_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        Secrets(tmp_path, "a").get("../../etc/passwd")


def test_the_longest_name_of_any_script_has_a_file(tmp_path: Path) -> None:
    assert Secrets(tmp_path, "a").get("\u6f22" * 32)
