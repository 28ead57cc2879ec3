"""Notifications of the desktop, as Chromium holds them: what is worth one, and where a click on it leads."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(90)

SHOWN = """navigator.serviceWorker.ready.then(async registration =>
  (await registration.getNotifications()).map(({ title, body }) => `${title} | ${body}`))"""

COUNT = """() => {
  window.told = 0;
  ServiceWorkerRegistration.prototype.showNotification = async () => { window.told++ };
}"""


@pytest.fixture
def watcher(house, visit):
    """Somebody who is told by the desktop, and looks at a room of their own."""

    def begin(name):
        visitor = visit(house)
        visitor.context.grant_permissions(["notifications"], origin=house.url)
        visitor.come_in(name)
        assert visitor.page.evaluate("Notification.permission") == "granted"
        visitor.open_me("This page")
        visitor.page.get_by_role("button", name="Turn on", exact=True).click()
        expect(visitor.page.get_by_text("This browser tells you what you miss.")).to_be_visible()
        visitor.page.keyboard.press("Escape")
        visitor.say(f"/create #{name}s-room")
        expect(visitor.page.get_by_role("heading", name=f"#{name}s-room")).to_be_visible()
        visitor.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return visitor

    return begin


def expect_shown(visitor, *texts):
    """Waits until exactly these are shown."""
    visitor.page.wait_for_function(
        "async wanted => JSON.stringify(await (" + SHOWN + ")) === JSON.stringify(wanted)", arg=list(texts)
    )


def test_one_is_told_of_mentions_elsewhere_once_for_each_room(house, visit, watcher):
    una, vic = watcher("una"), visit(house).come_in("vic")
    expect_shown(una)
    vic.say("nothing for her")
    vic.say("@una a ||hidden|| word")
    expect_shown(una, "vic in #lobby | vic: @una a … word")
    vic.say("@una and another")
    expect_shown(una, "#lobby: 2 new messages | vic: @una a … word\nvic: @una and another")
    expect(una.page.locator('link[rel="icon"]')).to_have_attribute("href", "/mark-mention.svg")
    una.go("lobby")
    expect_shown(una)
    vic.say("@una while she looks")
    expect(una.line("while she looks")).to_be_visible()
    expect_shown(una)
    expect(una.page.locator('link[rel="icon"]')).to_have_attribute("href", "/mark.svg")


def test_one_of_two_tabs_tells_it(house, visit, watcher):
    wim, xia = watcher("wim"), visit(house).come_in("xia")
    second = wim.beside()
    second.page.goto(f"{house.url}/#wims-room")
    expect(second.page.get_by_role("heading", name="#wims-room")).to_be_visible()
    for tab in (wim, second):
        tab.page.evaluate(COUNT)
    xia.say("@wim psst")
    expect(wim.page.get_by_role("link", name="lobby")).to_contain_text("1 unread")
    expect(second.page.get_by_role("link", name="lobby")).to_contain_text("1 unread")
    assert sorted(tab.page.evaluate("window.told") for tab in (wim, second)) == [0, 1]


def test_one_is_told_of_what_one_chose_for_the_room_and_of_nothing_when_one_wants_peace(house, visit, watcher):
    yan, zoe = watcher("yan"), visit(house).come_in("zoe")

    def choose(command):
        yan.go("lobby")
        expect(yan.page.get_by_role("heading", name="#lobby")).to_be_visible()
        yan.say(command)
        expect(yan.page.locator("article.waiting")).to_have_count(0)
        yan.go("yans-room")
        expect(yan.page.get_by_role("heading", name="#yans-room")).to_be_visible()

    choose("/notify all")
    zoe.say("to anybody")
    expect_shown(yan, "zoe in #lobby | zoe: to anybody")
    choose("/notify none")
    zoe.say("@yan not at all")
    expect(yan.page.get_by_role("link", name="lobby")).to_contain_text("1 unread")
    expect_shown(yan)
    choose("/notify default")
    choose("/quiet 2h")
    zoe.say("@yan later")
    expect(yan.page.get_by_role("link", name="lobby")).to_contain_text("1 unread")
    expect_shown(yan)
    choose("/quiet off")
    zoe.say("@yan now")
    expect_shown(yan, "zoe in #lobby | zoe: @yan now")


def test_a_click_leads_to_the_message(house, visit, watcher):
    abe, bea = watcher("abe"), visit(house).come_in("bea")
    bea.say("@abe over here")
    expect_shown(abe, "bea in #lobby | bea: @abe over here")
    # The desktop's click is the browser's to make: here its service worker is told of it as the browser would.
    (worker,) = [each for each in abe.context.service_workers if each.url.endswith("/sw.js")]
    worker.evaluate(
        """async () => {
          const [notification] = await registration.getNotifications();
          dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil: () => undefined }));
        }"""
    )
    expect(abe.page.get_by_role("heading", name="#lobby")).to_be_visible()
    expect(abe.line("over here")).to_be_in_viewport()
    expect_shown(abe)


def test_one_is_not_asked_before_one_wants_it(house, visit):
    cal = visit(house).come_in("cal")
    assert cal.page.evaluate("Notification.permission") != "granted"
    cal.open_me("This page")
    expect(cal.page.get_by_text("Notifications of the desktop")).to_be_visible()
