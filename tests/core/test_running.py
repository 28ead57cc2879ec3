"""Settings that may change: which there are, and what they may be."""

import pytest

from klatch.core.limits import Limits
from klatch.core.running import SETTINGS, Running, change, check_value, find_setting, settings_of, value_of
from tests.protocols.outcome import outcome

NAMED = {setting.name: setting for setting in SETTINGS}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_what_a_server_begins_with_may_be_chosen(setting):
    """Else nobody could go back to it by its value."""
    value = value_of(Running(lan=True), setting.name)
    assert check_value(setting, value) == value
    assert setting.does.endswith(".")


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("guests", "none", "none"),
        ("member_burst", 3, 3),
        ("member_burst", 3.0, 3),
        ("member_burst", "4", 4),
        ("member_rate", 3, 3.0),
        ("member_rate", "2.5", 2.5),
        ("guest_days", 36_500, 36_500),
    ],
)
def test_a_value_is_taken(name, value, taken):
    found = check_value(NAMED[name], value)
    assert (found, type(found)) == (taken, type(taken))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("guests", "everyone", "type"),
        ("guests", True, "type"),
        ("registration", 1, "type"),
        ("member_burst", 0, "limit"),
        ("member_burst", 2.5, "limit"),
        ("member_burst", True, "limit"),
        ("member_burst", "many", "limit"),
        ("member_burst", "nan", "limit"),
        ("member_rate", "inf", "limit"),
        ("member_rate", 0.0, "limit"),
        ("member_burst", 10**30, "limit"),
        ("entrance_burst", 1, "limit"),
    ],
)
def test_a_value_is_refused(name, value, code):
    refused = outcome(check_value, NAMED[name], value)
    assert (refused.code, refused.field) == (code, "value")


@pytest.mark.parametrize("name", ["", "port", "backlog", "MEMBER_RATE", "x" * 1000, "\x1b[2J"])
def test_there_is_no_setting_of_that_name(name):
    refused = outcome(find_setting, Running(), name)
    assert (refused.code, refused.field) == ("no_such_setting", "name")
    assert len(refused.message) < 100
    assert refused.message.isprintable()


def test_private_networks_have_limits_of_their_own_only_with_lan():
    assert "lan_rate" in {each.name for each in settings_of(Running(lan=True))}
    assert "lan_rate" not in {each.name for each in settings_of(Running())}
    assert change(Running(lan=True), "address_rate", 7.0).limits.lan_rate == Limits().lan_rate
    assert change(Running(), "address_rate", 7.0).limits.lan_rate == 7.0


@pytest.mark.parametrize(
    ("guests", "here", "let_in"),
    [("all", False, True), ("all", True, True), ("none", True, False), ("local", True, True), ("local", False, False)],
)
def test_guests_are_let_in(guests, here, let_in):
    assert Running(guests=guests).lets_guests_in(here=here) == let_in
