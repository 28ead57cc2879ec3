"""Uploads on a disk that cannot keep them: what it did not keep for sure is not told to be there."""

import errno
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from klatch.files import receiving
from klatch.files.port import NoRoom
from klatch.files.receiving import Receiving
from klatch.files.threads import Threads
from klatch.files.turns import Turns

CONTENT = os.urandom(3 * receiving.PIECE)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), receiving.PIECE):
        yield content[at : at + receiving.PIECE]


@pytest.mark.parametrize(("fault", "raised"), [(errno.ENOSPC, NoRoom), (errno.EDQUOT, NoRoom), (errno.EIO, OSError)])
async def test_a_piece_that_the_disk_did_not_keep_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int, raised: type[Exception]
) -> None:
    synced = []

    def sync(descriptor: int) -> None:
        """As on a disk that finds out late, and tells it once."""
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(fault, os.strerror(fault))
        os.fsync(descriptor)

    monkeypatch.setattr(receiving, "_sync", sync)
    threads = Threads()
    uploads = Receiving(tmp_path, threads, Turns())
    await uploads.begin("one")
    with pytest.raises(raised):
        await uploads.append("one", 0, pieces(CONTENT), len(CONTENT))
    assert uploads.size("one") == receiving.PIECE
    await uploads.append("one", receiving.PIECE, pieces(CONTENT[receiving.PIECE :]), len(CONTENT))
    assert uploads.digest("one") == (hashlib.sha256(CONTENT).digest(), len(CONTENT))
    assert uploads.path("one").read_bytes() == CONTENT
    threads.close()
