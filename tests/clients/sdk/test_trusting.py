"""Holds that a client knows a server again by its key, and says so loudly when it is another."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from klatch.clients.sdk import Client, Unreachable, Untrusted
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.pins import keep_pin, read_pin
from tests.certificates import PEM, Authority, builder, fingerprint, named
from tests.clients.proxy import Proxy
from tests.running import Server, klatch, running

OTHER = "ab" * 32


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "data", "--tls", "self") as started:
        yield started


@pytest.fixture
def place(secured: Server) -> str:
    """The server's host and port, without a scheme."""
    return secured.url.removeprefix("https://")


def log(server: Server) -> str:
    return Path(server.log.name).read_text()


async def say(url: str, text: str = "Hello") -> list[str]:
    """Says something; gives what the user was told besides."""
    told: list[str] = []
    async with Client(url, name="ann", on_notice=told.append) as klatch:
        await klatch.send("#lobby", text)
    return told


async def test_a_key_is_told_at_the_first_meeting_and_kept(secured: Server) -> None:
    (told,) = await say(secured.url)
    assert "of its own making" in told
    assert secured.doors["fingerprint"] in told
    assert read_pin(read_address(secured.url)) == secured.doors["fingerprint"]


async def test_a_key_that_is_known_is_not_told_again(secured: Server) -> None:
    await say(secured.url)
    assert await say(secured.url) == []


async def test_another_key_is_refused_with_what_to_do(secured: Server) -> None:
    keep_pin(read_address(secured.url), OTHER)
    with pytest.raises(Untrusted, match=rf"another key.*{OTHER}.*`klatch trust {secured.url}`"):
        await say(secured.url)


async def test_nothing_is_said_to_a_server_with_another_key(secured: Server) -> None:
    keep_pin(read_address(secured.url), OTHER)
    with pytest.raises(Untrusted):
        await say(secured.url)
    assert "came" not in log(secured)


async def test_the_key_may_stand_in_the_address(secured: Server) -> None:
    assert await say(f"{secured.url}#sha256={secured.doors['fingerprint']}") == []


async def test_a_key_that_stood_in_an_address_is_known_from_then_on(secured: Server, place: str) -> None:
    await say(f"{secured.url}#sha256={secured.doors['fingerprint']}")
    assert await say(place) == []


async def test_another_key_in_the_address_is_refused(secured: Server) -> None:
    with pytest.raises(Untrusted, match="another key"):
        await say(f"{secured.url}#sha256={OTHER}")


async def test_an_address_that_contradicts_what_is_known_is_refused(secured: Server) -> None:
    await say(secured.url)
    with pytest.raises(Untrusted, match="known by"):
        await say(f"{secured.url}#sha256={OTHER}")


async def test_without_a_scheme_what_is_known_decides(secured: Server, place: str) -> None:
    await say(secured.url)
    assert await say(place) == []


async def test_plain_words_to_a_server_that_speaks_tls(secured: Server, place: str) -> None:
    with pytest.raises(Unreachable, match=f"speaks TLS; write https://{place}"):
        await say(f"http://{place}")


async def test_tls_to_a_server_that_speaks_plainly(server: Server) -> None:
    address = server.url.replace("http", "https")
    with pytest.raises(Unreachable, match=f"speaks without TLS; write {server.url}"):
        await say(address)


async def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    cert, key = Authority(tmp_path).issue("one")
    with running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        with pytest.raises(Untrusted, match=rf"unable to get local issuer.*`klatch trust {server.url}`"):
            await say(server.url)
        assert read_pin(read_address(server.url)) is None


