"""The screens of the page in its other languages."""

from pathlib import Path

from playwright.async_api import Browser, Page

from .looks import EXTREMES

LOCALES = {"ar": "ar-EG", "ja": "ja-JP"}


async def photograph_languages(browser: Browser, url: str, target: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """Arabic and Japanese, wide and narrow, light and dark. What is pressed is found by its place, not by its words."""
    for language, locale in LOCALES.items():
        for size, scheme in EXTREMES:
            width, height = sizes[size]
            context = await browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale
            )
            page = await context.new_page()
            page.set_default_timeout(8_000)
            await _walk(page, url, target, f"{size}-{scheme}-{language}")
            await context.close()


async def _walk(page: Page, url: str, target: Path, label: str) -> None:
    async def take(name: str) -> None:
        await page.wait_for_timeout(250)
        await page.screenshot(path=target / f"{label}-{name}.png")

    async def press(where: str) -> None:
        await page.locator(where).first.click()

    narrow = label.startswith("narrow")
    await page.goto(url)
    await page.locator("#name").wait_for()
    await take("entrance")
    await page.locator("#name").fill(f"ann-{label}")
    await page.keyboard.press("Enter")
    await page.locator("article").first.wait_for()
    await page.locator("form textarea").fill("مرحبا يا bob، انظر إلى `kitchen/grinder.py` في #kitchen")
    await page.keyboard.press("Enter")
    await page.locator("article:not(.waiting)", has_text="مرحبا").last.hover()
    await take("lobby")
    await page.keyboard.press("Control+k")
    await take("switcher")
    await page.keyboard.press("Escape")
    await press("main > header .people")
    await take("members")
    if narrow:
        await page.keyboard.press("Escape")
    if narrow:
        await press("main > header .quiet")
        await take("rooms")
    await press("nav .head .quiet")
    await take("browse")
    await press("dialog .find .button")
    await take("create")
    await page.keyboard.press("Escape")
    if narrow:
        await press("main > header .quiet")
    await press("nav .me")
    await take("me")
    await page.keyboard.press("Escape")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("?")
    await take("keys")
    await page.keyboard.press("Escape")
    await page.evaluate("location.hash = '#@mira'")
    await take("direct")
    await page.evaluate("location.hash = '#kitchen'")
    await take("not-in")
