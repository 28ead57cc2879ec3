"""Words with a little form: from a message's text to paragraphs of styled runs, the same forms as in the page."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["text", "code", "quote", "item", "rule"]

_INDENT_MOST: Final = 4
# Longer texts are shown as they are: some take the parser time that grows with the square of their length.
_FORMED_MOST: Final = 4_000
_BRACKETS_MOST: Final = 200
_FENCED: Final = re.compile(r"\s*```[^\n`]*\n(.*?)\n?```\s*", re.DOTALL)
_PLAIN: Final = re.compile(r"[\w \t,;!?'\"()&=%$€+/-]*(?<!\s)", re.ASCII)
_MENTION: Final = re.compile(r"(?<![\w@/#])(@[\w\-.\[\]{}\\|^`]{1,32}|#[\w\-.]{1,50})")
_SCHEMES: Final = ("http://", "https://", "mailto:")


class Run(msgspec.Struct, frozen=True):
    """Some words in one style: of `strong`, `emphasis`, `strike`, `code`, `mention`. `link` is where they lead."""

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
    return parser.enable(["strikethrough", "linkify"])


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
            case "strong_open":
                styles.append("strong")
            case "em_open":
                styles.append("emphasis")
            case "s_open":
                styles.append("strike")
            case "strong_close" | "em_close" | "s_close":
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
