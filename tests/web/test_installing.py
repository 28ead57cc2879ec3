"""The page is installed as an app, opens without a network, and says when there is a newer one."""

import json
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.pace import PATIENCE
from tests.running import running

pytestmark = pytest.mark.timeout(90)
READY = "navigator.serviceWorker.ready.then(() => true)"


def test_chromium_finds_it_fit_to_be_installed(house, visit):
    ann = visit(house).come_in("app-ann")
    assert ann.page.evaluate(READY)
    browser = ann.context.new_cdp_session(ann.page)
    manifest = browser.send("Page.getAppManifest")
    assert manifest["errors"] == []
    errors = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {each["errorId"] for each in errors} <= {"in-incognito"}  # as every window of a test is
    for icon in json.loads(manifest["data"])["icons"]:
        with urlopen(house.url + icon["src"], timeout=PATIENCE) as answer:  # noqa: S310 - the test's own server
            assert answer.headers["Content-Type"] == icon["type"]
            assert icon["type"] != "image/png" or answer.read(8) == b"\x89PNG\r\n\x1a\n"


def test_what_is_kept_is_the_page_and_nothing_that_anybody_wrote(house, visit):
    ann = visit(house).come_in("app-bea")
    ann.say("between us")
    assert ann.page.evaluate(READY)
    ann.page.reload()
    expect(ann.line("between us")).to_be_visible()
    kept = ann.page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(async name => (await (await caches.open(name)).keys())"
        ".map(request => new URL(request.url).pathname)))).then(all => all.flat())"
    )
    assert "/" in kept
    assert [path for path in kept if not path.startswith(("/assets/", "/icon-", "/mark", "/manifest."))] == ["/"]


def test_it_opens_without_a_server_and_comes_in_once_there_is_one(data, visit):
    with running(data) as server:
        ann = visit(server).come_in("ann")
        ann.page.evaluate(READY)
        server.kill()
        ann.page.close()
        again = ann.beside()
        again.page.goto(server.url)
        expect(again.page.get_by_text("The server does not answer. Trying again.")).to_be_visible()
        server.start()
        again.page.evaluate("dispatchEvent(new Event('online'))")
        expect(again.page.get_by_role("heading", name="#lobby")).to_be_visible()


def test_a_newer_page_is_offered_calmly(data, visit):
    with running(data) as server:
        ann = visit(server).come_in("ann")
        server.kill()
        # The server comes back with another page; the browser is told so in its place.
        ann.page.route(f"{server.url}/", lambda route: route.fulfill(body=NEWER, content_type="text/html"))
        server.start()
        ann.page.evaluate("dispatchEvent(new Event('online'))")
        expect(ann.page.get_by_text("A newer page is here.")).to_be_visible()
        ann.page.unroute_all()
        ann.page.get_by_role("button", name="Reload").click()
        expect(ann.page.get_by_role("heading", name="#lobby")).to_be_visible()
        expect(ann.page.get_by_text("A newer page is here.")).to_have_count(0)


NEWER = '<script type="module" crossorigin src="/assets/index-newer.js"></script>'
