"""Makes a certificate that a server signs itself, and keeps it with its key in the data directory."""

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import PEM_cert_to_DER_cert
from typing import Final

from klatch.core.addresses import is_private, parse_address
from klatch.protocols.certificates import Certificate, read_certificate

FILE: Final = "tls.pem"
_VALID: Final = timedelta(days=3_652)
_RENEWED_BEFORE: Final = 60 * 86_400.0  # seconds
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"


def find_or_make(directory: Path) -> Path:
    """The file with the certificate and its key, made at the first start; for the same key anew before it ends.

    Raises OSError, and ValueError for a file that holds something else.
    """
    path = directory / FILE
    try:
        known = read_file(path)
    except FileNotFoundError:
        _write(path, _make(own_names(), None))
        return path
    path.chmod(0o600)
    if known.ends - time.time() < _RENEWED_BEFORE:
        _write(path, _make(own_names(), path.read_bytes()))
    return path


def read_file(path: Path) -> Certificate:
    """The first certificate in a file: the server's own. Raises OSError and ValueError."""
    text = path.read_bytes().decode("ascii", "replace")
    _, begin, rest = text.partition(_BEGIN)
    body, end, _ = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{path} holds no certificate in PEM form.")
    return read_certificate(PEM_cert_to_DER_cert(begin + body + end))


def own_names() -> list[str]:
    """The names and addresses under which this machine may be asked for."""
    name = socket.gethostname()
    names = {"localhost", "127.0.0.1", "::1", name, f"{name.partition('.')[0]}.local", *own_addresses()}
    return sorted(each for each in names if each.isascii() and 0 < len(each) <= 64)


def own_addresses() -> list[str]:
    """The addresses that others of the network reach this machine by; those of private networks come first, and IPv4
    before IPv6, which is harder to type."""
    from ifaddr import get_adapters  # noqa: PLC0415 - only servers that others reach need it

    found = {each.ip if isinstance(each.ip, str) else each.ip[0] for adapter in get_adapters() for each in adapter.ips}
    here = {each for each in found if (parsed := parse_address(each)) and (parsed.is_loopback or parsed.is_link_local)}
    return sorted(found - here, key=lambda each: (":" in each, not is_private(each), each))


def _make(names: Iterable[str], old: bytes | None) -> bytes:
    """A certificate after its key, both in PEM form; `old`: such a file, whose key is to stay."""
    from cryptography import x509  # noqa: PLC0415 - takes megabytes, and is needed once in ten years
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    if old is not None:
        found = serialization.load_pem_private_key(old, None)
        if not isinstance(found, ec.EllipticCurvePrivateKey):
            raise ValueError("The key of the certificate is of another kind.")
        key = found
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Klatch")])
    now = datetime.now(UTC)
    addresses = [(each, parse_address(each)) for each in names]
    others = [x509.IPAddress(found) if found is not None else x509.DNSName(each) for each, found in addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, data: bytes) -> None:
    """Writes the whole file, for its owner alone, before it gets its name."""
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
