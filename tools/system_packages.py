"""Installs the few programs that tests need beside Python, where it may, and says plainly what stays missing."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from shutil import which

SECONDS_FOR_APT = 300


@dataclass(frozen=True, slots=True)
class Need:
    package: str
    """The name of the Debian package that brings it."""
    is_here: Callable[[], bool]
    without_it: str
    """What becomes of the tests that cannot run without it."""


NEEDS = (
    Need("chromium", lambda: which("chromium") is not None, "the tests of the page in a browser are skipped"),
    Need("netcat-openbsd", lambda: which("nc") is not None, "the tests with a real nc are skipped"),
    Need("nginx-light", lambda: which("nginx") is not None, "the tests of a server behind nginx are skipped"),
    Need("python3-tk", lambda: find_spec("_tkinter") is not None, "the tests of windows are skipped"),
    Need("strace", lambda: which("strace") is not None, "the tests that make the disk fail are skipped"),
    Need("xvfb", lambda: which("Xvfb") is not None, "the tests of windows are skipped"),
)


def install_what_the_tests_need() -> None:
    missing = [need for need in NEEDS if not need.is_here()]
    if missing and may_install():
        packages = [need.package for need in missing]
        print(f"Installing {', '.join(packages)} for the tests ...", flush=True)
        # A new machine has no list of packages yet, and an old one's may be out of date: then, and only then, fetch it.
        _ = apt_get("install", *packages) or (apt_get("update") and apt_get("install", *packages))
    for need in missing:
        if not need.is_here():
            print(f"{need.package} is missing, and to add it takes root and apt-get: {need.without_it}.")


def may_install() -> bool:
    return which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def apt_get(*words: str) -> bool:
    """True where it worked; waits for no answer and for no other installation."""
    try:
        return not subprocess.run(
            ["apt-get", "-y", "-qq", "--no-install-recommends", *words],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_FOR_APT,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return False
