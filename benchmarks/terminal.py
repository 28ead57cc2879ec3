"""The terminal client scrolled through 50,000 messages, each step with all that is drawn for it."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC

from textual.app import App, ComposeResult

from klatch.clients.seat.room import Room
from klatch.clients.terminal.timeline import Timeline
from klatch.core.answers import Page, Person, RoomState
from klatch.core.events import Author, Entry, Message
from klatch.core.view import Item

COUNT = 50_000
STEPS = 3_000
ME = Person(id="1", name="ann", display_name="ann", state="online")
_TEXTS = (
    "Good morning.",
    "The **pot** is on, and `make test` is green: see https://example.org/build/1234 for what was run.",
    "A longer thought that goes on for a while, as people do when they have had their second cup, " * 4,
    "```python\ndef brew(cups):\n    return cups * 2  # strong\n```",
    "日本語 and emoji ☕👍🎉, side by side.",
)


class Alone(App[None]):
    """The timeline and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.timeline = Timeline(lambda: ME, lambda: "dark", UTC)

    def compose(self) -> ComposeResult:
        """The one part."""
        yield self.timeline


def scroll() -> Iterator[str]:
    """A step of scrolling in the terminal, in a room of 50,000 messages."""
    yield from asyncio.run(_scroll())


async def _scroll() -> list[str]:
    room = Room(RoomState(id="2", name="#lobby", kind="open", topic="", head=COUNT))
    room.load(Page(room="2", items=[_item(seq) for seq in range(1, COUNT + 1)], as_of=COUNT, more=False))
    app = Alone()
    async with app.run_test(size=(120, 40)):
        timeline = app.timeline
        timeline.show_room(room, None)

        def hear(at: int) -> None:
            room.take(_entry(COUNT + 1 + at), ME)

        return [
            _measure("wheel up", STEPS, lambda _: timeline.scroll_rows(-3), timeline),
            _measure("page up", STEPS, lambda _: timeline.action_page(-1), timeline),
            _measure("jumps", 100, lambda at: timeline.select(1 + at * 7_919 % COUNT), timeline),
            _measure("a message comes", 500, hear, timeline),
        ]


def _measure(what: str, steps: int, step: Callable[[int], None], timeline: Timeline) -> str:
    times = []
    for at in range(steps):
        began = time.perf_counter()
        step(at)
        timeline.redraw()
        for y in range(timeline.size.height):
            timeline.render_line(y)
        times.append(time.perf_counter() - began)
    cuts = statistics.quantiles(times, n=100)
    median, late, most = (seconds * 1e3 for seconds in (cuts[49], cuts[98], max(times)))
    return f"{what}: median {median:.2f} ms, 99th percentile {late:.2f} ms, most {most:.1f} ms"


def _item(seq: int) -> Item:
    author = Author(id=str(3 + seq // 7 % 5), name=f"person{seq // 7 % 5}")
    ts = 1_790_000_000_000 + seq * 20_000
    return Item(seq=seq, id=str(seq), ts=ts, author=author, body=Message(text=_TEXTS[seq % len(_TEXTS)]))


def _entry(seq: int) -> Entry:
    item = _item(seq)
    return Entry(room="2", seq=seq, id=item.id, ts=item.ts, author=item.author, body=item.body)
