"""Walks through what those do who run a server: with the key in its folder, with nothing running, and from afar."""

import json
import os
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.api import Api
from klatch.core.refusals import Refused
from tests.pace import PATIENCE
from tests.running import KLATCH, Server, eventually, klatch, running

PASSWORD = "the pot is on"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("KLATCH_SERVER", "KLATCH_TOKEN", "KLATCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture(params=["running", "stopped"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A data directory: of a server that runs, or of none."""
    data = tmp_path / "data"
    if request.param == "stopped":
        yield str(data)
        return
    with running(data):
        yield str(data)


def do(*arguments: str, text: str | None = None) -> str:
    """What a command prints; it must succeed."""
    done = klatch(*arguments, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(*arguments: str, text: str | None = None) -> tuple[int, str]:
    """The exit status of a command that must fail, and the one line that says why."""
    done = klatch(*arguments, text=text)
    assert done.returncode != 0
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


def sign_in(server: Server, name: str, password: str) -> Api:
    """The API as somebody with a password."""
    address = read_address(server.url)
    begun = Api(address).ask("POST", "/sessions", {"name": name, "password": password, "client": "test"})
    return Api(address, begun["token"])


def test_an_account_is_added_and_listed(folder: str) -> None:
    do("user", "add", "ann", "--role", "owner", "--data", folder, text=PASSWORD)
    listed = do("user", "list", "--data", folder)
    assert re.match(r"ann  owner  seen \d{4}-\d\d-\d\d \d\d:\d\d$", listed.strip())
    (row,) = map(json.loads, do("user", "list", "--json", "--data", folder).splitlines())
    assert (row["name"], row["role"], row["registered"]) == ("ann", "owner", True)


def test_a_name_that_is_taken_is_told(folder: str) -> None:
    do("user", "add", "ann", "--data", folder, text=PASSWORD)
    status, said = refusal("user", "add", "ann", "--data", folder, text=PASSWORD)
    assert (status, "ann is taken" in said) == (1, True)


def test_a_password_too_short_is_told(folder: str) -> None:
    status, said = refusal("user", "add", "ann", "--data", folder, text="short")
    assert (status, "8 to 128 characters" in said) == (1, True)


def test_even_an_owner_gets_another_role_and_password(folder: str) -> None:
    do("user", "add", "ann", "--role", "owner", "--data", folder, text=PASSWORD)
    do("user", "passwd", "ann", "--data", folder, text="another one of them")
    do("user", "role", "ann", "member", "--data", folder)
    assert " member " in do("user", "list", "--data", folder)


def test_somebody_is_erased_once_that_is_confirmed(folder: str) -> None:
    do("user", "add", "ann", "--data", folder, text=PASSWORD)
    assert klatch("user", "erase", "ann", "--data", folder, text="n\n").returncode == 1
    assert "ann " in do("user", "list", "--data", folder)
    assert do("user", "erase", "ann", "--yes", "--data", folder).startswith("ann is erased.")
    assert "ann" not in do("user", "list", "--data", folder)
    assert "nobody by the name ann" in refusal("user", "erase", "ann", "--yes", "--data", folder)[1]


def test_the_audit_log_is_shown(folder: str) -> None:
    assert do("audit", "--data", folder) == ""
    do("user", "add", "ann", "--role", "owner", "--data", folder, text=PASSWORD)
    do("user", "role", "ann", "member", "--data", folder)
    do("user", "suspend", "ann", "--reason", "a lost laptop", "--data", folder)
    shown = do("audit", "-n", "2", "--data", folder).splitlines()
    assert [re.sub(r"^\[.*?\] ", "", line) for line in shown] == [
        "* klatch: server_role (ann, member)",
        "* klatch: suspend (ann, a lost laptop)",
    ]
    (last,) = map(json.loads, do("audit", "-n", "1", "--json", "--data", folder).splitlines())
    assert (last["author"]["name"], last["body"]["act"], last["body"]["person"]["name"]) == ("klatch", "suspend", "ann")


def test_who_may_not_read_the_audit_log_is_told(server: Server) -> None:
    do("user", "add", "bob", "--data", str(server.data), text=PASSWORD)
    token = sign_in(server, "bob", PASSWORD).ask("POST", "/tokens", {"name": "x", "scopes": ["admin"]})["secret"]
    status, said = refusal("audit", "--server", server.url, "--token", token)
    assert (status, "Only those with the role admin" in said) == (1, True)


def test_links_are_made_listed_and_taken_back(folder: str) -> None:
    link = do("invite", "--uses", "3", "--days", "2", "--data", folder).strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/i/[\w-]{43}", link)
    (row,) = [row for row in do("invite", "--list", "--data", folder).splitlines() if "invite" in row]
    assert "invite member" in row
    assert "3 left" in row
    do("invite", "--revoke", row.split()[0], "--data", folder)
    assert "invite" not in do("invite", "--list", "--data", folder)


def test_a_link_is_drawn_for_a_telephone(folder: str) -> None:
    printed = do("invite", "--qr", "--data", folder).splitlines()
    assert printed[0].startswith("http")
    assert len(printed) > 15
    assert set("".join(printed[2:])) <= set(" \u2580\u2584\u2588")


def test_nothing_is_left_running_and_no_key_is_left(tmp_path: Path) -> None:
    data = tmp_path / "data"
    do("user", "add", "ann", "--data", str(data), text=PASSWORD)
    assert not (data / "housekey.json").exists()
    assert do("verify", "--data", str(data))


def test_the_key_is_for_the_owner_of_the_folder_alone_and_is_gone_when_the_server_is(server: Server) -> None:
    key = server.data / "housekey.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    server.stop()
    assert not key.exists()


def test_the_key_of_a_server_that_was_killed_lets_nobody_in(server: Server) -> None:
    key = json.loads((server.data / "housekey.json").read_text())
    server.kill()
    server.start()
    with pytest.raises(Refused) as refused:
        Api(read_address(server.url), key["token"]).ask("GET", "/me")
    assert refused.value.code == "bad_token"


def test_whoever_is_suspended_is_out_on_every_door_and_may_come_back(server: Server) -> None:
    data = str(server.data)
    do("user", "add", "bob", "--data", data, text=PASSWORD)
    bob = sign_in(server, "bob", PASSWORD)
    tail = subprocess.Popen(
        [*KLATCH, "tail", "#lobby", "--follow", "--server", server.url, "--token", bob._token or ""],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        eventually(
            lambda: (
                "bob  member" in do("user", "list", "--data", data) and "online" in do("user", "list", "--data", data)
            )
        )
        do("user", "suspend", "bob", "--reason", "spam", "--data", data)
        assert tail.wait(PATIENCE) == 1
    finally:
        tail.kill()
        _, said = tail.communicate()
    assert "suspended" in said
    with pytest.raises(Refused, match="suspended"):
        bob.ask("GET", "/me")
    do("user", "unsuspend", "bob", "--data", data)
    assert bob.ask("GET", "/rooms")


def test_an_admin_does_the_same_from_afar(server: Server) -> None:
    do("user", "add", "ann", "--role", "admin", "--data", str(server.data), text=PASSWORD)
    do("login", server.url, "--name", "ann", text=PASSWORD)
    do("user", "add", "bob", "--server", server.url, text=PASSWORD)
    do("user", "suspend", "bob", "--server", server.url)
    assert "suspended" in do("user", "list", "--server", server.url)
    assert do("invite", "--server", server.url).startswith(f"{server.url}/i/")


def test_a_member_may_do_none_of_it_from_afar(server: Server) -> None:
    do("user", "add", "bob", "--data", str(server.data), text=PASSWORD)
    do("login", server.url, "--name", "bob", text=PASSWORD)
    for words in (["user", "list"], ["user", "suspend", "bob"], ["invite"]):
        status, said = refusal(*words, "--server", server.url)
        assert (status, "may" in said) == (1, True)


def test_without_a_login_one_is_told_how_to_get_one(server: Server) -> None:
    status, said = refusal("user", "list", "--server", server.url)
    assert (status, "klatch login" in said) == (1, True)


def test_a_token_lets_a_script_in_until_it_is_revoked(server: Server) -> None:
    do("user", "add", "ann", "--data", str(server.data), text=PASSWORD)
    do("login", server.url, "--name", "ann", text=PASSWORD)
    token = do("token", "add", "ci", "--days", "30", "--server", server.url).strip()
    assert do("send", "#lobby", "built", "--server", server.url, "--token", token).strip().isdigit()
    (row,) = [row for row in do("token", "list", "--server", server.url).splitlines() if " ci " in row]
    assert "read,write" in row
    do("token", "revoke", row.split()[0], "--server", server.url)
    status, said = refusal("send", "#lobby", "again", "--server", server.url, "--token", token)
    assert (status, "revoked" in said) == (1, True)


def test_a_token_for_somebody_else_is_made_where_the_server_is(server: Server) -> None:
    data = str(server.data)
    do("user", "add", "bot", "--data", data, text=PASSWORD)
    token = do("token", "add", "deploy", "--user", "bot", "--scope", "write", "--data", data).strip()
    do("send", "#lobby", "deployed", "--server", server.url, "--token", token)
    shown = do("tail", "#lobby", "--server", server.url, "--name", "eve")
    assert "bot: deployed" in shown


def test_on_the_machine_itself_a_token_needs_to_be_somebodys(server: Server) -> None:
    assert refusal("token", "add", "ci", "--data", str(server.data))[0] == 2


def test_a_server_goes_on_when_nobody_reads_what_it_logs(tmp_path: Path) -> None:
    command = [*KLATCH, "serve", "--json", "--data", str(tmp_path / "data"), "--port", "0", "--line-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        doors = json.loads(process.stdout.readline())
        process.stderr.close()
        process.stdout.close()
        for _ in range(3):
            do("send", "#lobby", "hello", "--server", doors["http"], "--name", "ann")
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def test_nothing_is_made_for_a_server_that_is_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "kept"))
    monkeypatch.delenv("KLATCH_SERVER", raising=False)
    done = klatch("invite")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Say where with --data" in done.stderr
    assert not (tmp_path / "kept").exists()


def test_a_link_to_a_server_with_a_key_of_its_own_tells_that_key(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--tls", "self") as server:
        link = do("invite", "--data", str(server.data)).strip()
        assert link.startswith(f"{server.url}/i/")
        assert link.endswith(f"#sha256={server.doors['fingerprint']}")
        told = klatch("login", "--name", "bob", "--link", link, text=PASSWORD)
        assert told.returncode == 0, told.stderr
        assert do("send", "#lobby", "in", "--server", server.url).strip().isdigit()


def test_order_is_kept_from_the_shell(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with running(tmp_path / "data"):
        do("user", "add", "eve", "--data", data, text=PASSWORD)
        assert "eve is kept out" in do("ban", "eve", "--for", "2h", "--reason", "spam", "--data", data)
        assert re.match(
            r"eve  banned  for (2 h|120 min)  by klatch  spam$", do("ban", "--list", "--data", data).strip()
        )
        do("unban", "eve", "--data", data)
        do("mute", "eve", "--data", data)
        do("unmute", "eve", "--data", data)
        assert refusal("mute", "eve", "--for", "long", "--data", data)[1].startswith(
            "klatch: long is no length of time"
        )
        do("pause", "--reason", "fire alarm", "--data", data)
        do("resume", "--data", data)
        acts = [re.sub(r"^\[.*?\] ", "", line) for line in do("audit", "-n", "6", "--data", data).splitlines()]
        assert acts == [
            "* klatch: ban (eve, for 2 h spam)",
            "* klatch: unban (eve, for 2 h spam)",
            "* klatch: mute (eve)",
            "* klatch: unmute (eve)",
            "* klatch: pause (fire alarm)",
            "* klatch: resume",
        ]


def test_settings_are_changed_from_the_shell_while_the_server_runs(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with running(tmp_path / "data", "--no-guests"):
        assert do("settings", "set", "member_rate", "2.5", "--data", data) == "member_rate is 2.5 now.\n"
        do("settings", "set", "keep", "30", "--data", data)
        listed = do("settings", "list", "--data", data).splitlines()
        assert any(re.match(r"member_rate\s+2\.5\s+was 5\s", line) for line in listed)
        assert any(re.match(r"guests\s+none\s+fixed by --no-guests\s", line) for line in listed)
        assert any(re.match(r"keep\s+30\s+was -1\s", line) for line in listed)
        rows = {
            row["name"]: row for row in map(json.loads, do("settings", "list", "--json", "--data", data).splitlines())
        }
        assert (rows["member_rate"]["value"], rows["guests"]["locked"]) == (2.5, "--no-guests")
        assert "is set with --no-guests" in refusal("settings", "set", "guests", "all", "--data", data)[1]
        do("settings", "set", "member_rate", "default", "--data", data)
        assert do("audit", "-n", "1", "--data", data).rstrip().endswith("configure (member_rate: 5, before 2.5)")
    assert "No server runs" in refusal("settings", "list", "--data", data)[1]
