"""Holds what is true of every file: a name that says something, no imports in a circle, no trace of one machine."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.imports import ROOT, SOURCE, imports, modules

EMPTY_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}
MADE_FOLDERS = {"__pycache__", "build", "dist", "htmlcov", "klatch-data", "node_modules", "screenshots"}
KEPT_DOT_FOLDERS = {".ci", ".github"}
ADDRESS = "://"

# Written so that this file does not match itself.
TRACES = {
    "a package registry's address": re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|deb\.debian\.org"),
    "a path of somebody's machine": re.compile(r"/home/[a-z]|/Users/[A-Za-z]|/root/\w|\b[A-Z]:\\Users\\\w"),
}


def files(folder: Path) -> Iterator[Path]:
    """Every file of the project in a folder, without what is made or installed there."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in KEPT_DOT_FOLDERS
        if path.is_file():
            yield path
        elif path.is_dir() and not hidden and path.name not in MADE_FOLDERS:
            yield from files(path)


def traces(folder: Path) -> list[str]:
    """One sentence for each line that is true of one machine only, or tells where packages come from."""
    told = []
    for path in files(folder):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        told += [
            f"{path.relative_to(folder)}, line {number}: {what}"
            for number, line in enumerate(lines, 1)
            for what, pattern in TRACES.items()
            if pattern.search(line)
        ]
    return told


def circle(source: Path) -> list[str]:
    """The modules of one circle of imports, or none. Imports for types and inside functions count: they bind too."""
    known = modules(source)
    needs = defaultdict(set)
    for found in imports(source):
        if found.imported in known and found.imported != found.importer:
            needs[found.importer].add(found.imported)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def locks() -> list[Path]:
    return sorted(ROOT.glob("*.lock"))


def test_every_module_is_named_for_what_is_in_it() -> None:
    named = [path for path in files(ROOT) if path.suffix == ".py" and EMPTY_NAMES & {path.stem, path.parent.name}]
    assert named == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(SOURCE) == []


def test_a_circle_of_imports_is_found(tmp_path: Path) -> None:
    (tmp_path / "klatch").mkdir()
    (tmp_path / "klatch" / "hen.py").write_text("from klatch import egg\n", encoding="utf-8")
    (tmp_path / "klatch" / "egg.py").write_text("from klatch.hen import lay\n", encoding="utf-8")
    assert set(circle(tmp_path)) == {"klatch.hen", "klatch.egg"}


def test_no_file_tells_of_one_machine_or_of_a_registry() -> None:
    assert traces(ROOT) == []


@pytest.mark.parametrize("line", ["https://" + "pypi" + ".org/simple", "/home" + "/ada/klatch", "C:" + "\\Users\\ada"])
def test_a_trace_of_one_machine_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "notes.md").write_text(f"first\n{line}\n", encoding="utf-8")
    assert [told.split(":")[0] for told in traces(tmp_path)] == ["notes.md, line 2"]


def test_lock_files_hold_no_address_and_no_option() -> None:
    lines = [line for lock in locks() for line in lock.read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if ADDRESS in line or line.startswith("-") or " @ " in line] == []


@pytest.mark.parametrize("lock", locks(), ids=lambda lock: lock.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?! )", lock.read_text(encoding="utf-8").strip())
    hashed = re.compile(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", re.DOTALL)
    assert [entry for entry in entries if not hashed.match(entry)] == []


@pytest.mark.parametrize(
    ("lock", "table", "key"),
    [
        ("requirements.lock", "project", "dependencies"),
        ("requirements-dev.lock", "dependency-groups", "dev"),
        ("requirements-build.lock", "dependency-groups", "build"),
    ],
)
def test_every_dependency_is_locked(lock: str, table: str, key: str) -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[table][key]
    locked = set(re.findall(r"^[a-z0-9-]+", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    assert {re.match(r"[A-Za-z0-9-]+", line)[0].lower() for line in wanted} <= locked
