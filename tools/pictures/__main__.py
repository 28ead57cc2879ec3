"""Makes a picture of every screen of the page, light and dark, wide and narrow, into screenshots/: look at them."""

import asyncio
import io
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from shutil import which

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from klatch.clients.sdk import Client
from klatch.core import commands
from tests.running import Server, running

from .admin import photograph_admin
from .crowd import photograph_crowd
from .languages import photograph_languages
from .lines import LAN, photograph_lines
from .looks import Scheme

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
TARGET = ROOT / "screenshots"
SIZES = {"wide": (1280, 800), "middle": (900, 700), "narrow": (360, 740)}
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
CODE = """The grinder's settings, so that nobody asks again:

```python
def grind(beans: int, coarse: bool = False) -> str:
    return f"{beans} g, {'coarse' if coarse else 'fine'}"
```
It is in `kitchen/grinder.py` too."""
TABLE = "| day | who | cups |\n|---|---|---|\n| Monday | ann | 14 |\n| Tuesday | bob | 9 |"


def paint() -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((960, 640)).convert("RGB").save(out, "PNG")
    return out.getvalue()


async def furnish(server: Server, stack: AsyncExitStack) -> None:
    """People, rooms and talk as there might be."""
    people: dict[str, Client] = {}
    for name in ("bob", "mira", "木村", "dalia-with-a-very-long-name-now"):
        secret = f"secret-of-{len(people)}-for-the-screenshots"
        people[name] = await stack.enter_async_context(Client(server.url, name=name, secret=secret))
    bob, mira = people["bob"], people["mira"]
    await bob.act(commands.SetDisplayName(cid="", name="Bob Bakker"))
    await mira.act(commands.SetStatus(cid="", text="On the train until noon", away=True))
    for name, topic in (("#kitchen", "Beans, milk and whose turn it is"), ("#release-2026", ""), ("#ops", "")):
        await bob.act(commands.CreateRoom(cid="", name=name, topic=topic))
        for each in people.values():
            if each is not bob:
                await each.join(name)
    await mira.send("#lobby", "Morning. The train is late again, so start without me.")
    await mira.send("#lobby", "I read along.")
    await bob.send("#lobby", "Fine. Two things for today:\n\n- the **release** at 14:00\n- the *beans*")
    first = await people["木村"].send("#lobby", "リリースノートを書きました。レビューをお願いします 🙏")
    await bob.act(commands.React(cid="", room="#lobby", seq=first.seq, emoji="👍"))
    await mira.act(commands.React(cid="", room="#lobby", seq=first.seq, emoji="👍"))
    await mira.act(commands.React(cid="", room="#lobby", seq=first.seq, emoji="🎉"))
    await bob.send("#lobby", CODE)
    await mira.send("#lobby", "Read them, they are good.", reply_to=first.seq)
    await bob.send("#lobby", "waves from the balcony", action=True)
    await people["dalia-with-a-very-long-name-now"].send("#lobby", f"A long word: {LONG_WORD}")
    gone = await bob.send("#lobby", "wrong room")
    await bob.act(commands.DeleteMessage(cid="", room="#lobby", seq=gone.seq))
    await mira.send("#lobby", TABLE)
    changed = await bob.send("#lobby", "The answer is ||not what you think||, see https://example.org/answer?x=1")
    await bob.act(
        commands.EditMessage(
            cid="", room="#lobby", seq=changed.seq, text="The answer is ||not what you think||, see #kitchen"
        )
    )
    await bob.send("#lobby", "@ann could you open the window?")
    cups = await mira.upload(paint(), name="cups.png")
    rota = await mira.upload(b"Monday: Bob\nTuesday: Mira\n", name="rota.txt")
    beans = await bob.upload(b"%PDF-1.7 " + bytes(200_000), name="beans, a comparison.pdf")
    await mira.send("#kitchen", "The new cups, and whose turn it is", files=[cups, rota])
    await bob.send("#kitchen", "", files=[beans])
    for number in range(3):
        await mira.send("#kitchen", f"Cup {number + 1}")


async def come_in(page: Page, url: str, name: str) -> None:
    await page.goto(url)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Come in").click()
    await page.get_by_role("heading", name="#lobby").wait_for()
    await page.locator("article").first.wait_for()
    await page.wait_for_timeout(400)


async def take(page: Page, name: str) -> None:
    await page.wait_for_timeout(200)
    await page.screenshot(path=TARGET / f"{name}.png")


