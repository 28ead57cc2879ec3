"""Words with a little form: from a message's text to paragraphs of styled runs, the same forms as in the page."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from klatch.clients.desktop.timeline.grid import Side, draw_grid

Kind = Literal["text", "code", "quote", "item", "rule", "table"]

_BARS: Final = "||"
_INDENT_MOST: Final = 4
# Longer texts are shown as they are: some take the parser time that grows with the square of their length.
_FORMED_MOST: Final = 4_000
_BRACKETS_MOST: Final = 200
_FENCED: Final = re.compile(r"\s*```[^\n`]*\n(.*?)\n?```\s*", re.DOTALL)
_PLAIN: Final = re.compile(r"[\w \t,;!?'\"()&=%$€+/-]*(?<!\s)", re.ASCII)
_MENTION: Final = re.compile(r"(?<![\w@/#])(@[\w\-.\[\]{}\\|^`]{1,32}|#[\w\-.]{1,50})")
_STYLES: Final = {"strong": "strong", "em": "emphasis", "s": "strike", "spoiler": "spoiler"}
_SCHEMES: Final = ("http://", "https://", "mailto:")


class Run(msgspec.Struct, frozen=True):
    """Some words in one style: of `strong`, `emphasis`, `strike`, `code`, `mention`, `spoiler`. `link` is where
    they lead."""

    text: str
    styles: tuple[str, ...] = ()
    link: str | None = None


class Paragraph(msgspec.Struct, frozen=True):
    """Runs that make a paragraph; `indent` counts the lists and quotes around it."""

    kind: Kind
    runs: tuple[Run, ...]
    indent: int = 0

    @property
    def text(self) -> str:
        """The words without their form."""
        return "".join(run.text for run in self.runs)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"breaks": True, "html": False, "linkify": True})
    # What people write is text: nothing that eats a line or makes one large by accident.
    parser.disable(["html_block", "html_inline", "lheading", "code", "reference", "image"])
    parser.enable(["strikethrough", "linkify", "table"])
    parser.inline.add_terminator_char(_BARS[0])
    parser.inline.ruler.push("spoiler", _read_spoiler)
    return parser


def _read_spoiler(state: StateInline, silent: bool) -> bool:
    """`||what only those see who want to||`, in one line."""
    start = state.pos + len(_BARS)
    end = state.src.find(_BARS, start, state.posMax)
    inner = state.src[start:end] if end > 0 else ""
    if not state.src.startswith(_BARS, state.pos) or not inner.strip() or inner != inner.strip() or "\n" in inner:
        return False
    if not silent:
        whole, state.pos, state.posMax = state.posMax, start, end
        state.push("spoiler_open", "", 1)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "", -1)
        state.posMax = whole
    state.pos = end + len(_BARS)
    return True


_PARSER: Final = _make_parser()


@lru_cache(maxsize=2_048)
def format_text(text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a message."""
    if len(text) < 500 and _PLAIN.fullmatch(text) and "//" not in text and not text.startswith((" ", "\t", "+", "-")):
        return (Paragraph("text", (Run(text),)),)
    if len(text) > _FORMED_MOST or text.count("[") > _BRACKETS_MOST:
        return (_long(text),)
    return tuple(_paragraphs(_PARSER.parse(text))) or (Paragraph("text", (Run(text),)),)


def _long(text: str) -> Paragraph:
    if (fenced := _FENCED.fullmatch(text)) is not None:
        return Paragraph("code", (Run(fenced.group(1), ("code",)),))
    return Paragraph("text", (Run(text),))


def _paragraphs(tokens: list[Token]) -> Iterator[Paragraph]:  # noqa: C901, PLR0912 - one case for each token
    quotes = 0
    rows: list[list[str]] | None = None
    sides: list[Side] = []
    lists: list[int | None] = []
    marker = ""
    strong = False
    for token in tokens:
        match token.type:
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                marker = "•\t" if number is None else f"{number}.\t"
                if number is not None:
                    lists[-1] = number + 1
            case "heading_open":
                strong = True
            case "heading_close":
                strong = False
            case "table_open":
                rows, sides = [], []
            case "tr_open" if rows is not None:
                rows.append([])
            case "th_open":
                sides.append(_side(token))
            case "table_close" if rows is not None:
                yield Paragraph("table", (Run(draw_grid(rows, sides), ("code",)),), len(lists))
                rows = None
            case "inline" if rows is not None:
                rows[-1].append("".join(run.text for run in _runs(token.children or [], strong=False)))
            case "inline":
                runs = tuple(_runs(token.children or [], strong=strong))
                kind: Kind = "quote" if quotes else "item" if lists else "text"
                if lists:
                    runs = (Run(marker or "\t"), *runs)
                    marker = ""
                yield Paragraph(kind, runs, min(_INDENT_MOST, quotes + len(lists)))
            case "fence" | "code_block":
                yield Paragraph("code", (Run(token.content.removesuffix("\n"), ("code",)),), len(lists))
            case "hr":
                yield Paragraph("rule", ())
            case _:
                pass


def _side(token: Token) -> Side:
    style = str(token.attrGet("style") or "")
    return "right" if style.endswith("right") else "center" if style.endswith("center") else "left"


def _runs(tokens: list[Token], *, strong: bool) -> Iterator[Run]:
    styles: list[str] = ["strong"] if strong else []
    links: list[str | None] = []
    for token in tokens:
        match token.type:
            case "text":
                yield from _words(token.content, tuple(dict.fromkeys(styles)), links[-1] if links else None)
            case "code_inline":
                yield Run(token.content, (*dict.fromkeys(styles), "code"), links[-1] if links else None)
            case "softbreak" | "hardbreak":
                yield Run("\n")
            case "strong_open" | "em_open" | "s_open" | "spoiler_open":
                styles.append(_STYLES[token.type.removesuffix("_open")])
            case "strong_close" | "em_close" | "s_close" | "spoiler_close":
                styles.pop()
            case "link_open":
                target = str(token.attrGet("href") or "")
                links.append(target if target.lower().startswith(_SCHEMES) else None)
            case "link_close":
                links.pop()
            case _:
                if token.content:
                    yield Run(token.content, tuple(styles))


def _words(text: str, styles: tuple[str, ...], link: str | None) -> Iterator[Run]:
    if link is not None or ("@" not in text and "#" not in text):
        if text:
            yield Run(text, styles, link)
        return
    for place, part in enumerate(_MENTION.split(text)):
        if part:
            yield Run(part, (*styles, "mention") if place % 2 else styles)
