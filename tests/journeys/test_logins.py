"""`klatch login`: one is an account from then on, until `klatch logout`; the password is kept nowhere."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Server, klatch, running

PASSWORD = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a login."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    for name in ("KLATCH_SERVER", "KLATCH_NAME", "KLATCH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def server(tmp_path: Path, home: Path) -> Iterator[Server]:
    """A server that olga owns, and to which this home is signed in."""
    with running(tmp_path / "data", "--no-limits") as started:
        link = started.doors["owner"]
        done = klatch("login", started.url, "--name", "olga", "--link", link, text=f"{PASSWORD}\n")
        assert (done.returncode, done.stdout) == (0, "")
        assert "You are olga" in done.stderr
        yield started


def last_author(server: Server) -> str:
    return klatch("tail", "#lobby", "-n", "1", "--server", server.url, "--name", "looker").stdout.split("] ")[1]


def test_commands_are_the_account_that_signed_in(server: Server) -> None:
    assert klatch("send", "#lobby", "it is me", "--server", server.url).returncode == 0
    assert last_author(server).startswith("olga: it is me")


def test_a_link_tells_where_its_server_is(server: Server) -> None:
    link = klatch("invite", "--server", server.url).stdout.strip()
    done = klatch("login", "--name", "carl", "--link", link, text=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr.split(" from now")[0]) == (0, f"You are carl at {server.url}")


def test_another_name_is_a_guest_as_before(server: Server) -> None:
    assert klatch("send", "#lobby", "hi", "--server", server.url, "--name", "gus").returncode == 0
    assert last_author(server).startswith("gus: hi")


def test_what_is_kept_is_for_its_user_alone_and_is_no_password(server: Server, home: Path) -> None:
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert [oct(path.stat().st_mode & 0o777) for path in kept if path.parent.name == "logins"] == ["0o600"]
    assert [path for path in kept if PASSWORD.encode() in path.read_bytes()] == []


def test_a_wrong_password_ends_with_one_sentence(server: Server) -> None:
    done = klatch("login", server.url, "--name", "olga", text="wrong\n")
    assert (done.returncode, done.stderr) == (1, "klatch: The name or the password is wrong.\n")


def test_a_name_of_an_account_is_not_taken_by_a_guest_and_says_what_to_do(server: Server) -> None:
    assert klatch("logout", server.url).returncode == 0
    done = klatch("send", "#lobby", "hi", "--server", server.url, "--name", "olga")
    assert done.returncode == 1
    assert "klatch login" in done.stderr


def test_after_logout_the_token_lets_nobody_in(server: Server, home: Path) -> None:
    (login,) = (home / "config" / "klatch" / "logins").glob("*.json")
    token = login.read_text().split('"token":"')[1].split('"')[0]
    assert klatch("rooms", "--server", server.url, "--token", token).returncode == 0
    assert klatch("logout", server.url).returncode == 0
    assert not login.exists()
    done = klatch("rooms", "--server", server.url, "--token", token)
    assert (done.returncode, "klatch login" in done.stderr) == (1, True)


def test_nobody_signs_out_who_is_not_signed_in(server: Server) -> None:
    klatch("logout", server.url)
    done = klatch("logout", server.url)
    assert (done.returncode, "not signed in" in done.stderr) == (1, True)


def test_the_environment_gives_a_token(server: Server, home: Path) -> None:
    (login,) = (home / "config" / "klatch" / "logins").glob("*.json")
    token = login.read_text().split('"token":"')[1].split('"')[0]
    with contextlib.suppress(OSError):
        login.unlink()
    assert klatch("send", "#lobby", "by token", "--server", server.url, KLATCH_TOKEN=token).returncode == 0
    assert last_author(server).startswith("olga: by token")
