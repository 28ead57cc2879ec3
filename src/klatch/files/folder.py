"""Contents on this machine's disk: a file each, under a name made by the server, there whole or not at all."""

import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from io import FileIO
from pathlib import Path
from typing import Final

from klatch.core.files import PREVIEW, path_of
from klatch.files.port import Gone
from klatch.files.receiving import told_when_full
from klatch.files.threads import Threads
from klatch.files.turns import Turns

PIECE: Final = 1024 * 1024  # bytes read at once
_SMALL: Final = 256 * 1024  # the same where more than a few read
_FEW: Final = 8


class Folder:
    """Keeps contents in a folder, spread over 256 more."""

    def __init__(self, folder: Path, threads: Threads, turns: Turns) -> None:
        self._folder = folder
        self._threads = threads
        self._turns = turns
        self._read = 0  # contents just now

    def path(self, place: str) -> Path:
        """Where a content lies."""
        return self._folder / path_of(place)

    async def put(self, place: str, path: Path, preview: bytes) -> None:
        """Moves a file here that is on the disk already, and what shows it small before it."""
        await self._threads.run(self._put, place, path, preview)

    def _put(self, place: str, path: Path, preview: bytes) -> None:
        target = self.path(place)
        with told_when_full():
            if not target.parent.exists():
                target.parent.mkdir(mode=0o700, exist_ok=True)
                sync(self._folder)
            if preview:
                with target.with_name(target.name + PREVIEW).open("wb") as file:
                    file.write(preview)
                    file.flush()
                    os.fsync(file.fileno())
            path.replace(target)
            sync(target.parent)

    async def take_back(self, place: str, path: Path) -> bool:
        """Moves a content that nobody was told of to where it came from; False if it is not here."""

        def move() -> bool:
            try:
                self.path(place).replace(path)
            except FileNotFoundError:
                return False
            return True

        return await self._threads.run(move)

    async def read(self, place: str, first: int, last: int) -> AsyncIterator[bytes]:
        """Bytes of a content; reads one piece while the one before is on its way."""
        try:
            file = await self._threads.run(_open, self.path(place))
        except OSError as fault:
            raise Gone(str(fault)) from fault
        self._read += 1
        try:
            with file:
                async with contextlib.aclosing(self._pieces(file, first, last - first + 1)) as pieces:
                    async for piece in pieces:
                        yield piece
        finally:
            self._read -= 1

    async def _pieces(self, file: FileIO, first: int, left: int) -> AsyncGenerator[bytes]:
        await self._threads.run(file.seek, first)
        coming = self._threads.move(file.read, min(self._piece, left))
        try:
            while left > 0:
                piece = await coming
                if not piece:
                    raise Gone(f"{file.name} is shorter than it was")
                left -= len(piece)
                if left > 0:
                    coming = self._threads.move(file.read, min(self._piece, left))
                await self._turns.take()
                yield piece
        finally:
            with contextlib.suppress(Exception):
                await coming

    @property
    def _piece(self) -> int:
        """Large ones cost less by the byte, and each reader has two."""
        return PIECE if self._read <= _FEW else _SMALL

    async def read_preview(self, place: str) -> bytes:
        """What shows a content small."""
        target = self.path(place)
        try:
            return await self._threads.run(target.with_name(target.name + PREVIEW).read_bytes)
        except OSError as fault:
            raise Gone(str(fault)) from fault

    async def remove(self, place: str) -> None:
        """Removes a content and what shows it small, if they are here."""

        def unlink() -> None:
            target = self.path(place)
            target.unlink(missing_ok=True)
            target.with_name(target.name + PREVIEW).unlink(missing_ok=True)

        await self._threads.run(unlink)

    async def places(self, before: float) -> list[str]:
        """All that were last written to before a time (seconds since 1970)."""

        def find() -> list[str]:
            found = self._folder.glob("??/*")
            return [
                path.parent.name + path.name.removesuffix(PREVIEW) for path in found if path.stat().st_mtime < before
            ]

        return await self._threads.run(find)


def _open(path: Path) -> FileIO:
    return path.open("rb", buffering=0)


def sync(directory: Path) -> None:
    """Has the disk keep the names in a directory; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
