"""Reads which modules of Klatch import which, from the text alone: nothing is run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True, slots=True)
class Import:
    importer: str
    """The module in which it stands, such as `klatch.core.rooms`."""
    imported: str
    """The module that it loads; where a name is taken from a module, that module."""
    line: int
    when_loaded: bool
    """False inside a function, which loads it only when called, and where only types need it."""


def modules(source: Path) -> dict[str, Path]:
    """Every module of Klatch under a source folder, by its full name."""
    found = {}
    for path in sorted((source / "klatch").rglob("*.py")):
        words = path.relative_to(source).with_suffix("").parts
        found[".".join(words[:-1] if words[-1] == "__init__" else words)] = path
    return found


def imports(source: Path) -> Iterator[Import]:
    """Every import in every module of Klatch under a source folder."""
    known = modules(source)
    for importer, path in known.items():
        package = importer if path.name == "__init__.py" else importer.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        later = {id(node) for outer in ast.walk(tree) if defers(outer) for node in ast.walk(outer)}
        for node in ast.walk(tree):
            for imported in names(node, package, known):
                yield Import(importer, imported, node.lineno, id(node) not in later)


def defers(node: ast.AST) -> bool:
    """A function loads when it is called; what only types need is never loaded."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def names(node: ast.AST, package: str, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        start = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
        origin = ".".join(word for word in (start, node.module) if word)
        for alias in node.names:
            inner = f"{origin}.{alias.name}"
            yield inner if inner in known else origin
