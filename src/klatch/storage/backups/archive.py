"""The file that a backup is: a compressed tar of a manifest, which tells the hash of every member, and the members."""

import gzip
import io
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import msgspec

from klatch.core.files import FOLDER, PREVIEW
from klatch.storage.faults import StoreUnusable
from klatch.storage.opening import FILE

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CARRIED: Final = ("tls.pem",)
"""Files of the data directory that go along with the store. Transcripts do not: they are made from it."""
_MANIFEST_MOST: Final = 268_435_456  # bytes; a file takes a hundred and fifty
_CHUNK: Final = 1_048_576
_QUICK: Final = 1  # the level of compression: text shrinks to a third, and the disk stays the slower part
_MEMBERS: Final = frozenset({FILE, *CARRIED})
_CONTENT: Final = re.compile(rf"{FOLDER}/[0-9a-f]{{2}}/[0-9a-f]{{30}}(?:{re.escape(PREVIEW)})?")


class Member(msgspec.Struct, frozen=True):
    """One file of the backup."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: the Klatch that made it, its schema, the epoch it was made in, when (ms UTC), how much was
    said with the hash that `klatch verify` tells, and the members by name. `files`: whether the contents of files are
    among them, or are left where they lie."""

    format: int
    klatch: str
    schema: int
    epoch: str
    made_ts: int
    rooms: int
    entries: int
    hash: str
    members: dict[str, Member]
    files: bool = False


def members_of(directory: Path) -> dict[str, Path]:
    """What goes along with the store from a data directory, by its name in a backup."""
    return {name: directory / name for name in CARRIED if (directory / name).is_file()}


def measure(path: Path) -> Member:
    """A file's hash and size."""
    with path.open("rb") as file:
        size, digest = 0, sha256()
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            digest.update(chunk)
    return Member(digest.hexdigest(), size)


def pack(target: Path, manifest: Manifest, members: dict[str, Path]) -> None:
    """Writes a backup, to the disk and not only towards it. Raises OSError."""
    with target.open("wb") as file:
        with gzip.GzipFile("", "wb", _QUICK, file) as squeezed, tarfile.open(fileobj=squeezed, mode="w|") as tar:
            text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
            _add(tar, MANIFEST, len(text), manifest.made_ts, io.BytesIO(text))
            for name, path in members.items():
                with path.open("rb") as member:
                    _add(tar, name, manifest.members[name].bytes, manifest.made_ts, member)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(backup: Path) -> Manifest:
    """What a backup says it holds. Raises StoreUnusable if it is none, or of a later format."""
    with _opened(backup) as (_, tar):
        return _read_manifest(backup, tar)


def unpack(backup: Path, keep: Callable[[str], IO[bytes] | None]) -> Manifest:
    """Reads a backup to its end and compares every member with its hash; `keep` gives the file for a member's bytes, or
    None. Raises StoreUnusable if the backup is damaged."""
    with _opened(backup) as (squeezed, tar):
        manifest = _read_manifest(backup, tar)
        missing = dict(manifest.members)
        while (info := tar.next()) is not None:
            wanted = missing.pop(info.name, None)
            if wanted is None or not info.isreg() or info.size != wanted.bytes or not _belongs(info.name):
                raise _damaged(backup, f"its manifest does not speak of {info.name!r}")
            to = keep(info.name)
            digest = _copy(tar.extractfile(info), to)
            if to is not None:
                to.close()  # there may be more than may be open at once
            if digest != wanted.sha256:
                raise _damaged(backup, f"{info.name} does not have the hash that the manifest tells")
        if missing:
            raise _damaged(backup, f"{', '.join(missing)} is missing")
        while squeezed.read(_CHUNK):  # to the end, where the checksum of the whole stands
            pass
    return manifest


def _belongs(name: str) -> bool:
    return name in _MEMBERS or _CONTENT.fullmatch(name) is not None


def _add(tar: tarfile.TarFile, name: str, size: int, made_ts: int, content: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, made_ts // 1000, 0o600
    tar.addfile(info, content)


@contextmanager
def _opened(backup: Path) -> Iterator[tuple[gzip.GzipFile, tarfile.TarFile]]:
    try:
        with gzip.open(backup) as squeezed, tarfile.open(fileobj=squeezed, mode="r|") as tar:
            yield squeezed, tar
    except gzip.BadGzipFile as fault:
        what = "is no backup of Klatch's" if "Not a gzipped file" in str(fault) else f"is damaged: {fault}"
        raise StoreUnusable(f"{backup} {what}. Name another.") from None
    except (tarfile.TarError, zlib.error, EOFError, ValueError) as fault:
        raise _damaged(backup, str(fault).rstrip(".")) from None
    except OSError as fault:
        raise StoreUnusable(f"{backup} cannot be read: {fault.strerror or fault}.") from None


def _read_manifest(backup: Path, tar: tarfile.TarFile) -> Manifest:
    info = tar.next()
    if info is None or info.name != MANIFEST or not info.isreg() or info.size > _MANIFEST_MOST:
        raise StoreUnusable(f"{backup} is no backup of Klatch's: it does not begin with a manifest. Name another.")
    content = tar.extractfile(info)
    try:
        said = msgspec.json.decode(content.read() if content is not None else b"", type=dict)
        if isinstance(said.get("format"), int) and said["format"] > FORMAT:
            raise StoreUnusable(
                f"{backup} has format {said['format']} and was made by Klatch {said.get('klatch')}; this Klatch knows "
                f"formats up to {FORMAT}. Use that Klatch, or a newer one."
            )
        return msgspec.convert(said, Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged(backup, "its manifest cannot be read") from None


def _copy(content: IO[bytes] | None, to: IO[bytes] | None) -> str:
    digest = sha256()
    while content is not None and (chunk := content.read(_CHUNK)):
        digest.update(chunk)
        if to is not None:
            to.write(chunk)
    return digest.hexdigest()


def _damaged(backup: Path, why: str) -> StoreUnusable:
    return StoreUnusable(f"{backup} is damaged: {why}. Use another backup.")
