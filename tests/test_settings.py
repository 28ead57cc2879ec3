"""klatch.toml is the reference of every setting: what it says is what holds. What cannot be used is told plainly."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from klatch.configuration import read_settings
from klatch.core.limits import Limits
from klatch.settings import CLOSED, BadSettings, Settings, change, lift_limits, settle
from tests.pace import PATIENCE
from tests.running import KLATCH, klatch

REFERENCE = Path(__file__).parent.parent / "klatch.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "klatch.toml"


def refusal(file: Path) -> str:
    """What is told of a file that is refused."""
    with pytest.raises(BadSettings) as refused:
        read_settings(file)
    return str(refused.value)


def settled(**given: Any) -> Settings:
    return settle(change(Settings(), **given))


def test_every_default_in_the_reference_is_the_one_that_holds() -> None:
    assert msgspec.convert(tomllib.loads(REFERENCE.read_text()), Settings) == Settings()


def test_the_reference_can_be_read() -> None:
    assert read_settings(REFERENCE) == Settings()


@pytest.mark.parametrize("kind", [Settings, Limits])
def test_every_setting_is_in_the_reference(kind: type[msgspec.Struct]) -> None:
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", REFERENCE.read_text(), re.MULTILINE))
    assert set(kind.__struct_fields__) - {"limits"} <= named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("line_prot = 1\n", "line 1: there is no setting line_prot. Did you mean line_port?"),
        ("\n\n  tls-port = 1\n", "line 3: there is no setting tls-port. Did you mean tls_port?"),
        ("zzz = 1\n", "line 1: there is no setting zzz. klatch.toml lists them all."),
        ("[limits]\nmember_brst = 1\n", "line 2: there is no limit member_brst. Did you mean member_burst?"),
        ("# a\nlimits.member_brst = 1\n", "line 2: there is no limit member_brst. Did you mean member_burst?"),
        ("backlog = 1\n", "line 1: backlog is one of the limits; write it below [limits]."),
        ("[limits]\nport = 1\n", "line 2: port is none of the limits; write it above [limits]."),
        ("[limit]\nbacklog = 1\n", "line 1: there is no setting limit. Did you mean limits?"),
        ("limits = 5\n", "line 1: limits is a table; write [limits], and each limit below it."),
    ],
)
def test_an_unknown_key_is_told_with_its_line_and_the_nearest_one(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    assert refusal(file) == f"{file}, {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'a'", 'line 1: port must be a port from 0 to 65535, or "off", not "a".'),
        ("port = 70000", 'line 1: port must be a port from 0 to 65535, or "off", not 70000.'),
        ("port = 1.5", 'line 1: port must be a port from 0 to 65535, or "off", not 1.5.'),
        ("port = true", 'line 1: port must be a port from 0 to 65535, or "off", not true.'),
        ("port = [1]", 'line 1: port must be a port from 0 to 65535, or "off", not a list.'),
        ("port = 1979-05-27", 'line 1: port must be a port from 0 to 65535, or "off", not a date or time.'),
        ("host = 1", 'line 1: host must be a text in quotes, such as "127.0.0.1", not 1.'),
        ("guests = 'yes'", 'line 1: guests must be true or false, not "yes".'),
        ("verbose = 1", "line 1: verbose must be true or false, not 1."),
        ("tls = 'me'", 'line 1: tls must be "" or "self", not "me".'),
        ("trust_proxy = 'x'", 'line 1: trust_proxy must be a list of texts, such as ["127.0.0.1"], not "x".'),
        ("trust_proxy = [1]", 'line 1: trust_proxy must be a list of texts, such as ["127.0.0.1"], not a list.'),
        ("data = {a = 1}", 'line 1: data must be a text in quotes, such as "here", not a table.'),
        ("port = 1\n[limits]\n\nbacklog = 'much'", 'line 4: backlog must be a whole number from 1, not "much".'),
        ("[limits]\nbacklog = 0", "line 2: backlog must be a whole number from 1, not 0."),
        ("[limits]\nmember_rate = 0", "line 2: member_rate must be a number above 0, not 0."),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_what_is_due(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    assert refusal(file) == f"{file}, {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nport = \n", "line 2: the value of port cannot be read: nothing. A text needs quotes."),
        ("host = here\n", "line 1: the value of host cannot be read: here. A text needs quotes."),
        ("port\n", "line 1: a setting is written as key = value, not as port."),
        ("port: 1\n", "line 1: a setting is written as key = value, not as port: 1."),
        ("port = 1\nport = 2\n", "line 2: port stands here a second time; leave one of the two out."),
        ("[limits]\n[limits]\n", "line 2: [limits] stands here a second time; leave one of the two out."),
        ("[limits\n", "line 1: this is not TOML ("),
        ("a = 1\nhost = 'a\n", "line 2: this is not TOML ("),
        ("host = '\x00'\n", "line 1: this is not TOML ("),
        ("port = 1 host = 2\n", "line 1: this is not TOML ("),
        ("x = " + "[" * 5_000, "is not TOML: it nests too deeply."),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    assert refusal(file).startswith(f"{file}{' ' if said.startswith('is') else ', '}{said}")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"port = 1\nhost = '\xff'\n", ", line 2: this is not UTF-8 text; save the file as UTF-8."),
        (b"\xff\xfep\0o\0", ", line 1: this is not UTF-8 text; save the file as UTF-8."),
        (b"", " is empty; leave --config out to start with the defaults."),
        (b" \n\t\n", " is empty; leave --config out to start with the defaults."),
        (b"\xef\xbb\xbf", " is empty; leave --config out to start with the defaults."),
        (b"#" * 1_048_577, " is larger than 1 MiB: that is no file of settings."),
    ],
    ids=["latin", "utf-16", "empty", "blank", "mark", "huge"],
)
def test_bytes_that_are_no_settings_are_told(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    assert refusal(file) == f"{file}{said}"


def test_a_byte_order_mark_and_tabs_do_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf\tport\t=\t9000\r\n\t[limits]\r\n\tbacklog = 5\t# five\r\n")
    assert read_settings(file) == Settings(port=9000, limits=Limits(backlog=5))


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is a folder; name the file of settings in it, such as klatch.toml."


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    assert refusal(file) == f"{file} cannot be read: No such file or directory."


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(file: Path) -> None:
    file.write_text("port = 1")
    file.chmod(0)
    assert refusal(file) == f"{file} cannot be read: Permission denied."


@pytest.mark.parametrize("off", [-1, "off"])
def test_a_door_may_be_off(file: Path, off: object) -> None:
    file.write_text(f"line_port = {msgspec.json.encode(off).decode()}")
    assert settle(read_settings(file)).line_port == CLOSED


@pytest.mark.parametrize(
    ("given", "host", "guests", "tls_port"),
    [
        ({}, "127.0.0.1", None, CLOSED),
        ({"tls": "self"}, "127.0.0.1", None, CLOSED),
        ({"lan": True}, "", True, CLOSED),
        ({"lan": True, "tls": "self"}, "", True, 8443),
        ({"lan": True, "tls": "self", "tls_port": "off"}, "", True, CLOSED),
        ({"lan": True, "tls_cert": "c", "tls_key": "k"}, "", True, CLOSED),
        ({"lan": True, "guests": False, "host": "10.0.0.1"}, "10.0.0.1", False, CLOSED),
        ({"tls": "self", "tls_port": 9}, "127.0.0.1", None, 9),
    ],
)
def test_what_is_left_open_follows_from_the_rest(
    given: dict[str, Any], host: str, guests: bool | None, tls_port: int
) -> None:
    found = settled(**given)
    assert (found.host, found.guests, found.tls_port) == (host, guests, tls_port)


def test_the_limits_of_a_lan_hold_only_there() -> None:
    assert settled(lan=True).limits.lan_rate == 1_000
    assert settled().limits.lan_rate == Limits().address_rate


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tls_cert": "c"}, r"tls_key \(--tls-key\) is missing"),
        ({"tls_key": "k"}, r"tls_cert \(--tls-cert\) is missing"),
        ({"tls": "self", "tls_cert": "c", "tls_key": "k"}, "choose one of the two"),
        ({"tls_port": 8443}, r"tls_port \(--tls-port\) needs a certificate"),
        ({"port": "off", "line_port": -1}, "Every door is off"),
        ({"trust_proxy": ("nginx",)}, r"trust_proxy \(--trust-proxy\): 'nginx' is no address"),
        ({"public_url": "chat.example"}, "is no page's address"),
        ({"public_url": "https://"}, "is no page's address"),
        ({"public_url": "https://a b"}, "is no page's address"),
        ({"public_url": "https://a:99999"}, "is no page's address"),
        ({"public_url": "https://a/?x"}, "is no page's address"),
        ({"public_url": "javascript:alert(1)"}, "is no page's address"),
        ({"transcripts": __file__}, "is a file; name a folder"),
    ],
)
def test_settings_that_do_not_fit_are_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        settled(**given)


def test_limits_are_lifted_on_loopback_only() -> None:
    assert lift_limits(Settings()).limits != Settings().limits
    with pytest.raises(BadSettings, match="loopback only"):
        lift_limits(Settings(lan=True))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--config", "FILE"), "line 1: there is no setting prot. Did you mean port?"),
        (("--transcripts", "FILE"), "is a file; name a folder."),
        (("--tls-port", "8443"), "needs a certificate"),
        (("--public-url", "x"), "is no page's address"),
        (("--port", "off", "--line-port", "off"), "Every door is off"),
    ],
)
def test_a_start_that_is_refused_has_status_78_and_one_sentence(
    file: Path, options: tuple[str, ...], said: str
) -> None:
    file.write_text("prot = 1")
    done = klatch("serve", *[str(file) if word == "FILE" else word for word in options])
    assert (done.returncode, done.stdout) == (78, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


@pytest.mark.parametrize("name", ["KLATCH_SERVER", "KLATCH_NAME", "KLATCH_TOKEN"])
def test_a_variable_that_is_empty_is_told(name: str) -> None:
    done = klatch("rooms", **{name: ""})
    assert done.returncode == 78
    assert f"{name} is empty" in done.stderr


def test_help_tells_the_variables_and_the_exit_statuses() -> None:
    told = klatch("--help").stdout
    assert [word for word in ("KLATCH_SERVER", "KLATCH_NAME", "KLATCH_TOKEN") if word not in told] == []
    assert [status for status in (0, 1, 2, 73, 74, 75, 78) if not re.search(rf"^ +{status} ", told, re.MULTILINE)] == []


def test_every_option_of_encryption_proxies_and_networks_is_in_the_help() -> None:
    told = klatch("serve", "--help").stdout
    wanted = ("--lan", "--tls", "--tls-cert", "--tls-key", "--tls-port", "--trust-proxy", "--public-url")
    assert [option for option in wanted if f"{option} " not in told] == []


def started(tmp_path: Path, *options: str) -> str:
    """What a server prints for people."""
    ports = ("--port", "0", "--line-port", "0")
    process = subprocess.Popen(
        [*KLATCH, "serve", "--data", str(tmp_path / "data"), *ports, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    told = ""
    try:
        while "Ctrl+C" not in told:
            line = process.stdout.readline()
            assert line, told
            told += line
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()
    return told


def test_without_guests_no_way_in_is_told_that_leads_nowhere(tmp_path: Path) -> None:
    told = started(tmp_path, "--no-guests")
    assert "nc 127" not in told.partition("owns")[0]
    assert "--name ann" not in told
    assert "Nobody comes in without an account" in told


def test_on_a_lan_a_code_to_scan_is_shown(tmp_path: Path) -> None:
    assert "█▀" in started(tmp_path, "--lan", "--host", "127.0.0.1")


def test_the_fingerprint_is_told(tmp_path: Path) -> None:
    told = started(tmp_path, "--tls", "self")
    (fingerprint,) = re.findall(r"Fingerprint \(SHA-256\) +([0-9a-f]{64})", told)
    assert f"#sha256={fingerprint}'" in told
