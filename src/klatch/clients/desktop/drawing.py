"""Small pictures: the mark, and the dots of presence, drawn at the screen's density with soft edges."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageTk

_FINE: Final = 8  # drawn this many times as large, then made small


class Pictures:
    """Pictures of one window; Tk needs somebody to hold them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], ImageTk.PhotoImage] = {}

    def dot(self, size: int, colour: str, ground: str, state: str) -> ImageTk.PhotoImage:
        """A filled circle for online, half a one for away, a ring for offline."""
        return self._keep(("dot", size, colour, ground, state), lambda: draw_dot(size, colour, ground, state))

    def mark(self, size: int, colour: str) -> ImageTk.PhotoImage:
        """The cup."""
        return self._keep(("mark", size, colour), lambda: draw_mark(size, colour))

    def pill(self, width: int, height: int, colour: str, ground: str) -> ImageTk.PhotoImage:
        """A box with round ends, for a count."""
        return self._keep(("pill", width, height, colour, ground), lambda: draw_pill(width, height, colour, ground))

    def forget(self) -> None:
        """Lets go of all of them, while Tk is still there."""
        self._kept.clear()

    def _keep(self, key: tuple[object, ...], draw: Callable[[], Image.Image]) -> ImageTk.PhotoImage:
        if key not in self._kept:
            self._kept[key] = ImageTk.PhotoImage(draw())
        return self._kept[key]


@lru_cache(maxsize=64)
def draw_dot(size: int, colour: str, ground: str, state: str) -> Image.Image:
    """Presence as a shape, so that colour is not its only sign."""
    fine = size * _FINE
    image = Image.new("RGB", (fine, fine), ground)
    draw = ImageDraw.Draw(image)
    edge = max(_FINE, fine // 6)
    box = (0, 0, fine - 1, fine - 1)
    if state == "online":
        draw.ellipse(box, fill=colour)
    else:
        draw.ellipse(box, outline=colour, width=edge)
        if state == "away":
            draw.pieslice(box, 90, 270, fill=colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def draw_pill(width: int, height: int, colour: str, ground: str) -> Image.Image:
    """A box with round ends."""
    image = Image.new("RGB", (width * 4, height * 4), ground)
    ImageDraw.Draw(image).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), height * 2, fill=colour)
    return image.resize((width, height), Image.Resampling.LANCZOS)


@lru_cache(maxsize=8)
def draw_mark(size: int, colour: str) -> Image.Image:
    """A cup whose steam is a speech bubble: one stroke weight, one colour."""
    unit = size * _FINE / 32
    image = Image.new("RGBA", (size * _FINE, size * _FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    stroke = round(2.4 * unit)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return (left * unit, top * unit, right * unit, bottom * unit)

    # The cup: walls, a round bottom, a handle, a saucer.
    draw.line([(5 * unit, 16 * unit), (23 * unit, 16 * unit)], fill=colour, width=stroke)
    draw.line([(6 * unit, 16 * unit), (6 * unit, 21 * unit)], fill=colour, width=stroke)
    draw.line([(22 * unit, 16 * unit), (22 * unit, 21 * unit)], fill=colour, width=stroke)
    draw.arc(box(4.8, 14, 23.2, 28), 0, 180, fill=colour, width=stroke)
    draw.arc(box(19, 16, 28, 24), 270, 90, fill=colour, width=stroke)
    draw.line([(5 * unit, 30 * unit), (23 * unit, 30 * unit)], fill=colour, width=stroke)
    # The bubble, with its tail towards the cup.
    draw.rounded_rectangle(box(7, 1.5, 22, 10), 3.4 * unit, outline=colour, width=stroke)
    draw.polygon([(10 * unit, 9 * unit), (10 * unit, 14 * unit), (15 * unit, 9 * unit)], fill=colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)
