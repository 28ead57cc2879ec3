"""One line of the timeline as pieces of text with tags, ready to be put into Tk's text widget."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from klatch.clients.desktop.timeline.formatting import Paragraph, format_text
from klatch.clients.desktop.timeline.lines import Line, Quote
from klatch.clients.desktop.timeline.moments import spell_clock
from klatch.clients.desktop.timeline.righttoleft import LAYS_OUT, begins_right, in_one_line, lay_out, turns
from klatch.clients.look.tokens import author_hue
from klatch.clients.seat.room import Pending
from klatch.core.events import Message
from klatch.core.files import File, spell_size
from klatch.core.texts import make_inert

Piece = tuple[str, tuple[str, ...]]
"""Text, and the names of its tags."""

PICTURE: Final = "\ufffc"
"""Stands where a picture is to be put."""
_PAD: Final = "\u2002"
_STYLE_TAGS: Final = {
    "strong": "strong",
    "emphasis": "emphasis",
    "strike": "strike",
    "code": "code",
    "mention": "at",
    "spoiler": "spoiler",
}


class Measure(msgspec.Struct, frozen=True):
    """The width of a line in pixels, and what tells how wide some words are."""

    width: int
    words: Callable[[str], int]


def draw_line(line: Line, measure: Measure) -> list[Piece]:
    """A line of the timeline, with what stands above and below it. Each piece has the tag `m` and its number."""
    own = f"m{line.seq}"
    pieces: list[Piece] = []
    if line.day:
        pieces.append((f"{line.day}\n", ("day",)))
    if line.is_new:
        pieces.append(("New\n", ("new",)))
    if line.notice:
        pieces.append((f"{in_one_line(line.notice)}  ", ("notice",)))
        pieces.append((f"{spell_clock(line.item.ts)}\n", ("notice", "faint")))
    elif line.message is not None:
        pieces += _message(line, line.message, measure)
    veil = (f"veil:{line.seq}",)
    return _owned([(text, tags + veil if "spoiler" in tags else tags) for text, tags in pieces], own)


def draw_pending(pending: Pending, name: str, me: str, *, head: bool, measure: Measure) -> list[Piece]:
    """Something written that is not confirmed: faded, or in red with what may be done about it."""
    own = f"p{pending.cid}"
    pieces: list[Piece] = []
    if head:
        pieces.append((in_one_line(name), ("head", f"author{author_hue(me)}")))
        pieces.append((f"  {spell_clock(pending.ts)}\n", ("head", "clock")))
    fade = "faded" if pending.fault is None else "unsent"
    pieces += [(text, (*tags, fade)) for text, tags in _form(pending.text, measure, edited=False)]
    if pending.fault is not None:
        pieces.append((f"Not sent: {pending.fault}  ", ("failure",)))
        pieces.append(("Try again", ("failure", "do", f"again:{pending.cid}")))
        pieces.append(("  ", ("failure",)))
        pieces.append(("Delete", ("failure", "do", f"drop:{pending.cid}")))
        pieces.append(("\n", ("failure",)))
    return _owned(pieces, own)


def _message(line: Line, message: Message, measure: Measure) -> Iterator[Piece]:
    hue = f"author{author_hue(line.item.author.id)}"
    if line.head and not message.action:
        yield in_one_line(line.name), ("head", hue, f"who:{line.seq}")
        yield f"  {spell_clock(line.item.ts)}\n", ("head", "clock")
    if line.blocked:
        yield "Written by somebody you block.\n", ("body", "soft")
        return
    if line.quote is not None:
        yield from _quote(line.quote)
    if message.deleted:
        yield "This message was deleted.\n", ("body", "soft")
    elif message.action:
        yield f"{in_one_line(line.name)} ", ("head", hue, f"who:{line.seq}")
        yield f"{make_inert(message.text)}\n", ("head", "action")
    elif message.text or not message.files:
        yield from _form(message.text, measure, edited=line.item.edited is not None)
    for place, file in enumerate(message.files):
        yield from _file(file, f"{line.seq}:{place}")
    if line.item.reactions:
        yield from _reactions(line)


def _owned(pieces: list[Piece], own: str) -> list[Piece]:
    return [(text, (own, *tags)) for text, tags in pieces if text]


def _quote(quote: Quote) -> Iterator[Piece]:
    leads = f"to:{quote.seq}"
    yield "↳ ", ("quoted", leads)
    if quote.author:
        yield f"{in_one_line(quote.author)}  ", ("quoted", "quoted_name", leads)
    yield f"{in_one_line(quote.text)}\n", ("quoted", leads)


def _file(file: File, where: str) -> Iterator[Piece]:
    """A picture as it is, if it is one; below it what it is called, and what may be done with it."""
    if file.preview and file.width and file.height:
        yield PICTURE, ("picture", f"show:{where}")
        yield "\n", ("picture",)
    yield in_one_line(file.name), ("file", "link", f"show:{where}")
    yield f"  {spell_size(file.size)}  ", ("file", "faint")
    yield "Save", ("file", "faint", "do", f"save:{where}")
    yield "\n", ("file",)


def _reactions(line: Line) -> Iterator[Piece]:
    for emoji, people in line.item.reactions.items():
        mine = ("mine",) if emoji in line.mine else ()
        yield f" {emoji} {len(people)} ", ("reactions", "chip", *mine, f"react:{line.seq}:{emoji}")
        yield " ", ("reactions",)
    yield "\n", ("reactions",)


def _form(text: str, measure: Measure, *, edited: bool) -> list[Piece]:
    paragraphs = format_text(text)
    pieces: list[Piece] = []
    for place, paragraph in enumerate(paragraphs):
        place_tags = ("body",) if place == 0 else ("body", "further")
        pieces += _paragraph(paragraph, place_tags, measure)
        if edited and place == len(paragraphs) - 1:
            pieces.append(("  edited", ("body", "faint")))
        pieces.append(("\n", pieces[-1][1] if paragraph.kind in ("code", "table") and not edited else place_tags))
    return pieces


def _paragraph(paragraph: Paragraph, tags: tuple[str, ...], measure: Measure) -> Iterator[Piece]:
    if paragraph.kind in ("code", "table"):
        lines = make_inert(paragraph.text).split("\n")
        for place, line in enumerate(lines):
            edges = ("block_first",) * (place == 0) + ("block_last",) * (place == len(lines) - 1)
            yield _PAD, (*tags, "block", "pad", *edges)
            yield line + ("\n" if place < len(lines) - 1 else ""), (*tags, "block", *edges)
        return
    if paragraph.kind == "rule":
        yield "─" * 12, (*tags, "faint")
        return
    if paragraph.kind == "quote":
        tags = (*tags, "cited")
    elif paragraph.indent:
        tags = (*tags, f"indent{paragraph.indent}")
    words = paragraph.text
    if not words.isascii() and turns(words):
        yield from _turned(words, tags, measure)
        return
    for run in paragraph.runs:
        styles = tuple(_STYLE_TAGS[style] for style in run.styles)
        leads = ("link", f"open:{run.link}") if run.link is not None else ()
        yield make_inert(run.text), (*tags, *styles, *leads)


def _turned(text: str, tags: tuple[str, ...], measure: Measure) -> Iterator[Piece]:
    """A paragraph that holds right-to-left text. Its form is given up where the lines are laid out here."""
    tags = (*tags, "right") if begins_right(text) else tags
    if not LAYS_OUT:
        yield make_inert(text), tags
        return
    for place, line in enumerate(text.split("\n")):
        laid = lay_out(make_inert(line), measure.width, measure.words)
        yield ("\n" if place else "") + "\n".join(laid), (*tags, "laid")
