"""The units of systemd: they are understood, they shut in what they should, and the server lives within them."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from klatch.cli.ending import CONFIGURATION, STORAGE
from klatch.storage.lock import IN_USE
from tests.architecture.imports import ROOT
from tests.manager import Manager
from tests.pace import PATIENCE
from tests.running import KLATCH

DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in {".service", ".socket"})
SERVE = ("serve", "--json", "--port", "0", "--line-port", "0")
EXPOSURE_MOST = 1.5  # as `systemd-analyze security` counts: 0 is shut in, 10 is not at all

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here; install the package systemd"
)
needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="there is no strace here; install the package strace"
)


def settings_of(unit: str, section: str) -> dict[str, list[str]]:
    """The settings of a section, each with all its values."""
    found: dict[str, list[str]] = {}
    text = (DEPLOY / unit).read_text().partition(f"[{section}]")[2].split("\n[")[0]
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@needs_systemd
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/klatch/bin/klatch", sys.executable)  # verify looks for the program
        (tmp_path / unit.name).write_text(text)
    told = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    ours = [line for line in told.stderr.splitlines() if "klatch" in line]
    assert (told.returncode, ours) == (0, [])


@needs_systemd
def test_the_service_is_shut_in() -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(DEPLOY / "klatch.service")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    exposure = re.search(r"exposure level for klatch\.service: ([\d.]+)", told)
    assert exposure is not None
    assert float(exposure[1]) <= EXPOSURE_MOST


def test_the_sockets_are_named_for_doors() -> None:
    names = {unit.name: settings_of(unit.name, "Socket").get("FileDescriptorName") for unit in UNITS}
    assert names == {"klatch-line.socket": ["line"], "klatch.socket": ["http"], "klatch.service": None}


def test_the_sockets_are_open_to_this_machine_only() -> None:
    for unit in ("klatch.socket", "klatch-line.socket"):
        (address,) = settings_of(unit, "Socket")["ListenStream"]
        assert address.startswith("127.0.0.1:")


def test_the_service_is_not_started_again_where_that_is_of_no_use() -> None:
    (statuses,) = settings_of("klatch.service", "Service")["RestartPreventExitStatus"]
    assert {int(status) for status in statuses.split()} == {IN_USE, STORAGE, CONFIGURATION}


# The server within them.


@contextlib.contextmanager
def traced(tmp_path: Path) -> Iterator[Path]:
    """A server that lived a little, and every call that it made to the system."""
    calls = tmp_path / "calls"
    options = ("--data", str(tmp_path / "data"), "--tls", "self", "--transcripts", str(tmp_path / "transcripts"))
    server = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", str(calls), *KLATCH, *SERVE, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    server.stdout.readline()
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGTERM)
    server.communicate(timeout=30)
    yield calls


def allowed() -> set[str]:
    """The calls that SystemCallFilter= lets through."""
    calls: set[str] = set()
    for words in settings_of("klatch.service", "Service")["SystemCallFilter"]:
        named = {call for word in words.removeprefix("~").split() for call in calls_of(word)}
        calls = calls - named if words.startswith("~") else calls | named
    return calls | calls_of("@default")


def calls_of(word: str) -> set[str]:
    """A call, or all of a group and of the groups in it."""
    if not word.startswith("@"):
        return {word}
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True
    ).stdout
    lines = [line.strip() for line in told.splitlines()[1:]]
    return {call for line in lines if line and not line.startswith("#") for call in calls_of(line)}


@needs_systemd
@needs_strace
def test_the_server_needs_no_call_that_the_unit_forbids(tmp_path: Path) -> None:
    with traced(tmp_path) as calls:
        made = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", calls.read_text(), re.MULTILINE))
    assert len(made) > 30
    as_root = {"fchown"} if os.getuid() == 0 else set()  # SQLite's, which the service is not
    assert made - allowed() <= as_root


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses memory that can be written and run")
def test_the_server_lives_without_memory_that_can_be_written_and_run(tmp_path: Path) -> None:
    launcher = """
import ctypes, mmap, os, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    sys.exit(99)
os.execv(sys.argv[1], sys.argv[1:])
"""
    command = [*KLATCH, *SERVE, "--data", str(tmp_path), "--tls", "self"]
    server = subprocess.Popen([sys.executable, "-c", launcher, *command], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    told = server.stdout.readline()
    server.terminate()
    server.communicate(timeout=PATIENCE)
    if server.returncode == 99:
        pytest.skip("this kernel is older than 6.3")
    assert (server.returncode, "pid" in told) == (0, True)


def test_a_server_ready_is_told_to_the_service_manager_that_the_unit_asks_for(tmp_path: Path) -> None:
    assert settings_of("klatch.service", "Service")["Type"] == ["notify"]
    with contextlib.closing(Manager(tmp_path / "data")) as manager:
        manager.start()
