"""The page with far too much of everything: rooms, names, topics, reactions, people."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser

from klatch.clients.sdk import Client
from klatch.core import commands
from tests.running import Server

ROOMS = 500
PEOPLE = 30
EMOJI = list("👍😂🎉😊🙏👀✅☕🫖🔥✨⭐💡🚀🐛🔧📌📎📅🍰")
TOPIC = "Everything about the move, the new kitchen, who brings which plant, and when the lift is repaired. " * 4


async def furnish_crowd(server: Server, owner: str, secret: str) -> None:
    """Gives one visitor, by name and secret, all of it."""
    async with AsyncExitStack() as stack:
        me = await stack.enter_async_context(Client(server.url, name=owner, secret=secret))
        for start in range(0, ROOMS, 50):
            names = [
                f"#{'project-with-a-rather-long-name-' if n % 9 == 0 else 'room-'}{n}" for n in range(start, start + 50)
            ]
            await asyncio.gather(*(me.act(commands.CreateRoom(cid="", name=name)) for name in names))
        await me.act(commands.CreateRoom(cid="", name="#crowd", topic=TOPIC[:500]))
        said = await me.send("#crowd", "Which one is it?")
        others = [
            await stack.enter_async_context(
                Client(server.url, name=f"guest{n}", secret=f"secret-of-guest-{n}-for-the-screenshots")
            )
            for n in range(PEOPLE)
        ]
        for n, each in enumerate(others):
            await each.join("#crowd")
            long = "Maximiliane Freifrau von und zu Hohenlohe-Waldenburg-Schillingsfürst"[:64]
            await each.act(commands.SetDisplayName(cid="", name=long if n % 7 == 0 else f"Guest number {n}"))
            await each.act(commands.React(cid="", room="#crowd", seq=said.seq, emoji=EMOJI[n % len(EMOJI)]))
            if n % 5 == 0:
                await each.act(
                    commands.SetStatus(cid="", text="Working from the train, the boat and the bus until further notice")
                )
        for n, each in enumerate(others[:12]):
            await each.send("#crowd", "Mine " * (1 + n * 3))
            await each.send(f"@{owner}", "Have you a minute?")


async def photograph_crowd(browser: Browser, server: Server, target: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """The list of rooms, a crowded room and its members, wide and narrow."""
    name, secret = "crowded", "secret-of-the-crowded-one-for-the-screenshots"
    await furnish_crowd(server, name, secret)
    for size in ("wide", "narrow"):
        width, height = sizes[size]
        context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        page = await context.new_page()
        page.set_default_timeout(8_000)
        await page.goto(server.url)
        kept = f"localStorage.setItem('klatch.secrets', JSON.stringify({{'{name}': '{secret}'}}))"
        await page.evaluate(f"{kept}; localStorage.setItem('klatch.name', '{name}')")
        await page.goto(f"{server.url}/#crowd")
        await page.reload()
        await page.locator("article").first.wait_for()
        await page.wait_for_timeout(600)
        await page.screenshot(path=target / f"{size}-light-crowd.png")
        if size == "narrow":
            await page.get_by_role("button", name="Show rooms").click()
            await page.wait_for_timeout(250)
            await page.screenshot(path=target / f"{size}-light-crowd-rooms.png")
            await page.keyboard.press("Escape")
            await page.get_by_role("button", name="Members").first.click()
            await page.wait_for_timeout(250)
            await page.screenshot(path=target / f"{size}-light-crowd-members.png")
        await context.close()
