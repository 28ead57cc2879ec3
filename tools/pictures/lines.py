"""Pictures of the calm lines of the page: the server is away, a newer page is here, or something is missing."""

from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.running import Server

from .looks import EXTREMES

LAN = "klatch.test"
NEWER = '<script type="module" crossorigin src="/assets/index-newer.js"></script>'


async def photograph_lines(
    browser: Browser, server: Server, target: Path, sizes: Mapping[str, tuple[int, int]]
) -> None:
    """Each line, wide and light, and narrow and dark; the server is gone afterwards."""
    pages: dict[str, Page] = {}
    for size, scheme in EXTREMES:
        width, height = sizes[size]
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB"
        )
        label = f"{size}-{scheme}"
        page = pages[label] = await context.new_page()
        await _come_in(page, server.url.replace("127.0.0.1", LAN), f"lan-{size}")
        await _take(page, target, label, "missing", "without encryption")
        await page.get_by_role("button", name="Understood").click()
    server.kill()
    for label, page in pages.items():
        await _take(page, target, label, "offline", "Offline.")
        await page.route("**/", lambda route: route.fulfill(body=NEWER, content_type="text/html"))
    server.start()
    for label, page in pages.items():
        await page.evaluate("dispatchEvent(new Event('online'))")
        await _take(page, target, label, "newer", "A newer page is here.")
        await page.context.close()
    server.kill()


async def _come_in(page: Page, url: str, name: str) -> None:
    await page.goto(url)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Come in").click()
    await page.get_by_role("heading", name="#lobby").wait_for()


async def _take(page: Page, target: Path, label: str, name: str, text: str) -> None:
    await page.get_by_text(text).wait_for()
    await page.wait_for_timeout(300)
    await page.screenshot(path=target / f"{label}-{name}.png")
