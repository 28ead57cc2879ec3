"""What a server and its clients read in a certificate: the fingerprint of its key, and when it ends."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17


class Certificate(msgspec.Struct, frozen=True):
    """`fingerprint`: SHA-256 of the public key (SubjectPublicKeyInfo) in hexadecimal, which stays the same when a
    certificate is made anew for the same key. `ends`: seconds since 1970."""

    fingerprint: str
    ends: float


def read_certificate(der: bytes) -> Certificate:
    """Reads a certificate (RFC 5280, section 4.1) in DER. Raises ValueError if it is none."""
    try:
        certificate = _Parts(_Parts(der).take(_SEQUENCE)[1])
        fields = _Parts(certificate.take(_SEQUENCE)[1])
        if fields.peek() == _VERSION:
            fields.take()
        for _ in ("serial number", "signature", "issuer"):
            fields.take()
        validity = _Parts(fields.take(_SEQUENCE)[1])
        validity.take()
        kind, moment = validity.take()[:2]
        fields.take()  # the subject
        key = fields.take(_SEQUENCE)[2]
        return Certificate(sha256(key).hexdigest(), _read_time(kind, moment))
    except IndexError:
        raise ValueError("This is no certificate.") from None


class _Parts:
    """Takes the parts of a DER value apart, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def peek(self) -> int:
        return self._data[self._at]

    def take(self, wanted: int | None = None) -> tuple[int, bytes, bytes]:
        """The next part: its tag, its content, and the whole of it."""
        begin, tag, size = self._at, self._data[self._at], self._data[self._at + 1]
        start = begin + 2
        if size & 0x80:
            width = size & 0x7F
            size = int.from_bytes(self._data[start : start + width])
            start += width
        if (wanted is not None and tag != wanted) or start + size > len(self._data):
            raise ValueError("This is no certificate.")
        self._at = start + size
        return tag, self._data[start : self._at], self._data[begin : self._at]


def _read_time(kind: int, text: bytes) -> float:
    form = "%y%m%d%H%M%SZ" if kind == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC).timestamp()
