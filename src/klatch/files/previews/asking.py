"""Has other people's files and pages looked into by another process, which is given little memory and little time."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Final, TypeVar
from weakref import WeakValueDictionary

import msgspec

from klatch.files.port import Described, Seen
from klatch.files.previews.drawing import FORMATS, PAGE, PAPER, TEXT
from klatch.observe.port import Observer

T = TypeVar("T", bound=msgspec.Struct)

_WITHIN: Final = 20.0  # seconds
_AT_ONCE: Final = 2  # of files; and as many of what links lead to, so that neither waits for the other
_SOURCE: Final = Path(__file__).parents[3]
EDGE: Final = 800  # pixels of the longer side of a file's preview
_MOST: Final = 1_048_576  # bytes of an answer


class Previews:
    """Makes previews, a few at once."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._turn_of_links = asyncio.Semaphore(_AT_ONCE)
        self._owners: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def make(self, path: Path, kind: str, owner: str) -> Seen:
        """What shows a file small; nothing where there is no way to, or the file will not be decoded. One of an owner's
        at a time."""
        if kind not in FORMATS and kind not in (TEXT, PAPER):
            return Seen()
        alone = self._owners.setdefault(owner, asyncio.Lock())
        async with alone, self._turn:
            with path.open("rb") as file:
                return await self._see(file, kind, EDGE)

    async def show(self, picture: bytes, kind: str, edge: int) -> Seen:
        """What shows a picture small, its longer side with so many pixels; nothing if it will not be decoded."""
        if kind not in FORMATS:
            return Seen()
        async with self._turn_of_links:
            try:
                with _as_file(picture) as file:
                    return await self._see(file, kind, edge)
            except OSError as fault:  # no room for temporary files, or no process more
                self._observer.log("preview_failed", why=str(fault))
                return Seen()

    async def describe(self, page: bytes, charset: str) -> Described:
        """What a page of the web says of itself."""
        async with self._turn_of_links:
            try:
                with _as_file(page) as file:
                    return _read(await self._ask(file, PAGE, charset), Described)
            except OSError as fault:
                self._observer.log("preview_failed", why=str(fault))
                return Described()

    async def _see(self, file: BinaryIO, kind: str, edge: int) -> Seen:
        head, _, preview = (await self._ask(file, kind, str(edge))).partition(b"\n")
        return msgspec.structs.replace(_read(head, Seen), preview=preview) if head else Seen()

    async def _ask(self, file: BinaryIO, kind: str, how: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-s", "-m", "klatch.files.previews.drawing", kind, how),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_surroundings(),
            close_fds=True,
        )
        try:
            async with asyncio.timeout(_WITHIN):
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                answer = await process.stdout.read(_MOST + 1)
                while len(answer) <= _MOST and (more := await process.stdout.read(_MOST + 1)):
                    answer += more
                status = await process.wait()
        except TimeoutError:
            self._observer.log("preview_late", kind=kind)
            return b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return answer if status == 0 and len(answer) <= _MOST else b""


def _read(answer: bytes, kind: type[T]) -> T:
    """What the process says; nothing where that makes no sense, for a stranger's file may speak out of it."""
    try:
        return msgspec.json.decode(answer, type=kind)
    except ValueError:
        return kind()


def _as_file(content: bytes) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever gets it closes it
    file.write(content)
    file.seek(0)
    return file


def _surroundings() -> dict[str, str]:
    """Little is told of the server's own."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(_SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
