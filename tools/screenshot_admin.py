"""The administration of a server, for tools/screenshots.py."""

from pathlib import Path
from typing import Literal

from playwright.async_api import Browser

from tests.running import Server

SECTIONS = ("start", "people", "rooms", "invites", "order", "audit", "settings", "storage", "figures")
Look = tuple[str, Literal["light", "dark"], str]
LOOKS: tuple[Look, ...] = (("wide", "light", "en-GB"), ("narrow", "dark", "en-GB"), ("wide", "dark", "ar-EG"))


async def photograph_admin(browser: Browser, server: Server, target: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """Each part of it, as the owner sees it: wide, on a phone, and from the right."""
    first = await browser.new_context(locale="en-GB")
    page = await first.new_page()
    await page.goto((server.data / "owner-link.txt").read_text("utf-8").strip())
    await page.locator("#name").fill("olga")
    await page.locator("#password").fill("a pot of coffee")
    await page.keyboard.press("Enter")
    await page.locator(".admin h2").wait_for()
    kept = await first.storage_state()
    await first.close()
    for size, scheme, locale in LOOKS:
        width, height = sizes[size]
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale, storage_state=kept
        )
        page = await context.new_page()
        page.set_default_timeout(8_000)
        for section in SECTIONS:
            await page.goto(f"{server.url}/#admin/{section}")
            await page.locator(".admin h2").wait_for()
            await page.wait_for_timeout(4_500 if section == "figures" else 500)
            await page.screenshot(path=target / f"{size}-{scheme}-{locale[:2]}-admin-{section}.png")
        await context.close()
