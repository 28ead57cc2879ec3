"""Holds the drawing of the house: which part of Klatch may know of which, as a table that is enforced."""

from pathlib import Path

from tests.architecture.imports import SOURCE, Import, imports

EVERYTHING_BUT_CLIENTS = {
    "core", "protocols", "storage", "files", "bus", "outbound", "observe", "engine", "gateways", "settings",
    "housekey",
}  # fmt: skip

# A word with a dot is one module, not its neighbours: of these packages the engine knows the port and no adapter.
MAY_IMPORT = {
    "core": set(),
    "protocols": {"core"},
    "storage": {"core", "observe"},
    "files": {"core", "observe"},
    "outbound": set(),
    "observe": set(),
    "bus": {"core", "protocols", "observe"},
    "engine": {"core", "observe", "storage.port", "bus.port", "files.port", "outbound.port"},
    "housekey": set(),
    "gateways": {"core", "protocols", "engine", "observe", "housekey"},
    "clients": {"core", "protocols"},
    "settings": {"core"},
    "configuration": {"core", "settings"},
    "server": EVERYTHING_BUT_CLIENTS,
    # Administration looks at the data directory itself, also while no server runs.
    "cli": {
        "server",
        "clients",
        "settings",
        "configuration",
        "housekey",
        "storage.backups",
        "storage.faults",
        "storage.verify",
    },
    "__main__": {"cli"},
}

# The rules and the spellings are told the time, the ids and the bytes; they never ask the world for them.
PURE = {"core", "protocols"}
WORLD = {"asyncio", "socket", "ssl", "sqlite3", "time", "random", "uuid", "os", "logging"}

# Each subcommand loads only what it needs, inside its function.
ONLY_WHEN_NEEDED = {"cli"}


def violations(source: Path) -> list[str]:
    """One sentence for each import under a source folder that the table does not allow."""
    return [f"{found.importer}, line {found.line}: {wrong}" for found in imports(source) if (wrong := fault(found))]


def fault(found: Import) -> str:
    """What is wrong with an import, or nothing."""
    package = part_of(found.importer)
    top, _, inside = found.imported.partition(".")
    if top != "klatch":
        return f"{package} may not import {top}" if package in PURE and top in WORLD else ""
    if not inside or inside.split(".")[0] == package:
        return ""
    if package not in MAY_IMPORT:
        return f"{package or 'klatch itself'} may import nothing of Klatch until the table has a row for it"
    if not any(inside == allowed or inside.startswith(f"{allowed}.") for allowed in MAY_IMPORT[package]):
        return f"{package} may not import {inside}"
    if package in ONLY_WHEN_NEEDED and found.when_loaded:
        return f"{package} imports {inside} only inside the function that needs it"
    return ""


def part_of(module: str) -> str:
    """`core` for klatch.core.rooms, and nothing for klatch itself."""
    return module.split(".")[1] if "." in module else ""


def test_every_import_is_one_that_the_table_allows() -> None:
    assert violations(SOURCE) == []


def test_a_forbidden_import_is_told_by_module_and_line(tmp_path: Path) -> None:
    write(tmp_path, "core/rooms.py", "import asyncio\nfrom klatch.storage.sqlite import Sqlite\n")
    write(tmp_path, "storage/sqlite.py", "class Sqlite: ...\n")
    assert violations(tmp_path) == [
        "klatch.core.rooms, line 1: core may not import asyncio",
        "klatch.core.rooms, line 2: core may not import storage.sqlite",
    ]


def test_the_engine_knows_a_port_and_no_adapter(tmp_path: Path) -> None:
    write(tmp_path, "engine/rooms.py", "from klatch.storage import port\nfrom klatch.storage import sqlite\n")
    write(tmp_path, "storage/port.py", "")
    write(tmp_path, "storage/sqlite.py", "")
    assert violations(tmp_path) == ["klatch.engine.rooms, line 2: engine may not import storage.sqlite"]


def test_a_subcommand_imports_what_it_needs_when_it_needs_it(tmp_path: Path) -> None:
    write(tmp_path, "cli.py", "import klatch.server\ndef serve():\n    import klatch.server\n")
    assert violations(tmp_path) == ["klatch.cli, line 1: cli imports server only inside the function that needs it"]


def test_a_relative_import_is_no_way_around_the_table(tmp_path: Path) -> None:
    write(tmp_path, "core/__init__.py", "from ..engine import sessions\n")
    write(tmp_path, "core/rooms.py", "from .. import server\n")
    write(tmp_path, "server.py", "")
    assert violations(tmp_path) == [
        "klatch.core, line 1: core may not import engine",
        "klatch.core.rooms, line 1: core may not import server",
    ]


def test_a_package_without_a_row_may_import_nothing(tmp_path: Path) -> None:
    write(tmp_path, "attic/boxes.py", "import klatch.core.rooms\n")
    assert "until the table has a row" in violations(tmp_path)[0]


def write(source: Path, name: str, text: str) -> None:
    path = source / "klatch" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_what_clients_share_knows_none_of_them_and_none_knows_another() -> None:
    drawn = {"terminal", "desktop"}
    found = [
        f"{each.importer}, line {each.line}"
        for each in imports(SOURCE)
        if each.importer.startswith("klatch.clients.") and each.imported.startswith("klatch.clients.")
        for mine, theirs in [(each.importer.split(".")[2], each.imported.split(".")[2])]
        if theirs in drawn and theirs != mine
    ]
    assert found == []
