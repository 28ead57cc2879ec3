"""Files in a window: sent, seen, kept."""

import asyncio
import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from klatch.clients.sdk import Client
from tests.running import Server

if TYPE_CHECKING:
    from tests.clients.desktop.person import Person


def draw_picture() -> bytes:
    """A red picture, twice as wide as it is high."""
    data = io.BytesIO()
    Image.new("RGB", (300, 150), "#CC2211").save(data, "PNG")
    return data.getvalue()


def send(server: Server, who: str, name: str, content: bytes, words: str) -> None:
    """Somebody else sends a file."""

    async def do() -> None:
        async with Client(server.url, name=who) as tom:
            await tom.send("#lobby", words, files=[await tom.upload(content, name=name)])

    asyncio.run(do())


def test_files_go_with_the_next_message(house: Server, bob: "Person", tmp_path: Path) -> None:
    for name in ("plan.txt", "notes.txt"):
        (tmp_path / name).write_text(f"these are {name}")
        bob.window.filing.attach_path(tmp_path / name)
    bob.waits(lambda: len(bob.window.composer.attachments.shown) == 2)
    bob.waits(lambda: all("bytes" in words for words in bob.window.composer.attachments.shown))
    bob.says("here they are")
    bob.waits(lambda: not bob.window.composer.attachments.shown)
    bob.waits(lambda: "plan.txt" in bob.shown and "notes.txt" in bob.shown and "here they are" in bob.shown)


def test_the_words_of_ones_own_file_are_taken_away(house: Server, bob: "Person", tmp_path: Path) -> None:
    (tmp_path / "cups.txt").write_text("two cups")
    bob.window.filing.attach_path(tmp_path / "cups.txt")
    bob.waits(lambda: any("bytes" in words for words in bob.window.composer.attachments.shown))
    bob.says("words that go")
    bob.waits(lambda: "cups.txt" in bob.shown and "words that go" in bob.shown)
    bob.presses("Up")
    bob.window.composer.put("")
    bob.presses("Return")
    bob.waits(lambda: "cups.txt" in bob.shown and "words that go" not in bob.shown)


def test_a_file_is_given_up_before_it_is_sent(house: Server, bob: "Person", tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not this one")
    bob.window.filing.attach_path(tmp_path / "secret.txt")
    bob.waits(lambda: bob.window.composer.attachments.shown)
    [(_, _, away)] = bob.window.composer.attachments._rows.values()
    away.event_generate("<Button-1>")
    bob.waits(lambda: not bob.window.composer.attachments.shown)
    bob.says_and_sees("without it")
    assert "secret.txt" not in bob.shown


def test_a_typed_path_is_sent_at_once(house: Server, bob: "Person", tmp_path: Path) -> None:
    (tmp_path / "typed.txt").write_text("by its path")
    bob.window.doing.say(f"/file {tmp_path / 'typed.txt'}")
    bob.sees("typed.txt")
    bob.says("/file /nowhere/at/all")
    bob.sees("There is no file /nowhere/at/all")


def test_a_picture_is_seen_in_its_line_and_its_box_was_there_before(house: Server, bob: "Person") -> None:
    send(house, "tom", "sunset.png", draw_picture(), "look")
    bob.sees("sunset.png")
    text = bob.window.timeline.text
    names = text.image_names()
    assert names
    picture = text.image_cget(names[-1], "image")
    width, height = int(text.tk.call("image", "width", picture)), int(text.tk.call("image", "height", picture))
    assert (width, height) == (300, 150)

    def colour() -> tuple[int, int, int]:
        return tuple(text.tk.call(picture, "get", 20, 20))

    bob.waits(lambda: colour()[0] > 190 and colour()[1] < 60)


def test_a_file_is_kept_where_one_wants_it(house: Server, bob: "Person", tmp_path: Path) -> None:
    send(house, "tim", "report.txt", b"all is well", "the report")
    bob.sees("report.txt")
    item = next(item for item in bob.room.items.values() if getattr(item.body, "text", "") == "the report")
    target = tmp_path / "kept.txt"
    bob.window.filing._do(lambda transfers: transfers.save(item.body.files[0], target))
    bob.sees("Saved as")
    assert target.read_bytes() == b"all is well"
