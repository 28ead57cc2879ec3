"""Several tabs of one browser share one connection, one outbox and who is in; all over a network without TLS."""

import re
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.pace import PATIENCE
from tests.running import running

pytestmark = pytest.mark.timeout(90)


def another_tab(visitor, place="lobby"):
    """One more tab of the same browser, with somebody in it already."""
    tab = visitor.beside()
    tab.page.goto(f"{visitor.url}/#{place}")
    expect(tab.page.get_by_role("heading", name=f"#{place}")).to_be_visible()
    return tab


def connections(server):
    """How many WebSockets the server holds."""
    with urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=PATIENCE) as answer:
        figure = re.search(r"^klatch_sessions\{[^}]*websocket[^}]*\} (\d+)", answer.read().decode(), re.MULTILINE)
    return int(figure[1]) if figure else 0


def test_two_tabs_share_one_connection_and_both_hear(far_house, visit):
    before = connections(far_house)
    ann, bob = visit(far_house).come_in("tab-ann"), visit(far_house).come_in("tab-bob")
    second = another_tab(ann)
    assert connections(far_house) == before + 2
    bob.say("to both of you")
    for tab in (ann, second):
        expect(tab.line("to both of you")).to_be_visible()
    second.say("from the second")
    for tab in (ann, second, bob):
        expect(tab.line("from the second")).to_have_count(1)
    ann.page.close()
    bob.say("to the one that is left")
    expect(second.line("to the one that is left")).to_be_visible()


def test_who_signs_out_in_one_tab_is_out_in_all_and_in_again_in_all(far_house, visit):
    cleo = visit(far_house).come_in("tab-cleo")
    second = another_tab(cleo)
    cleo.page.get_by_role("button", name="You and this page").click()
    cleo.page.get_by_role("button", name="Sign out").click()
    cleo.page.get_by_role("button", name="Sign out").click()
    for tab in (cleo, second):
        expect(tab.page.get_by_role("heading", name="Come in")).to_be_visible()
    second.page.get_by_label("Your name").fill("tab-cleo")
    second.page.keyboard.press("Enter")
    for tab in (cleo, second):
        expect(tab.page.get_by_role("heading", name="#lobby")).to_be_visible()


def test_a_name_kept_with_a_password_in_one_tab_is_kept_in_all(far_house, visit):
    dan = visit(far_house).come_in("tab-dan")
    second = another_tab(dan)
    dan.open_me("Account")
    dan.page.get_by_label("Keep your name with a password").fill("a pot of coffee")
    dan.page.get_by_role("button", name="Make account").click()
    for tab in (dan, second):
        expect(tab.page.get_by_role("heading", name="#lobby")).to_be_visible()
    second.say("still here")
    expect(dan.line("still here")).to_have_count(1)


def test_what_two_tabs_write_offline_arrives_once_and_one_tab_may_be_gone(data, visit):
    with running(data) as server:
        ann, bob = visit(server).come_in("ann"), visit(server).come_in("bob")
        second = another_tab(ann)
        server.kill()
        for tab, text in ((ann, "offline one"), (second, "offline two"), (ann, "offline three")):
            expect(tab.page.get_by_text("Offline.")).to_be_visible()
            tab.say(text)
        expect(second.page.get_by_text("3 things wait to be sent.")).to_be_visible()
        expect(second.line("offline")).to_have_count(3)
        ann.page.close()
        server.start()
        for tab in (second, bob):  # as when the network is there again
            tab.page.evaluate("dispatchEvent(new Event('online'))")
            expect(tab.line("offline")).to_have_text(
                [re.compile(f"offline {each}") for each in ("one", "two", "three")]
            )
            expect(tab.page.locator("article.waiting")).to_have_count(0)


def test_where_there_are_no_shared_workers_each_tab_has_its_own_connection(far_house, visit):
    ed = visit(far_house)
    ed.context.add_init_script("delete window.SharedWorker")
    ed.come_in("tab-ed")
    second = another_tab(ed)
    second.say("through my own")
    expect(ed.line("through my own")).to_have_count(1)
    ed.page.get_by_role("button", name="You and this page").click()
    ed.page.get_by_role("button", name="Sign out").click()
    ed.page.get_by_role("button", name="Sign out").click()
    expect(second.page.get_by_role("heading", name="Come in")).to_be_visible()
