"""What a content is, by its own bytes: a short table of what is common, and never by its name."""

import re
from typing import Final

from klatch.core.files import ANY_TYPE

HEAD: Final = 4_096  # bytes that are looked at
# Where, which bytes, and what it is then; the first that fits.
_SIGNS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"\0\0\1\0", "image/x-icon"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\3\4", "application/zip"),
    (0, b"PK\5\6", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b"Rar!\x1a\7", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
)
_RIFF: Final = frozenset({"image/webp", "audio/wav", "video/x-msvideo"})
# The brand of an ISO base media file (ISO/IEC 14496-12, section 4.3).
_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_MP3: Final = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x10-\xef]")
_VIDEO: Final = (b"theora", b"\x01video")
# What a browser would run if it were told to show it; looked for also behind blanks and comments.
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*(?:<\?xml\b[^>]*\?>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(!doctype\s+(?:html|svg)|html|head|body|script|iframe|svg|style|title|meta|link|table|div|img|a\b|p\b|h1)",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def find_type(head: bytes) -> str:
    """The media type of a content that begins like this (its first 4,096 bytes, or all of it)."""
    for offset, sign, kind in _SIGNS:
        if head.startswith(sign, offset) and (kind not in _RIFF or head.startswith(b"RIFF")):
            return _look_closer(head, kind)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if _MP3.match(head):
        return "audio/mpeg"
    return _find_text(head)


def _look_closer(head: bytes, kind: str) -> str:
    if kind == "audio/ogg" and any(sign in head for sign in _VIDEO):
        return "video/ogg"
    if kind == "video/webm" and b"webm" not in head[:64]:
        return "video/x-matroska"
    return kind


def _find_text(head: bytes) -> str:
    if not head:
        return "text/plain"
    if markup := _MARKUP.match(head):
        return "image/svg+xml" if b"svg" in markup[1].lower() else "text/html"
    if _XML.match(head):
        return "image/svg+xml" if b"<svg" in head.lower() else "application/xml"
    if _CONTROL.search(head):
        return ANY_TYPE
    try:
        head.decode()
    except UnicodeDecodeError as fault:
        if fault.start < len(head) - 3 or len(head) < HEAD:  # a letter may be cut in two at the end
            return ANY_TYPE
    return "text/plain"
