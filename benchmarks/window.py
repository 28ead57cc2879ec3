"""How smoothly the window scrolls: a room of 10,000 messages on a screen that nobody sees."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shutil import which
from typing import Any

from klatch.clients.desktop.preferences import Preferences
from klatch.clients.desktop.scene import OpenRoom, Scene
from klatch.clients.sdk import State
from klatch.core.answers import Person, RoomState
from klatch.core.events import Author, Message
from klatch.core.view import Item

COUNT = 10_000
_PROGRAM = """
import os
from klatch.clients.desktop import opening, window
def run(self):
    self.app.update()
    print("there", flush=True)
    os._exit(0)  # nothing of the user's is written
window.Window.run = run
opening.open_window(None, None)
"""
WORDS = ("pot", "cup", "warm", "come", "and", "sit", "with", "us", "for", "a", "little", "while", "neighbour")


def scroll() -> Iterator[str]:
    """How long a step of scrolling takes in a window with 10,000 messages, drawn and all."""
    if which("Xvfb") is None:
        yield "there is no Xvfb here"
        return
    with _screen():
        yield f"the command shows its window after {statistics.median(_start() for _ in range(5)):.2f} s"
        from klatch.clients.desktop.window import Window  # noqa: PLC0415 - Tk may be missing

        began = time.perf_counter()
        window = Window(Preferences(theme="light"))
        try:
            window.app.update()
            yield f"window opens in {time.perf_counter() - began:.2f} s"
            yield from _measure(window)
        finally:
            window.close()


def _start() -> float:
    """Seconds from the start of a process to the first page on the screen."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return time.perf_counter() - began


def _measure(window: Any) -> Iterator[str]:
    timeline = window.timeline

    def draw(work: Callable[..., object], *arguments: object) -> float:
        began = time.perf_counter()
        work(*arguments)
        window.app.update()
        return (time.perf_counter() - began) * 1e3

    yield f"the room is drawn in {draw(window.take, _scene(COUNT)):.0f} ms"
    yield _spell("scrolling up 120 pixels", [draw(timeline.scroll, -120, "pixels") for _ in range(1_500)])
    yield _spell("scrolling down 120 pixels", [draw(timeline.scroll, 120, "pixels") for _ in range(1_500)])
    jumps = [draw(window.timeline.drag, "moveto", str(place / 100)) for place in range(100)]
    yield _spell("dragging the scrollbar", jumps)
    draw(timeline.to_end)
    scenes = [_scene(COUNT + more) for more in range(1, 101)]
    yield _spell("a new message", [draw(window.take, scene) for scene in scenes])


def _spell(what: str, times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"{what}: median {cuts[49]:.1f} ms, 99th percentile {cuts[98]:.1f} ms, longest {max(times):.0f} ms"


def _scene(count: int) -> Any:
    if not _ITEMS:
        chance = random.Random(1)
        authors = [Author(str(number), f"person{number}") for number in range(3, 15)]
        for seq in range(1, COUNT + 200):
            text = " ".join(chance.choice(WORDS) for _ in range(chance.randint(2, 60)))
            text += "\n```\ncode\n  more\n```" if seq % 17 == 0 else ""
            text = f"**bold** and `code` https://example.org {text}" if seq % 11 == 0 else text
            author = authors[seq // 4 % 12]
            body = Message(text=text)
            _ITEMS[seq] = Item(seq=seq, id=str(seq), ts=1_790_000_000_000 + seq * 60_000, author=author, body=body)
        _PEOPLE.update(
            {each.id: Person(id=each.id, name=each.name, display_name=each.name, state="online") for each in authors}
        )
    state = RoomState(id="2", name="#lobby", kind="open", topic="", head=count, role="guest", read=count)
    items = {seq: _ITEMS[seq] for seq in range(1, count + 1)}
    room = OpenRoom(
        state=state, topic="", head=count, order=list(items), items=items, pending=[], people=list(_PEOPLE.values()),
        typists=[], loaded=True, complete=True,
    )  # fmt: skip
    me = Person(id="3", name="bob", display_name="bob", state="online")
    return Scene(state=State(name="online"), me=me, rooms=[state], people=_PEOPLE, waiting=0, open=room)


_ITEMS: dict[int, Any] = {}
_PEOPLE: dict[str, Any] = {}


@contextmanager
def _screen() -> Iterator[None]:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            os.environ["DISPLAY"] = f":{told.readline().strip()}"
        yield
    finally:
        process.terminate()
        process.wait()
