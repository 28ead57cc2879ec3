"""Files: what a message tells of one that it carries, what it may be called, and where its content lies."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

import msgspec

from klatch.core.refusals import Refused

FILES_MOST: Final = 20  # that one message carries
NAME_MOST: Final = 200  # bytes of UTF-8: file systems take 255, and a program may have to add to it
FOLDER: Final = "files"  # in the data directory
LOCK: Final = "files.lock"  # held by whoever needs that nothing of it is removed, or removes something
ELSEWHERE: Final = "files.elsewhere"  # there, where contents are kept on no disk of this machine; tells where
PREVIEW: Final = ".preview"
ID: Final = re.compile(r"[0-9a-f]{32}")
ANY_TYPE: Final = "application/octet-stream"
# What a browser may show by itself: nothing in these can run. Texts are always told as text/plain.
SAFE_TYPES: Final = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "audio/mpeg", "audio/ogg", "audio/wav",
    "audio/flac", "audio/mp4", "audio/webm", "video/mp4", "video/webm", "video/ogg", "video/quicktime", "text/plain",
})  # fmt: skip
_PARTS: Final = re.compile(r"[/\\]")
# Control characters, what turns the direction of text, halves of UTF-16 pairs, and what Windows takes in no name.
_NOT_IN_NAMES: Final = re.compile('[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff<>:"|?*]')


class File(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file as a message tells of it: `size` in bytes, `type` as its content says. Of a picture `width` and `height`
    in pixels as it is shown, and a `blurhash` to draw until it is there; of a PDF those of its first page, where it can
    be drawn. `preview`: something small can be shown."""

    id: str
    name: str
    size: int
    type: str
    width: int | None = None
    height: int | None = None
    preview: bool = False
    blurhash: str = ""


def clean_name(name: str) -> str:
    """The name under which a file is told of and saved: its last part, without what no name should hold."""
    last = _NOT_IN_NAMES.sub("", unicodedata.normalize("NFC", _PARTS.split(name[-4_096:])[-1])).strip().strip(".")
    stem, dot, ending = last.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = last, "", ""
    room = NAME_MOST - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip() + dot + ending or "file"


def check_files(files: list[str]) -> list[str]:
    """The ids of the files that a message is to carry. Refuses too many, and one that is named twice."""
    if len(files) > FILES_MOST:
        raise Refused("too_many", f"A message carries at most {FILES_MOST} files.", field="files")
    if len(set(files)) < len(files):
        raise Refused("type", "A file is named twice.", field="files")
    for file in files:
        if ID.fullmatch(file) is None:
            raise no_such_file("files")
    return files


def no_such_file(field: str | None = None) -> Refused:
    """The one answer to a file that is not there, or not for whoever asks."""
    return Refused("no_such_file", "There is no such file, or it is not for you.", field=field)


def path_of(place: str) -> PurePosixPath:
    """Where a content lies, below the folder of files."""
    return PurePosixPath(place[:2], place[2:])


def spell_size(size: int) -> str:
    """A number of bytes as people say it."""
    if size < 1_000:
        return f"{size} bytes"
    for unit, factor in (("kB", 10**3), ("MB", 10**6), ("GB", 10**9)):
        if size < 1_000 * factor or unit == "GB":
            amount = size / factor
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    raise AssertionError
