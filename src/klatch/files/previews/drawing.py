"""The process that makes one preview: reads a file from standard input, writes what it saw to standard output.

It imports nothing of the server, takes itself what it may use, and dies of whatever it cannot decode. Its arguments are
a media type, and of a picture how long its longer side is to be in pixels, of a page of the web its charset.
"""

import io
import json
import sys
from typing import Any, Final

FORMATS: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
PIXELS_MOST: Final = 40_000_000
SIDE_MOST: Final = 20_000
TEXT: Final = "text/plain"
PAGE: Final = "text/html"
PAPER: Final = "application/pdf"
TEXT_MOST: Final = 2_000  # characters
LINES_MOST: Final = 12
_MEMORY: Final = 264 * 1024 * 1024  # of addresses; what is really used stays under 256 MiB
_COEFFICIENTS_MOST: Final = 75_000_000  # of two bytes
_SECONDS: Final = 8
_TINY: Final = 32


def main() -> None:
    """Makes the preview."""
    _give_up_rights()
    kind, how = sys.argv[1:3]
    if kind == TEXT:
        seen, preview = _quote()
    elif kind == PAGE:
        seen, preview = _describe(how)
    elif kind == PAPER:
        seen, preview = _draw_paper(int(how))
    else:
        seen, preview = _draw(kind, int(how))
    out = sys.stdout.buffer
    out.write(json.dumps(seen).encode() + b"\n" + preview)
    out.flush()


def _give_up_rights() -> None:
    """From now on: so much memory, so much time, no other files, no other processes."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _draw(kind: str, edge: int) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageOps
    from PIL.Image import Resampling

    Image.MAX_IMAGE_PIXELS = PIXELS_MOST
    picture: Image.Image = Image.open(sys.stdin.buffer, formats=[FORMATS[kind]])
    if picture.width * picture.height > PIXELS_MOST or max(picture.size) > SIDE_MOST:
        raise SystemExit(3)
    turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = picture.size[::-1] if turned else picture.size
    if picture.info.get("progressive") and _coefficients(picture) > _COEFFICIENTS_MOST:
        raise SystemExit(3)
    picture.draft("RGB", (edge * 2, edge * 2))
    picture.load()
    exif = picture.getexif()
    picture = _reduce(picture, edge)
    picture.info["exif"] = exif.tobytes()
    picture.thumbnail((edge, edge), Resampling.BILINEAR if kind == "image/gif" else Resampling.LANCZOS)
    seen, preview = _show(ImageOps.exif_transpose(picture))
    return {"width": width, "height": height, **seen}, preview


def _coefficients(picture: Any) -> int:
    """How many numbers a JPEG that comes in several passes has in memory until the last."""
    most = max(across * down for _, across, down, _ in picture.layer)
    return sum(int(picture.width * picture.height * across * down / most) for _, across, down, _ in picture.layer)


def _reduce(picture: Any, edge: int) -> Any:
    """A picture of a fraction of the size, still some more than `edge`; strip by strip, as there is no memory for a
    whole picture twice."""
    from PIL import Image

    deep, factor = picture.mode.startswith("I;16"), max(1, max(picture.size) // (2 * edge))
    if picture.mode in ("P", "1") or (factor == 1 and not deep):
        return picture
    height, strip = picture.height, 8 * factor
    smaller = Image.new("L" if deep else picture.mode, (-(-picture.width // factor), -(-height // factor)))
    for top in range(0, height, strip):
        part = picture.crop((0, top, picture.width, min(top + strip, height)))
        if deep:
            part = part.convert("I").point(lambda value: value / 256).convert("L")
        smaller.paste(part.reduce(factor), (0, top // factor))
    smaller.info = picture.info
    return smaller


def _draw_paper(edge: int) -> tuple[dict[str, Any], bytes]:
    from klatch.files.previews.papers import draw_first_page

    picture = draw_first_page(sys.stdin.buffer, edge)
    if picture is None:
        return {}, b""
    seen, preview = _show(picture)
    return {"width": picture.width, "height": picture.height, **seen}, preview


def _show(picture: Any) -> tuple[dict[str, Any], bytes]:
    """The blurhash of a small picture, and its bytes."""
    from PIL import Image

    from klatch.files.previews.blurhash import encode

    small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    tiny = small.convert("RGBA")
    tiny.thumbnail((_TINY, _TINY))
    ground = Image.new("RGB", tiny.size, (128, 128, 128))
    ground.paste(tiny, mask=tiny.getchannel("A"))
    shades = [(pixel[0], pixel[1], pixel[2]) for pixel in _pixels(ground)]
    out = io.BytesIO()
    # Only the pixels are written: where and when it was taken stays in the file itself.
    Image.frombytes(small.mode, small.size, small.tobytes()).save(out, "WEBP", quality=78, method=2)
    return {"blurhash": encode(shades, *ground.size), "kind": "image/webp"}, out.getvalue()


def _pixels(picture: Any) -> list[tuple[int, int, int]]:
    flat = picture.tobytes()
    return [(flat[at], flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3)]


def _describe(charset: str) -> tuple[dict[str, Any], bytes]:
    from klatch.files.previews.pages import describe

    return describe(sys.stdin.buffer.read(), charset), b""


def _quote() -> tuple[dict[str, Any], bytes]:
    """The first lines of a text."""
    text = sys.stdin.buffer.read(4 * TEXT_MOST).decode("utf-8-sig", "ignore")[:TEXT_MOST]
    lines = text.splitlines()[:LINES_MOST]
    return {"kind": TEXT}, "\n".join(lines).encode()


if __name__ == "__main__":
    main()
