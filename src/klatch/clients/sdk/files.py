"""Files: sent up and fetched over HTTP beside the connection, going on where a network that was lost broke them off."""

import asyncio
import contextlib
import hashlib
import os
import threading
from base64 import b64encode
from collections.abc import Awaitable, Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar
from urllib.parse import quote

import msgspec

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.api import Api
from klatch.clients.sdk.backoff import Backoff
from klatch.clients.sdk.faults import CannotKeep, Unanswered, Unreachable
from klatch.core.files import File
from klatch.core.refusals import Refused

T = TypeVar("T")

Progress = Callable[[int, int], None]
_PIECE: Final = 256 * 1024
_PATIENCE: Final = 300.0  # seconds without any progress
_TUS: Final = {"Tus-Resumable": "1.0.0"}
_KEYLESS: Final = frozenset({"bad_token", "not_registered"})
_PASSING: Final = frozenset({"upload_locked", "try_again", "going_away", "rate_limited", "internal", "wrong_offset"})
_PART: Final = ".part"


class Courier:
    """Carries files to and from one server. `ask_key` gets what shows who one is there, `randomness` spreads tries."""

    def __init__(
        self, address: Address, ask_key: Callable[[], Awaitable[str]], randomness: Callable[[], float]
    ) -> None:
        self._address = address
        self._ask_key = ask_key
        self._randomness = randomness
        self._key = ""

    async def upload(self, source: Path | bytes, name: str, progress: Progress | None = None, kind: str = "") -> File:
        """Sends a file up; returns it once it is whole and on the server's disk, however often the network is lost.

        `progress` is told how many bytes of how many are there. Raises Refused, Unreachable after five minutes without
        any progress, CannotKeep if the file cannot be read.
        """
        size, digest = await asyncio.to_thread(_measure, source)
        told = {"filename": name, "sha256": digest} | ({"filetype": kind} if kind else {})
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())
        headers = _TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
        begun = await self._insist(lambda stop: self._exchange("POST", "/files", headers, stop), lambda: 0)
        where = begun.headers["location"].removeprefix("/api")
        reached = _Reached(int(begun.headers.get("upload-offset", "0")), size, progress)
        if reached.offset < size:
            await self._insist(lambda stop: self._send_rest(where, source, reached, stop), lambda: reached.offset)
        answer = await self._insist(lambda stop: self._exchange("GET", where, {}, stop), lambda: 0)
        return msgspec.convert(msgspec.json.decode(answer.body)["file"], File)

    async def download(self, file: File, target: Path, progress: Progress | None = None) -> None:
        """Fetches a file to `target`, which is there whole or not at all, and is what was sent up.

        Raises Refused, Unreachable after five minutes without any progress, CannotKeep if it cannot be written.
        """
        part = target.with_name(target.name + _PART)
        reached = _Reached(0, file.size, progress)
        try:
            with part.open("wb") as out:
                await self._insist(lambda stop: self._fetch_rest(file, out, reached, stop), lambda: reached.offset)
                await asyncio.to_thread(os.fsync, out.fileno())
            part.replace(target)
        except OSError as fault:
            raise CannotKeep(f"{target} cannot be written: {fault.strerror or fault}.") from None
        finally:
            part.unlink(missing_ok=True)

    async def content(self, file: File, most: int = 16 * 1024 * 1024) -> bytes:
        """A file in memory. Raises Refused if it is larger than `most` bytes."""
        if file.size > most:
            raise Refused("file_too_big", f"{file.name} is too large to be shown.")
        return await self._get(_path_of(file))

    async def preview(self, file: File) -> bytes:
        """What shows a file small: a picture in WebP, at most 800 pixels wide and high, or the first lines of a text.
        Raises Refused if there is nothing."""
        return await self._get(f"/files/{file.id}/preview")

    async def avatar(self, account: str, version: str) -> bytes:
        """The picture that shows somebody, in WebP: `Person.id` and `Person.avatar`."""
        return await self._get(f"/people/{account}/avatar/{version}")

    async def _get(self, path: str) -> bytes:
        return (await self._insist(lambda stop: self._exchange("GET", path, {}, stop), lambda: 0)).body

    # On a thread each.

    def _exchange(self, method: str, path: str, headers: dict[str, str], stop: threading.Event) -> "_Answer":
        with self._asking(method, path, headers, None, stop) as response:
            return self._read(response)

    def _send_rest(self, where: str, source: Path | bytes, reached: "_Reached", stop: threading.Event) -> None:
        told = self._exchange("GET", where, {}, stop)
        reached.come_to(msgspec.json.decode(told.body)["offset"])
        if reached.offset >= reached.size:
            return
        headers = _TUS | {
            "Upload-Offset": str(reached.offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(reached.size - reached.offset),
        }
        with _open(source) as file:
            file.seek(reached.offset)
            with self._asking("PATCH", where, headers, _pieces(file, reached, stop), stop) as response:
                self._read(response)

    def _fetch_rest(self, file: File, out: BinaryIO, reached: "_Reached", stop: threading.Event) -> None:
        out.seek(reached.offset)
        out.truncate()
        headers = {"Range": f"bytes={reached.offset}-"} if reached.offset else {}
        if not file.size:
            return
        with self._asking("GET", _path_of(file), headers, None, stop) as response:
            if response.status not in (200, 206):
                self._read(response)
            tag = (response.getheader("etag") or "").strip('"')
            while piece := response.read(_PIECE):
                if stop.is_set():
                    raise _Stopped
                out.write(piece)
                reached.come_to(reached.offset + len(piece))
        if reached.offset < file.size:
            raise Unreachable("The connection was lost.")
        out.flush()
        with Path(out.name).open("rb") as whole:
            if hashlib.file_digest(whole, "sha256").hexdigest() != tag:
                reached.come_to(0)
                raise Unreachable("What came is not what was sent up.")

    @contextlib.contextmanager
    def _asking(self, method: str, path: str, headers: dict[str, str], body: Any, stop: threading.Event) -> Any:
        connection: HTTPConnection = Api(self._address).connect()
        try:
            if stop.is_set():
                raise _Stopped
            connection.request(method, f"/api{path}", body, {"Authorization": f"Bearer {self._key}"} | headers)
            yield connection.getresponse()
        except (BrokenPipeError, ConnectionResetError) as fault:
            with contextlib.suppress(OSError, HTTPException, ValueError):
                self._read(connection.getresponse())  # it may have said why before it closed
            raise Unreachable(f"The connection was lost ({fault}).") from None
        except (OSError, HTTPException) as fault:
            raise Unreachable(f"No server answers at {self._address.url} ({fault}).") from None
        finally:
            connection.close()

    def _read(self, response: HTTPResponse) -> "_Answer":
        body = response.read()
        if response.status >= 400:
            Api(self._address).read(response.status, body)
        return _Answer({name.lower(): value for name, value in response.getheaders()}, body)

    # In the event loop.

    async def _insist(self, work: Callable[[threading.Event], T], how_far: Callable[[], int]) -> T:
        """Does some work on a thread, again and again until it is done; what was done of it counts."""
        loop, backoff = asyncio.get_running_loop(), Backoff(self._randomness)
        renewed, before, deadline = False, how_far(), loop.time() + _PATIENCE
        while True:
            wait = 0.0
            try:
                if not self._key:
                    self._key = await self._ask_key()
                return await _on_a_thread(work)
            except Refused as refused:
                if refused.code in _KEYLESS and not renewed:
                    renewed, self._key = True, ""
                    continue
                if refused.code not in _PASSING:
                    raise
                wait, fault = (refused.retry_after or 500) / 1000, Unreachable(refused.message)
            except Unreachable as lost:
                fault = lost
            except Unanswered as lost:
                fault = Unreachable(str(lost))
            if how_far() > before:
                before, deadline, renewed = how_far(), loop.time() + _PATIENCE, False
                backoff.reset()
            if loop.time() > deadline:
                raise fault
            await asyncio.sleep(backoff.next_wait(wait))


class _Stopped(Exception):  # noqa: N818 - read as a sentence
    """Nobody waits for it any more."""


class _Answer(msgspec.Struct):
    headers: dict[str, str]
    body: bytes


class _Reached:
    """How far a file is."""

    def __init__(self, offset: int, size: int, progress: Progress | None) -> None:
        self.offset = offset
        self.size = size
        self._progress = progress

    def come_to(self, offset: int) -> None:
        self.offset = offset
        if self._progress is not None:
            self._progress(offset, self.size)


async def _on_a_thread(work: Callable[[threading.Event], T]) -> T:
    """Some work that is told when nobody waits for it any more."""
    stop = threading.Event()
    future = asyncio.ensure_future(asyncio.to_thread(work, stop))  # noqa: TID251 - awaited here, and told to stop
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        stop.set()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise


def _measure(source: Path | bytes) -> tuple[int, str]:
    if isinstance(source, bytes):
        return len(source), hashlib.sha256(source).hexdigest()
    try:
        with source.open("rb") as file:
            return source.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise CannotKeep(f"{source} cannot be read: {fault.strerror or fault}.") from None


@contextlib.contextmanager
def _open(source: Path | bytes) -> Any:
    if isinstance(source, bytes):
        yield BytesIO(source)
        return
    with source.open("rb") as file:
        yield file


def _pieces(file: BinaryIO, reached: _Reached, stop: threading.Event) -> Any:
    """The rest of a file; what was handed to the network counts as there until it is known better."""
    while piece := file.read(_PIECE):
        if stop.is_set():
            raise _Stopped
        yield piece
        reached.come_to(reached.offset + len(piece))


def _path_of(file: File) -> str:
    return f"/files/{file.id}/{quote(file.name, safe='')}"
