"""How smooth the page is, in a real Chromium: a long room is opened, and a thousand messages arrive in a second."""

import asyncio
import statistics
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.peer import connect
from klatch.gateways.http.built import FOLDER
from tests.running import running

HELD = 100_000
RATE = 1_000
SECONDS = 5
OPENINGS = 7
ROOM = "#long"
_WORDS = (
    "a",
    "pot",
    "of",
    "coffee",
    "and",
    "chairs",
    "by",
    "the",
    "window",
    "where",
    "neighbours",
    "come",
    "to",
    "sit",
)

# From the change of the address until the last message is drawn.
_OPEN = """text => new Promise(done => {
  const began = performance.now();
  const look = () => {
    const lines = [...document.querySelectorAll('.scroller.settled article')];
    const drawn = lines.some(line => line.textContent.includes(text));
    if (drawn) requestAnimationFrame(() => done(performance.now() - began));
    else if (performance.now() - began > 3_000) done(NaN);
    else requestAnimationFrame(look);
  };
  location.hash = '#long';
  requestAnimationFrame(look);
})"""
_WATCH = """milliseconds => new Promise(done => {
  const gaps = [];
  const began = performance.now();
  let last = began;
  const next = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (now - began < milliseconds) requestAnimationFrame(next);
    else done(gaps);
  };
  requestAnimationFrame(next);
})"""


def page() -> Iterator[str]:
    """How soon the page shows the end of 100,000 messages, and how smooth it is while 1,000 a second come."""
    chromium = which("chromium")
    if chromium is None or not (FOLDER / "index.html").exists():
        yield "there is no chromium here, or the page is not built"
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data", "--no-limits") as server,
        sync_playwright() as playwright,
    ):
        _in_thread(_fill(server.port, HELD)).join()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        reader = browser.new_page(viewport={"width": 1280, "height": 800})
        reader.goto(server.url)
        reader.get_by_label("Your name").fill("reader")
        reader.get_by_role("button", name="Come in").click()
        reader.locator("form textarea").fill(f"/join {ROOM}")
        reader.keyboard.press("Enter")
        reader.get_by_role("heading", name=ROOM).wait_for()
        reader.locator("article", has_text=f"{HELD - 1:07}").first.wait_for()
        reader.wait_for_timeout(1_000)  # until it is known that it was read
        yield _openings(reader, f"{server.url}/#lobby")
        yield _spell("nothing arrives", reader.evaluate(_WATCH, 2_000))
        sending = _in_thread(_pour(server.port, RATE, SECONDS + 2))
        reader.wait_for_timeout(1_000)
        yield _spell(f"{RATE:,} messages a second arrive", reader.evaluate(_WATCH, SECONDS * 1_000))
        sending.join()
        reader.locator("article", has_text=f"{RATE * (SECONDS + 2) - 1:07}").first.wait_for()
        yield "the last of them is in sight"
        browser.close()


def _openings(reader: Page, elsewhere: str) -> str:
    times = []
    for _ in range(OPENINGS):
        reader.goto("about:blank")
        reader.goto(elsewhere)
        reader.get_by_role("heading", name="#lobby").wait_for()
        reader.wait_for_timeout(500)
        times.append(reader.evaluate(_OPEN, f"{HELD - 1:07}"))
    return f"the end of {HELD:,} messages is shown in {statistics.median(times):.0f} ms (median of {OPENINGS})"


def _spell(what: str, gaps: list[float]) -> str:
    cuts = statistics.quantiles(gaps, n=20)
    rate = len(gaps) / sum(gaps) * 1_000
    return f"{what}: {rate:.0f} frames/s, 95 % of them within {cuts[18]:.0f} ms, all within {max(gaps):.0f} ms"


async def _fill(port: int, count: int) -> None:
    """A room with so many messages."""
    peer = await connect(port, "filler")
    peer.say({"op": "create", "cid": "create-000000001", "name": ROOM})
    acked = asyncio.Event()
    peer.on_acks = lambda _: acked.set()
    said = 0
    while peer.acks <= count:  # one is that of the room
        while said < count and said - peer.acks < 128:
            peer.say(_message("filler", said))
            said += 1
        acked.clear()
        await acked.wait()
    peer.close()


async def _pour(port: int, rate: int, seconds: int) -> None:
    """So many messages a second, from four people."""
    peers = [await connect(port, f"pourer{number}") for number in range(4)]
    for peer in peers:
        peer.say({"op": "join", "cid": "joining-00000001", "room": ROOM})
    clock = asyncio.get_running_loop().time
    began = clock()
    for number in range(rate * seconds):
        await asyncio.sleep(max(0, began + number / rate - clock()))
        peers[number // 3 % 4].say(_message("pour", number))
    await asyncio.sleep(1)
    for peer in peers:
        peer.close()


def _message(who: str, number: int) -> dict[str, Any]:
    return {"op": "send", "cid": f"{who}-{number:012}", "room": ROOM, "text": _text(number)}


def _text(number: int) -> str:
    """What people write: mostly plain, of different lengths, here and there with marks."""
    words = " ".join(_WORDS[(number + step) % len(_WORDS)] for step in range(3 + number * 7 % 30))
    marked = f"**{words}** and `code` for https://example.org" if number % 9 == 0 else words
    return f"{marked} {number:07}"


def _in_thread(work: Any) -> threading.Thread:
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    return thread
