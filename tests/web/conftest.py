"""A real Chromium, real servers, and people in front of them."""

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright

from klatch.gateways.http.built import FOLDER
from tests.running import Server, running

# A machine that does much else at the time needs longer; what is there is seen at once.
expect.set_options(timeout=15_000)

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
# A name as on a local network: without TLS it is no secure context, unlike this machine's own.
LAN = "klatch.test"
# What the browser itself reports while a server is away, as it should.
EXPECTED = ("WebSocket connection to", "Failed to load resource: net::ERR_")


class Visitor:
    """One person at one browser, with storage of its own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.faults: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self._open()

    def beside(self) -> "Visitor":
        """One more tab of the same browser; what it reports is heard by the first."""
        tab = copy(self)
        tab._open()
        return tab

    def _open(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    def come_in(self, name: str) -> "Visitor":
        """Comes in as a guest, to the lobby."""
        self.page.goto(self.url)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_role("button", name="Come in").click()
        expect(self.page.get_by_role("heading", name="#lobby")).to_be_visible()
        return self

    def say(self, text: str) -> None:
        """Types into the box and presses Enter."""
        self.box.fill(text)
        self.box.press("Enter")

    def open_me(self, tab: str = "Profile") -> None:
        """Opens what concerns oneself and this page, at one of its tabs."""
        self.page.get_by_role("button", name="You and this page").click()
        self.page.get_by_role("tab", name=tab).click()

    @property
    def box(self):
        return self.page.locator("form textarea")

    def line(self, text: str):
        """The message that holds a text."""
        return self.page.locator("article", has_text=text)

    def go(self, place: str) -> None:
        """Goes to a place by its address: `lobby`, `@bob`, `lobby/4`."""
        self.page.evaluate("place => { location.hash = place }", f"#{place}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.faults.append(message.text)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    path = which("chromium")
    if path is None:
        pytest.skip("There is no chromium here: `apt-get install chromium` brings it.")
    if not (FOLDER / "index.html").exists():
        pytest.skip("The page is not built here: `make check` builds it where Node and the network are there.")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", f"--host-resolver-rules=MAP {LAN} 127.0.0.1"]
            )
        except Error as fault:
            pytest.skip(f"Chromium does not start here: {fault.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a file that leave it as it is."""
    with running(tmp_path_factory.mktemp("house") / "data", "--no-limits") as started:
        yield started


@pytest.fixture(scope="module")
def far_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server on a local network, as a browser sees it: its page came without TLS, by a name."""
    with running(tmp_path_factory.mktemp("far") / "data", "--no-limits", "--guests") as started:
        started.doors["http"] = started.doors["http"].replace("127.0.0.1", LAN)
        yield started


@pytest.fixture(params=["house", "far_house"])
def any_house(request: pytest.FixtureRequest) -> Server:
    """For what must work in both: on this machine, which browsers trust, and over a network without TLS."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def visit(chromium: Browser) -> Iterator:
    """Opens a browser window of somebody's own: `visit(server)`; no window may have reported a fault at the end."""
    visitors: list[Visitor] = []

    def begin(server: Server, **options: object) -> Visitor:
        context = chromium.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        visitors.append(Visitor(context, server.url))
        return visitors[-1]

    yield begin
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert faults == []


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
