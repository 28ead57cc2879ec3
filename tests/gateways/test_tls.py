"""Holds that every door can be encrypted, with a certificate of one's own or of the server's, new while it runs."""

import contextlib
import shutil
import signal
import socket
import ssl
import stat
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from tests.certificates import PEM, Authority, fingerprint
from tests.gateways.talking import Talker, converse, masked, say_goodbye, upgrade
from tests.pace import PATIENCE
from tests.running import Server, eventually, klatch, running


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a certificate that it made for itself."""
    with running(tmp_path_factory.mktemp("secured") / "data", "--tls", "self") as started:
        yield started


def context() -> ssl.SSLContext:
    """Believes everyone, as these tests look at what is shown themselves."""
    believing = ssl.create_default_context()
    believing.check_hostname = False
    believing.verify_mode = ssl.CERT_NONE
    return believing


@contextlib.contextmanager
def secure(port: int, within: float = PATIENCE, **options: Any) -> Iterator[ssl.SSLSocket]:
    believing = context()
    for name, value in options.items():
        setattr(believing, name, value)
    with socket.create_connection(("127.0.0.1", port), within) as peer, believing.wrap_socket(peer) as secured:
        yield secured


def get(port: int, path: str = "/healthz") -> bytes:
    with secure(port) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := peer.recv(65_536):
            answer += piece
        return answer


def shown(port: int, folder: Path) -> str:
    """The fingerprint of the certificate that a server shows."""
    with secure(port) as peer:
        der = peer.getpeercert(binary_form=True)
    assert der is not None
    path = folder / "shown.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(der))
    return fingerprint(path)


def log(server: Server) -> str:
    return Path(server.log.name).read_text()


def test_http_is_encrypted(secured: Server) -> None:
    assert b" 200 OK" in get(secured.port)
    assert secured.url == secured.doors["https"] == f"https://127.0.0.1:{secured.port}"


def test_lines_are_encrypted(secured: Server) -> None:
    with secure(secured.line_port) as peer:
        assert b"What is your name?" in peer.recv(4096)
        peer.sendall(b"lina\n")
        assert b"Hello lina" in peer.recv(4096)


def test_a_line_door_says_goodbye_over_tls(secured: Server) -> None:
    with secure(secured.line_port) as peer:
        peer.sendall(b"gus\nquit\n")
        heard = b""
        while piece := peer.recv(4096):
            heard += piece
    assert heard.endswith(b"* Goodbye.\n")


def test_a_line_that_came_right_before_the_end_of_tls_is_no_fault_of_the_server(secured: Server) -> None:
    with secure(secured.line_port) as peer:
        peer.sendall(b"eve\nhello\n")
        with contextlib.suppress(OSError):
            peer.unwrap()
    time.sleep(0.2)
    assert "Traceback" not in log(secured)
    assert "eof_received" not in log(secured)


def test_websockets_are_encrypted_and_carry_what_is_large(secured: Server) -> None:
    with (
        contextlib.closing(Talker(secured, ssl=context())) as wim,
        contextlib.closing(Talker(secured, ssl=context())) as wes,
    ):
        assert wim.hello("wim")["op"] == wes.hello("wes")["op"] == "welcome"
        texts = [f"{number} " + "x" * 15_000 for number in range(8)]
        cids = wim.send_many("#lobby", texts)
        assert [wes.entry(cid)["body"]["text"] for cid in cids] == texts


def test_who_stops_reading_over_tls_is_told_so_and_holds_nobody_up(serve: Callable[..., Server]) -> None:
    most = 10**9
    server = serve(
        "--tls", "self", backlog=600_000, member_burst=most, member_rate=most, address_burst=most, address_rate=most
    )
    with secure(server.port, 20) as slow, contextlib.closing(Talker(server, ssl=context())) as fast:
        slow.sendall(upgrade())
        assert b" 101 " in slow.recv(4096)
        slow.sendall(masked(b'{"op": "hello", "name": "slow"}'))
        assert fast.hello("fast")["op"] == "welcome"
        for _ in range(250):
            fast.send_many("#lobby", ["x" * 2_000] * 20)
        assert say_goodbye(slow)[-1] == (8, struct.pack("!H", 4008) + b"too_slow")


def test_the_least_is_tls_1_2_with_forward_secrecy(secured: Server) -> None:
    with secure(secured.port, maximum_version=ssl.TLSVersion.TLSv1_2) as peer:
        cipher = peer.cipher()
    assert cipher is not None
    assert cipher[0].startswith("ECDHE-")
    assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]


def test_an_old_tls_is_refused(secured: Server) -> None:
    old = context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secured.port), PATIENCE) as peer, pytest.raises(ssl.SSLError):
        old.wrap_socket(peer)


def test_the_servers_own_certificate_is_for_its_owner_only(secured: Server) -> None:
    path = secured.data / "tls.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secured.doors["fingerprint"] == fingerprint(path)


def test_the_servers_own_certificate_is_the_same_after_a_restart(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", "--tls", "self").start()
    before = server.doors["fingerprint"]
    server.stop()
    server.start()
    try:
        assert server.doors["fingerprint"] == before == shown(server.port, tmp_path)
    finally:
        server.stop()


def test_a_servers_own_certificate_that_ends_soon_is_made_anew_for_the_same_key(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    cert, key = Authority(tmp_path).issue("short", days=3)
    (data / "tls.pem").write_bytes(key.read_bytes() + cert.read_bytes())
    with running(data, "--tls", "self") as server:
        assert shown(server.port, tmp_path) == fingerprint(cert)
    assert (data / "tls.pem").read_bytes() != key.read_bytes() + cert.read_bytes()


def test_a_given_certificate_is_shown(tmp_path: Path, authority: Authority) -> None:
    cert, key = authority.issue("given")
    with running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        assert shown(server.port, tmp_path) == server.doors["fingerprint"] == fingerprint(cert)


@pytest.mark.parametrize(("mode", "told"), [(0o644, True), (0o640, False)])
def test_a_key_that_everyone_can_read_is_warned_of(tmp_path: Path, authority: Authority, mode: int, told: bool) -> None:
    cert, key = authority.issue("given")
    key.chmod(mode)
    with running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        assert ("key_exposed" in log(server)) is told


def test_plain_http_and_lines_stay_where_https_has_a_port_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--tls", "self", "--tls-port", "0") as server:
        https = urlsplit(server.doors["https"]).port
        assert server.url.startswith("http://")
        assert server.get("/healthz") == "ok\n"
        assert https is not None
        assert b" 200 OK" in get(https)
        assert b"What is your name?" in converse(server.line_port, b"pia\nquit\n")


@pytest.mark.parametrize("by", ["signal", "time"])
def test_a_new_certificate_is_taken_without_a_restart(tmp_path: Path, authority: Authority, by: str) -> None:
    cert, key = authority.issue("old")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)))
        with secure(server.line_port) as before:
            before.recv(4096)
            new_cert, new_key = authority.issue("new")
            shutil.copy(new_key, key)
            shutil.copy(new_cert, cert)
            if by == "signal":
                assert server.process is not None
                server.process.send_signal(signal.SIGHUP)
            eventually(lambda: shown(server.port, tmp_path) == fingerprint(new_cert), 15)
            before.sendall(b"tea\n")
            assert b"Hello tea" in before.recv(4096)


def test_a_bad_new_certificate_is_told_and_the_old_one_stays(tmp_path: Path, authority: Authority) -> None:
    cert, key = authority.issue("old")
    before = fingerprint(cert)
    with running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        shutil.copy(authority.issue("other")[0], cert)  # with the old key
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: "does not belong to the certificate" in log(server))
        assert shown(server.port, tmp_path) == before


def test_who_stalls_in_the_handshake_costs_nobody_anything(secured: Server) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(40):
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", secured.port), PATIENCE))
            if number % 2:
                peer.sendall(b"\x16\x03\x01\x02\x00")  # the head of a handshake
        began = time.monotonic()
        assert b" 200 OK" in get(secured.port)
        assert time.monotonic() - began < 5  # half of what a handshake may take


def test_who_stalls_in_the_handshake_is_sent_away_in_time(secured: Server) -> None:
    with socket.create_connection(("127.0.0.1", secured.port), PATIENCE) as peer:
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            assert peer.recv(1) == b""
        assert time.monotonic() - began > 8


def test_only_so_many_of_one_address_shake_hands_at_once(tmp_path: Path) -> None:
    config = tmp_path / "klatch.toml"
    config.write_text("[limits]\nsessions_of_address = 5\n")
    with (
        running(tmp_path / "data", "--tls", "self", "--config", str(config)) as server,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(5):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE))
        time.sleep(0.3)
        peer = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE))
        with contextlib.suppress(ConnectionResetError):
            assert peer.recv(1) == b""


def test_the_connections_of_an_address_are_counted_over_tls_too(tmp_path: Path) -> None:
    config = tmp_path / "klatch.toml"
    config.write_text("[limits]\nsessions_of_address = 1\n")
    with running(tmp_path / "data", "--tls", "self", "--config", str(config)) as server:
        with secure(server.line_port) as first:
            assert b"What is your name?" in first.recv(4096)
            with secure(server.line_port) as second:
                assert b"the most there may be" in second.recv(4096)
        eventually(lambda: b" 200 OK" in get(server.port))


def test_bytes_that_are_no_tls_are_no_traceback(secured: Server) -> None:
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 300, upgrade(), b"\x16\x03\x01\xff\xff" + b"x" * 400, b"nick\n"):
        converse(secured.port, data, 1.0)
        converse(secured.line_port, data, 1.0)
    assert b" 200 OK" in get(secured.port)
    assert "Traceback" not in log(secured)


def test_a_server_stops_at_once_though_somebody_shakes_hands(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", "--tls", "self").start()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE):
        time.sleep(0.2)
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 8  # a handshake may take ten


def lock_key(key: Path, locked: Path) -> None:
    """Writes a key once more, with a password."""
    found = serialization.load_pem_private_key(key.read_bytes(), None)
    how = serialization.BestAvailableEncryption(b"secret")
    locked.write_bytes(found.private_bytes(PEM, serialization.PrivateFormat.PKCS8, how))


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        ("one.cert.pem", "other.key.pem", "does not belong to the certificate"),
        ("one.cert.pem", "locked.pem", "locked with a password"),
        ("none.pem", "one.key.pem", "none.pem cannot be read"),
        ("one.cert.pem", "none.pem", "none.pem cannot be read"),
        ("one.key.pem", "one.key.pem", "PEM form"),
        (".", "one.key.pem", "cannot be read: Is a directory"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_told_at_the_start(
    tmp_path: Path, authority: Authority, cert: str, key: str, said: str
) -> None:
    lock_key(authority.issue("one")[1], tmp_path / "locked.pem")
    authority.issue("other")
    options = ("--tls-cert", str(tmp_path / cert), "--tls-key", str(tmp_path / key))
    done = klatch("serve", "--data", str(tmp_path / "data"), "--port", "0", "--line-port", "0", *options)
    assert done.returncode == 78
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_self_made_certificate_that_is_damaged_is_told_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "tls.pem").write_text("-----BEGIN NONSENSE-----\n")
    done = klatch("serve", "--data", str(data), "--port", "0", "--line-port", "0", "--tls", "self")
    assert done.returncode == 78
    assert "holds no certificate" in done.stderr


def test_without_tls_nothing_of_it_is_told(server: Server) -> None:
    assert server.doors["https"] is None
    assert server.doors["fingerprint"] is None
