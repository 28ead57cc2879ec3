"""Files in backups and in `klatch verify`: all of them, as they were, or told."""

import os
from pathlib import Path

from klatch.storage.verify import verify
from tests.gateways.calling import signed_in
from tests.gateways.uploading import content_of, picture, share
from tests.running import eventually, klatch, running

LARGE = os.urandom(700_000)


def contents(data: Path) -> list[Path]:
    return sorted(path for path in (data / "files").glob("??/*") if not path.name.endswith(".preview"))


def test_a_backup_made_while_the_server_runs_brings_the_files_back(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-limits") as house:
        ann = signed_in(house, "ann")
        file, cups = share(ann, "#lobby", LARGE, "large.bin"), share(ann, "#lobby", picture("PNG"), "cups.png")
        made = klatch("backup", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "data"))
        assert made.returncode == 0, made.stderr
        later = share(ann, "#lobby", b"later")
    looked = klatch("verify", str(tmp_path / "made.klatch"))
    assert looked.returncode == 0, looked.stdout + looked.stderr
    restored = klatch("restore", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "new"))
    assert restored.returncode == 0, restored.stderr
    assert verify(tmp_path / "new").faults == []
    with running(tmp_path / "new", "--no-limits") as house:
        bob = signed_in(house, "bob")
        assert content_of(bob, file).body == LARGE
        assert bob.get(f"/api/files/{cups['id']}/preview").status == 200
        assert content_of(bob, later).status == 404
    # What is restored over something puts that aside, its files too.
    again = klatch("restore", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "data"), "--force")
    assert again.returncode == 0, again.stderr
    assert verify(tmp_path / "data").faults == []
    (aside,) = (tmp_path / "data").glob("replaced-*")
    assert verify(aside).faults == []
    assert len(contents(aside)) == 3


def test_a_content_that_changed_or_is_missing_is_told(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-limits") as house:
        ann = signed_in(house)
        share(ann, "#lobby", LARGE)
        share(ann, "#lobby", b"short")
    assert verify(tmp_path / "data").faults == []
    changed = max(contents(tmp_path / "data"), key=lambda path: path.stat().st_size)
    with changed.open("r+b") as file:
        file.seek(300_000)
        byte = file.read(1)[0]
        file.seek(300_000)
        file.write(bytes([byte ^ 1]))
    min(contents(tmp_path / "data"), key=lambda path: path.stat().st_size).unlink()
    faults = verify(tmp_path / "data").faults
    assert len(faults) == 2
    assert any("is not as it was written" in fault for fault in faults)
    assert any("cannot be read" in fault for fault in faults)
    refused = klatch("backup", str(tmp_path / "made.klatch"), "--data", str(tmp_path / "data"))
    assert refused.returncode == 74
    assert "klatch verify" in refused.stderr
    assert not (tmp_path / "made.klatch").exists()


def test_what_a_killed_server_left_is_cleared_away_after_an_hour(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-limits") as house:
        ann = signed_in(house, "ann")
        kept = share(ann, "#lobby", LARGE)
    left = [tmp_path / "data" / "uploads" / ("a" * 32), tmp_path / "data" / "files" / "bb" / ("b" * 30)]
    left[1].parent.mkdir(exist_ok=True)
    for path in left:
        path.write_bytes(b"left")
        os.utime(path, (1, 1))
    with running(tmp_path / "data", "--no-limits") as house:
        ann = signed_in(house)
        eventually(lambda: not any(path.exists() for path in left))
        assert content_of(ann, kept).body == LARGE
