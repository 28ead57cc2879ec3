"""Resumable uploads (tus 1.0.0, tus.io/protocols/resumable-upload): how its headers read."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from email.utils import formatdate
from typing import Final

from klatch.core.refusals import Refused

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,checksum,expiration"
ALGORITHMS: Final = ("sha1", "sha256")
PIECE_TYPE: Final = "application/offset+octet-stream"
_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_KEY: Final = re.compile(r"[!-+\--~]+")  # ASCII without blanks and commas
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


def check_version(headers: Mapping[str, str]) -> None:
    """Refuses whoever speaks another version."""
    said = headers.get("tus-resumable")
    if said != VERSION:
        raise Refused("tus_version", f"This server speaks tus {VERSION}: Tus-Resumable: {VERSION}.")


def read_number(headers: Mapping[str, str], name: str) -> int:
    """A count of bytes from a header."""
    said = headers.get(name.lower())
    if said is None:
        raise Refused("bad_upload", f"The header {name} is missing.", field=name)
    if _WHOLE.fullmatch(said) is None:
        raise Refused("bad_upload", f"The header {name} must be a whole number of bytes.", field=name)
    return int(said)


def read_metadata(header: str) -> dict[str, str]:
    """What Upload-Metadata tells: pairs of a key and a value in Base64."""
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if _KEY.fullmatch(key) is None or key in found:
            raise Refused(
                "bad_upload", "Upload-Metadata has a key that is empty or stands twice.", field="Upload-Metadata"
            )
        found[key] = _decode(value, "Upload-Metadata").decode("utf-8", "replace")
    return found


def read_hash(said: str | None) -> bytes | None:
    """The SHA-256 that a file must have, in hexadecimal digits."""
    if said is None or not said:
        return None
    if _SHA256.fullmatch(said) is None:
        raise Refused("bad_upload", "A sha256 has 64 hexadecimal digits.", field="sha256")
    return bytes.fromhex(said)


def read_checksum(header: str | None) -> tuple[str, bytes] | None:
    """What a piece must have for a checksum: the algorithm and the digest."""
    if header is None:
        return None
    algorithm, _, digest = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise Refused(
            "bad_upload", f"Upload-Checksum may be made by {' or '.join(ALGORITHMS)}.", field="Upload-Checksum"
        )
    return algorithm, _decode(digest, "Upload-Checksum")


def spell_expiry(ts: int) -> str:
    """A time (ms UTC) as Upload-Expires tells it."""
    return formatdate(ts / 1000, usegmt=True)


def _decode(text: str, where: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except (NotBase64, ValueError):
        raise Refused("bad_upload", f"{where} holds what is no Base64.", field=where) from None
