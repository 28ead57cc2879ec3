"""Nothing that was begun is lost: not in another room, not with the terminal, not with the program."""

import signal
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from klatch.clients.seat.drafts import Drafts
from tests.clients.terminal.screens import chatting, conversation, sees, type_in, until
from tests.pace import PATIENCE
from tests.running import KLATCH, Server

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal


@pytest.fixture
def begin(house: Server, me: str) -> Iterator[Callable[[], Terminal]]:
    """Starts the client, as often as one likes."""
    begun: list[Terminal] = []

    def start() -> Terminal:
        begun.append(Terminal(*KLATCH, "chat", house.url, "--name", me))
        begun[-1].sees("#lobby", f"● {me}")
        return begun[-1]

    yield start
    for terminal in begun:
        terminal.close()


def kept(home: Path) -> list[Path]:
    return list(home.rglob("drafts/**/*.txt"))


def test_a_draft_outlives_its_terminal(begin: Callable[[], Terminal]) -> None:
    first = begin()
    first.type("half a thought")
    first.sees("half a thought")
    first.hang_up()
    assert first.process.wait(PATIENCE) == -signal.SIGHUP
    begin().sees("› half a thought")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_draft_outlives_its_program(begin: Callable[[], Terminal], home: Path, how: signal.Signals) -> None:
    first = begin()
    first.type("half a thought")
    first.sees("half a thought")
    first.until(lambda _: kept(home) != [] or how is signal.SIGTERM)
    first.process.send_signal(how)
    first.ends()
    begin().sees("› half a thought")


async def test_what_was_sent_is_no_draft_any_more(house: Server, me: str, home: Path) -> None:
    async with chatting(house, me) as ann:
        await type_in(ann, "hello")
        await ann.press("enter")
        await sees(ann, f"{me} ")
        await until(ann, lambda _: kept(home) == [], "the draft is still there", PATIENCE)


async def test_what_one_was_writing_comes_back_after_an_edit(house: Server, me: str) -> None:
    async with chatting(house, me) as ann:
        await type_in(ann, "helo")
        await ann.press("enter")
        await type_in(ann, "half a thought")
        await ann.press("shift+tab", "e")
        await sees(ann, "Editing your message")
        await ann.press("backspace", "l", "o", "enter")
        await sees(ann, "hello (edited)", "› half a thought")
        await ann.press("shift+tab", "e", "escape")
        assert conversation(ann).desk.composer.text == "half a thought"


def test_drafts_are_for_their_user_alone_and_hold_no_secret(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.write("7", "/register http://127.0.0.1:8000/owner/secret")
    drafts.write("../7", "elsewhere")
    assert list(tmp_path.rglob("*.txt")) == []
    drafts.write("7", "hello")
    (kept,) = tmp_path.rglob("*.txt")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Drafts(tmp_path / "drafts").read("7") == "hello"
    drafts.write("7", "")
    assert list(tmp_path.rglob("*.txt")) == []
