"""What people wrote, as pieces with a style each: inert, as wide as it looks, with its markdown read."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from klatch.core.texts import make_inert

# What terminals draw in different widths, or not at all: it is left out, so that all lines up everywhere. Joined
# emoji are drawn side by side, and skin tones and selectors are not drawn.
_UNEVEN: Final = re.compile(
    "[\u00ad\u200b\u2060\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]|(?<=[\u2000-\U0010ffff])\u200d"
)
_MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_TOWER: Final = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_TAB: Final = "    "

_FENCE: Final = re.compile(r" {0,3}(`{3,16})\s*([\w+#.-]{0,32})\s*")
_INLINE: Final = re.compile(
    r"(?<!`)`(?P<coded>[^`\n]{1,1000})`(?!`)"
    r"|(?<!`)``(?P<double>(?:[^`\n]|`(?!`)){1,1000})``(?!`)"
    r"|(?<![\w*])\*\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*(?![\w*])"
    r"|(?<![\w*])\*(?P<italic>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<slant>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~~(?![\w~])"
    r"|(?P<link>https?://[^\s<>\"`]*[^\s<>\"`.,;:!?'*_)\]}])"
    r"|(?<![\w@])@(?P<name>[\w\-.\[\]{}\\|^`]{1,32})"
)


class Piece(NamedTuple):
    """Some text of one style. `style` is one word or several with blanks between, such as `bold accent`."""

    text: str
    style: str = ""


class Block(NamedTuple):
    """Lines of one kind: `text`, `quote` or `code`; of code `language` is what it was called, if anything."""

    kind: str
    lines: list[list[Piece]]
    language: str = ""


def draw(text: str) -> str:
    """A text as a terminal may be shown it: nothing in it acts, and every terminal takes the same columns for it."""
    text = make_inert(text).replace("\t", _TAB)
    if text.isascii():
        return text
    return _TOWER.sub(r"\1", _UNEVEN.sub("", text))


def draw_line(text: str) -> str:
    """The same, for what stands on one line."""
    return " ".join(draw(text).split())


def read(text: str, me: str = "") -> list[Block]:
    """A message as blocks. `me` is the name whose mentions stand out."""
    blocks: list[Block] = []
    lines = draw(text).split("\n")
    at = 0
    while at < len(lines):
        fence = _FENCE.fullmatch(lines[at])
        end = _end_of_fence(lines, at, fence.group(1)) if fence is not None else None
        if fence is not None and end is not None:
            code = [[Piece(line, "code")] for line in lines[at + 1 : end]]
            blocks.append(Block("code", code, fence.group(2)))
            at = end + 1
            continue
        quoted = lines[at].startswith(">")
        said = lines[at][1:].removeprefix(" ") if quoted else lines[at]
        kind = "quote" if quoted else "text"
        if not blocks or blocks[-1].kind != kind:
            blocks.append(Block(kind, []))
        blocks[-1].lines.append(list(read_inline(said, me)))
        at += 1
    return blocks


def read_inline(line: str, me: str = "") -> Iterator[Piece]:
    """One line as pieces."""
    at = 0
    for found in _INLINE.finditer(line):
        if found.start() > at:
            yield Piece(line[at : found.start()])
        at = found.end()
        yield _styled(found, me)
    if at < len(line):
        yield Piece(line[at:])


def _styled(found: "re.Match[str]", me: str) -> Piece:
    groups = found.groupdict()
    if (code := groups["coded"] or groups["double"]) is not None:
        return Piece(code.strip() or code, "code")
    for group, style in (("bold", "bold"), ("italic", "italic"), ("slant", "italic"), ("strike", "strike")):
        if groups[group] is not None:
            return Piece(groups[group], style)
    if groups["link"] is not None:
        return Piece(found.group(), "link")
    name = groups["name"].rstrip(".")
    return Piece(found.group(), "me" if me and name.casefold() == me.casefold() else "mention")


def _end_of_fence(lines: list[str], start: int, fence: str) -> int | None:
    """The line with the closing fence; a fence that is never closed goes to the end."""
    for at in range(start + 1, len(lines)):
        if lines[at].strip() == fence:
            return at
    return len(lines) if start + 1 < len(lines) else None
