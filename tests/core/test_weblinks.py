"""Addresses of the web in what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.weblinks import MOST, find_web_links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.com", ["https://example.com"]),
        ("https://example.com/a, https://example.com/b.", ["https://example.com/a", "https://example.com/b"]),
        ("(https://example.com/a_(b))", ["https://example.com/a_(b)"]),
        ("[menu](https://example.com/menu)", ["https://example.com/menu"]),
        ("<https://example.com/x>", ["https://example.com/x"]),
        ("**https://example.com/x**", ["https://example.com/x"]),
        ("HTTPS://EXAMPLE.COM", ["HTTPS://EXAMPLE.COM"]),
        ("見て https://example.com/表。", ["https://example.com/表"]),
        ("twice https://a.example and https://a.example", ["https://a.example"]),
        ("`https://example.com`", []),
        ("```\nhttps://example.com\n```", []),
        ("```\nhttps://example.com", []),
        ("||https://example.com||", []),
        ("ftp://example.com mailto:ann@example.com example.com", []),
        ("https://localhost", []),
        ("https://", []),
    ],
)
def test_links_are_found_where_people_put_them(text, links):
    assert find_web_links(text) == links


def test_only_the_first_few_count():
    assert len(find_web_links(" ".join(f"https://example.com/{n}" for n in range(10)))) == MOST


@given(st.text(alphabet="ab`|()[]:/. https://e.x", max_size=200))
def test_whatever_is_found_stands_in_the_text(text):
    assert all(link in text and "`" not in link for link in find_web_links(text))
