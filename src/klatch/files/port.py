"""What the engine needs of a store of files. Uploads and contents are named by ids that the server made."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec


class NoRoom(Exception):  # noqa: N818 - read as a sentence
    """The disk is full: what came before is still there."""


class OutOfPlace(Exception):  # noqa: N818 - see above
    """A piece does not follow what is there; `offset` is where it goes on."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Locked(Exception):  # noqa: N818 - see above
    """Another piece of the same upload is coming in."""


class TooLong(Exception):  # noqa: N818 - see above
    """More came than was told, and was not kept."""


class WrongSum(Exception):  # noqa: N818 - see above
    """A piece has not the checksum that was told, and was not kept."""


class Gone(Exception):  # noqa: N818 - see above
    """A content is not where it should be, or the store of files is away."""


class Settled(msgspec.Struct, frozen=True):
    """A content that is whole and will stay: its SHA-256, its size in bytes, its type as its bytes say; of a picture
    its size in pixels as it is shown, and a blurhash. `preview` is the media type of what shows it small, or empty."""

    hash: bytes
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None
    blurhash: str = ""
    preview: str = ""


class Sum(msgspec.Struct, frozen=True):
    """What a piece is to have for a checksum: the algorithm as hashlib calls it, and the digest."""

    algorithm: str
    digest: bytes


class Seen(msgspec.Struct, frozen=True):
    """What was seen of a file: a picture's size in pixels as it is shown, its blurhash, and a preview of that kind."""

    width: int | None = None
    height: int | None = None
    blurhash: str = ""
    kind: str = ""
    preview: bytes = b""


class Described(msgspec.Struct, frozen=True):
    """What a page of the web says of itself; `picture` is an address. What it does not say is empty."""

    title: str = ""
    description: str = ""
    site: str = ""
    picture: str = ""


class Looking(Protocol):
    """Looks into what strangers made, where it can do no harm."""

    async def show(self, picture: bytes, kind: str, edge: int) -> Seen:
        """What shows a picture of a media type small, its longer side with so many pixels; nothing if it cannot be."""

    async def describe(self, page: bytes, charset: str) -> Described:
        """What a page of the web says of itself; `charset` as far as it is known."""


class Files(Protocol):
    """Receives uploads, and keeps what they bring."""

    def free(self) -> int:
        """How many bytes there is room for; below zero where uploads must wait until others make some."""

    async def begin(self, upload: str) -> None:
        """There is an upload now, empty so far. Raises NoRoom."""

    async def offset(self, upload: str) -> int | None:
        """How many bytes of an upload are there; None if nothing is known of it."""

    async def append(
        self, upload: str, offset: int, pieces: AsyncIterator[bytes], most: int, expected: Sum | None = None
    ) -> int:
        """Adds to an upload what comes; gives how much is there then. What came before a fault of whoever sends is
        kept. `most` bytes there may be in all. Raises NoRoom, OutOfPlace, Locked, TooLong, WrongSum, and what `pieces`
        raises."""

    async def settle(self, upload: str, owner: str) -> Settled:
        """An upload is whole: has its content stay, under the upload's id. Raises NoRoom, Locked, Gone."""

    async def discard(self, upload: str) -> None:
        """Removes an upload, or a content with its preview; it need not be there."""

    def read(self, place: str, first: int, last: int) -> AsyncIterator[bytes]:
        """The bytes of a content from number `first` to `last`, in pieces. Raises Gone."""

    async def read_preview(self, place: str) -> bytes:
        """What shows a content small. Raises Gone."""

    def undisturbed(self) -> AbstractContextManager[bool]:
        """For whoever removes contents; False while a backup needs them all."""

    async def places(self, before: int) -> list[str]:
        """The ids of all uploads and contents that were last written to before a time (ms UTC)."""
