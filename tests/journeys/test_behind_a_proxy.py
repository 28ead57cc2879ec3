"""Walks through the front doors that docs/running.md sets up: nginx and Caddy, with TLS, as they stand there."""

import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from shutil import which

import pytest

from tests.architecture.imports import ROOT
from tests.certificates import Authority, fingerprint
from tests.gateways.talking import masked, upgrade
from tests.pace import PATIENCE
from tests.running import Server, eventually, klatch, running

RUNNING = (ROOT / "docs" / "running.md").read_text("utf-8")
CLIENT = "127.0.0.2"  # whom the proxy, at 127.0.0.1, speaks for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback has one address only")


class Front:
    """A proxy before a server."""

    def __init__(self, port: int, cert: Path, server: Server) -> None:
        self.port = port
        self.url = f"https://127.0.0.1:{port}#sha256={fingerprint(cert)}"
        self.server = server
        self.folder = cert.parent

    def connect(self) -> ssl.SSLSocket:
        """A connection of the client's."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 5, (CLIENT, 0)))

    def log(self) -> str:
        return Path(self.server.log.name).read_text()


def configuration(language: str) -> str:
    """What docs/running.md says."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", RUNNING, re.MULTILINE | re.DOTALL)
    return str(text)


def replace(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def write_nginx(folder: Path, port: int, server: int, cert: Path, key: Path) -> list[str]:
    site = configuration("nginx")
    site = replace(site, "listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    site = replace(site, "/etc/letsencrypt/live/chat.example/fullchain.pem", str(cert))
    site = replace(site, "/etc/letsencrypt/live/chat.example/privkey.pem", str(key))
    site = replace(site, "/var/log/nginx/access.log", f"{folder}/access.log")
    site = replace(site, "127.0.0.1:8000", f"127.0.0.1:{server}")
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder of a test is for its owner only
    main.write_text(
        f"{user}daemon off;\nmaster_process on;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{site}}}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(main), "-e", str(folder / "error.log")]


def write_caddy(folder: Path, port: int, server: int, cert: Path, key: Path) -> list[str]:
    site = configuration("caddyfile")
    site = replace(site, "chat.example {", f"https://:{port} {{\n    bind 127.0.0.1\n    tls {cert} {key}")
    site = replace(site, "127.0.0.1:8000", f"127.0.0.1:{server}")
    main = folder / "Caddyfile"
    main.write_text(f"{{\n    admin off\n    auto_https disable_redirects\n}}\n{site}")
    return ["caddy", "run", "--config", str(main), "--adapter", "caddyfile"]


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if which(request.param) is None:
        pytest.skip(f"{request.param} is not installed here")
    folder = tmp_path_factory.mktemp(request.param)
    cert, key = Authority(folder).issue("chat")
    options = ("--trust-proxy", "127.0.0.1", "--public-url", "https://chat.example", "--guests")
    with running(folder / "data", *options) as server:
        port = unused_port()
        write = write_nginx if request.param == "nginx" else write_caddy
        environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with (folder / "proxy.log").open("w") as log:
            proxy = subprocess.Popen(
                write(folder, port, server.port, cert, key), stdout=log, stderr=log, env=environment
            )
            try:
                await_port(port, proxy, folder / "proxy.log")
                yield Front(port, cert, server)
            finally:
                proxy.terminate()
                proxy.wait(PATIENCE)


def await_port(port: int, proxy: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        assert proxy.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def enter(front: Front, name: str, *headers: str) -> bytes:
    """What a client hears who says hello through the proxy."""
    with front.connect() as peer:
        peer.sendall(upgrade("Host: chat.example", *headers))
        heard = b""
        while b"\r\n\r\n" not in heard and (piece := peer.recv(4096)):
            heard += piece
        if b" 101 " not in heard:
            return heard
        peer.sendall(masked(b'{"op": "hello", "name": "%s"}' % name.encode()))
        while b'"welcome"' not in heard and (piece := peer.recv(65_536)):
            heard += piece
        return heard


def test_pages_come_through(front: Front) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    asked = HTTPSConnection("127.0.0.1", front.port, context=context, timeout=PATIENCE)
    for path in ("/healthz", "/"):
        asked.request("GET", path, headers={"Host": "chat.example"})
        answer = asked.getresponse()
        assert answer.status == 200
        answer.read()
    asked.close()


def test_messages_come_through_both_ways(front: Front) -> None:
    sent = klatch("send", "--server", front.url, "--name", "ann", "#lobby", "Through the front door")
    assert sent.returncode == 0
    assert "Through the front door" in klatch("tail", "--server", front.url, "--name", "ann", "#lobby").stdout


def test_large_messages_come_through(front: Front) -> None:
    text = "x" * 15_999
    sent = klatch("send", "--server", front.url, "--name", "lars", "#lobby", "-", text=text)
    assert sent.returncode == 0
    assert text in klatch("tail", "--server", front.url, "--name", "lars", "#lobby", "-n", "1").stdout


def test_the_address_is_the_clients(front: Front) -> None:
    assert b'"welcome"' in enter(front, "cleo")
    eventually(lambda: re.search(rf'"name": "cleo".*"address": "{CLIENT}"', front.log()) is not None)


@pytest.mark.parametrize("header", ["X-Forwarded-For: 8.8.8.8", "Forwarded: for=8.8.8.8", "X-Real-IP: 8.8.8.8"])
def test_what_a_client_says_of_itself_changes_nothing(front: Front, header: str) -> None:
    name = f"mallory{len(header)}"
    assert b'"welcome"' in enter(front, name, header)
    eventually(lambda: re.search(rf'"name": "{name}".*"address": "{CLIENT}"', front.log()) is not None)


def test_the_page_of_the_site_may_speak(front: Front) -> None:
    assert b'"welcome"' in enter(front, "page", "Origin: https://chat.example")


def test_pages_of_other_sites_may_not(front: Front) -> None:
    assert b" 403 " in enter(front, "evil", "Origin: https://evil.example")


def test_nginx_writes_no_link_to_its_log(front: Front) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    asked = HTTPSConnection("127.0.0.1", front.port, context=context, timeout=5)
    for path in ("/i/a-secret-made-at-random", "/healthz?last"):
        asked.request("GET", path, headers={"Host": "chat.example"})
        asked.getresponse().read()
    asked.close()
    log = front.folder / "access.log"
    if not log.exists():
        pytest.skip("this proxy keeps no log")
    deadline = time.monotonic() + 10
    while "/healthz?last" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "/healthz?last" in log.read_text()
    assert "a-secret" not in log.read_text()
