"""Writes web/src/wire/frames.ts: the frames of docs/protocol.md as TypeScript, and who may do what, from the server."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from klatch.core.answers import AnyAnswer
from klatch.core.commands import AnyCommand, AnyQuery, Request
from klatch.core.events import AnyBody, Entry
from klatch.core.permissions import PERMISSIONS
from klatch.core.refusals import CODES

TARGET = Path(__file__).resolve().parent.parent / "web" / "src" / "wire" / "frames.ts"
HEAD = """// The frames of docs/protocol.md. Written by tools/frame_types.py from the server's own structs: do not edit.
"""
UNIONS: dict[str, Any] = {
    "AnyCommand": AnyCommand,
    "AnyQuery": AnyQuery,
    "Request": Request,
    "AnyAnswer": AnyAnswer,
    "AnyBody": AnyBody,
}
PLAIN = {
    inspect.StrType: "string",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
    inspect.AnyType: "unknown",
}
LINE = 120


def write_types() -> str:
    """The whole file."""
    found: dict[str, type[msgspec.Struct]] = {}
    for union in UNIONS.values():
        for kind in get_args(union):
            _gather(kind, found)
    _gather(Entry, found)
    parts = [HEAD, *(_interface(found[name]) for name in sorted(found))]
    parts += [_union(name, [kind.__name__ for kind in get_args(union)]) for name, union in UNIONS.items()]
    parts.append(_union("Told", ["AnyAnswer", "Entry"]))
    parts.append(_union("Code", [f'"{code}"' for code in CODES]))
    parts.append(_permissions())
    return "\n".join(parts)


def _permissions() -> str:
    """Who may do what: the least role on the server and in the room, by act."""
    rows = [f'  {act}: ["{rule.server}", {json.dumps(rule.room)}],' for act, rule in PERMISSIONS.items()]
    lines = [
        "export const LEAST_ROLE = {",
        *rows,
        "} as const satisfies Record<string, readonly [string, string | null]>;",
    ]
    return "\n".join([*lines, ""])


def _gather(kind: type[msgspec.Struct], found: dict[str, type[msgspec.Struct]]) -> None:
    if (known := found.get(kind.__name__)) is not None:
        if known is not kind:
            raise SystemExit(f"Two structs are named {kind.__name__}: give one another name.")
        return
    found[kind.__name__] = kind
    for field in _fields(kind):
        for inner in _structs(field.type):
            _gather(inner, found)


def _structs(kind: inspect.Type) -> Iterator[type[msgspec.Struct]]:
    match kind:
        case inspect.StructType():
            yield kind.cls
        case inspect.UnionType():
            for each in kind.types:
                yield from _structs(each)
        case inspect.ListType():
            yield from _structs(kind.item_type)
        case inspect.DictType():
            yield from _structs(kind.value_type)


def _fields(kind: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - for the type checker: it is one
    return described.fields


def _interface(kind: type[msgspec.Struct]) -> str:
    config = kind.__struct_config__
    lines = [f'  {config.tag_field}: "{config.tag}";'] if config.tag_field else []
    # What the server omits never comes as null; what one asks may be left out or null.
    for field in _fields(kind):
        spelled = _spell(field.type, with_null=not config.omit_defaults)
        may_lack = not field.required and (config.omit_defaults or config.forbid_unknown_fields)
        lines.append(f"  {field.encode_name}{'?' if may_lack else ''}: {spelled};")
    return f"export interface {kind.__name__} {{\n" + "\n".join(lines) + "\n}\n" if lines else ""


def _spell(kind: inspect.Type, *, with_null: bool = True) -> str:
    match kind:
        case inspect.StructType():
            return kind.cls.__name__
        case inspect.UnionType():
            names = [_spell(each) for each in kind.types]
            for union, members in UNIONS.items():
                if {member.__name__ for member in get_args(members)} == set(names):
                    return union
            return " | ".join(name for name in names if with_null or name != "null")
        case inspect.ListType():
            inner = _spell(kind.item_type)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case inspect.DictType():
            return f"Record<{_spell(kind.key_type)}, {_spell(kind.value_type)}>"
        case inspect.LiteralType():
            return " | ".join(f'"{value}"' for value in kind.values)
        case _:
            return PLAIN[type(kind)]


def _union(name: str, members: list[str]) -> str:
    line = f"export type {name} = {' | '.join(members)};"
    if len(line) > LINE:
        line = f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + ";"
    return f"{line}\n"


def main() -> None:
    """Writes the file; with --check only says whether it is as it should be."""
    wanted = write_types()
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != wanted:
            raise SystemExit("web/src/wire/frames.ts is out of date: run .venv/bin/python tools/frame_types.py.")
    else:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(wanted, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
