"""How much the page loads at first, and how soon it can be used, by a browser that never saw it and by one that did."""

import gzip
import statistics
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page

from klatch.gateways.http.built import FOLDER
from tests.running import Server

VISITS = 7
_NEW = "document.activeElement?.id === 'name'"
_BACK = "!!document.querySelector('.scroller.settled') && !!document.querySelector('form textarea')"
# From the start of the navigation until the condition holds in a frame that was drawn.
_WHEN = """condition => new Promise(done => {
  const holds = new Function(`return ${condition}`);
  const look = () => holds() ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})"""


def loading(browser: Browser, server: Server) -> Iterator[str]:
    """The bytes of a first visit, and the times of first and later ones."""
    yield _spell_bytes(_first_bytes(browser, server))
    new = [_first_visit(browser, server) for _ in range(VISITS)]
    yield f"a first visit can be used after {statistics.median(new):.0f} ms (median of {VISITS})"
    context = browser.new_context()
    page = context.new_page()
    come_in(page, server, "visitor")
    back = [_when(page, server, _BACK) for _ in range(VISITS)]
    yield f"a return shows its room after {statistics.median(back):.0f} ms (median of {VISITS})"
    context.close()


def come_in(page: Page, server: Server, name: str) -> None:
    """Comes in as a guest, to the lobby."""
    page.goto(server.url)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Come in").click()
    page.get_by_role("heading", name="#lobby").wait_for()


def _first_bytes(browser: Browser, server: Server) -> dict[str, int]:
    """What crosses the wire until one is in, by the kind of file: bodies as they are packed, without headers."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    sizes: dict[str, int] = {}

    def count(response: Any) -> None:
        path = response.url.removeprefix(server.url)
        kind = path.rpartition(".")[2]
        if path.startswith("/assets/"):
            sizes[kind] = sizes.get(kind, 0) + int(response.headers.get("content-length", 0))

    context.on("response", count)
    come_in(page, server, "counted")
    page.locator(".scroller.settled").wait_for()
    context.close()
    # Whatever drives the browser hears nothing of what a worker loads.
    workers = [gzip.compress(path.read_bytes(), mtime=0) for path in FOLDER.glob("assets/*.worker-*.js")]
    return sizes | {"worker": sum(map(len, workers))}


def _spell_bytes(sizes: dict[str, int]) -> str:
    kinds = ", ".join(f"{kind} {size / 1e3:.1f}" for kind, size in sorted(sizes.items()))
    return f"the first load has {sum(sizes.values()) / 1e3:.1f} KB packed ({kinds})"


def _first_visit(browser: Browser, server: Server) -> float:
    context = browser.new_context(service_workers="block")
    taken = _when(context.new_page(), server, _NEW)
    context.close()
    return taken


def _when(page: Page, server: Server, condition: str) -> float:
    page.goto("about:blank")
    page.goto(server.url, wait_until="commit")
    return float(page.evaluate(_WHEN, condition))
