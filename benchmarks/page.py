"""How soon, smooth and small the page is, in a real Chromium: what it loads, a long room, a flood of talk, a day."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from playwright.sync_api import Page, sync_playwright

from benchmarks.day import day
from benchmarks.loading import come_in, loading
from benchmarks.talk import fill, in_thread, pour
from klatch.gateways.http.built import FOLDER
from tests.running import running

HELD = 100_000
RATE = 1_000
SECONDS = 5
OPENINGS = 7
ROOM = "#long"
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
    """What the page loads, how soon it shows 100,000 messages, how smooth it is at 1,000 a second, what a day adds."""
    chromium = which("chromium")
    if chromium is None or not (FOLDER / "index.html").exists():
        yield "there is no chromium here, or the page is not built"
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data", "--no-limits") as server,
        sync_playwright() as playwright,
    ):
        in_thread(fill(server.port, ROOM, HELD)).join()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield from loading(browser, server)
        reader = browser.new_page(viewport={"width": 1280, "height": 800})
        come_in(reader, server, "reader")
        reader.locator("form textarea").fill(f"/join {ROOM}")
        reader.keyboard.press("Enter")
        reader.get_by_role("heading", name=ROOM).wait_for()
        reader.locator("article", has_text=f"{HELD - 1:07}").first.wait_for()
        reader.wait_for_timeout(1_000)  # until it is known that it was read
        yield _openings(reader, f"{server.url}/#lobby")
        yield _spell("nothing arrives", reader.evaluate(_WATCH, 2_000))
        sending = in_thread(pour(server.port, "pourer", (ROOM,), RATE, RATE * (SECONDS + 2)))
        reader.wait_for_timeout(1_000)
        yield _spell(f"{RATE:,} messages a second arrive", reader.evaluate(_WATCH, SECONDS * 1_000))
        sending.join()
        reader.locator("article", has_text=f"{RATE * (SECONDS + 2) - 1:07}").first.wait_for()
        yield "the last of them is in sight"
        reader.close()
        yield from day(browser, server)
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
