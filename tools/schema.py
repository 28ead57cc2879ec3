"""Writes the documents that are made from the code: docs/openapi.json and docs/asyncapi.json."""

from pathlib import Path

from klatch.gateways.http.documents import spell_asyncapi, spell_openapi

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    (DOCS / "openapi.json").write_text(spell_openapi(), encoding="utf-8")
    (DOCS / "asyncapi.json").write_text(spell_asyncapi(), encoding="utf-8")


if __name__ == "__main__":
    main()
