"""What people may write: messages as they are, topics and statuses as one line, nothing that takes over a terminal."""

import re
import unicodedata
from typing import Final

from klatch.core.refusals import Refused

MESSAGE_LIMIT: Final = 16_000
MESSAGE_BYTES_LIMIT: Final = 64 * 1024
TOPIC_LIMIT: Final = 500
STATUS_LIMIT: Final = 140
REASON_LIMIT: Final = 140

_BLANK: Final = re.compile("[\\s\u200b-\u200d\u2060\ufeff]*")
_FORBIDDEN_IN_MESSAGE: Final = re.compile("[\0\ud800-\udfff]")
# C0, DEL, C1, the separators that some programs take for line ends, and halves of UTF-16 pairs.
_FORBIDDEN_IN_LINE: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Besides control characters: what ends a line for some programs, and what turns the direction of text (Unicode's
# Bidi_Control, and no other).
_NOT_INERT: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ESCAPES: Final = {
    ord(character): f"\\x{ord(character):02x}" if ord(character) < 0x100 else f"\\u{ord(character):04x}"
    for character in _NOT_INERT.findall("".join(map(chr, range(0x10000))))
}
_COMPOSITION: Final = 4  # code points at most become one under NFC


def parse_message(text: str) -> str:
    """Return a message's text as it was written, but for its line ends, which become LF; or refuse it.

    1 to 16,000 characters and at most 64 KiB of UTF-8, not only blanks, without NUL.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MESSAGE_LIMIT:
        raise Refused(
            "too_long", f"A message has at most {MESSAGE_LIMIT:,} characters; this one has {len(text):,}.", field="text"
        )
    _check_characters(text, _FORBIDDEN_IN_MESSAGE, "A message", "text")
    if not text.isascii() and (size := len(text.encode())) > MESSAGE_BYTES_LIMIT:
        raise Refused(
            "too_long", f"A message has at most {MESSAGE_BYTES_LIMIT:,} bytes; this one has {size:,}.", field="text"
        )
    if _BLANK.fullmatch(text):
        raise Refused("empty", "There is nothing to send: the message is empty.", field="text")
    return text


def parse_topic(text: str) -> str:
    """Return a topic in NFC without blanks around it, or refuse it: one line of at most 500 characters, or nothing."""
    return _line(text, "A topic", TOPIC_LIMIT, "topic")


def parse_status(text: str) -> str:
    """Return a status in NFC without blanks around it, or refuse it: one line of at most 140 characters, or nothing."""
    return _line(text, "A status", STATUS_LIMIT, "status")


def parse_reason(text: str) -> str:
    """Return a reason in NFC without blanks around it, or refuse it: one line of at most 140 characters, or nothing."""
    return _line(text, "A reason", REASON_LIMIT, "reason")


def make_inert(text: str) -> str:
    r"""Return a text as a terminal may be shown it: control characters spelled like \x1b, bidi controls like \u202e.

    Line feeds and tabs stay. For showing only: a text that holds a backslash reads the same as one that was spelled.
    """
    return text.translate(_ESCAPES) if _NOT_INERT.search(text) else text


def _line(text: str, what: str, limit: int, field: str) -> str:
    line = text.strip()
    # A long text is not composed first: that takes quadratic time on a long run of marks.
    if len(line) <= limit * _COMPOSITION:
        line = unicodedata.normalize("NFC", line)
    if len(line) > limit:
        raise Refused("too_long", f"{what} has at most {limit} characters; this one has {len(line):,}.", field=field)
    _check_characters(line, _FORBIDDEN_IN_LINE, what, field)
    return line


def _check_characters(text: str, forbidden: re.Pattern[str], what: str, field: str) -> None:
    if found := forbidden.search(text):
        where = f"U+{ord(found.group()):04X} at character {found.start() + 1:,}"
        raise Refused("control_char", f"{what} may not hold the control character {where}.", field=field)
