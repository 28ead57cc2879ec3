"""The tokens, read from the one file that holds them, and what is worked out from them."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

_FNV_OFFSET: Final = 0x811C9DC5
_FNV_PRIME: Final = 0x01000193


class Palette(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours of one theme, each like `#A8470F`. Text in `good` stands on ground or raised only."""

    ground: str
    raised: str
    sunken: str
    ink: str
    soft: str
    line: str
    accent: str
    on_accent: str
    good: str
    warning: str
    bad: str
    authors: list[str]


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes of type in pixels; `measure` is the most characters of a line."""

    size: float
    line: float
    meta: float
    meta_line: float
    title: float
    title_line: float
    code: float
    code_line: float
    measure: int


class Space(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distances and widths in pixels."""

    grid: int
    rooms: int
    members: int
    one_drawer_under: int
    two_drawers_under: int
    in_group: int
    between_groups: int


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Milliseconds; `group` is how long messages of one author share a head, `typing` how long a hint holds."""

    motion: int
    group: int
    loading_after: int
    typing: int


class Tokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    light: Palette
    dark: Palette
    text: Text
    space: Space
    time: Time


@cache
def read_tokens() -> Tokens:
    """What stands in tokens.json."""
    return msgspec.json.decode((files(__package__) / "tokens.json").read_bytes(), type=Tokens)


def author_hue(account: str) -> int:
    """Which of the eight author hues an account has: FNV-1a (32 bits) of its id in UTF-8, its low three bits."""
    mixed = _FNV_OFFSET
    for byte in account.encode():
        mixed = (mixed ^ byte) * _FNV_PRIME & 0xFFFFFFFF
    return mixed & 7
