"""The store of files: uploads grow on this machine's disk, and what they bring goes to where contents are kept."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock, Timeout

from klatch.core.files import ANY_TYPE, ELSEWHERE, FOLDER, LOCK, SAFE_TYPES
from klatch.files.folder import Folder
from klatch.files.kinds import HEAD, find_type
from klatch.files.port import Gone, Settled, Sum
from klatch.files.previews.asking import Previews
from klatch.files.receiving import Receiving
from klatch.files.s3 import Bucket
from klatch.files.threads import Threads
from klatch.files.turns import Turns
from klatch.observe.port import Observer

UPLOADS: Final = "uploads"  # in the data directory


class Contents(Protocol):
    """Where contents are kept."""

    async def put(self, place: str, path: Path, preview: bytes) -> None:
        """Takes a file, whole or not at all, with what shows it small; the file may be gone then."""

    async def take_back(self, place: str, path: Path) -> bool:
        """Moves a content that nobody was told of to where it came from; False if it is not here."""

    def read(self, place: str, first: int, last: int) -> AsyncIterator[bytes]:
        """Bytes of a content. Raises Gone."""

    async def read_preview(self, place: str) -> bytes:
        """What shows a content small. Raises Gone."""

    async def remove(self, place: str) -> None:
        """Removes a content with what shows it small, if it is here."""

    async def places(self, before: float) -> list[str]:
        """All that were last written to before a time (seconds since 1970)."""


class Shelf:
    """The store of files of one data directory; see the port."""

    def __init__(self, directory: Path, observer: Observer, bucket: str = "") -> None:
        """`bucket`: where contents are kept, as `s3://bucket/prefix`; empty: in the directory. Raises NoStore."""
        self._directory = directory
        self._observer = observer
        self._threads = Threads()
        uploads, folder = directory / UPLOADS, directory / FOLDER
        uploads.mkdir(mode=0o700, exist_ok=True)
        turns = Turns()
        self._receiving = Receiving(uploads, self._threads, turns)
        self._contents: Contents
        if bucket:
            self._contents = Bucket(bucket, self._threads)
            (directory / ELSEWHERE).write_text(f"{bucket}\n")
        else:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._contents = Folder(folder, self._threads, turns)
        self.previews = Previews(observer)

    def free(self) -> int:
        """How many bytes there is room for."""
        return self._receiving.free()

    async def begin(self, upload: str) -> None:
        """There is an upload now, empty so far."""
        await self._receiving.begin(upload)

    async def offset(self, upload: str) -> int | None:
        """How much of an upload is there. One that was moved to its place, of which nobody was told, goes back."""
        size = await self._threads.run(self._receiving.size, upload)
        if size is None and not self._receiving.is_busy(upload):
            with self._receiving.alone(upload):
                if await self._contents.take_back(upload, self._receiving.path(upload)):
                    size = await self._threads.run(self._receiving.size, upload)
        return size

    async def append(
        self, upload: str, offset: int, pieces: AsyncIterator[bytes], most: int, expected: Sum | None = None
    ) -> int:
        """Adds to an upload what comes."""
        return await self._receiving.append(upload, offset, pieces, most, expected)

    async def settle(self, upload: str, owner: str) -> Settled:
        """Has the content of an upload stay."""
        with self._receiving.alone(upload):
            digest, size = await self._threads.run(self._receiving.digest, upload)
            path = self._receiving.path(upload)
            kind = find_type(await self._threads.run(_read_head, path))
            seen = await self.previews.make(path, kind, owner)
            if kind.startswith("image/") and kind in SAFE_TYPES and seen.width is None:
                kind = ANY_TYPE  # it begins like a picture, and is none that could be shown
            await self._contents.put(upload, path, seen.preview)
            await self._threads.run(self._receiving.remove, upload)
        return Settled(digest, size, kind, seen.width, seen.height, seen.blurhash, seen.kind if seen.preview else "")

    async def discard(self, upload: str) -> None:
        """Removes an upload, or a content."""
        await self._threads.run(self._receiving.remove, upload)
        with contextlib.suppress(Gone):
            await self._contents.remove(upload)

    def read(self, place: str, first: int, last: int) -> AsyncIterator[bytes]:
        """The bytes of a content."""
        return self._contents.read(place, first, last)

    async def read_preview(self, place: str) -> bytes:
        """What shows a content small."""
        return await self._contents.read_preview(place)

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[bool]:
        """Whether contents may be removed: no backup is being made."""
        lock = FileLock(self._directory / LOCK, mode=0o600)
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    async def places(self, before: int) -> list[str]:
        """All that were last written to before a time (ms UTC)."""
        uploads = await self._threads.run(self._receiving.names, before / 1000)
        return [*uploads, *await self._contents.places(before / 1000)]

    def close(self) -> None:
        """Finishes what was begun."""
        self._threads.close()


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
