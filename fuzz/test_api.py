"""The API's parsers: any path, query string and body give what a route asks for or a documented refusal, and soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import inputs
from fuzz.timing import quickly
from klatch.core.refusals import Refused
from klatch.gateways.cookies import read_cookie
from klatch.gateways.http.routes import ROUTES, TABLE
from klatch.protocols.api import Asked, Form, find_token, read_query, spell_refusal

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

FORMS = [Form(route) for route in ROUTES]
pieces = st.one_of(
    st.sampled_from(["api", "rooms", "messages", "me", "%23lobby", "7", "..", "%2e%2e", "%2f", "%00", "%zz", "\\", ""]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
names = st.sampled_from(["limit", "before", "after", "seq", "reason", "epoch", "token", "x", "cid"])
values = st.one_of(st.integers().map(str), st.text(st.characters(max_codepoint=126), max_size=20))
queries = st.lists(st.one_of(st.tuples(names, values).map("=".join), values), max_size=6).map("&".join)


def make(_kind, field):
    return f"made-{field}-0123456789-0123456789"


def is_told(outcome):
    """A refusal is one that can be told in one line; nothing else goes wrong."""
    if isinstance(outcome, Refused):
        assert outcome.message.isprintable()
        assert spell_refusal(outcome)
    return True


@given(parts=st.lists(pieces, max_size=8), method=st.sampled_from(["GET", "HEAD", "POST", "PATCH", "BREW"]))
def test_any_path_is_a_route_or_a_refusal(parts, method):
    found = quickly(TABLE.find, method, "/" + "/".join(parts))
    assert is_told(found)
    if not isinstance(found, Refused):
        form, parameters = found
        assert set(parameters) == set(form.route.parameters)


@given(query=queries)
def test_any_query_string_is_parameters_or_a_refusal(query):
    assert is_told(quickly(read_query, query))
    quickly(find_token, query)


@given(
    form=st.sampled_from(FORMS),
    body=st.one_of(st.just(b""), inputs.frames, st.binary(max_size=200)),
    query=st.one_of(st.just(""), queries),
    key=st.one_of(st.none(), st.text(max_size=70)),
    value=st.one_of(st.integers().map(str), st.text(min_size=1, max_size=20)),
)
def test_any_request_is_what_its_route_asks_for_or_a_refusal(form, body, query, key, value):
    asked = Asked(dict.fromkeys(form.route.parameters, value), query, body, key)
    outcome = quickly(form.read, asked, make)
    assert is_told(outcome)
    assert isinstance(outcome, form.route.kind | Refused)


@given(header=st.one_of(st.text(max_size=100), st.text(max_size=60).map(lambda text: f"klatch={text}")))
def test_any_cookie_is_a_token_or_none(header):
    found = quickly(read_cookie, header, encrypted=False)
    assert found is None or isinstance(found, str)
