"""The themes of the terminal client, made from the same tokens as the page's, and one without colours."""

from functools import lru_cache
from typing import Any, Final

from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from klatch.clients.look.tokens import Palette, read_tokens

THEMES: Final = ("dark", "light", "mono")

_SHAPES: Final[dict[str, dict[str, bool]]] = {
    "bold": {"bold": True},
    "italic": {"italic": True},
    "strike": {"strike": True},
    "strong": {"bold": True},
    "link": {"underline": True},
    "mention": {"bold": True},
    "me": {"bold": True, "reverse": True},
    "own": {"bold": True},
    "accent": {"bold": True},
    "bad": {"bold": True},
    "title": {"bold": True},
    "soft": {"dim": True},
}


def palette_of(theme: str) -> Palette | None:
    """The colours of a theme, or None for the one without any."""
    tokens = read_tokens()
    return {"dark": tokens.dark, "light": tokens.light}.get(theme)


def make_theme(name: str) -> Theme:
    """A theme of Textual's. Without colours it is the terminal's own two."""
    palette = palette_of(name)
    if palette is None:
        return _mono()
    return Theme(
        name=f"klatch-{name}",
        primary=palette.accent,
        secondary=palette.soft,
        accent=palette.accent,
        warning=palette.warning,
        error=palette.bad,
        success=palette.good,
        foreground=palette.ink,
        background=palette.ground,
        surface=palette.raised,
        panel=palette.raised,
        dark=name == "dark",
        variables={
            "sunken": palette.sunken,
            "soft": palette.soft,
            "line": palette.line,
            "accent-ink": palette.accent,
            "on-accent": palette.on_accent,
            "scrollbar": palette.line,
            "scrollbar-background": palette.ground,
        },
    )


def _mono() -> Theme:
    """The terminal's own two colours, whichever they are."""
    own = "ansi_default"
    names = ("secondary", "accent", "warning", "error", "success", "foreground", "background", "surface", "panel")
    variables = ("sunken", "soft", "line", "accent-ink", "on-accent", "scrollbar", "scrollbar-background")
    plain: dict[str, Any] = dict.fromkeys((*names, "boost"), own)
    shapes = {"input-cursor-text-style": "reverse", "block-cursor-text-style": "reverse"}
    # Textual's own style sheets use more names where the terminal's own colours are taken.
    others = dict.fromkeys(BUILTIN_THEMES["ansi-dark"].variables, own)
    return Theme(
        name="klatch-mono", ansi=True, primary=own, variables=others | dict.fromkeys(variables, own) | shapes, **plain
    )


@lru_cache(4096)
def resolve(style: str, theme: str, ground: str = "ground") -> Style:
    """A style of ours, such as `bold accent` or `author3`, as one that can be drawn. `ground` names what it is on."""
    palette = palette_of(theme)
    words = style.split()
    shape: dict[str, bool] = {}
    for word in words:
        if palette is None or word not in ("accent", "bad", "soft", "mention", "own"):
            shape |= _SHAPES.get(word, {})
    if palette is None:
        return Style(**shape)  # type: ignore[arg-type] # mypy takes every keyword for every field
    return Style(
        color=_ink(words, palette),
        bgcolor=_ground(words, palette, ground),
        **shape,  # type: ignore[arg-type]
    )


def _ink(words: list[str], palette: Palette) -> str:
    ink = palette.ink
    for word in words:
        if word.startswith("author"):
            ink = palette.authors[int(word.removeprefix("author"))]
        elif word in ("soft", "accent", "good", "warning", "bad", "line"):
            ink = getattr(palette, word)
        elif word in ("mention", "me", "link", "own"):
            ink = palette.accent
    return ink


def _ground(words: list[str], palette: Palette, ground: str) -> str:
    if "code" in words and ground == "ground":
        ground = "sunken"
    return str(getattr(palette, ground))
