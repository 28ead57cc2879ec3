"""The pictures that stand in lines: a quiet box of the right size at once, and the picture in it when it comes."""

import io
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageTk, UnidentifiedImageError

from klatch.clients.desktop.style import Style
from klatch.core.files import File

_WIDEST: Final = 360
_HIGHEST: Final = 270
_KEPT_MOST: Final = 200


class Gallery:
    """`fetch` is asked for what is not here yet. Nothing moves when it comes: boxes have their size from the start."""

    def __init__(self, style: Style, fetch: Callable[[File], None]) -> None:
        self._style = style
        self._fetch = fetch
        self._shown: dict[tuple[str, int, int], ImageTk.PhotoImage] = {}
        self._come: dict[str, Image.Image] = {}

    def show(self, file: File, widest: int) -> ImageTk.PhotoImage:
        """The picture of a file, or the box that it will be in."""
        wide, high = self._fit(file, widest)
        key = (file.id, wide, high)
        if key not in self._shown:
            box = Image.new("RGB", (wide, high), self._style.palette.sunken)
            self._shown[key] = ImageTk.PhotoImage(box)
            if file.id in self._come:
                self._draw(key)
            else:
                self._fetch(file)
        return self._shown[key]

    def take(self, file: str, content: bytes) -> None:
        """A picture came."""
        try:
            with Image.open(io.BytesIO(content)) as picture:
                picture.load()
                self._come[file] = picture.convert("RGBA")
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
            return
        while len(self._come) > _KEPT_MOST:
            self._come.pop(next(iter(self._come)))
        for key in self._shown:
            if key[0] == file:
                self._draw(key)

    def forget(self) -> None:
        """Lets go of all, while Tk is still there, or as another room begins."""
        self._shown.clear()

    def _fit(self, file: File, widest: int) -> tuple[int, int]:
        """No larger than it is, and than there is room for."""
        wide, high = self._style.px(file.width or 1), self._style.px(file.height or 1)
        share = min(1.0, widest / wide, self._style.px(_WIDEST) / wide, self._style.px(_HIGHEST) / high)
        return max(1, round(wide * share)), max(1, round(high * share))

    def _draw(self, key: tuple[str, int, int]) -> None:
        file, wide, high = key
        ground = Image.new("RGBA", (wide, high), self._style.palette.ground)
        ground.alpha_composite(self._come[file].resize((wide, high), Image.Resampling.LANCZOS))
        self._shown[key].paste(ground.convert("RGB"))
