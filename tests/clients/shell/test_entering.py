"""Holds the name that a command goes by when none was given."""

import pytest

from klatch.clients.shell.entering import name_of_login
from klatch.core.names import parse_username


@pytest.mark.parametrize(
    ("login", "name"),
    [
        ("ann", "ann"),
        ("ann.lee", "ann.lee"),
        ("ann@example.org", "ann"),
        ("Ann Lee", "Ann_Lee"),
        ("7of9", "_7of9"),
        ("j\u00f6rg", "j_rg"),
        ("server", "_server"),
        ("x" * 60, "x" * 31),
    ],
)
def test_the_login_is_made_a_name(monkeypatch: pytest.MonkeyPatch, login: str, name: str) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, login)
    assert name_of_login() == name == parse_username(name)
