"""The colours can be read by those who see little contrast."""

import pytest

from klatch.clients.look.tokens import Palette, author_hue, read_tokens

GROUNDS = ("ground", "raised", "sunken")
INKS = ("ink", "soft", "accent", "warning", "bad")


def brightness(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def pairs(palette: Palette) -> list[tuple[str, str]]:
    inks = [getattr(palette, ink) for ink in INKS] + palette.authors
    found = [(ink, getattr(palette, ground)) for ink in inks for ground in GROUNDS]
    return [*found, (palette.good, palette.ground), (palette.good, palette.raised), (palette.on_accent, palette.accent)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(theme: str) -> None:
    palette = getattr(read_tokens(), theme)
    assert [pair for pair in pairs(palette) if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_there_are_eight_author_hues_all_different(theme: str) -> None:
    assert len(set(getattr(read_tokens(), theme).authors)) == 8


@pytest.mark.parametrize(("account", "hue"), [("", 5), ("1", 4), ("3", 2), ("42", 3), ("é", 1)])
def test_an_account_has_the_same_hue_in_every_client(account: str, hue: int) -> None:
    assert author_hue(account) == hue
