"""How the pieces of a timeline look: fonts, colours and distances of each tag."""

import tkinter
from typing import Any, Final

from klatch.clients.desktop.style import Style, mix

LEFT: Final = 24
RIGHT: Final = 24
_WIDE: Final = ("body", "block", "quoted", "failure", "notice", "note", "head")
_SAMPLE: Final = "the quick brown fox jumps over the lazy dog "


def dress(text: tkinter.Text, style: Style) -> None:
    """Gives every tag its looks."""
    palette = style.palette
    chosen = mix(palette.accent, palette.ground, 0.28)
    lead = style.leading(style.text, style.tokens.text.line)
    half = lead // 2
    text.configure(
        background=palette.ground, foreground=palette.ink, font=style.text,
        selectbackground=chosen, selectforeground=palette.ink, inactiveselectbackground=chosen,
        spacing1=half, spacing2=lead, spacing3=lead - half,
    )  # fmt: skip
    _dress_messages(text, style, half)
    _dress_words(text, style)
    _dress_around(text, style)
    text.tag_configure("chosen", background=mix(palette.accent, palette.ground, 0.10))
    text.tag_raise("spoiler")
    text.tag_raise("sel")
    text.tag_lower("chosen")


def dress_width(text: tkinter.Text, style: Style) -> int:
    """Keeps lines as short as can be read with ease; gives their width in pixels."""
    letters = style.text.measure(_SAMPLE) / len(_SAMPLE)
    left, right = style.px(LEFT), style.px(RIGHT)
    most = round(letters * style.tokens.text.measure)
    margin = max(right, text.winfo_width() - left - most)
    for name in _WIDE:
        text.tag_configure(name, rmargin=margin)
    return max(100, text.winfo_width() - left - margin)


def _dress_messages(text: tkinter.Text, style: Style, half: int) -> None:
    """Heads, bodies, and what stands in or below them."""
    palette, px, tag = style.palette, style.px, text.tag_configure
    space, left = style.tokens.space, px(LEFT)
    tag("body", lmargin1=left, lmargin2=left, spacing1=px(space.in_group) // 2 + half)
    tag("further", spacing1=px(6))
    tag("head", lmargin1=left, lmargin2=left, font=style.strong, spacing1=px(space.between_groups))
    for hue, colour in enumerate(palette.authors):
        tag(f"author{hue}", foreground=colour)
    tag("clock", font=style.meta, foreground=palette.soft)
    tag("action", font=style.emphasis)
    tag("faded", foreground=mix(palette.ink, palette.ground, 0.6))
    tag("unsent", foreground=palette.ink)
    tag("failure", foreground=palette.bad, font=style.meta, lmargin1=left, lmargin2=left)
    tag("quoted", font=style.meta, foreground=palette.soft, lmargin1=left, lmargin2=left + px(16), spacing1=px(2))
    tag("quoted_name", font=style.meta_strong)
    tag("cited", foreground=palette.soft, lmargin1=left + px(16), lmargin2=left + px(16))
    for depth in range(1, 5):
        inset = left + px(20) * (depth - 1)
        tag(f"indent{depth}", lmargin1=inset, lmargin2=inset + px(24), tabs=(inset + px(24),))
    bare: dict[str, Any] = {"lmargincolor": palette.ground, "rmargincolor": palette.ground}
    tag("reactions", lmargin1=left, lmargin2=left, spacing1=px(6), font=style.meta, **bare)
    tag("chip", background=palette.sunken, foreground=palette.ink, **bare)
    tag("mine", background=mix(palette.accent, palette.ground, 0.2))
    tag("picture", lmargin1=left, lmargin2=left, spacing1=px(6), spacing3=px(2))
    tag("file", lmargin1=left, lmargin2=left, font=style.meta, spacing1=px(4))
    tag("right", justify="right")


def _dress_words(text: tkinter.Text, style: Style) -> None:
    """Words in a style of their own."""
    palette, px, tag = style.palette, style.px, text.tag_configure
    tag("faint", font=style.meta, foreground=palette.soft)
    tag("soft", foreground=palette.soft, font=style.emphasis)
    tag("strong", font=style.strong)
    tag("emphasis", font=style.emphasis)
    tag("strike", overstrike=True)
    tag("code", font=style.code, background=palette.sunken)
    tag(
        "block", font=style.code, background=palette.sunken, wrap="char", spacing1=px(1), spacing3=px(1),
        lmargincolor=palette.ground, rmargincolor=palette.ground,
    )  # fmt: skip
    tag("block_first", spacing1=px(8))
    tag("block_last", spacing3=px(8))
    tag("at", foreground=palette.accent, font=style.strong)
    tag("link", foreground=palette.accent, underline=True)
    tag("do", underline=True)
    veil = mix(palette.soft, palette.ground, 0.55)
    tag("spoiler", foreground=veil, background=veil, selectforeground=veil, underline=False, overstrike=False)
    tag("unveiled", background=palette.sunken)


def _dress_around(text: tkinter.Text, style: Style) -> None:
    """What stands between messages and after them."""
    palette, px, tag, left = style.palette, style.px, text.tag_configure, style.px(LEFT)
    centred: dict[str, Any] = {"justify": "center", "font": style.meta_strong}
    tag("day", foreground=palette.soft, spacing1=px(24), spacing3=px(4), **centred)
    tag("new", foreground=palette.accent, spacing1=px(16), **centred)
    tag("notice", font=style.meta, foreground=palette.soft, lmargin1=left, lmargin2=left, spacing1=px(8))
    tag(
        "empty", justify="center", foreground=palette.soft, spacing1=px(48), lmargin1=left, lmargin2=left,
        rmargin=px(RIGHT),
    )  # fmt: skip
    bare: dict[str, Any] = {"lmargincolor": palette.ground, "rmargincolor": palette.ground}
    tag("shape", background=mix(palette.line, palette.ground, 0.7), font=style.meta, **bare)
    tag("note_head", font=style.meta_strong, foreground=palette.soft, lmargin1=left, lmargin2=left, spacing1=px(16))
    tag("note_title", foreground=palette.ink, font=style.strong)
    tag("note", lmargin1=left, lmargin2=left, foreground=palette.ink)
    tag("note_code", lmargin1=left, lmargin2=left, font=style.code, wrap="none")
