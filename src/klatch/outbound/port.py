"""What the engine needs of the world: what an address on the web has, to those who only look."""

from typing import Protocol

import msgspec


class Unreachable(Exception):  # noqa: N818 - read as a sentence
    """Nothing came of it; says why, for the log."""


class Fetched(msgspec.Struct, frozen=True):
    """What was found, after redirections at `url`: its media type, with its charset where one was told, and the bytes,
    of which there may be more."""

    url: str
    media_type: str
    charset: str
    body: bytes
    whole: bool


class Outbound(Protocol):
    """Fetches from public addresses."""

    async def fetch(self, url: str, media_types: tuple[str, ...]) -> Fetched:
        """What is at `url`, if it is of one of these types. Raises Unreachable."""