class Photographer:
    """Walks through the page at one size and in one scheme."""

    def __init__(self, page: Page, size: str, scheme: str) -> None:
        self.page = page
        self.is_narrow = size == "narrow"
        self.label = f"{size}-{scheme}"

    async def take(self, name: str) -> None:
        await take(self.page, f"{self.label}-{name}")

    async def open(self, button: str) -> None:
        """Presses a button of the list of rooms."""
        if self.is_narrow:
            await self.page.get_by_role("button", name="Show rooms").click()
        await self.page.get_by_role("button", name=button).click()

    async def go(self, place: str) -> None:
        await self.page.evaluate("place => { location.hash = place }", f"#{place}")

    async def entrance(self, url: str) -> None:
        await self.page.goto(url)
        await self.page.get_by_label("Your name").fill("bob")
        await self.page.get_by_role("button", name="Come in").click()
        await self.page.locator(".fault").wait_for()
        await self.take("entrance-refused")

    async def drawers(self) -> None:
        await self.take("lobby")
        await self.page.locator("article").nth(3).hover()
        await self.take("hover")
        await self.page.get_by_role("button", name="Members").first.click()
        await self.take("members")
        await self.page.keyboard.press("Escape")
        if self.is_narrow:
            await self.page.get_by_role("button", name="Show rooms").click()
            await self.take("rooms")
            await self.page.keyboard.press("Escape")

    async def writing(self) -> None:
        box = self.page.get_by_label("Write to #lobby")
        await box.fill("I am here, and this is\na second line")
        await self.take("composer")
        await box.fill("")
        await box.press_sequentially("/")
        await self.page.get_by_role("option").first.wait_for()
        await self.take("completion")
        await box.fill("Edited by hand")
        await box.press("Enter")
        await self.page.locator("article", has_text="Edited by hand").last.wait_for()
        await box.press("ArrowUp")
        await self.take("editing")
        await self.page.keyboard.press("Escape")
        await self.page.locator("article").last.hover()
        await self.page.get_by_role("button", name="Add a reaction").last.click()
        await self.page.locator(".all section button").first.wait_for()
        await self.take("emoji")
        await self.page.keyboard.press("Escape")
        await self.page.locator("article", has_text="Edited by hand").last.focus()
        await self.page.keyboard.press("m")
        await self.page.get_by_role("menu").wait_for()
        await self.take("message-menu")
        await self.page.get_by_role("menuitem", name="Who has read it").click()
        await self.page.get_by_role("dialog", name="Who has read it").wait_for()
        await self.take("readers")
        await self.page.keyboard.press("Escape")
        await self.page.locator(".scroller").hover()
        await self.page.mouse.wheel(0, -300)
        await self.page.locator(".dated").click()
        await self.page.get_by_label("Go to a date").last.wait_for()
        await self.take("date")
        await self.page.keyboard.press("Escape")
        await self.page.get_by_role("button", name="Go to the newest").click()
        await box.fill("/list")
        await box.press("Enter")
        await self.page.locator(".notice").wait_for()
        await self.take("notice")
        await self.page.get_by_role("button", name="Close this notice").click()

    async def rooms(self) -> None:
        await self.go("kitchen")
        await self.page.get_by_role("button", name="Join room").wait_for()
        await self.take("not-in")
        await self.page.get_by_role("button", name="Join room").click()
        await self.page.locator("article").first.wait_for()
        await self.take("kitchen")
        await self.page.get_by_role("button", name="More about this room").click()
        for tab in ("About", "For you", "People", "Rules"):
            await self.page.get_by_role("tab", name=tab).click()
            await self.take(f"room-{tab.split()[-1].lower()}")
        await self.page.keyboard.press("Escape")
        await self.go("@mira")
        await self.page.get_by_label("Write to @mira").wait_for()
        await self.take("direct-new")

    async def files(self) -> None:
        await self.go("kitchen")
        await self.page.get_by_role("button", name="Look at cups.png").click()
        await self.page.get_by_role("dialog", name="cups.png").wait_for()
        await self.take("picture")
        await self.page.keyboard.press("Escape")
        await self.page.get_by_role("button", name="Files", exact=True).click()
        await self.page.get_by_role("dialog").get_by_text("rota.txt").wait_for()
        await self.take("files")
        await self.page.keyboard.press("Escape")

    async def dialogs(self) -> None:
        await self.page.keyboard.press("Control+k")
        await self.take("switcher")
        await self.page.keyboard.press("Escape")
        await self.open("Find or make a room")
        await self.take("browse")
        await self.page.get_by_role("button", name="Make a room", exact=True).click()
        await self.page.get_by_label("Name", exact=True).fill("kitchen")
        await self.page.get_by_role("button", name="Make room").click()
        await self.page.locator(".fault").wait_for()
        await self.take("create-refused")
        await self.page.keyboard.press("Escape")
        await self.open("You and this page")
        await self.take("me")
        for tab in ("Peace", "Account", "This page"):
            await self.page.get_by_role("tab", name=tab).click()
            await self.take(f"me-{tab.split()[-1].lower()}")
        await self.page.get_by_role("button", name="Keys").click()
        await self.take("keys")
        await self.page.keyboard.press("Escape")


async def photograph(browser: Browser, server: Server, scheme: Scheme, size: str, visitor: str) -> None:
    """Every screen at one size and in one scheme."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB"
    )
    page = await context.new_page()
    page.set_default_timeout(8_000)
    walk = Photographer(page, size, scheme)
    await walk.entrance(server.url)
    await come_in(page, server.url, visitor)
    await walk.drawers()
    if size != "middle":
        await walk.writing()
        await walk.rooms()
        await walk.files()
        await walk.dialogs()
    await context.close()


async def main() -> None:
    """Starts a server of its own, furnishes it and walks through it."""
    TARGET.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or [*SIZES, "admin", "languages", "crowd"]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data", "--no-limits", "--guests") as server:
        async with AsyncExitStack() as stack, async_playwright() as playwright:
            await furnish(server, stack)
            chromium = which("chromium")
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", f"--host-resolver-rules=MAP {LAN} 127.0.0.1"]
            )
            visitors = 0
            for size in wanted:
                for scheme in SCHEMES:
                    if size in SIZES:
                        visitors += 1
                        await photograph(browser, server, scheme, size, f"ann{visitors if visitors > 1 else ''}")
            if "languages" in wanted:
                await photograph_languages(browser, server.url, TARGET, SIZES)
            if "admin" in wanted:
                await photograph_admin(browser, server, TARGET, SIZES)
            if "crowd" in wanted:
                await photograph_crowd(browser, server, TARGET, SIZES)
            await photograph_lines(browser, server, TARGET, SIZES)
            await browser.close()
    print(f"{len(list(TARGET.glob('*.png')))} pictures are in {TARGET.name}/.")


if __name__ == "__main__":
    asyncio.run(main())
