"""The page comes back: from a server that was killed, a network that swallows everything, a laptop that slept."""

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from tests.running import running
from tests.web.conftest import LAN

pytestmark = pytest.mark.timeout(120)
OFFLINE = "Offline. What you write will be sent when you are back."


def wake(visitor):
    """As the browser tells it: the network is there again, or the lid was opened."""
    visitor.page.evaluate("dispatchEvent(new Event('online'))")


def test_the_line_says_when_it_tries_again_and_tries_at_once_if_one_wants(data, visit):
    with running(data) as server:
        ann = visit(server).come_in("ann")
        server.kill()
        expect(ann.page.get_by_text(OFFLINE)).to_be_visible()
        expect(ann.page.get_by_text(re.compile(r"Trying (again in \d+ s|now)\."))).to_be_visible()
        # Some tries later the waits are long enough to be read.
        expect(ann.page.get_by_text(re.compile(r"Trying again in ([2-9]|\d\d) s\."))).to_be_visible(timeout=40_000)
        server.start()
        ann.page.get_by_role("button", name="Try now").click()
        expect(ann.page.get_by_text(OFFLINE)).to_have_count(0)
        ann.say("here again")
        expect(ann.line("here again").and_(ann.page.locator(":not(.waiting)"))).to_be_visible()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot hold up a process")
def test_after_sleep_a_connection_that_only_seems_to_stand_is_found_out(data, visit):
    with running(data) as server:
        ann = visit(server).come_in("ann")
        os.kill(server.process.pid, signal.SIGSTOP)  # whatever is sent now is swallowed
        try:
            wake(ann)
            expect(ann.page.get_by_text(OFFLINE)).to_be_visible()
            ann.say("into nothing")
            expect(ann.page.get_by_text("1 thing waits to be sent.")).to_be_visible()
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        wake(ann)
        expect(ann.page.get_by_text(OFFLINE)).to_have_count(0)
        expect(ann.line("into nothing").and_(ann.page.locator(":not(.waiting)"))).to_have_count(1)


# Without shared workers the page's own database counts: forbidden, as in the private windows of some browsers, ...
FORBIDDEN = "delete window.SharedWorker; indexedDB.open = () => { throw new Error('no') }"
# ... or damaged: somebody else's things are where ours should be.
DAMAGED = "indexedDB.open('klatch', 1).onupgradeneeded = event => event.target.result.createObjectStore('other')"


@pytest.mark.parametrize("script", [FORBIDDEN, DAMAGED], ids=["forbidden", "damaged"])
def test_a_browser_that_keeps_nothing_says_so_and_sends_all_the_same(data, visit, script):
    with running(data) as server:
        ann = visit(server)
        ann.context.add_init_script(script)
        ann.come_in("ann")
        server.kill()
        ann.say("kept by this page alone")
        expect(ann.page.get_by_text("this browser keeps nothing")).to_be_visible()
        server.start()
        wake(ann)
        expect(ann.line("kept by this page alone").and_(ann.page.locator(":not(.waiting)"))).to_have_count(1)


def test_the_timeline_stays_at_its_end_while_lines_come_and_go(data, visit):
    with running(data, "--guests", "--no-limits") as server:
        server.doors["http"] = server.doors["http"].replace("127.0.0.1", LAN)
        ann = visit(server).come_in("ann")
        for number in range(30):
            ann.say(f"line {number}")
        last = ann.line("line 29").and_(ann.page.locator(":not(.waiting)"))
        expect(last).to_be_in_viewport()
        ann.page.get_by_role("button", name="Understood").click()
        server.kill()
        expect(ann.page.get_by_text(OFFLINE)).to_be_visible()
        expect(last).to_be_in_viewport(ratio=1)
        server.start()
        wake(ann)
        expect(ann.page.get_by_text(OFFLINE)).to_have_count(0)
        expect(last).to_be_in_viewport(ratio=1)
        expect(ann.page.get_by_role("button", name="Go to the newest")).to_have_count(0)
