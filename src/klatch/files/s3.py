"""Contents in an S3-compatible store, reached by obstore, which `klatch[s3]` brings."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from klatch.core.files import PREVIEW, path_of
from klatch.files.port import Gone
from klatch.files.threads import Threads

PIECE: Final = 1_048_576
_PART: Final = 8 * 1_048_576  # bytes of one part of a large content
_AT_ONCE: Final = 2  # parts that are on their way: what an upload holds in memory
_SCHEME: Final = "s3"


class NoStore(Exception):  # noqa: N818 - read as a sentence
    """The store of files cannot be used: says why, and what to do."""


class Bucket:
    """Keeps contents in one bucket, below a prefix. Keys, region and endpoint come from the variables that all S3 tools
    read: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, AWS_ALLOW_HTTP."""

    def __init__(self, url: str, threads: Threads) -> None:
        """`url` is `s3://bucket/prefix`. Raises NoStore."""
        try:
            import obstore  # noqa: PLC0415 - only where it is wanted
            from obstore.store import S3Store  # noqa: PLC0415 - the same
        except ImportError:
            raise NoStore("files_in needs one more package: pip install 'klatch[s3]'.") from None
        parts = urlsplit(url)
        if parts.scheme != _SCHEME or not parts.netloc:
            raise NoStore(f"files_in: {url!r} is no bucket; write it like s3://bucket/folder.")
        self._s3: Any = obstore
        self._threads = threads
        self._prefix = parts.path.strip("/")
        self._store = S3Store(parts.netloc, virtual_hosted_style_request=False)

    def _key(self, place: str, ending: str = "") -> str:
        return "/".join(part for part in (self._prefix, f"{path_of(place)}{ending}") if part)

    async def put(self, place: str, path: Path, preview: bytes) -> None:
        """Takes a file, in parts of which few are on their way, with what shows it small before it."""
        try:
            if preview:
                await self._s3.put_async(self._store, self._key(place, PREVIEW), preview)
            await self._s3.put_async(self._store, self._key(place), path, chunk_size=_PART, max_concurrency=_AT_ONCE)
        except Exception as fault:
            raise Gone(str(fault)) from fault

    async def take_back(self, place: str, path: Path) -> bool:
        """Fetches a content that nobody was told of to where it came from; False if it is not here."""
        part = path.with_name(f"{path.name}.part")
        try:
            size = (await self._s3.head_async(self._store, self._key(place)))["size"]
        except FileNotFoundError:
            return False
        except Exception as fault:
            raise Gone(str(fault)) from fault
        with part.open("wb") as file:
            if size:
                async for piece in self.read(place, 0, size - 1):
                    await self._threads.run(file.write, piece)
            file.flush()
            await self._threads.run(os.fsync, file.fileno())
        part.replace(path)
        await self.remove(place)
        return True

    async def read(self, place: str, first: int, last: int) -> AsyncIterator[bytes]:
        """Bytes of a content, a piece at a time, for as long as they are asked for."""
        try:
            while first <= last:
                end = min(first + PIECE, last + 1)
                piece = bytes(await self._s3.get_range_async(self._store, self._key(place), start=first, end=end))
                first = end
                yield piece
        except Exception as fault:
            raise Gone(str(fault)) from fault

    async def read_preview(self, place: str) -> bytes:
        """What shows a content small."""
        try:
            found = await self._s3.get_async(self._store, self._key(place, PREVIEW))
            return bytes(await found.bytes_async())
        except Exception as fault:
            raise Gone(str(fault)) from fault

    async def remove(self, place: str) -> None:
        """Removes a content and what shows it small, if they are here."""
        for key in (self._key(place), self._key(place, PREVIEW)):
            try:
                await self._s3.delete_async(self._store, key)
            except FileNotFoundError:
                continue
            except Exception as fault:
                raise Gone(str(fault)) from fault

    async def places(self, before: float) -> list[str]:
        """All that were last written to before a time (seconds since 1970)."""
        found: set[str] = set()
        try:
            async for some in self._s3.list(self._store, prefix=self._prefix or None):
                for each in some:
                    if each["last_modified"].timestamp() < before:
                        found.add("".join(str(each["path"]).split("/")[-2:]).removesuffix(PREVIEW))
        except Exception as fault:
            raise Gone(str(fault)) from fault
        return sorted(found)
