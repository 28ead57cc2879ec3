"""Files in the terminal: sent by `/file PATH`, saved, and pictures looked at, with how far it is."""

import asyncio
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from platformdirs import user_downloads_path

from klatch.clients.sdk import CannotKeep, Refused, Unanswered, Unreachable, Unreadable, Untrusted
from klatch.clients.terminal.pictures import draw_in_blocks, draw_picture
from klatch.clients.terminal.sheets import Question
from klatch.clients.terminal.stage import Stage
from klatch.clients.terminal.words import draw_line
from klatch.core.files import File, clean_name, spell_size

FAULTS: Final = (CannotKeep, Refused, Unanswered, Unreachable, Unreadable, Untrusted, OSError)
_COMMAND: Final = re.compile(r"/file\s+(.+)", re.IGNORECASE | re.DOTALL)
_QUOTES: Final = "'\""
_WIDTH: Final = 16


def path_of(text: str) -> Path | None:
    """The file that `/file PATH` names, or None where something else was typed. Quotes and ~ mean what they do in a
    shell."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    path = found[1].strip()
    if len(path) > 1 and path[0] == path[-1] and path[0] in _QUOTES:
        path = path[1:-1]
    return Path(path).expanduser()


def fault_of(path: Path) -> str:
    """Why a path cannot be sent, or nothing."""
    if path.is_dir():
        return f"{path} is a folder. Send one file of it."
    return "" if path.is_file() else f"There is no file {path}."


def size_of(path: Path) -> int:
    """Its bytes, 0 where it is gone meanwhile."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


class Files:
    """What is under way with files; one thing at a time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._doing = ""
        self._there = self._size = 0

    @property
    def said(self) -> str:
        """What is under way and how far it is, or nothing."""
        if not self._doing:
            return ""
        share = self._there / self._size if self._size else 0.0
        bar = "█" * int(share * _WIDTH) + "░" * (_WIDTH - int(share * _WIDTH))
        return f"{self._doing}  {bar}  {share:.0%} of {spell_size(self._size)}"

    def stop(self) -> bool:
        """Gives up what is under way; False if nothing is."""
        if not self._doing:
            return False
        self._stage.stop("files")
        return True

    def send(self, path: Path, typed: str) -> None:
        """Sends a file into the room that is shown."""
        stage, room = self._stage, self._stage.room
        if fault := fault_of(path):
            stage.notice(fault)
            stage.desk.give_back(typed)
            return

        async def work() -> None:
            file = await stage.seat.client.upload(path, progress=self._note)
            await stage.seat.client.send(room.id, "", files=[file])

        self._begin(f"Sending {draw_line(path.name)}", size_of(path), work())

    def save(self, files: list[File]) -> None:
        """Fetches files into the folder for what was downloaded."""

        async def work() -> None:
            for file in files:
                target = _free(user_downloads_path() / clean_name(file.name))
                target.parent.mkdir(parents=True, exist_ok=True)
                await self._stage.seat.client.download(file, target, progress=self._note)
                self._stage.notice(f"Saved as {target}.")

        self._begin(f"Fetching {draw_line(files[0].name)}", files[0].size, work())

    def look(self, file: File) -> None:
        """Draws a picture on the whole screen, where the terminal can, or where one wants it in blocks."""
        if not file.preview or not file.type.startswith("image/"):
            self._stage.notice(f"{file.name} cannot be shown here; s saves it.")
            return

        async def work() -> None:
            picture = await self._stage.seat.client.preview(file)
            if not self._stage.draw_alone(lambda: draw_picture(picture, draw_line(file.name))):
                self._offer_blocks(file, picture)

        self._begin(f"Fetching {draw_line(file.name)}", file.size, work())

    def _offer_blocks(self, file: File, picture: bytes) -> None:
        def decide(answer: str | None) -> None:
            if answer == "blocks":
                self._stage.draw_alone(lambda: draw_in_blocks(picture, draw_line(file.name)))
            elif answer == "save":
                self.save([file])

        answers = [("blocks", "Draw in blocks"), ("save", "Save it"), ("stay", "Neither")]
        self._stage.put_over(Question("This terminal draws no pictures.", answers), decide)

    def _begin(self, doing: str, size: int, work: Coroutine[Any, Any, None]) -> None:
        if self._doing:
            self._stage.notice("Wait until the other file is there, or stop it with Esc.")
            work.close()
            return
        self._loop = asyncio.get_running_loop()
        self._doing, self._there, self._size = doing, 0, size
        self._stage.begin(self._do(work), "files")

    async def _do(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except FAULTS as fault:
            self._stage.notice(str(fault))
        finally:
            self._doing = ""
            self._stage.redraw()

    def _note(self, there: int, size: int) -> None:
        """Told on a thread of its own."""
        self._there, self._size = there, size
        self._loop.call_soon_threadsafe(self._stage.redraw)


def _free(path: Path) -> Path:
    """A path at which nothing is yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem} {number}")
    return free
