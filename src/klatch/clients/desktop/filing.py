"""Files by click: which to send, where to keep one, and opening it with what the system opens such files with."""

import io
import subprocess
import tkinter
from collections.abc import Callable
from pathlib import Path
from tkinter import filedialog
from typing import Final

from PIL import Image, ImageGrab

from klatch.clients.desktop.talk import Talk
from klatch.clients.desktop.transfers import Transfers
from klatch.core.files import SAFE_TYPES, File

# Beside what a browser may show: readers of these are made for what comes from elsewhere.
_OPENED: Final = SAFE_TYPES | {"application/pdf"}


class Filing:
    """`say` shows words to the user alone."""

    def __init__(self, window: tkinter.Tk, talk: Talk, say: Callable[[str], None]) -> None:
        self._window = window
        self._talk = talk
        self._say = say

    def attach(self) -> None:
        """Asks which files to send with the next message."""
        for path in filedialog.askopenfilenames(parent=self._window, title="Send files"):
            self.attach_path(Path(path))

    def attach_path(self, path: Path, *, send: bool = False) -> None:
        """Sends a file up."""
        room = self._talk.room
        path = path.expanduser()
        if not path.is_file():
            self._say(f"There is no file {path}.")
        elif room is not None:
            here = room.state.id
            self._do(lambda transfers: transfers.attach(here, path, path.name, send=send))

    def attach_clipboard(self) -> bool:
        """Sends up the picture that is on the clipboard; says whether there is one."""
        room = self._talk.room
        picture = _picture_of_clipboard()
        if picture is None or room is None:
            return False
        data = io.BytesIO()
        picture.save(data, "PNG")
        here = room.state.id
        self._do(lambda transfers: transfers.attach(here, data.getvalue(), "picture.png"))
        return True

    def detach(self, number: int) -> None:
        """Gives up a file that was to be sent."""
        self._do(lambda transfers: transfers.detach(number))

    def save(self, file: File) -> None:
        """Asks where a file is to be kept, and keeps it there."""
        path = filedialog.asksaveasfilename(parent=self._window, title="Save file", initialfile=file.name)
        if path:
            self._do(lambda transfers: transfers.save(file, Path(path)))

    def open(self, file: File) -> None:
        """Shows a file, if looking at such files does no harm; asks where to keep others."""
        if file.type.partition(";")[0] in _OPENED:
            self._do(lambda transfers: transfers.open(file))
        else:
            self.save(file)

    def show(self, file: File) -> None:
        """Wants to see a picture in its line."""
        self._do(lambda transfers: transfers.show(file))

    def send(self, room: str, text: str, reply_to: int | None) -> None:
        """Says something, with the files that are ready."""
        self._do(lambda transfers: transfers.send(room, text, reply_to))

    def _do(self, work: Callable[[Transfers], None]) -> None:
        self._talk.do(self._talk.network.with_files, work)


def _picture_of_clipboard() -> Image.Image | None:
    """Systems differ in whether and by what program this can be asked."""
    try:
        found = ImageGrab.grabclipboard()
    except (NotImplementedError, OSError, ValueError, subprocess.SubprocessError):
        return None
    return found if isinstance(found, Image.Image) else None
