"""What is public is documented: every op, kind, refusal, limit, route and typed command is named in docs/ (law 4)."""

import json
import re
from typing import get_args

import msgspec
import pytest

from klatch.core.answers import AnyAnswer
from klatch.core.commands import Request
from klatch.core.events import AnyBody
from klatch.core.grammar import COMMANDS
from klatch.core.limits import Limits
from klatch.core.refusals import CODES
from klatch.gateways import websocket
from klatch.gateways.http.page import make_app
from tests.architecture.imports import ROOT
from tests.vectors import cases

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```json *(\S*)\n(.*?)^```$", PROTOCOL, re.MULTILINE | re.DOTALL)
ENTRIES = PROTOCOL.partition("## Logs and entries")[2].partition("## ")[0]
LIMITS = PROTOCOL.partition("## Limits")[2].partition("## ")[0]
FRAMES = {
    case["name"]: case["frame"]
    for group in ("requests", "answers", "entries")
    for case in cases.read("frames.json", group)
}


def tag(kind):
    return kind.__struct_config__.tag


def fields(*kinds):
    return sorted({field.name for kind in kinds for field in msgspec.structs.fields(kind)})


def routes():
    app = make_app(is_ready=lambda: None, figures=lambda: b"", ways=list)
    return [route.path for route in app.routes]


@pytest.mark.parametrize("op", sorted({tag(kind) for kind in get_args(Request) + get_args(AnyAnswer)} | {"entry"}))
def test_every_op_is_documented(op):
    assert f"`{op}`" in PROTOCOL or f'"op": "{op}"' in PROTOCOL


@pytest.mark.parametrize("field", fields(*get_args(Request)))
def test_every_field_of_a_request_is_documented(field):
    assert f"`{field}`" in PROTOCOL


@pytest.mark.parametrize("kind", get_args(AnyBody), ids=tag)
def test_every_kind_of_entry_is_documented_with_its_fields(kind):
    rows = [row for row in ENTRIES.splitlines() if row.startswith("|") and f"`{tag(kind)}`" in row.split("|")[1]]
    assert len(rows) == 1
    assert [name for name in fields(kind) if f"`{name}`" not in rows[0]] == []


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_is_documented_with_its_status_close_code_and_meaning(code):
    row = CODES[code]
    assert f"| `{code}` | {row.http} | {row.close or ''} | {row.meaning} |" in PROTOCOL


def test_no_refusal_is_documented_that_is_not_there():
    assert set(re.findall(r"^\| `([a-z_0-9]+)` \| \d{3} \|", PROTOCOL, re.MULTILINE)) == set(CODES)


@pytest.mark.parametrize("name", Limits.__struct_fields__)
def test_every_limit_is_documented_with_its_default(name):
    (row,) = [row for row in LIMITS.splitlines() if row.startswith("|") and f"`{name}`" in row]
    assert f"{int(getattr(Limits(), name)):,}" in row


@pytest.mark.parametrize("path", [*routes(), websocket.PATH])
def test_every_route_is_documented(path):
    assert f"| `{path}` |" in PROTOCOL


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.names[0])
def test_every_typed_command_is_documented_with_its_other_names(row):
    usages = [row.usage.replace("|", "\\|"), *(f"/{name}" for name in row.names[1:])]
    assert [usage for usage in usages if f"`{usage}`" not in PROTOCOL] == []


def test_there_are_examples():
    assert len(EXAMPLES) > 20


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_example_is_a_vector(name, example):
    assert json.loads(example) == FRAMES[name]
