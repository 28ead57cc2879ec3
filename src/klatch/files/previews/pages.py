"""Reads of a page of the web what it says of itself: Open Graph (https://ogp.me), or else its title."""

import codecs
import contextlib
import re
from html.parser import HTMLParser
from typing import Final

_TOLD_MOST: Final = {"title": 200, "description": 300, "site": 80, "picture": 2_048}  # characters
# The names under which each is looked for, the best first.
_NAMES: Final = {
    "title": ("og:title", "twitter:title", "<title>"),
    "description": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "picture": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image"),
}
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_LOOKED_AT: Final = 4_096  # bytes in which a page says how it is written
# The encodings of the web (https://encoding.spec.whatwg.org) as Python names them; its others are no pages', and some
# of them give letters that cannot be told on.
_CHARSETS: Final = re.compile(
    r"utf-8|utf-16(-[bl]e)?|ascii|(iso8859-|cp)\d+|koi8-[ru]|mac-(roman|cyrillic)|tis-620|gb\w+|big5\w*|euc_\w+"
    r"|iso2022_jp|shift_jis"
)
_SPACE: Final = re.compile(r"\s+")
# Control characters, halves of UTF-16 pairs, and what turns the direction of text.
_NOT_SHOWN: Final = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def describe(page: bytes, charset: str) -> dict[str, str]:
    """Its `title`, `description`, `site` and the address of a `picture`, as far as it has them."""
    reading = _Head()
    with contextlib.suppress(_HeadEnded):
        reading.feed(_decode(page, charset))
    told = {}
    for name, most in _TOLD_MOST.items():
        text = next((reading.found[each] for each in _NAMES[name] if reading.found.get(each)), "")
        told[name] = _SPACE.sub(" ", _NOT_SHOWN.sub("", text)).strip()
        if len(told[name]) > most:
            told[name] = told[name][: most - 1] + "…"
    return told


def _decode(page: bytes, charset: str) -> str:
    said = _CHARSET.search(page[:_LOOKED_AT])
    for name in filter(None, (charset, said[1].decode("ascii") if said else "")):
        try:
            known = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        if _CHARSETS.fullmatch(known):
            return page.decode(known, "replace")
    return page.decode("utf-8", "replace")


class _HeadEnded(Exception):  # noqa: N818 - read as a sentence
    pass


class _Head(HTMLParser):
    """What the head of a page names, the first of each."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            raise _HeadEnded
        if tag == "title" and "<title>" not in self.found:
            self._title = []
        if tag == "meta":
            told = {name: value or "" for name, value in attrs}
            name = (told.get("property") or told.get("name") or "").strip().lower()
            if name and told.get("content"):
                self.found.setdefault(name, told["content"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.found["<title>"] = "".join(self._title)
            self._title = None

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)
