"""Files on their way: up, to be sent with the next message; down, to be kept or opened. Of the network half."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import msgspec
from platformdirs import user_cache_path

from klatch.clients.desktop.opener import open_path
from klatch.clients.desktop.scene import CommandRefused, Noticed, PictureCame, Told, Transfer
from klatch.clients.sdk import CannotKeep, Client, Refused, Unanswered, Unreachable, Unreadable
from klatch.clients.sdk.client import make_cid
from klatch.clients.sdk.folders import make_private
from klatch.core import commands as ask
from klatch.core.files import File

_FAULTS: Final = (Refused, Unreachable, Unanswered, Unreadable, CannotKeep, OSError)
_AT_ONCE: Final = 4  # pictures that are fetched


class Transfers:
    """`tell` is told what the window should know, `changed` that there is something to draw."""

    def __init__(
        self,
        client: Client,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        tell: Callable[[Told], None],
        changed: Callable[[], None],
    ) -> None:
        self._client = client
        self._start = start
        self._tell = tell
        self._changed = changed
        self._numbers = itertools.count(1)
        self._all: dict[int, Transfer] = {}
        self._files: dict[int, File] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._pictures: set[str] = set()
        self._few = asyncio.Semaphore(_AT_ONCE)

    @property
    def all(self) -> list[Transfer]:
        """All that are under way, or wait to be sent."""
        return list(self._all.values())

    def attach(self, room: str, source: Path | bytes, name: str, *, send: bool = False) -> None:
        """Sends a file up, for the next message in a room; `send`: for one of its own, as soon as it is there."""
        number = self._begin(Transfer(next(self._numbers), room, name, up=True))
        self._tasks[number] = self._start(self._upload(number, room, source, name, send=send))

    def detach(self, number: int) -> None:
        """Gives a file up."""
        self._end(number)

    def send(self, room: str, text: str, reply_to: int | None = None) -> None:
        """Says something, with the files that are ready in that room."""
        ready = [each.number for each in self.all if each.room == room and each.up and each.ready]
        self._start(self._send(room, text, ready, reply_to))

    def save(self, file: File, target: Path, then: Callable[[Path], None] | None = None) -> None:
        """Fetches a file to where it is to be."""
        number = self._begin(Transfer(next(self._numbers), "", file.name, up=False, size=file.size))
        self._tasks[number] = self._start(self._download(number, file, target, then))

    def open(self, file: File) -> None:
        """Opens a file; fetches it before, unless it was fetched already."""
        target = user_cache_path("klatch", appauthor=False) / "files" / file.id / file.name
        try:
            make_private(target.parent)
        except CannotKeep as fault:
            self._tell(Noticed(str(fault)))
            return
        if target.exists():
            self._open(target)
        else:
            self.save(file, target, self._open)

    def show(self, file: File) -> None:
        """Fetches what shows a picture small, once."""
        if file.id not in self._pictures:
            self._pictures.add(file.id)
            self._start(self._show(file))

    # Inside.

    def _open(self, path: Path) -> None:
        try:
            open_path(path)
        except OSError:
            self._tell(Noticed(f"Nothing here opens it. It is at {path}."))

    async def _upload(self, number: int, room: str, source: Path | bytes, name: str, *, send: bool) -> None:
        try:
            file = await self._client.upload(source, name=name, progress=self._progress(number))
        except _FAULTS as fault:
            self._end(number)
            self._tell(Noticed(f"{name} was not sent. {fault}"))
            return
        if number in self._all:
            self._files[number] = file
            self._put(number, ready=True, done=file.size, size=file.size)
            if send:
                await self._send(room, "", [number], None)

    async def _send(self, room: str, text: str, numbers: list[int], reply_to: int | None) -> None:
        files = [self._files[number].id for number in numbers if number in self._files]
        for number in numbers:
            self._put(number, ready=False)
        command = ask.SendMessage(cid=make_cid(), room=room, text=text, files=files, reply_to=reply_to)
        try:
            await self._client.act(command)
        except _FAULTS as fault:
            for number in numbers:
                self._put(number, ready=True)
            self._tell(CommandRefused(room, text, str(fault)))
        else:
            for number in numbers:
                self._end(number)

    async def _download(self, number: int, file: File, target: Path, then: Callable[[Path], None] | None) -> None:
        try:
            await self._client.download(file, target, progress=self._progress(number))
        except _FAULTS as fault:
            self._tell(Noticed(f"{file.name} was not fetched. {fault}"))
        else:
            if then is not None:
                then(target)
            else:
                self._tell(Noticed(f"Saved as {target}."))
        finally:
            self._end(number)

    async def _show(self, file: File) -> None:
        async with self._few:
            try:
                content = await self._client.preview(file)
            except _FAULTS:
                self._pictures.discard(file.id)
                return
        self._tell(PictureCame(file.id, content))

    def _begin(self, transfer: Transfer) -> int:
        self._all[transfer.number] = transfer
        self._changed()
        return transfer.number

    def _progress(self, number: int) -> Callable[[int, int], None]:
        loop = asyncio.get_running_loop()

        def progress(done: int, size: int) -> None:  # on another thread
            loop.call_soon_threadsafe(lambda: self._put(number, done=done, size=size))

        return progress

    def _put(self, number: int, **news: Any) -> None:
        if number in self._all:
            self._all[number] = msgspec.structs.replace(self._all[number], **news)
            self._changed()

    def _end(self, number: int) -> None:
        task = self._tasks.pop(number, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        self._all.pop(number, None)
        self._files.pop(number, None)
        self._changed()
