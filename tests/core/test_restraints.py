"""Restraints: whom a ban means, and whom it covers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.members import Account
from klatch.core.restraints import FOREVER, Restraint, Whom, banned_by, network_covers, pattern_covers, read_whom
from tests.protocols.outcome import outcome


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("bob", Whom("account", "bob")),
        ("@bob", Whom("account", "bob")),
        ("spam*", Whom("pattern", "spam*")),
        ("?pam1", Whom("pattern", "?pam1")),
        ("192.0.2.7", Whom("network", "192.0.2.7")),
        ("192.0.2.7/24", Whom("network", "192.0.2.0/24")),
        ("::ffff:192.0.2.7", Whom("network", "192.0.2.7")),
        ("2001:db8::1", Whom("network", "2001:db8::1")),
        ("2001:db8::1/64", Whom("network", "2001:db8::/64")),
    ],
)
def test_it_is_told_by_how_it_is_written(text, whom):
    assert read_whom(text) == whom


@pytest.mark.parametrize("text", ["*", "**?", "ab*", "192.0.2.7/33", "192.0.2.7/x", "", "a b", "a *bcd"])
def test_what_means_everyone_or_nobody_is_refused(text):
    assert outcome(read_whom, text).code == "bad_name"


@pytest.mark.parametrize(
    ("pattern", "name", "covers"),
    [
        ("spam*", "spammer", True),
        ("spam*", "SPAM", True),
        ("spam*", "aspam", False),
        ("*bot", "robot", True),
        ("*bot*", "abott", True),
        ("s?am", "spam", True),
        ("s?am", "sam", False),
        ("s[ab]m*", "sam", False),
        ("ops*", "орѕ", True),
        ("a*b*c*d", "aXbXcXd", True),
        ("a*b*c*d", "aXbXcX", False),
    ],
)
def test_a_pattern_covers_names_like_it(pattern, name, covers):
    assert pattern_covers(pattern, name) is covers


def test_no_pattern_takes_long():
    started = time.process_time()
    assert not pattern_covers("a*" * 15 + "b", "a" * 32)
    assert time.process_time() - started < 0.01


@given(st.text(st.sampled_from("ab*?"), max_size=6), st.text(st.sampled_from("ab"), max_size=6))
def test_a_pattern_covers_what_its_meaning_says(pattern, name):
    def means(pattern, name):
        if not pattern:
            return not name
        if pattern[0] == "*":
            return means(pattern[1:], name) or (bool(name) and means(pattern, name[1:]))
        return bool(name) and pattern[0] in ("?", name[0]) and means(pattern[1:], name[1:])

    assert pattern_covers(pattern, name) is means(pattern, name)


@pytest.mark.parametrize(
    ("network", "address", "covers"),
    [
        ("192.0.2.0/24", "192.0.2.255", True),
        ("192.0.2.0/24", "192.0.3.0", False),
        ("192.0.2.0/24", "::ffff:192.0.2.1", True),
        ("192.0.2.0/24", "2001:db8::1", False),
        ("fe80::/64", "fe80::1%eth0", True),
        ("192.0.2.0/24", "nonsense", False),
        ("192.0.2.0/24", "", False),
    ],
)
def test_a_network_covers_its_addresses(network, address, covers):
    assert network_covers(network, address) is covers


@pytest.mark.parametrize(
    ("role", "covered"), [("guest", True), ("member", True), ("moderator", False), ("owner", False)]
)
def test_a_pattern_does_not_lock_out_who_keeps_order(role, covered):
    ban = Restraint("ban", "pattern", "bob*", "bob*", "", FOREVER, "1", 0)
    assert (banned_by([ban], 0, Account("4", "bob", "", role), "bob", None) is not None) is covered


def test_what_has_ended_covers_nobody():
    ban = Restraint("ban", "pattern", "bob*", "bob*", "", 1_000, "1", 0)
    assert banned_by([ban], 999, None, "bob", None) == ban
    assert banned_by([ban], 1_000, None, "bob", None) is None


def test_a_mute_bans_nobody():
    mute = Restraint("mute", "account", "4", "bob", "", FOREVER, "1", 0)
    assert banned_by([mute], 0, Account("4", "bob", "", "guest"), "bob", None) is None
