"""Accounts at the line door: what asks for a password, and what shows it to nobody."""

import contextlib
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateways.talking import Liner, a_name
from tests.running import KLATCH, Server, eventually

PASSWORD = "correct horse battery"
WILL_ECHO, WONT_ECHO, DO_ECHO, DONT_ECHO = b"\xff\xfb\x01", b"\xff\xfc\x01", b"\xff\xfd\x01", b"\xff\xfe\x01"
WILL_NAWS = b"\xff\xfb\x1f"
Serve = Callable[..., Server]


@pytest.fixture
def open_server(serve: Serve, tmp_path: Path) -> Server:
    """A server where any guest may register."""
    config = tmp_path / "open.toml"
    config.write_text('registration = "open"\n')
    return serve("--config", str(config), "--no-limits")


@pytest.fixture
def come(open_server: Server, leaving: contextlib.ExitStack) -> Callable[[], Liner]:
    """Makes connections to its line door."""

    def comes() -> Liner:
        return leaving.enter_context(contextlib.closing(Liner(open_server)))

    return comes


def register(liner: Liner, name: str) -> None:
    liner.enter(name)
    liner.say("/register")
    liner.hear("A new password")
    liner.say(PASSWORD)
    liner.hear("The same again")
    liner.say(PASSWORD)
    liner.hear("is registered now")


@pytest.fixture
def ann(come: Callable[[], Liner]) -> str:
    """The name of somebody who has registered, and is gone."""
    name = a_name("ann")
    liner = come()
    register(liner, name)
    liner.say("/quit")
    liner.ended()
    return name


def test_a_name_of_an_account_asks_for_the_password(come: Callable[[], Liner], ann: str) -> None:
    liner = come()
    liner.say(ann)
    liner.hear("Password:")
    liner.say(PASSWORD)
    assert liner.hear("Hello ").startswith(f"Hello {ann}.")


def test_a_wrong_password_asks_again_and_after_three_for_the_name(come: Callable[[], Liner], ann: str) -> None:
    liner = come()
    liner.say(ann)
    for _ in range(3):
        liner.hear("Password:")
        liner.say("wrong")
        assert liner.hear("is wrong").startswith("! ")
    liner.hear("What is your name?")
    liner.enter(a_name())


def test_an_empty_password_goes_back_to_the_name(come: Callable[[], Liner], ann: str) -> None:
    liner = come()
    liner.say(ann)
    liner.hear("Password:")
    liner.say("")
    liner.hear("What is your name?")


def test_login_signs_in_before_one_is_in(come: Callable[[], Liner], ann: str) -> None:
    liner = come()
    liner.say(f"/login {ann}")
    liner.hear("Password:")
    liner.say(PASSWORD)
    liner.hear(f"Hello {ann}.")


def test_login_takes_a_guest_to_the_account_and_ends_the_guest(come: Callable[[], Liner], ann: str) -> None:
    name = a_name()
    liner, other = come(), come()
    liner.enter(name)
    liner.say(f"/login {ann}")
    liner.hear("Password:")
    liner.say(PASSWORD)
    liner.hear(f"Hello {ann}.")
    liner.say("it is me")
    liner.hear(f"{ann}: it is me")
    other.enter(name)


def test_a_login_that_fails_leaves_one_who_one_was(come: Callable[[], Liner], ann: str) -> None:
    name = a_name()
    liner = come()
    liner.enter(name)
    liner.say("/login nobody")
    for _ in range(3):
        liner.hear("Password:")
        liner.say("wrong")
    liner.hear("is wrong")
    liner.say("still here")
    liner.hear(f"{name}: still here")


def test_two_passwords_that_differ_are_asked_for_again(come: Callable[[], Liner]) -> None:
    liner = come()
    liner.enter(a_name())
    liner.say("/register")
    liner.say(PASSWORD)
    liner.hear("The same again")
    liner.say("something else")
    liner.hear("These were not the same.")
    liner.hear("A new password")
    liner.say("")
    liner.hear("Nothing was changed.")


