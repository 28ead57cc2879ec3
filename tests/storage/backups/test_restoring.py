"""A backup comes back whole, under a new epoch, or is refused; what was there is put aside, never lost."""

import asyncio
import gzip
import io
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from klatch.gateways.certificate import FILE as CERTIFICATE
from klatch.storage.backups.archive import MANIFEST, measure
from klatch.storage.backups.making import back_up
from klatch.storage.backups.restoring import NotEmpty, restore, verify_backup
from klatch.storage.faults import StoreUnusable
from klatch.storage.verify import verify
from tests.running import klatch
from tests.storage.backups.conftest import fill
from tests.storage.stores import NOON, add_account, opened

RESTORER = """
import sys
from pathlib import Path
from klatch.storage.backups.restoring import restore
print("begun", flush=True)
restore(Path(sys.argv[1]), Path(sys.argv[2]), 0, replace=True)
"""


async def epoch_of(directory: Path) -> str:
    async with opened(directory) as kept:
        return kept.store.epoch


def test_what_is_restored_is_what_was_backed_up(data: Path, made: Path, tmp_path: Path) -> None:
    restore(made, tmp_path / "new", NOON)
    assert verify(tmp_path / "new") == verify(data)


def test_what_is_restored_has_an_epoch_of_its_own(data: Path, made: Path, tmp_path: Path) -> None:
    for place in ("one", "two"):
        restore(made, tmp_path / place, NOON)
    epochs = {asyncio.run(epoch_of(path)) for path in (data, tmp_path / "one", tmp_path / "two")}
    assert len(epochs) == 3


def test_what_is_restored_goes_on_where_it_ended(made: Path, tmp_path: Path) -> None:
    async def go_on() -> None:
        async with opened(tmp_path / "new") as kept:
            await kept.decide(add_account("bob"))

    restore(made, tmp_path / "new", NOON)
    asyncio.run(go_on())
    assert verify(tmp_path / "new").faults == []


