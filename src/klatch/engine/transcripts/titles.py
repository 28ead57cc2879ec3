"""Titles: the name of each account's file, safe on every file system and never used for two accounts."""

import re
import unicodedata
from typing import Final

# What Windows takes for a device, with whatever follows its first dot.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=\.)", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[\\|]|^\.")


def title(username: str, taken: dict[str, int]) -> str:
    """A name for the file of an account that began under this username; notes in `taken` that it is in use.

    The first to begin as ann gets `ann_history.txt`, the next `ann~2_history.txt`. What file systems cannot carry is
    spelled as a percent sign and its number in hexadecimal: `%5C` for a backslash. Usernames hold neither ~ nor %.
    """
    safe = _UNSAFE.sub(_spelled, username)
    if device := _DEVICE.match(safe):
        safe = f"{device.group()}%2E{safe[device.end() + 1 :]}"
    key = _key(safe)
    count = taken[key] = taken.get(key, 0) + 1
    return f"{safe}_history.txt" if count == 1 else f"{safe}~{count}_history.txt"


def release(title: str, taken: dict[str, int]) -> None:
    """The file of this title is gone for good; nothing tells of the name, unless another's file does."""
    key = _key(title.removesuffix("_history.txt"))
    if taken.get(key) == 1:
        del taken[key]


def _key(safe: str) -> str:
    """Names that differ in case, or in how accents are put together, are one name to many file systems."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", safe).casefold())


def _spelled(found: re.Match[str]) -> str:
    return f"%{ord(found.group()):02X}"