def test_a_password_is_changed_with_the_old_one(come: Callable[[], Liner], ann: str) -> None:
    liner, later = come(), come()
    liner.say(f"/login {ann}")
    liner.say(PASSWORD)
    liner.hear("Hello ")
    liner.say("/password")
    for answer in (PASSWORD, "staple without rust", "staple without rust"):
        liner.say(answer)
    liner.hear("Your password was changed")
    later.say(ann)
    later.hear("Password:")
    later.say("staple without rust")
    later.hear("Hello ")


def test_a_telnet_program_is_asked_not_to_show_the_password(come: Callable[[], Liner], ann: str) -> None:
    liner = come()
    liner.socket.sendall(WILL_NAWS)
    liner.say(ann)
    heard = b""
    while WILL_ECHO not in heard:
        heard += liner.socket.recv(65_536)
    assert heard.index(b"Password:") < heard.index(WILL_ECHO)
    liner.socket.sendall(DO_ECHO + PASSWORD.encode() + b"\r\n")
    heard = b""
    while b"Hello " not in heard:
        heard += liner.socket.recv(65_536)
    assert heard.startswith(WONT_ECHO)


def test_a_program_that_knows_no_telnet_is_sent_none(come: Callable[[], Liner], ann: str) -> None:
    liner = come()
    liner.say(ann)
    liner.hear("Password:")
    liner.say(PASSWORD)
    liner.hear("Hello ")
    liner.say("quit")
    assert "\xff" not in liner.ended()


def test_a_password_is_in_no_log_no_store_and_no_transcript(
    serve: Serve, tmp_path: Path, leaving: contextlib.ExitStack
) -> None:
    config = tmp_path / "open.toml"
    config.write_text('registration = "open"\n')
    server = serve("--config", str(config), "--no-limits", "--classic")
    name = a_name("ann")
    register(leaving.enter_context(contextlib.closing(Liner(server))), name)
    again = leaving.enter_context(contextlib.closing(Liner(server)))
    again.say(name)
    again.hear("Password:")
    again.say(PASSWORD)
    again.hear("Hello ")
    assert server.stop() == 0
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in kept)
    assert [path for path in kept if PASSWORD.encode() in path.read_bytes()] == []


def test_the_owners_link_goes_as_soon_as_the_server_has_an_owner(serve: Serve, leaving: contextlib.ExitStack) -> None:
    server = serve("--no-limits")
    assert (server.data / "owner-link.txt").read_text("utf-8").strip() == server.doors["owner"]
    owner = leaving.enter_context(contextlib.closing(Liner(server)))
    owner.enter("olga")
    owner.say(f"/register {server.doors['owner']}")
    owner.say(PASSWORD)
    owner.say(PASSWORD)
    eventually(lambda: not (server.data / "owner-link.txt").exists())


def test_without_an_http_door_the_owner_is_told_a_secret_to_register_with(tmp_path: Path) -> None:
    command = [*KLATCH, "serve", "--data", str(tmp_path / "data"), "--port", "off", "--line-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "\nCtrl+C stops it.\n"[1:]))
        secret = (tmp_path / "data" / "owner-link.txt").read_text("utf-8").strip()
        process.terminate()
    assert re.fullmatch(r"[\w-]{43}", secret)
    assert f"Come in with nc, and type\n  /register {secret}\n" in said
    assert "/owner/" not in said


def test_who_is_no_guest_here_signs_in_with_a_password(serve: Serve, leaving: contextlib.ExitStack) -> None:
    server = serve("--no-guests", "--no-limits")
    owner = leaving.enter_context(contextlib.closing(Liner(server)))
    owner.say(f"/register {server.doors['owner']}")
    owner.hear("What is your name?")
    owner.say("olga")
    owner.say(PASSWORD)
    owner.say(PASSWORD)
    owner.hear("Hello olga.")
    liner = leaving.enter_context(contextlib.closing(Liner(server)))
    liner.say("olga")
    liner.hear("lets in no guests")
    liner.hear("Password:")
    liner.say(PASSWORD)
    liner.hear("Hello olga.")
