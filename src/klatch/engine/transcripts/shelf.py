"""The shelf: the files of the transcripts, and a note of how far each was written, so that a crash loses no line."""

import contextlib
import os
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from klatch.engine.transcripts.titles import release
from klatch.engine.transcripts.witnesses import Witnesses, nobody

NOTE: Final = ".transcripts.json"
_CHUNK: Final = 1 << 20


class Volume(msgspec.Struct):
    """One file: its name, whether it is ours yet, the length and checksum that it is known to have.

    `first` and `last` are the seconds (ms UTC) of its first and last line. `spoiled`: it has to be written anew.
    """

    title: str
    begun: bool = False
    length: int = 0
    check: int = 0
    first: int = 0
    last: int = 0
    spoiled: bool = False


class Note(msgspec.Struct):
    """What is remembered between two starts. `form` tells how lines were spelled.

    `struck` are the rooms and numbers of deleted messages whose words may still be in a file; `outdated`: so may be
    others that have left the logs, as have the accounts `erased`.
    """

    epoch: str
    form: str
    known: Witnesses
    volumes: dict[str, Volume]
    taken: dict[str, int]
    struck: list[tuple[str, int]] = []
    outdated: bool = False
    erased: list[str] = []


class Shelf:
    """The folder of the transcripts. Everything here waits for the disk: never on the event loop."""

    def __init__(self, folder: Path, epoch: str, form: str) -> None:
        """Raises OSError where the folder cannot be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.note = self._remember(epoch, form)
        self._trim()
        self.save()

    def begin(self, accounts: list[str]) -> None:
        """Makes way for the files of these accounts, and notes that they are ours from now on."""
        volumes = [self.note.volumes[account] for account in accounts]
        fresh = [volume for volume in volumes if not volume.begun]
        for volume in fresh:
            self._set_aside(volume)
            volume.begun = True
        if fresh:
            # What is known is ahead of the files until their lines are written: killed before that, they are made anew.
            doubtful = [volume for volume in volumes if not volume.spoiled]
            for volume in doubtful:
                volume.spoiled = True
            self.save()
            for volume in doubtful:
                volume.spoiled = False

    def append(self, account: str, lines: bytes, first: int, last: int) -> None:
        """Adds whole lines to a file; `first` and `last` are the times of theirs."""
        volume = self.note.volumes[account]
        with self.path(account).open("ab") as file:
            if file.tell() != volume.length:
                volume.spoiled = True  # somebody else changed it or took it away
                return
            file.write(lines)
        volume.first = min(volume.first or first, first)
        volume.last = max(volume.last, last)
        volume.length += len(lines)
        volume.check = crc32(lines, volume.check)

    def replace(self, account: str, text: bytes) -> None:
        """Gives a file other contents, all at once."""
        path, volume = self.path(account), self.note.volumes[account]
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(text)
        fresh.replace(path)
        volume.length, volume.check, volume.spoiled = len(text), crc32(text), False

    def holding(self, begin: int, end: int) -> list[str]:
        """The accounts whose files may hold lines of this time."""
        return [
            account
            for account, volume in self.note.volumes.items()
            if volume.begun and not volume.spoiled and volume.first < end and volume.last >= begin
        ]

    def drop(self, accounts: list[str]) -> None:
        """Forgets accounts that ended and never had a line."""
        for account in accounts:
            if (volume := self.note.volumes.get(account)) is not None and not volume.begun:
                del self.note.volumes[account]

    def let_go(self) -> None:
        """Removes the files of accounts that were erased; notes that all others have to be written anew."""
        for account in self.note.erased:
            if (volume := self.note.volumes.get(account)) is None:
                continue
            if volume.begun:
                self.path(account).unlink(missing_ok=True)
            del self.note.volumes[account]
            release(volume.title, self.note.taken)
        for volume in self.note.volumes.values():
            volume.spoiled = volume.spoiled or volume.begun
        self.note.outdated, self.note.erased = False, []
        self.save()

    def spoiled(self) -> list[str]:
        """The accounts whose files have to be written anew."""
        return [account for account, volume in self.note.volumes.items() if volume.spoiled]

    def empty(self, accounts: list[str]) -> None:
        """Empties files, having noted that they have to be written anew."""
        self.save()
        for account in accounts:
            volume = self.note.volumes[account]
            self.path(account).write_bytes(b"")
            volume.length = volume.check = volume.first = volume.last = 0

    def mended(self, accounts: list[str]) -> None:
        """The files were written anew."""
        for account in accounts:
            self.note.volumes[account].spoiled = False
        self.save()

    def save(self) -> None:
        """Remembers how far everything was written: after it was."""
        fresh = self._folder / f"{NOTE}.new"
        fresh.write_bytes(msgspec.json.encode(self.note))
        fresh.replace(self._folder / NOTE)

    def path(self, account: str) -> Path:
        """Where the file of an account is."""
        return self._folder / self.note.volumes[account].title

    def _remember(self, epoch: str, form: str) -> Note:
        """The note as it was left, unless it is of another store. Lines spelled otherwise are written anew."""
        blank = Note(epoch, form, nobody(), {}, {})
        try:
            note = msgspec.json.decode((self._folder / NOTE).read_bytes(), type=Note)
        except (FileNotFoundError, msgspec.DecodeError):
            return blank
        if note.epoch != epoch:
            return blank
        if note.form != form:
            note.form = form
            for volume in note.volumes.values():
                volume.spoiled = volume.spoiled or volume.begun
        return note

    def _trim(self) -> None:
        """Cuts off what was written and not remembered; finds the files that are not what they should be."""
        for account, volume in self.note.volumes.items():
            if volume.begun and not volume.spoiled:
                volume.spoiled = not self._is_whole(self.path(account), volume)

    def _is_whole(self, path: Path, volume: Volume) -> bool:
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return volume.length == 0
        if size > volume.length:
            os.truncate(path, volume.length)
        return size >= volume.length and _checksum(path) == volume.check

    def _set_aside(self, volume: Volume) -> None:
        """A file that stands in the way is not ours: it keeps its lines under another name."""
        path, count = self._folder / volume.title, 1
        with contextlib.suppress(FileNotFoundError):
            path.lstat()
            while (other := path.with_name(f"{path.name}.{count}")).exists():
                count += 1
            path.rename(other)


def _checksum(path: Path) -> int:
    check = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            check = crc32(chunk, check)
    return check
