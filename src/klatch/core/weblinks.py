"""Addresses of the web in what people write."""

import re
from typing import Final

MOST: Final = 3
_LENGTH_MOST: Final = 2_048
# What is code or hidden leads nowhere.
_NOT_READ: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\|\|.*?\|\|", re.DOTALL)
_LINK: Final = re.compile(r"\bhttps?://[^\s<>\"`|\\^{}]+", re.IGNORECASE)
_AFTER: Final = (
    ".,;:!?'*_~\u2026\u3002\u3001\uff01\uff1f"  # the last five: an ellipsis, and the marks of Chinese and Japanese
)
_PAIRS: Final = {")": "(", "]": "["}


def find_web_links(text: str) -> list[str]:
    """The first addresses of the web in a message, each once; at most `MOST`."""
    found: dict[str, None] = {}
    for match in _LINK.finditer(_NOT_READ.sub(" ", text)):
        if len(match[0]) <= _LENGTH_MOST and "." in (link := _without_what_follows(match[0])):
            found[link] = None
        if len(found) == MOST:
            break
    return list(found)


def _without_what_follows(link: str) -> str:
    """A sentence may end after a link, or a bracket that was opened before it."""
    while link:
        last = link[-1]
        if last not in _AFTER and not (last in _PAIRS and link.count(last) > link.count(_PAIRS[last])):
            break
        link = link[:-1]
    return link
