"""The API's table, its documents and its page say the same, and leave nothing out (laws 4 and 5)."""

import json
import re
from typing import get_args

import jsonschema_rs
import pytest

from klatch.core.commands import Request
from klatch.core.refusals import CODES
from klatch.gateways.http.documents import spell_asyncapi, spell_openapi
from klatch.gateways.http.routes import EXCEPTIONS, ROUTES, SignIn
from klatch.protocols import asyncapi
from klatch.protocols.api import WITHOUT_BODY
from tests.architecture.imports import ROOT
from tests.vectors import cases

OPENAPI = json.loads(spell_openapi())
ASYNCAPI = json.loads(spell_asyncapi())
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
OPERATIONS = {
    (method.upper(), path): operation
    for path, operations in OPENAPI["paths"].items()
    for method, operation in operations.items()
}


def refs(document):
    """Every reference in a document."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == "$ref":
                yield value
            else:
                yield from refs(value)
    elif isinstance(document, list):
        for value in document:
            yield from refs(value)


def follow(document, ref):
    for word in ref.removeprefix("#/").split("/"):
        document = document[word]
    return document


def row(route):
    op = "" if route.kind is SignIn else f"`{route.kind.__struct_config__.tag}`"
    fields = ", ".join(f"`{field.name}`" for field in route.others if field.name != "cid")
    return f"| `{route.method} {route.path}` | {op} | {route.scope or ''} | {fields} |"


def test_whatever_a_frame_can_ask_for_has_a_route_or_a_reason():
    assert set(get_args(Request)) - {route.kind for route in ROUTES} == set(EXCEPTIONS)
    assert [kind for kind, reason in EXCEPTIONS.items() if len(reason) < 10] == []


def test_no_two_routes_are_one():
    shapes = [(route.method, re.sub(r"\{\w+\}", "{}", route.path)) for route in ROUTES]
    assert sorted(set(shapes)) == sorted(shapes)


def test_two_routes_that_ask_for_the_same_have_the_same_body():
    """In the document bodies are named for what they ask for."""
    bodies = {}
    for route in ROUTES:
        if route.method not in WITHOUT_BODY:
            fields = bodies.setdefault(route.kind, (route.others, route.made))
            assert [field.name for field in fields[0]] == [field.name for field in route.others]
            assert fields[1] == route.made


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_parameter_of_a_path_is_a_field_of_what_it_asks_for(route):
    assert set(route.parameters.values()) | set(route.fixed) | route.made <= set(route.kind.__struct_fields__)


def test_the_page_lists_every_route_and_no_other():
    listed = [line for line in PAGE.splitlines() if re.match(r"\| `[A-Z]+ /", line)]
    assert listed == [row(route) for route in ROUTES]


def test_the_document_of_the_api_lists_every_route_and_no_other():
    assert set(OPERATIONS) == {(route.method, route.path) for route in ROUTES}


@pytest.mark.parametrize(("name", "spell"), [("openapi", spell_openapi), ("asyncapi", spell_asyncapi)])
def test_what_is_committed_is_what_the_code_makes(name, spell):
    """`make schema` writes it anew."""
    assert (ROOT / "docs" / f"{name}.json").read_text("utf-8") == spell()


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document):
    assert len([follow(document, ref) for ref in refs(document)]) > 100


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_schema_is_one(document):
    assert [name for name, each in document["components"]["schemas"].items() if not valid_schema(each)] == []


def valid_schema(schema):
    return jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


@pytest.mark.parametrize(("key", "operation"), OPERATIONS.items(), ids=lambda part: " ".join(part)[:60])
def test_every_operation_is_whole(key, operation):
    method, path = key
    assert operation["summary"].endswith(".")
    parameters = [each for each in operation["parameters"] if each["in"] == "path"]
    assert [each["name"] for each in parameters] == re.findall(r"\{(\w+)\}", path)
    assert all(each["required"] for each in parameters)
    assert ("requestBody" in operation) == (method not in ("GET", "DELETE"))
    assert set(operation["responses"]) - {"200", "201"} == {"4XX", "5XX"}
    assert operation["operationId"] not in [other["operationId"] for one, other in OPERATIONS.items() if one != key]


def test_the_codes_of_refusals_are_those_of_the_table():
    assert OPENAPI["components"]["schemas"]["Fault"]["properties"]["code"]["enum"] == sorted(CODES)


def test_the_document_of_the_frames_has_every_frame():
    names = {kind.__name__ for kind in (*asyncapi.ASKED, *asyncapi.TOLD)}
    assert set(ASYNCAPI["components"]["messages"]) == set(ASYNCAPI["channels"]["frames"]["messages"]) == names
    heard, told = ASYNCAPI["operations"]["hear"], ASYNCAPI["operations"]["tell"]
    assert (heard["action"], len(heard["messages"])) == ("receive", len(asyncapi.ASKED))
    assert (told["action"], len(told["messages"])) == ("send", len(asyncapi.TOLD))


@pytest.mark.parametrize("group", ["requests", "answers", "entries"])
def test_every_example_of_a_frame_is_as_its_message_says(group):
    kinds = asyncapi.ASKED if group == "requests" else asyncapi.TOLD
    names = {kind.__struct_config__.tag: kind.__name__ for kind in kinds}
    for case in cases.read("frames.json", group):
        payload = ASYNCAPI["components"]["messages"][names[case["frame"]["op"]]]["payload"]
        schema = {**payload, "components": ASYNCAPI["components"]}
        assert jsonschema_rs.is_valid(schema, case["frame"]), case["name"]
