"""Brings a store to the schema that this Klatch knows, and refuses one that it does not know."""

from importlib import resources
from typing import Final

from klatch.storage.faults import StoreUnusable
from klatch.storage.sqlite import Connection

_TABLE: Final = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"
_LAST: Final = "SELECT max(number) FROM migrations"
_NOTE: Final = "INSERT INTO migrations (number, name) VALUES (:number, :name)"
_TABLES: Final = "SELECT count(*) FROM sqlite_schema WHERE name IN ('migrations', 'store', 'entries')"
_TABLES_OF_A_STORE: Final = 3


def known() -> list[tuple[int, str, str]]:
    """The migrations of this Klatch: number, name and script, in order."""
    files = [file for file in resources.files(__package__).iterdir() if file.name.endswith(".sql")]
    return sorted((int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files)


def newest() -> int:
    """The number of the schema that this Klatch writes."""
    return known()[-1][0]


def applied(connection: Connection) -> int:
    """The number of the last migration that the store has seen; 0 if it is no store (yet)."""
    if connection.row(_TABLES) != (_TABLES_OF_A_STORE,):
        return 0
    last = connection.row(_LAST)
    return last[0] or 0 if last else 0


def check(connection: Connection) -> int:
    """Refuses a store newer than this Klatch; gives the number it has."""
    number = applied(connection)
    if number > newest():
        raise StoreUnusable(
            f"The store has schema {number}, but this Klatch knows only schemas up to {newest()}. "
            "Use the newer Klatch that wrote it."
        )
    return number


def migrate(connection: Connection) -> None:
    """Applies what is missing, each migration whole or not at all."""
    number = check(connection)
    for following, name, script in known():
        if following <= number:
            continue
        connection.run("BEGIN IMMEDIATE")
        try:
            connection.run(_TABLE)
            connection.run(script)
            connection.run(_NOTE, {"number": following, "name": name})
            connection.run("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.run("ROLLBACK")
            raise
