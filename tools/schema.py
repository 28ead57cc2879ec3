"""Writes the documents that are made from the code: docs/openapi.json, docs/asyncapi.json and the page for `man`."""

from pathlib import Path

from klatch.cli import cli
from klatch.cli.manpage import spell_manual
from klatch.gateways.http.documents import spell_asyncapi, spell_openapi

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    (DOCS / "openapi.json").write_text(spell_openapi(), encoding="utf-8")
    (DOCS / "asyncapi.json").write_text(spell_asyncapi(), encoding="utf-8")
    (DOCS / "klatch.1").write_text(f"{spell_manual(cli)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
