"""Uploads on their way in: each a file that grows, hashed while it is written, and never held in memory."""

import contextlib
import errno
import hashlib
import os
import shutil
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from klatch.files.port import Gone, Locked, NoRoom, OutOfPlace, Sum, TooLong, WrongSum
from klatch.files.threads import Threads
from klatch.files.turns import Turns

PIECE: Final = 1024 * 1024  # bytes written at once; twice that is what an upload holds
_SMALL: Final = 256 * 1024  # the same where more than a few come in
_FEW: Final = 8
ROOM_KEPT: Final = 64 * 1024 * 1024  # bytes of the disk that uploads leave to the store
_HASHES_MOST: Final = 1_000  # uploads whose hash so far is known without reading them again
# Piece by piece, so that the log never waits behind megabytes of files on their way to the same disk.
_sync: Final = getattr(os, "fdatasync", os.fsync)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def told_when_full() -> Iterator[None]:
    """Names a disk that is full."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise NoRoom(str(fault)) from fault
        raise


class _Growing:
    """An upload that is written to just now. `hashed` is None where what came before was not hashed here; `kept` is how
    much the disk has for sure, and `lost` whether it failed to keep the rest."""

    def __init__(self, file: BinaryIO, offset: int, hashed: Any, expected: Sum | None) -> None:
        self.file = file
        self.start = self.size = self.kept = offset
        self.lost = False
        self.hashed = hashed
        self.sum = None if expected is None else hashlib.new(expected.algorithm, usedforsecurity=False)

    def check(self, expected: Sum | None) -> None:
        """Compares what came with its checksum. Raises WrongSum."""
        if expected is not None and self.sum is not None and self.sum.digest() != expected.digest:
            raise WrongSum


class Receiving:
    """The uploads in one folder. One piece of an upload comes in at a time."""

    def __init__(self, folder: Path, threads: Threads, turns: Turns) -> None:
        self._folder = folder
        self._threads = threads
        self._hashes: OrderedDict[str, tuple[int, Any]] = OrderedDict()  # of how many bytes
        self._busy: set[str] = set()
        self._turns = turns

    def path(self, upload: str) -> Path:
        """Where an upload grows."""
        return self._folder / upload

    @contextlib.contextmanager
    def alone(self, upload: str) -> Iterator[None]:
        """For whoever changes an upload. Raises Locked."""
        if upload in self._busy:
            raise Locked
        self._busy.add(upload)
        try:
            yield
        finally:
            self._busy.discard(upload)

    def is_busy(self, upload: str) -> bool:
        """Whether somebody changes an upload just now."""
        return upload in self._busy

    def free(self) -> int:
        """How many bytes there is room for, beside what is the store's."""
        return shutil.disk_usage(self._folder).free - ROOM_KEPT

    async def begin(self, upload: str) -> None:
        """There is an empty one now."""

        def make() -> None:
            with told_when_full():
                os.close(os.open(self.path(upload), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

        await self._threads.run(make)
        self._remember(upload, 0, hashlib.sha256())

    async def append(
        self, upload: str, offset: int, pieces: AsyncIterator[bytes], most: int, expected: Sum | None = None
    ) -> int:
        """Adds what comes; see the port."""
        with self.alone(upload):
            growing = await self._threads.run(self._open, upload, offset, expected)
            try:
                await self._take(growing, pieces, most)
                growing.check(expected)
            except (WrongSum, TooLong):
                await self._threads.run(self._undo, growing)
                raise
            finally:
                await self._threads.run(self._close, upload, growing)
            return growing.size

    async def _take(self, growing: _Growing, pieces: AsyncIterator[bytes], most: int) -> None:
        """Writes one piece while the next is gathered."""
        gathered, writing, left = bytearray(), None, most - growing.size
        try:
            async for piece in pieces:
                left -= len(piece)
                if left < 0:
                    raise TooLong
                gathered += piece
                if len(gathered) >= (PIECE if len(self._busy) <= _FEW else _SMALL):
                    if writing is not None:
                        await writing
                    writing, gathered = self._threads.move(self._write, growing, gathered), bytearray()
                await self._turns.take()
        finally:
            if writing is not None:
                await writing
            if gathered:
                await self._threads.run(self._write, growing, gathered)

    def _remember(self, upload: str, size: int, hashed: Any) -> None:
        self._hashes[upload] = (size, hashed)
        self._hashes.move_to_end(upload)
        if len(self._hashes) > _HASHES_MOST:
            self._hashes.popitem(last=False)

    # On a thread.

    def _open(self, upload: str, offset: int, expected: Sum | None) -> _Growing:
        try:
            file = self.path(upload).open("r+b", buffering=0)
        except FileNotFoundError:
            raise Gone(upload) from None
        size = file.seek(0, os.SEEK_END)
        if size != offset:
            file.close()
            raise OutOfPlace(size)
        known, hashed = self._hashes.pop(upload, (-1, None))
        return _Growing(file, offset, hashed if known == size else None, expected)

    def _write(self, growing: _Growing, piece: bytearray) -> None:
        if self.free() < len(piece):
            raise NoRoom("what is left is for the store")
        view, written = memoryview(piece), 0
        try:
            with told_when_full():
                while written < len(piece):
                    written += os.write(growing.file.fileno(), view[written:])
        finally:
            growing.size += written
            for each in (growing.hashed, growing.sum):
                if each is not None:
                    each.update(view[:written])
        self._keep(growing, _sync)

    @staticmethod
    def _keep(growing: _Growing, sync: Callable[[int], None]) -> None:
        """Has the disk keep what was written. It tells once that it cannot, and then forgets; so it is remembered."""
        try:
            with told_when_full():
                sync(growing.file.fileno())
        except BaseException:
            growing.lost = True
            raise
        growing.kept = growing.size

    @staticmethod
    def _undo(growing: _Growing) -> None:
        growing.file.truncate(growing.start)
        growing.size = growing.kept = growing.start
        growing.hashed = None

    def _close(self, upload: str, growing: _Growing) -> None:
        """What is told to be there is on the disk; the rest is taken away."""
        with growing.file:
            try:
                if not growing.lost:
                    self._keep(growing, os.fsync)
            finally:
                if growing.lost:
                    growing.file.truncate(growing.kept)
                    growing.hashed = None
        if growing.hashed is not None:
            self._remember(upload, growing.size, growing.hashed)

    def size(self, upload: str) -> int | None:
        """How much of an upload is there; None if there is none."""
        try:
            return self.path(upload).stat().st_size
        except FileNotFoundError:
            return None

    def digest(self, upload: str) -> tuple[bytes, int]:
        """The SHA-256 and the size of an upload that is whole."""
        size = self.size(upload)
        if size is None:
            raise Gone(upload)
        known, hashed = self._hashes.pop(upload, (-1, None))
        if known != size or hashed is None:
            with self.path(upload).open("rb") as file:
                hashed = hashlib.file_digest(file, "sha256")
        return hashed.digest(), size

    def remove(self, upload: str) -> None:
        """Removes an upload, if there is one."""
        self._hashes.pop(upload, None)
        self.path(upload).unlink(missing_ok=True)

    def names(self, before: float) -> list[str]:
        """All that were last written to before a time (seconds since 1970)."""
        with os.scandir(self._folder) as found:
            return [each.name for each in found if each.is_file() and each.stat().st_mtime < before]
