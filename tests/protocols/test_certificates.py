"""What is read in a certificate, compared with what a library reads."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from klatch.protocols.certificates import read_certificate
from tests.certificates import Authority, fingerprint


@pytest.fixture
def cert(tmp_path: Path) -> Path:
    return Authority(tmp_path).issue("one", days=40_000)[0]


def test_the_fingerprint_is_that_of_the_public_key(cert: Path) -> None:
    assert read_certificate(ssl.PEM_cert_to_DER_cert(cert.read_text())).fingerprint == fingerprint(cert)


@pytest.mark.parametrize("days", [10, 40_000])
def test_the_end_is_read_in_both_ways_of_writing_it(tmp_path: Path, days: int) -> None:
    cert, _ = Authority(tmp_path).issue("one", days=days)
    wanted = x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc.timestamp()
    assert read_certificate(ssl.PEM_cert_to_DER_cert(cert.read_text())).ends == wanted


def test_what_is_cut_off_anywhere_is_no_certificate(cert: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert(cert.read_text())
    for size in range(len(der)):
        with pytest.raises(ValueError, match=r".+"):
            read_certificate(der[:size])


def test_bytes_that_are_none_are_no_certificate() -> None:
    for data in (b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"hello" * 50, bytes(300)):
        with pytest.raises(ValueError, match="no certificate"):
            read_certificate(data)
