"""A picture's colours in some thirty letters, to be drawn until it is there (the BlurHash algorithm)."""

from math import cos, pi
from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_ACROSS: Final = 4
_DOWN: Final = 3

Colour = tuple[float, float, float]


def encode(pixels: list[tuple[int, int, int]], width: int, height: int) -> str:
    """The hash of a small picture: its pixels in rows, each of three numbers from 0 to 255."""
    linear = [_to_linear(value) for value in range(256)]
    parts = [_weigh(pixels, width, height, x, y, linear) for y in range(_DOWN) for x in range(_ACROSS)]
    average, others = parts[0], parts[1:]
    strongest = max(abs(value) for part in others for value in part)
    scale = max(0, min(82, int(strongest * 166 - 0.5)))
    most = (scale + 1) / 166
    words = [_spell(_ACROSS - 1 + (_DOWN - 1) * 9, 1), _spell(scale, 1)]
    red, green, blue = (_to_srgb(value) for value in average)
    words.append(_spell((red << 16) + (green << 8) + blue, 4))
    for part in others:
        red, green, blue = (max(0, min(18, int(_root(value / most) * 9 + 9.5))) for value in part)
        words.append(_spell((red * 19 + green) * 19 + blue, 2))
    return "".join(words)


def _weigh(pixels: list[tuple[int, int, int]], width: int, height: int, x: int, y: int, linear: list[float]) -> Colour:
    """How much of one wave is in the picture."""
    across = [cos(pi * x * column / width) for column in range(width)]
    down = [cos(pi * y * row / height) for row in range(height)]
    red = green = blue = 0.0
    for row in range(height):
        for column in range(width):
            weight = across[column] * down[row]
            pixel = pixels[row * width + column]
            red += weight * linear[pixel[0]]
            green += weight * linear[pixel[1]]
            blue += weight * linear[pixel[2]]
    factor = (1 if x == y == 0 else 2) / (width * height)
    return red * factor, green * factor, blue * factor


def _to_linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _to_srgb(value: float) -> int:
    part = max(0.0, min(1.0, value))
    part = part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return int(part * 255 + 0.5)


def _root(value: float) -> float:
    return float(abs(value) ** 0.5) * (1 if value >= 0 else -1)


def _spell(value: int, letters: int) -> str:
    return "".join(_DIGITS[value // 83 ** (letters - place) % 83] for place in range(1, letters + 1))
