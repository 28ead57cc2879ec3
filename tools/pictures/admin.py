"""The administration, part by part: of a server that is used."""

import json
from pathlib import Path

from playwright.async_api import Browser, StorageState

from klatch.clients.sdk import Client
from klatch.core import commands
from tests.running import Server

PARTS = ("start", "people", "rooms", "invites", "order", "audit", "settings", "storage", "figures")
OPENED = {"people": "What to do with bob", "rooms": "Settings of #board", "invites": "Make link"}
LOOKS = (("wide", "light"), ("wide", "dark"), ("narrow", "light"), ("narrow", "dark"))
GRAPHED = 4_500  # milliseconds for a line


async def photograph_admin(browser: Browser, server: Server, target: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """Every part, light and dark, wide and narrow; and in Arabic, from the right."""
    kept, token = await _become_owner(browser, server)
    async with Client(server.url, token=token) as olga:
        await do_much(olga)
    for size, scheme in LOOKS:
        for locale in ("en-GB", "ar-EG") if (size, scheme) != ("wide", "dark") else ("en-GB",):
            await _walk(browser, server, target, kept, (size, scheme, locale), sizes[size])


async def _become_owner(browser: Browser, server: Server) -> tuple[StorageState, str]:
    """What the browser of a new owner keeps, and their token."""
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    await page.goto((server.data / "owner-link.txt").read_text("utf-8").strip())
    await page.get_by_label("Your name").fill("olga")
    await page.get_by_label("Choose a password").fill("a pot of coffee")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="This server is yours").wait_for()
    token = json.loads(await page.evaluate("localStorage.getItem('klatch.secrets')"))["olga"]
    kept = await context.storage_state()
    await context.close()
    return kept, token


async def _walk(
    browser: Browser,
    server: Server,
    target: Path,
    kept: StorageState,
    look: tuple[str, str, str],
    size: tuple[int, int],
) -> None:
    name, scheme, locale = look
    label = f"{name}-{scheme}" if locale.startswith("en") else f"{name}-{scheme}-{locale[:2]}"
    context = await browser.new_context(
        locale=locale,
        storage_state=kept,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": size[0], "height": size[1]},
    )
    page = await context.new_page()
    page.set_default_timeout(8_000)
    for part in PARTS:
        await page.goto(f"{server.url}/#admin/{part}")
        await page.locator(f"[aria-current=page][href='#admin/{part}']").wait_for()
        await page.wait_for_timeout(GRAPHED if part == "figures" else 400)
        await page.screenshot(path=target / f"{label}-admin-{part}.png")
        if part in OPENED and locale.startswith("en"):
            await page.get_by_role("button", name=OPENED[part]).click()
            await page.wait_for_timeout(300)
            await page.screenshot(path=target / f"{label}-admin-{part}-open.png")
            await page.keyboard.press("Escape")
    await context.close()


async def do_much(olga: Client) -> None:
    """What an owner may have done."""
    await olga.act(commands.CreateRoom(cid="", name="#board", closed=True, topic="Once a month"))
    await olga.act(commands.Ban(cid="", who="spam*", seconds=86_400, reason="too many links"))
    await olga.act(commands.Mute(cid="", user="mira", seconds=3_600, reason="on a train"))
    await olga.act(commands.Configure(cid="", name="guest_days", value=14))
    await olga.act(commands.MakeLink(cid="", secret="x" * 32, uses=5))
    await olga.act(commands.MakeLink(cid="", secret="y" * 32, room="#board"))
    await olga.act(commands.Unmute(cid="", user="mira"))
    await olga.act(commands.Pause(cid="", reason="fire alarm"))
    await olga.act(commands.Resume(cid=""))