def test_a_certificate_that_the_system_trusts_needs_no_key(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue("one")
    with running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        done = klatch("send", "--server", server.url, "#lobby", "Hello", SSL_CERT_FILE=str(authority.path))
        assert (done.returncode, done.stderr) == (0, "")
        assert read_pin(read_address(server.url)) is None


@pytest.mark.parametrize(("host", "days", "said"), [("127.0.0.2", 30, "mismatch"), ("127.0.0.1", -1, "expired")])
def test_a_certificate_for_another_or_that_ended_is_refused(tmp_path: Path, host: str, days: int, said: str) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue("one", host, days=days)
    with running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        done = klatch("send", "--server", server.url, "#lobby", "Hello", SSL_CERT_FILE=str(authority.path))
        assert done.returncode == 1
        assert said in done.stderr


def test_trust_takes_the_key_that_is_shown(secured: Server) -> None:
    keep_pin(read_address(secured.url), OTHER)
    done = klatch("trust", secured.url)
    assert done.returncode == 0
    assert secured.doors["fingerprint"] in done.stdout
    assert klatch("send", "--server", secured.url, "#lobby", "Hello").stderr == ""


def test_trust_of_a_certain_key_takes_no_other(secured: Server) -> None:
    done = klatch("trust", f"{secured.url}#sha256={OTHER}")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert read_pin(read_address(secured.url)) is None


@pytest.mark.parametrize(("url", "status"), [("http://127.0.0.1:1", 2), ("https://127.0.0.1:1", 75), ("", 2)])
def test_trust_of_what_has_no_key_says_why(url: str, status: int) -> None:
    done = klatch("trust", url)
    assert done.returncode == status
    assert len(done.stderr.splitlines()) == 1


def test_a_damaged_pin_is_told_and_trust_mends_it(secured: Server, home: Path) -> None:
    keep_pin(read_address(secured.url), OTHER)
    (pin,) = (home / "config" / "klatch" / "servers").glob("*.pin")
    pin.write_text("nonsense")
    done = klatch("send", "--server", secured.url, "#lobby", "Hello")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert klatch("trust", secured.url).returncode == 0
    assert klatch("send", "--server", secured.url, "#lobby", "Hello").returncode == 0


def test_commands_speak_tls(secured: Server) -> None:
    first = klatch("send", "--server", secured.url, "--name", "ann", "#lobby", "Hello")
    assert first.returncode == 0
    assert "of its own making" in first.stderr
    assert "Hello" in klatch("tail", "--server", secured.url, "--name", "ann", "#lobby").stdout


@pytest.fixture
async def between(secured: Server) -> AsyncIterator[Proxy]:
    async with Proxy(secured.port) as proxy:
        yield proxy


async def test_a_client_that_comes_back_to_another_key_stops_for_good(
    secured: Server, between: Proxy, tmp_path: Path
) -> None:
    states: list[str] = []
    url = between.url.replace("http", "https")
    with running(tmp_path / "false", "--tls", "self") as false:
        async with Client(url, name="ann", on_state=lambda state: states.append(state.name)) as klatch:
            await klatch.send("#lobby", "Hello")
            between.port = false.port
            between.cut()
            with pytest.raises(Untrusted, match="another key"):
                await klatch.send("#lobby", "Is it still you?")
        assert states[-1] == "closed"
        assert "came" not in log(false)


async def test_a_client_comes_back_to_a_new_certificate_for_the_same_key(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", "--tls", "self").start()
    try:
        async with Client(server.url, name="ann") as klatch:
            await klatch.send("#lobby", "Hello")
            server.stop()
            renew(tmp_path / "data" / "tls.pem")
            server.start()
            await klatch.send("#lobby", "Still you")
    finally:
        server.stop()


def renew(path: Path) -> None:
    """Writes another certificate for the key in a file."""
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = named("Another")
    certificate = builder(name, name, key.public_key(), 1_000).sign(key, hashes.SHA256())
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(PEM))


def test_a_pin_is_for_its_owner_only(secured: Server, home: Path) -> None:
    keep_pin(read_address(secured.url), OTHER)
    (pin,) = (home / "config" / "klatch" / "servers").glob("*.pin")
    assert pin.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", [f"http://x#sha256={OTHER}", "https://x#sha256=ab", "https://x#md5=ab", f"https://x#sha256={OTHER}z"]
)
def test_a_fragment_that_is_no_fingerprint_is_told(text: str) -> None:
    from klatch.clients.sdk import BadAddress

    with pytest.raises(BadAddress):
        read_address(text)


def test_one_place_has_one_key_whatever_the_path() -> None:
    assert read_address("https://a.example/x").place == read_address("https://A.example:443").place


def test_the_fingerprint_in_an_address_may_be_in_capitals() -> None:
    assert read_address(f"https://x#sha256={OTHER.upper()}").fingerprint == OTHER


def test_the_fingerprint_of_a_given_certificate_is_known_to_all(tmp_path: Path) -> None:
    cert, key = Authority(tmp_path).issue("one")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)))
        done = klatch("send", "--server", f"{server.url}#sha256={fingerprint(cert)}", "#lobby", "Hello")
        assert (done.returncode, done.stderr) == (0, "")
