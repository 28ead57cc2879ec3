"""Reading: whom a message mentions, and what counts as unread."""

import re
from typing import Final

from klatch.core.refusals import Refused

MENTIONS_MOST: Final = 50
UNREAD_MOST: Final = 100

# A mention starts a word; what ends a sentence is not part of the name.
_MENTION: Final = re.compile(r"(?<![\w@])@([\w\-.\[\]{}\\|^`]{1,32})")


def find_mentions(text: str) -> list[str]:
    """The names that a text mentions, each once, in order. Refuses a text that mentions more than 50."""
    if "@" not in text:
        return []
    names = list(dict.fromkeys(name.rstrip(".") for name in _MENTION.findall(text)))
    if len(names) > MENTIONS_MOST:
        raise Refused(
            "too_many",
            f"A message may mention at most {MENTIONS_MOST} people; this one names {len(names)}.",
            field="text",
        )
    return [name for name in names if name]
