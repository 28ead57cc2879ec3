"""Parts of a content, as HTTP asks for them (RFC 9110, section 14), and headers that tell of one."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from klatch.core.files import ANY_TYPE, SAFE_TYPES

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# Nothing that somebody sent may run here, whatever a browser takes it for.
SANDBOX: Final = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


class Unsatisfiable(Exception):  # noqa: N818 - read as a sentence
    """The content has nothing there."""


def find_range(headers: Mapping[str, str], size: int, tag: str) -> tuple[int, int] | None:
    """The first and the last byte that are asked for; None for all. Raises Unsatisfiable.

    Several ranges at once are answered with all, as the standard allows; and so is a range of another content.
    """
    said = headers.get("range")
    if said is None or headers.get("if-range", tag) != tag:
        return None
    match = _RANGE.fullmatch(said.strip().replace(" ", ""))
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        first, last = size - length, size - 1
    else:
        first = int(match[1])
        last = min(int(match[2]), size - 1) if match[2] else size - 1
        if match[2] and int(match[2]) < first:
            return None
    if first > last:
        raise Unsatisfiable
    return first, last


def is_known(headers: Mapping[str, str], tag: str) -> bool:
    """Whether whoever asks has this very content already."""
    said = headers.get("if-none-match")
    return said is not None and (
        said.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in said.split(",")]
    )


def media_type(kind: str) -> str:
    """What a browser is told of a content."""
    if kind not in SAFE_TYPES:
        return ANY_TYPE
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def disposition(kind: str, name: str, *, save: bool = False) -> str:
    """Whether a content is shown or saved, and under which name (RFC 6266)."""
    how = "inline" if kind in SAFE_TYPES and not save else "attachment"
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name
    )
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
