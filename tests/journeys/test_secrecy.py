"""What people say, and their secrets, never come into the log or the figures, whichever door they pass."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateways.talking import Talker, a_cid
from tests.pace import PATIENCE
from tests.running import Server, running

CANARY = "canary"


class Told:
    """What a server told those who run it while people did all sorts of things."""

    def __init__(self, log: str, figures: str, tokens: list[str], refused: set[str]) -> None:
        self.log = log
        self.figures = figures
        self.tokens = tokens
        self.refused = refused


@pytest.fixture(scope="module", params=["text", "json"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A server that logs in this form, and people at every door."""
    folder = tmp_path_factory.mktemp("secrecy")
    config = folder / "klatch.toml"
    config.write_text('registration = "open"\n[limits]\nsign_ins_a_minute = 1000\nerrors_a_minute = 50\n')
    with running(folder / "data", "--config", str(config), "--log", request.param) as server:
        tokens, refused = list(speak_frames(server)), set(speak_nonsense(server))
        speak_lines(server)
        ask_http(server)
        figures = server.get("/metrics")
    return Told((folder / "data.log").read_text(), figures, tokens, refused)


def speak_frames(server: Server) -> Iterator[str]:
    """Everything that somebody says through the WebSocket; gives the tokens that they got."""
    with contextlib.closing(Talker(server)) as ann, contextlib.closing(Talker(server)) as bob:
        bob.hello("bob", secret=f"{CANARY}-secret-of-bob-0123456789")
        ann.hello("ann", secret=f"{CANARY}-secret-of-ann-0123456789")
        sent = ann.do("send", room="#lobby", text=f"a {CANARY} in the mine")
        ann.do("send", room="@bob", text=f"a private {CANARY}")
        ann.do("edit", room="#lobby", target=sent["seq"], text=f"a better {CANARY}")
        ann.do("status", text=f"feeding the {CANARY}")
        ann.do("create", name="birds")
        ann.do("topic", room="#birds", topic=f"The {CANARY}")
        ann.do("send", room="#nowhere", text=f"a lost {CANARY}")
        ann.do("send", room="#lobby", text=CANARY * 16_000)
        ann.say({"op": "typed", "cid": a_cid(), "room": "#lobby", "line": f"/me loves her {CANARY}"})
        ann.do("register", password=f"{CANARY} battery staple")
        ann.do("password", old=f"{CANARY} is wrong here", password=f"{CANARY} goes elsewhere")
    for password in (f"{CANARY} battery staple", f"{CANARY} is wrong"):
        with contextlib.closing(Talker(server)) as again:
            welcome = again.hello("ann", password=password)
            if welcome["op"] == "welcome":
                yield welcome["token"]
    with contextlib.closing(Talker(server)) as stranger:
        stranger.say({"op": "hello", "token": f"klatch_{CANARY}{'a' * 37}"})
        assert stranger.listen()["op"] == "error"


def speak_nonsense(server: Server) -> Iterator[str]:
    """Frames that make no sense; gives the codes of the refusals."""
    frames: list[Any] = [
        f'{{"op": "send", "text": "{CANARY}',
        {"op": CANARY},
        {"op": "send", "cid": "cid-0000000000001", "room": "#lobby", "text": {CANARY: 1}},
        {"op": "send", "cid": CANARY, "room": "#lobby", "text": "x"},
        {"op": "send", "cid": "cid-0000000000002", "room": "#lobby", "text": "x", CANARY: True},
    ]
    with contextlib.closing(Talker(server)) as carl:
        carl.hello("carl")
        for frame in frames:
            carl.say(frame if isinstance(frame, str) else json.dumps(frame))
            yield carl.hear("error")["code"]


def speak_lines(server: Server) -> None:
    """Everything that somebody says through the line door."""
    lines = [
        "dora",
        f"a {CANARY} by line",
        f"@bob a private {CANARY}",
        f"/msg bob {CANARY}",
        f"/{CANARY}",
        f"/topic {CANARY}",
        "/register",
        f"{CANARY} battery staple",
        f"{CANARY} battery staple",
        "/login ann",
        f"{CANARY} is wrong",
        "/quit",
    ]
    with socket.create_connection(("127.0.0.1", server.line_port), timeout=PATIENCE) as peer:
        peer.sendall("".join(f"{line}\n" for line in lines).encode())
        with contextlib.suppress(OSError):
            while peer.recv(65_536):
                pass


def ask_http(server: Server) -> None:
    """Requests with secrets where they belong, and where they do not."""
    requests = [
        ("GET", "/healthz", f"Authorization: Bearer klatch_{CANARY}", ""),
        ("GET", "/api/rooms", f"Authorization: Bearer klatch_{CANARY}", ""),
        ("GET", f"/api/rooms?token=klatch_{CANARY}", "Accept: */*", ""),
        ("GET", f"/{CANARY}", f"Cookie: klatch={CANARY}", ""),
        ("POST", "/api/rooms/lobby/messages", f"Authorization: Basic {CANARY}", f'{{"text": "{CANARY}"}}'),
        ("POST", "/api/sessions", "Content-Type: application/json", f'{{"name": "ann", "password": "{CANARY}"}}'),
        (CANARY.upper(), "/", f"{CANARY}: {CANARY}", CANARY),
    ]
    for method, path, header, body in requests:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as peer:
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{header}\r\n"
            peer.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            with contextlib.suppress(OSError):
                while peer.recv(65_536):
                    pass


def test_the_log_tells_who_came(told: Told) -> None:
    assert "ann" in told.log
    assert "dora" in told.log


def test_the_log_tells_of_failed_sign_ins(told: Told) -> None:
    assert "bad_credentials" in told.log
    assert 'code="bad_token"' in told.figures


def test_the_nonsense_was_refused(told: Told) -> None:
    assert {"bad_json", "unknown_op", "type", "cid", "unknown_field"} <= told.refused


def test_the_log_holds_nothing_that_was_said_and_no_secret(told: Told) -> None:
    assert [line for line in told.log.splitlines() if CANARY in line.lower()] == []


def test_the_log_holds_no_token(told: Told) -> None:
    assert told.tokens
    assert [token for token in told.tokens if token in told.log or token[7:] in told.log] == []


def test_the_log_of_a_server_at_which_nothing_failed_holds_no_defect(told: Told) -> None:
    assert "defect" not in told.log


def test_the_figures_hold_nothing_that_was_said_no_secret_and_no_name(told: Told) -> None:
    assert [
        line
        for line in told.figures.splitlines()
        for word in (CANARY, "klatch_ey", "ann", "dora")
        if word in line.split("#")[0]
    ] == []
    assert not any(token in told.figures for token in told.tokens)


def test_each_line_of_a_log_in_json_is_an_object_with_its_level(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, contextlib.closing(Talker(server)) as ann:
        ann.hello("ann")
    lines = [json.loads(line) for line in (tmp_path / "data.log").read_text().splitlines()]
    assert {line["event"] for line in lines} >= {"came", "stopping", "stopped"}
    assert all({"event", "timestamp", "level"} <= set(line) for line in lines)
