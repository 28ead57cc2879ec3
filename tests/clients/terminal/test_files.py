"""Files are sent, shown as a line, saved, and pictures drawn where the terminal can."""

import io
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from klatch.clients.sdk import Client
from klatch.clients.terminal.completing import complete
from klatch.clients.terminal.files import path_of
from klatch.clients.terminal.pictures import find_way, spell_blocks, spell_iterm, spell_kitty, spell_sixel
from tests.clients.terminal.screens import chatting, conversation, sees, sees_no, type_in
from tests.running import KLATCH, Server, klatch

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from tests.clients.terminal.terminals import Terminal


@pytest.fixture
async def bob(house: Server, you: str) -> AsyncIterator[Client]:
    """Somebody else."""
    async with Client(house.url, name=you) as client:
        yield client


@pytest.fixture
def picture() -> bytes:
    """A red picture, 60 by 40."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


async def test_a_file_is_sent_with_its_path_completed(
    house: Server, me: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a folder" / f"{me}.txt", b"hello " * 500)
    monkeypatch.chdir(tmp_path)
    async with chatting(house, me) as ann:
        await type_in(ann, "/file a")
        await ann.press("tab")
        await type_in(ann, me)
        await ann.press("tab")
        assert conversation(ann).desk.composer.text == f"/file a folder/{me}.txt"
        await ann.press("enter")
        await sees(ann, f"▤ {me}.txt", "3.0 kB")


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


async def test_what_cannot_be_sent_is_told_and_given_back(house: Server, me: str) -> None:
    async with chatting(house, me) as ann:
        await type_in(ann, "/file /nowhere")
        await ann.press("enter")
        await sees(ann, "There is no file /nowhere.", "› /file /nowhere")


async def test_a_file_is_saved(house: Server, bob: Client, me: str, home: Path) -> None:
    name = f"notes of {me}.txt"
    await bob.send("#lobby", "see", files=[await bob.upload(b"hello", name=name)])
    async with chatting(house, me, size=(120, 24)) as ann:
        await sees(ann, f"▤ {name}")
        await ann.press("shift+tab")
        await sees(ann, "s save")
        await ann.press("s")
        await sees(ann, "Saved as")
    assert read(home, name) == b"hello"


async def test_words_are_taken_away_from_ones_own_file(house: Server, me: str, tmp_path: Path) -> None:
    (tmp_path / f"{me}.txt").write_bytes(b"hello")
    async with chatting(house, me) as ann:
        await type_in(ann, f"/file {tmp_path}/{me}.txt")
        await ann.press("enter")
        await sees(ann, f"▤ {me}.txt")
        await ann.press("shift+tab", "e")
        await sees(ann, "Editing your message")
        await type_in(ann, "words that go")
        await ann.press("enter")
        await sees(ann, "words that go", "(edited)")
        await ann.press("shift+tab", "e")
        conversation(ann).desk.composer.replace_all("")
        await ann.press("enter")
        await sees_no(ann, "words that go")
        await sees(ann, f"▤ {me}.txt")
        await ann.press("enter")  # and from then on an empty line means nothing again
        assert not conversation(ann).desk.composer.may_be_empty


def read(folder: Path, name: str) -> bytes:
    (kept,) = folder.rglob(name)
    return kept.read_bytes()


@pytest.fixture
def ann(house: Server, bob: Client, me: str, picture: bytes) -> Iterator[Terminal]:
    terminal = Terminal(*KLATCH, "chat", house.url, "--name", me)
    try:
        terminal.sees("#lobby", f"● {me}")
        path = Path(os.environ["HOME"], f"{me}.png")
        path.write_bytes(picture)
        assert klatch("send", "#lobby", "--file", str(path), "--server", house.url, "--name", f"{me}x").returncode == 0
        terminal.sees(f"▤ {me}.png", "60 × 40")
        terminal.type("\x1b[Z")
        terminal.sees("v view")
        terminal.type("v")
        terminal.until(lambda screen: "\x1b[c" in screen.history)
        yield terminal
    finally:
        terminal.close()


def test_a_picture_is_drawn_where_the_terminal_says_that_it_can(ann: Terminal, me: str) -> None:
    ann.type("\x1b[?62;4;22c")
    ann.sees(f"{me}.png  Press a key.")
    assert any(told.startswith('\x1bPq"1;1;60;40') for told in ann.screen.told)
    ann.type("x")
    ann.sees("#lobby", f"● {me}")


def test_elsewhere_it_is_drawn_in_blocks_if_one_asks(ann: Terminal, me: str) -> None:
    ann.type("\x1b[?62;22c")
    ann.sees("This terminal draws no pictures.")
    ann.type("\r")
    ann.sees("▀▀▀▀", f"{me}.png  Press a key.")
    ann.type("x")
    ann.sees("#lobby", f"● {me}")


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm"),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "WezTerm", "TMUX": "x"}, ""),
    ],
)
def test_what_terminals_can_is_known_by_their_surroundings(environment: dict[str, str], way: str) -> None:
    assert find_way(environment) == way


def test_pictures_are_spelled_for_each(picture: bytes) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    assert spell_kitty(image).startswith("\x1b_Ga=T,f=100,m=0;")
    assert spell_iterm(image).startswith("\x1b]1337;File=inline=1;size=")
    assert "!60~" in spell_sixel(image)
    assert spell_blocks(image).count("▀") == 60 * 20


@pytest.mark.parametrize(
    ("typed", "path"), [("/file a b.txt", "a b.txt"), ("/FILE 'x y'", "x y"), ("/file", None), ("/files", None)]
)
def test_a_path_is_read_as_in_a_shell(typed: str, path: str | None) -> None:
    assert path_of(typed) == (Path(path) if path is not None else None)


def test_hidden_files_are_completed_only_behind_a_dot(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / ".secret").touch()
    assert complete(f"/file {folder}/", [], []) is None
    offers = complete(f"/file {folder}/.", [], [])
    assert offers is not None
    assert [offer.text for offer in offers.offers] == [".secret"]