def test_what_is_restored_is_for_its_owner_only(made: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        restore(made, tmp_path / "new", NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_what_the_administrator_restores_belongs_to_whom_the_folder_belongs(made: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    os.chown(tmp_path / "new", 65534, 65534)
    restore(made, tmp_path / "new", NOON)
    assert {path.stat().st_uid for path in (tmp_path / "new").iterdir()} == {65534}


def test_the_certificate_by_which_clients_know_the_server_goes_along(data: Path, tmp_path: Path) -> None:
    (data / CERTIFICATE).write_text("the key")
    back_up(data, tmp_path / "made.klatch", NOON)
    restore(tmp_path / "made.klatch", tmp_path / "new", NOON)
    assert (tmp_path / "new" / CERTIFICATE).read_text() == "the key"


# What is there already.


def test_a_folder_with_something_in_it_is_refused_and_left_as_it_is(made: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "diary.txt").write_text("mine")
    with pytest.raises(NotEmpty, match="--force"):
        restore(made, tmp_path / "new", NOON)
    assert [path.name for path in (tmp_path / "new").iterdir() if path.name != "klatch.lock"] == ["diary.txt"]


def test_what_is_replaced_is_put_aside_whole(made: Path, tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path / "other", 7))
    before = verify(tmp_path / "other")
    _, aside = restore(made, tmp_path / "other", NOON, replace=True)
    assert aside is not None
    assert (verify(aside), verify(tmp_path / "other").hash != before.hash) == (before, True)


def test_what_is_replaced_is_put_aside_with_its_write_ahead_log(made: Path, tmp_path: Path) -> None:
    writer = """
import asyncio, os, sys
from pathlib import Path
from tests.storage.stores import Kept, add_account
async def main():
    await Kept(Path(sys.argv[1])).decide(add_account("ann"))
    os._exit(0)
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", writer, tmp_path / "other"], check=True, env={**os.environ})
    assert (tmp_path / "other" / "klatch.sqlite-wal").stat().st_size
    _, aside = restore(made, tmp_path / "other", NOON, replace=True)
    assert aside is not None
    assert (aside / "klatch.sqlite-wal").exists()
    assert not (tmp_path / "other" / "klatch.sqlite-wal").exists()
    assert verify(tmp_path / "other").faults == []


@pytest.mark.parametrize("damage", ["INSERT INTO migrations VALUES (9999, '9999_telepathy')", "DROP TABLE entries"])
def test_what_is_replaced_may_be_newer_or_damaged(data: Path, made: Path, tmp_path: Path, damage: str) -> None:
    whole = verify(data)
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    connection.execute(damage)
    connection.close()
    restore(made, data, NOON, replace=True)
    assert verify(data) == whole


async def test_a_folder_that_a_server_has_is_refused(made: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "busy"):
        with pytest.raises(StoreUnusable, match="in use") as caught:
            restore(made, tmp_path / "busy", NOON, replace=True)
    assert caught.value.exit_code == 73


# What is no backup, or damaged, or newer.


def test_a_flipped_byte_anywhere_is_found_or_changes_nothing(data: Path, made: Path, tmp_path: Path) -> None:
    whole, right = made.read_bytes(), verify(data)
    silent = []
    for offset in sorted({*range(20), *range(20, len(whole), 97), *range(len(whole) - 9, len(whole))}):
        damaged = bytearray(whole)
        damaged[offset] ^= 0x10
        made.write_bytes(damaged)
        folder = tmp_path / f"{offset}"
        folder.mkdir()
        try:
            report = verify_backup(made, folder)
        except StoreUnusable:
            continue
        if report != right:
            silent.append(offset)
    assert silent == []


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_backup_that_was_cut_off_is_refused_and_nothing_is_made(made: Path, tmp_path: Path, share: float) -> None:
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StoreUnusable, match=r"damaged|no backup"):
        restore(made, tmp_path / "new", NOON)
    assert nothing_in(tmp_path / "new")


def test_a_damaged_backup_leaves_what_was_there(data: Path, made: Path) -> None:
    before = (data / "klatch.sqlite").read_bytes()
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    made.write_bytes(content)
    with pytest.raises(StoreUnusable, match="damaged"):
        restore(made, data, NOON, replace=True)
    assert (data / "klatch.sqlite").read_bytes() == before


def test_a_backup_whose_words_were_changed_is_refused(data: Path, made: Path, tmp_path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["hash"] = "0" * 32

    rewrite(made, change)
    with pytest.raises(StoreUnusable, match="does not hold what its manifest tells"):
        restore(made, tmp_path / "new", NOON)


@pytest.mark.parametrize(("key", "value"), [("schema", 9999), ("format", 9)], ids=["a newer schema", "a newer format"])
def test_a_backup_of_a_newer_klatch_is_refused_with_both_versions(
    made: Path, tmp_path: Path, key: str, value: int
) -> None:
    rewrite(made, lambda manifest: manifest.update({key: value, "klatch": "9.9.0"}))
    with pytest.raises(StoreUnusable, match=rf"Klatch 9\.9\.0.*up to {1 if key == 'format' else ''}"):
        restore(made, tmp_path / "new", NOON)
    assert nothing_in(tmp_path / "new")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "tls.pem/../../evil", "notes.txt"])
def test_a_member_that_would_go_elsewhere_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    rewrite(made, lambda _: None, more={name: b"evil"})
    with pytest.raises(StoreUnusable, match="damaged"):
        restore(made, tmp_path / "deep" / "new", NOON)
    assert not list(tmp_path.rglob("evil"))


def test_a_member_that_is_a_link_is_refused(made: Path, tmp_path: Path) -> None:
    rewrite(made, lambda manifest: manifest["members"].update({"tls.pem": {"sha256": "0" * 64, "bytes": 0}}))
    content = gzip.decompress(made.read_bytes())
    buffer = io.BytesIO(content)
    with tarfile.open(fileobj=buffer, mode="a") as tar:
        link = tarfile.TarInfo("tls.pem")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    made.write_bytes(gzip.compress(buffer.getvalue()))
    with pytest.raises(StoreUnusable, match="damaged"):
        restore(made, tmp_path / "new", NOON)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", gzip.compress(b"hello"), gzip.compress(b"\0" * 10_240)],
    ids=["empty", "a text", "a packed text", "an empty tar"],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes").write_bytes(content)
    with pytest.raises(StoreUnusable, match=r"no backup|damaged"):
        restore(tmp_path / "notes", tmp_path / "new", NOON)


@pytest.mark.parametrize("place", ["missing", ""])
def test_a_backup_that_cannot_be_read_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(StoreUnusable, match="cannot be read"):
        restore(tmp_path / place, tmp_path / "new", NOON)


# Cut off.


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_a_restore_that_is_killed_leaves_the_old_the_new_or_what_no_server_opens(
    data: Path, made: Path, tmp_path: Path, share: float
) -> None:
    asyncio.run(fill(tmp_path / "other", 5))
    old, new = verify(tmp_path / "other").hash, verify(data).hash
    seconds = kill_restorer(made, Path(shutil.copytree(tmp_path / "other", tmp_path / "copy")), None)
    kill_restorer(made, tmp_path / "other", seconds * share)
    assert what_a_server_finds(tmp_path / "other") in {old, new, "refused"}


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace here; install the package strace")
@pytest.mark.parametrize("call", ["rename", "mkdir", "rmdir"])
def test_a_restore_that_is_killed_at_any_step_is_mended_by_another(
    data: Path, made: Path, tmp_path: Path, call: str
) -> None:
    asyncio.run(fill(tmp_path / "other", 5))
    old, new = verify(tmp_path / "other").hash, verify(data).hash
    for place in range(1, 20):
        copy = Path(shutil.copytree(tmp_path / "other", tmp_path / f"{call}-{place}"))
        traced = ["strace", "-f", "-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={place}"]
        ended = subprocess.run(
            [*traced, sys.executable, "-c", RESTORER, made, copy], capture_output=True, check=False, env={**os.environ}
        )
        found = what_a_server_finds(copy)
        assert found in {old, new, "refused"}
        restore(made, copy, NOON, replace=True)
        assert verify(copy).hash == new
        if not ended.returncode:
            return
    pytest.fail("it was killed everywhere")


def kill_restorer(made: Path, directory: Path, after: float | None) -> float:
    restorer = subprocess.Popen([sys.executable, "-c", RESTORER, made, directory], stdout=subprocess.PIPE)
    assert restorer.stdout is not None
    restorer.stdout.readline()
    began = time.monotonic()
    try:
        restorer.wait(after)
    except subprocess.TimeoutExpired:
        restorer.kill()
    restorer.wait()
    restorer.stdout.close()
    return time.monotonic() - began


def what_a_server_finds(directory: Path) -> str:
    """The hash of what a server would open, or that it refuses to."""
    copy = Path(shutil.copytree(directory, directory.with_name(f"{directory.name}-opened")))
    try:
        asyncio.run(epoch_of(copy))
    except StoreUnusable:
        return "refused"
    return verify(copy).hash


# As people type it.


def test_the_command_says_what_to_do_next(made: Path, tmp_path: Path) -> None:
    done = klatch("restore", str(made), "--data", str(tmp_path / "new"))
    assert (done.returncode, f"klatch serve --data {tmp_path / 'new'}" in done.stdout) == (0, True)


def test_the_command_puts_aside_only_where_that_was_asked_for(made: Path, data: Path) -> None:
    refused, done = klatch("restore", str(made), "--data", str(data)), None
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    done = klatch("restore", str(made), "--data", str(data), "--force")
    assert (done.returncode, "replaced-" in done.stdout) == (0, True)


def nothing_in(directory: Path) -> bool:
    """Whether there is nothing but Klatch's lock, if anything."""
    return not directory.exists() or {path.name for path in directory.iterdir()} <= {"klatch.lock"}


def rewrite(backup: Path, change: Any, more: dict[str, bytes] | None = None) -> None:
    """Writes a backup anew with another manifest, and members that it speaks of."""
    with tarfile.open(backup) as tar:
        members = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
    manifest = msgspec.json.decode(members.pop(MANIFEST))
    for name, content in (more or {}).items():
        (backup.parent / "member").write_bytes(content)
        manifest["members"][name] = msgspec.to_builtins(measure(backup.parent / "member"))
        members[name] = content
    change(manifest)
    with tarfile.open(backup, "w:gz") as tar:
        for name, content in {MANIFEST: msgspec.json.encode(manifest), **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
