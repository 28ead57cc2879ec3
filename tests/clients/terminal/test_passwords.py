"""Passwords are asked for, and neither shown nor kept: on the full screen and in simple lines."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import KLATCH, Server, klatch, running

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal

SECRET = "correct-horse-7"
OTHER = "battery-horse-8"  # as long


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server at which guests may make accounts."""
    folder = tmp_path_factory.mktemp("house")
    config = folder / "klatch.toml"
    config.write_text('registration = "open"\n')
    with running(folder / "data", "--no-limits", "--config", str(config)) as started:
        yield started


@pytest.fixture
def begin(house: Server, home: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts the client; at the end nothing that it showed or kept holds a password."""
    begun: list[Terminal] = []

    def start(*words: str) -> Terminal:
        begun.append(Terminal(*KLATCH, "chat", house.url, *words))
        return begun[-1]

    yield start
    for terminal in begun:
        terminal.close()
        assert not [secret for secret in (SECRET, OTHER) if secret in terminal.screen.history]
    for path in (*home.rglob("*"), house.data.with_name("data.log")):
        if path.is_file():
            assert not [secret for secret in (SECRET, OTHER) if secret.encode() in path.read_bytes()]


def register(house: Server, name: str) -> None:
    """Somebody has an account."""
    told = klatch("chat", house.url, "--name", name, "--plain", text=f"/register\n{SECRET}\n{SECRET}\n")
    assert "You have an account now" in told.stdout


def test_a_guest_registers_on_the_full_screen(begin: Callable[..., Terminal], me: str) -> None:
    ann = begin("--name", me)
    ann.sees("#lobby", f"● {me}")
    ann.type("/register\r")
    ann.sees("Make an account of this guest")
    ann.type(f"{SECRET}\r{OTHER}\r")
    ann.sees("These were not the same.")
    ann.type("/register\r")
    ann.sees("Make an account of this guest")
    ann.type(f"{SECRET}\r")
    ann.sees("•" * len(SECRET))
    ann.type(f"{SECRET}\r")
    ann.sees("You have an account now")


def test_who_has_an_account_comes_in_by_the_entrance(house: Server, begin: Callable[..., Terminal], you: str) -> None:
    register(house, you)
    bob = begin("--name", f"{you}x")
    bob.sees("#lobby", f"● {you}x")
    bob.type(f"/login {you}\r")
    bob.sees(f"Sign in as {you}")
    bob.type(f"{OTHER}\r")
    bob.sees("The name or the password is wrong", "Your name")
    bob.type(f"{SECRET}\r")
    bob.sees("#lobby", f"● {you}  ")


def test_the_name_of_an_account_is_asked_for_its_password(
    house: Server, begin: Callable[..., Terminal], home: Path, you: str
) -> None:
    register(house, you)
    for kept in home.rglob("*.secret"):
        kept.unlink()
    ann = begin("--name", you)
    ann.sees("belongs to an account")
    ann.type(f"{SECRET}\r")
    ann.sees("#lobby", f"● {you}")


def test_simple_lines_ask_without_showing(house: Server, begin: Callable[..., Terminal], me: str) -> None:
    ann = begin("--name", me, "--plain")
    ann.sees("--- #lobby")
    ann.type("/register\n")
    ann.sees("A new password")
    ann.type(f"{SECRET}\n")
    ann.sees("The same again")
    ann.type(f"{OTHER}\n")
    ann.sees("! These were not the same.")
    ann.type(f"{SECRET}\n")
    ann.type(f"{SECRET}\n")
    ann.sees("You have an account now")
    ann.type("now I am seen\n")
    ann.sees("now I am seen")


def test_simple_lines_go_on_as_who_signs_in(house: Server, begin: Callable[..., Terminal], me: str, you: str) -> None:
    register(house, you)
    ann = begin("--name", me, "--plain")
    ann.sees("--- #lobby")
    ann.type(f"/login {you}\n")
    ann.sees("Password:")
    ann.type(f"{OTHER}\n")
    ann.sees("The name or the password is wrong.")
    ann.until(lambda screen: screen.text.count("--- #lobby") == 2)
    ann.type(f"/login {you}\n")
    ann.until(lambda screen: screen.text.count("Password:") == 2)
    ann.type(f"{SECRET}\n")
    ann.until(lambda screen: screen.text.count("--- #lobby") == 3)
    ann.type("it is me\n/quit\n")
    ann.ends()
    assert f"{you}: it is me" in klatch("tail", "#lobby", "--server", house.url, "--name", "zoe").stdout


def test_simple_lines_ask_for_the_password_of_a_name_that_has_one(
    house: Server, begin: Callable[..., Terminal], home: Path, you: str
) -> None:
    register(house, you)
    for kept in home.rglob("*.secret"):
        kept.unlink()
    ann = begin("--name", you, "--plain")
    ann.sees(f"{you} is an account here. Password:")
    ann.type(f"{SECRET}\n")
    ann.sees("--- #lobby")
