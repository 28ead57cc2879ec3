"""Files where the disk is full, which is a real one: uploads are refused and wait, and those who talk go on."""

import contextlib
import http.client
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways.calling import Program, room_path, signed_in
from tests.gateways.uploading import TUS, begin, content_of, offset_of, patch, raw
from tests.running import Server, eventually, running

LARGE = os.urandom(20_000_000)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MiB, of which the store has 64 for itself."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def house(disk: Path) -> Iterator[Server]:
    with running(disk / "data", "--no-limits") as started:
        yield started


@pytest.fixture
def ann(house: Server) -> Program:
    return signed_in(house)


def uploads(house: Server) -> list[str]:
    return sorted(path.name for path in (house.data / "uploads").iterdir())


def post_of_unknown_length(program: Program, content: bytes) -> int:
    """A whole file in one request that does not tell how long it is."""
    pieces = (content[at : at + 1_000_000] for at in range(0, len(content), 1_000_000))
    peer = http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)
    shown = {"Authorization": f"Bearer {program.token}"}
    # Whoever goes on sending after the answer is cut off.
    with contextlib.closing(peer), contextlib.suppress(ConnectionError):
        peer.request("POST", "/api/files", pieces, shown, encode_chunked=True)
        with peer.getresponse() as answer:
            return answer.status
    return 507


def test_of_two_uploads_for_one_of_which_there_is_room_one_waits(house: Server, ann: Program) -> None:
    """Each was begun when there was room for it."""
    one, two = (begin(ann, len(LARGE)).headers["location"] for _ in range(2))
    assert patch(ann, one, 0, LARGE).status == 204
    for at in range(0, len(LARGE), 2_000_000):
        told = patch(ann, two, at, LARGE[::-1][at : at + 2_000_000])
        if told.status != 204:
            break
    assert (told.status, told.code) == (507, "storage_full")
    there = offset_of(ann, two)
    assert 0 < there < len(LARGE)
    assert begin(ann, len(LARGE)).code == "storage_full"
    assert uploads(house) == [two.rpartition("/")[2]]
    for number in range(200):
        assert ann.post(room_path("#lobby", "messages"), text=f"We talk on {number} {'x' * 10_000}").status == 201
    assert ann.ask("DELETE", one, headers=TUS).status == 204
    eventually(lambda: shutil.disk_usage(house.data).free > 64 * 1024 * 1024 + len(LARGE) - there)
    assert offset_of(ann, two) == there
    assert patch(ann, two, there, LARGE[::-1][there:]).status == 204
    assert content_of(ann, ann.get(two).json["file"]).body == LARGE[::-1]
    assert uploads(house) == []


def test_a_file_of_unknown_length_takes_nothing_that_is_the_stores(house: Server, ann: Program, disk: Path) -> None:
    assert post_of_unknown_length(ann, 2 * LARGE) == 507
    eventually(lambda: uploads(house) == [])
    filler = disk / "filler"
    filler.write_bytes(b"\0" * 60_000_000)  # others fill it, too
    assert raw(ann, b"small").code == "storage_full"
    assert ann.post(room_path("#lobby", "messages"), text="We talk on").status == 201
    filler.unlink()
    assert post_of_unknown_length(ann, LARGE) == 201
