"""Writes the lock files anew from pyproject.toml: every package with its hashes, and no address to fetch it from."""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each lock keeps to the versions of those before it, so that any of them can be installed together.
LOCKS = (
    ("requirements.lock", ["pyproject.toml"]),
    ("requirements-dev.lock", ["pyproject.toml", "--group", "dev", "--constraints", "requirements.lock"]),
    ("requirements-build.lock", ["--group", "build", "--constraints", "requirements-dev.lock"]),
)
STYLE = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]


def main() -> None:
    """Words given on the command line go to uv: `--upgrade` takes the newest of everything."""
    # A folder of wheels on one machine must leave no trace in what everybody installs.
    surroundings = {name: value for name, value in os.environ.items() if not name.endswith("_FIND_LINKS")}
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        binaries = Path(folder, "Scripts" if os.name == "nt" else "bin")
        subprocess.run([str(binaries / "pip"), "install", "--quiet", "uv"], check=True)
        for name, sources in LOCKS:
            compile_lock = [str(binaries / "uv"), "pip", "compile", "--quiet", *STYLE, *sources, "--output-file", name]
            subprocess.run([*compile_lock, *sys.argv[1:]], cwd=ROOT, env=surroundings, check=True)
            print(f"{name}: written")


if __name__ == "__main__":
    main()
