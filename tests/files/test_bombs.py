"""Pictures and papers that are small files and large in memory, as real files: seen in little of it, or not at all."""

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

MEMORY_MOST = 256  # MiB
LARGE = (6_300, 6_300)
# A process of its own between, as a child begins with what its parent had.
MEASURED = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:], stdin=open(sys.argv[1], "rb"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
answer = child.stdout.read()
_, status, used = os.wait4(child.pid, 0)
print(used.ru_maxrss // 1024, os.waitstatus_to_exitcode(status))
print(answer.partition(b"\\n")[0].decode())
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere memory is counted otherwise")


def drawn(path: Path, kind: str) -> tuple[int, int, dict[str, object]]:
    """How many MiB it took to make a preview, how that ended, and what was seen."""
    drawing = [sys.executable, "-P", "-s", "-m", "klatch.files.previews.drawing", kind, "800"]
    told = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), *drawing], capture_output=True, text=True, check=True, timeout=60
    )
    first, _, seen = told.stdout.partition("\n")
    used, status = first.split()
    return int(used), int(status), json.loads(seen) if seen.strip() else {}


def saved(form: str, mode: str, size: tuple[int, int], **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    """A PNG in shades of grey, whatever it says of its size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def unpacked(size: int, *, times: int = 1) -> bytes:
    """What unpacks to so many bytes."""
    packing = zlib.compressobj(9)
    return b"".join(packing.compress(bytes(size)) for _ in range(times)) + packing.flush()


def gif(frames: int, side: int = 1) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + (b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\2\2D\1\0") * frames + b";"


def pdf(content: bytes, pages: int = 1, side: int = 600, how: bytes = b"") -> bytes:
    """A PDF whose pages all show the same."""
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 3 0 R>>" % (side, side)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), how, content),
        *[page] * pages,
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, start = len(parts) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return bytes(out) + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, start)


WORDS = b"a\0\0" + unpacked(60_000_000)
TWICE = b"/Filter[/FlateDecode/FlateDecode]"
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a PNG that says it is huge": ("image/png", lambda: png(65_535, 65_535, unpacked(10_000))),
    "a PNG with words that unpack": ("image/png", lambda: png(4, 4, unpacked(20), chunk(b"zTXt", WORDS))),
    "a GIF that says it is huge": ("image/gif", lambda: gif(1, 65_535)),
    "half a JPEG": ("image/jpeg", lambda: saved("JPEG", "RGB", (640, 480))[:1_500]),
    "a JPEG in passes": ("image/jpeg", lambda: saved("JPEG", "CMYK", LARGE, progressive=True, subsampling=0)),
    "a WebP of few bytes": ("image/webp", lambda: saved("WEBP", "RGBA", LARGE, lossless=True, method=0)),
    "an AVIF of few bytes": ("image/avif", lambda: saved("AVIF", "RGB", LARGE, speed=10)),
    "a TIFF named PNG": ("image/png", lambda: saved("TIFF", "RGB", (64, 48))),
    "a PSD named PNG": ("image/png", lambda: b"8BPS\0\1" + bytes(200)),
    "a PDF with a huge page": ("application/pdf", lambda: pdf(b"", side=10**9)),
    "a PDF nested deeply": ("application/pdf", lambda: pdf(b"q " * 5_000_000)),
    "a PDF that unpacks": ("application/pdf", lambda: pdf(zlib.compress(unpacked(1 << 20, times=1_024)), how=TWICE)),
}
SEEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a PNG that goes on for gigabytes": ("image/png", lambda: png(100, 100, unpacked(1 << 20, times=3_072))),
    "a GIF with 100,000 frames": ("image/gif", lambda: gif(100_000)),
    "a large PNG with transparency": ("image/png", lambda: saved("PNG", "RGBA", LARGE)),
    "a broad PNG": ("image/png", lambda: saved("PNG", "RGBA", (19_999, 2_000))),
    "a large PNG of 16 bits": ("image/png", lambda: saved("PNG", "I;16", LARGE)),
    "a large JPEG": ("image/jpeg", lambda: saved("JPEG", "RGB", LARGE)),
    "a PDF of 100,000 pages": ("application/pdf", lambda: pdf(b"", pages=100_000)),
    "a PDF of nested lists": ("application/pdf", lambda: pdf(b"[" * 5_000_000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_not_shown_and_takes_little_memory(tmp_path: Path, bomb: str) -> None:
    kind, make = BOMBS[bomb]
    (tmp_path / "bomb").write_bytes(make())
    used, status, seen = drawn(tmp_path / "bomb", kind)
    assert used <= MEMORY_MOST
    assert status != 0 or "kind" not in seen


@pytest.mark.parametrize("large", SEEN)
def test_what_is_large_or_long_is_shown_in_little_memory(tmp_path: Path, large: str) -> None:
    kind, make = SEEN[large]
    if kind == "application/pdf":
        pytest.importorskip("pypdfium2")
    (tmp_path / "large").write_bytes(make())
    used, status, seen = drawn(tmp_path / "large", kind)
    assert used <= MEMORY_MOST
    assert (status, seen["kind"]) == (0, "image/webp")


def test_a_deep_picture_keeps_its_shades_and_a_turned_one_its_turn(tmp_path: Path) -> None:
    deep = Image.frombytes("I;16", (2_000, 1_000), struct.pack("<H", 0x8000) * 2_000_000)
    deep.save(tmp_path / "deep.png")
    _, _, seen = drawn(tmp_path / "deep.png", "image/png")
    assert (seen["width"], seen["height"]) == (2_000, 1_000)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (6_000, 3_000)).save(tmp_path / "turned.png", exif=exif)
    drawing = [sys.executable, "-P", "-s", "-m", "klatch.files.previews.drawing", "image/png", "800"]
    with (tmp_path / "turned.png").open("rb") as file:
        answer = subprocess.run(drawing, stdin=file, capture_output=True, check=True, timeout=60, env=dict(os.environ))
    head, _, preview = answer.stdout.partition(b"\n")
    assert (json.loads(head)["width"], json.loads(head)["height"]) == (3_000, 6_000)
    assert Image.open(io.BytesIO(preview)).size == (400, 800)
