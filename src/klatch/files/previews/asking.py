"""Has a preview made by another process, which is given little memory and little time."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from klatch.files.previews.drawing import FORMATS
from klatch.observe.port import Observer

_WITHIN: Final = 20.0  # seconds
_AT_ONCE: Final = 2
_SOURCE: Final = Path(__file__).parents[3]
_MOST: Final = 1_048_576  # bytes of an answer


class Seen(msgspec.Struct, frozen=True):
    """What was seen of a file: a picture's size in pixels as it is shown, its blurhash, and a preview of that kind."""

    width: int | None = None
    height: int | None = None
    blurhash: str = ""
    kind: str = ""
    preview: bytes = b""


class Previews:
    """Makes previews, a few at once."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def make(self, path: Path, kind: str) -> Seen:
        """What shows a file small; nothing where there is no way to, or the file will not be decoded."""
        if kind not in FORMATS and kind != "text/plain":
            return Seen()
        async with self._turn:
            answer = await self._ask(path, kind)
        head, _, preview = answer.partition(b"\n")
        if not head:
            return Seen()
        seen = msgspec.json.decode(head, type=Seen)
        return msgspec.structs.replace(seen, preview=preview)

    async def _ask(self, path: Path, kind: str) -> bytes:
        with path.open("rb") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-s", "-m", "klatch.files.previews.drawing", kind),
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


def _surroundings() -> dict[str, str]:
    """Little is told of the server's own."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(_SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
