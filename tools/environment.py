"""Keeps `.venv`: the virtual environment that holds exactly what the lock files list, and the project itself."""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = FOLDER / "klatch-stamp"
LOCKS = {
    "run": ("requirements.lock", "requirements-build.lock"),
    "dev": ("requirements-dev.lock", "requirements-build.lock"),
}


def make_environment(*, dev: bool) -> None:
    """Brings `.venv` up to date. Who asks to run is content with an environment that can also test."""
    wanted = stamp("dev" if dev else "run")
    if read_stamp() in {wanted, stamp("dev")}:
        return
    print(f"Setting up {FOLDER.name} (needed once, and after a change of the lock files) ...", flush=True)
    if read_stamp().split(":")[0] != base_python():
        make_empty_environment()
    STAMP.unlink(missing_ok=True)
    install_locked("dev" if dev else "run")
    install_project()
    STAMP.write_text(wanted, encoding="utf-8")


def stamp(purpose: str) -> str:
    contents = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", *LOCKS[purpose]))
    return f"{base_python()}:{purpose}:{hashlib.sha256(contents).hexdigest()}"


def packages_folder() -> Path:
    """Where the environment's packages are."""
    found = sorted(FOLDER.glob("Lib/site-packages" if os.name == "nt" else "lib/python3.*/site-packages"))
    return found[-1] if found else FOLDER


def base_python() -> str:
    """Names the Python and the place that the environment belongs to: it can be moved to no other."""
    return hashlib.sha256(f"{sys.version} {sys.base_prefix} {ROOT}".encode()).hexdigest()[:16]


def read_stamp() -> str:
    return STAMP.read_text(encoding="utf-8") if STAMP.exists() and PYTHON.exists() else ""


def make_empty_environment() -> None:
    if find_spec("venv") is None:
        raise SystemExit(advice("has no venv module"))
    without_pip = [] if find_spec("ensurepip") else ["--without-pip"]
    if without_pip and not pip_from_outside():
        raise SystemExit(advice("can give a virtual environment no pip"))
    run([sys.executable, "-m", "venv", "--clear", *without_pip, str(FOLDER)], "Making the virtual environment failed")


def pip_from_outside() -> list[str]:
    """The command of a pip that can install into another Python's environment, or nothing."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    pip = which("pip3") or which("pip")
    return [pip, "--python", str(PYTHON)] if pip else []


def advice(lack: str) -> str:
    package = f"python3.{sys.version_info.minor}-venv"
    return (
        f"{sys.executable} {lack}. On Debian and Ubuntu `apt-get install {package}` (as root) adds it; "
        "then run the same command again."
    )


def install_locked(purpose: str) -> None:
    locks = [word for name in LOCKS[purpose] for word in ("-r", str(ROOT / name))]
    pip("--require-hashes", *locks)


def install_project() -> None:
    """Installs it in place, built by what the lock just installed, so that nothing arrives without a hash."""
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def pip(*words: str) -> None:
    own = subprocess.run([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    command = [str(PYTHON), "-m", "pip"] if own else pip_from_outside()
    run(
        [*command, "install", "--quiet", "--disable-pip-version-check", *words],
        "Installing packages failed, for the reason above. If it was the network, mend it and run the command again",
    )


def run(command: list[str], complaint: str) -> None:
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(f"{complaint}.")
