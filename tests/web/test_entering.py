"""People come in: as guests, by links, with passwords; from this machine and over a local network without TLS."""

import json
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.pace import PATIENCE
from tests.running import running
from tests.web.conftest import LAN

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def olgas(house):
    """The server, owned by olga: each test may run on a server that no other test has touched."""
    secret = (house.data / "owner-link.txt").read_text("utf-8").strip().rpartition("/")[2]
    body = json.dumps({"name": "olga", "password": "a pot of coffee", "link": secret}).encode()
    asked = Request(f"{house.url}/api/sessions", body, {"Content-Type": "application/json"})  # noqa: S310 - our own server
    with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310 - the same
        assert answer.status == 201
    return house


def test_the_first_owner_sets_up_the_server_signs_out_and_signs_in_again(data, visit):
    with running(data, "--no-limits") as server:
        set_up_and_sign_in_again(server, visit(server))


def set_up_and_sign_in_again(server, olga):
    link = (server.data / "owner-link.txt").read_text("utf-8").strip()
    olga.page.goto(link)
    olga.page.get_by_label("Your name").fill("olga")
    olga.page.get_by_label("Choose a password").fill("a pot of coffee")
    olga.page.keyboard.press("Enter")
    expect(olga.page.get_by_role("heading", name="This server is yours")).to_be_visible()
    assert olga.page.url == f"{server.url}/#admin/start"
    olga.page.get_by_role("link", name="Back to the rooms").click()
    expect(olga.page.get_by_role("heading", name="#lobby")).to_be_visible()
    olga.page.reload()
    expect(olga.page.get_by_role("heading", name="#lobby")).to_be_visible()
    olga.open_me("Account")
    expect(olga.page.get_by_text("this browser", exact=True)).to_be_visible()
    olga.page.get_by_role("button", name="Sign out").click()
    olga.page.get_by_role("button", name="Sign out").click()
    olga.page.get_by_role("button", name="I have a password").click()
    olga.page.get_by_label("Your name").fill("olga")
    olga.page.get_by_label("Password").fill("a pot of tea")
    olga.page.keyboard.press("Enter")
    expect(olga.page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    olga.page.get_by_label("Password").fill("a pot of coffee")
    olga.page.keyboard.press("Enter")
    expect(olga.page.get_by_role("heading", name="#lobby")).to_be_visible()


def test_the_name_of_an_account_asks_for_its_password(olgas, visit):
    paul = visit(olgas)
    paul.page.goto(olgas.url)
    paul.page.get_by_label("Your name").fill("olga")
    paul.page.keyboard.press("Enter")
    expect(paul.page.get_by_label("Password")).to_be_visible()


def test_a_session_that_is_ended_elsewhere_ends_here(olgas, visit):
    one, other = visit(olgas), visit(olgas)
    for visitor in (one, other):
        visitor.page.goto(olgas.url)
        visitor.page.get_by_role("button", name="I have a password").click()
        visitor.page.get_by_label("Your name").fill("olga")
        visitor.page.get_by_label("Password").fill("a pot of coffee")
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.get_by_role("heading", name="#lobby")).to_be_visible()
    other.open_me("Account")
    for _ in range(other.page.get_by_role("button", name="Sign out there").count() or 1):
        other.page.get_by_role("button", name="Sign out there").first.click()
        other.page.wait_for_timeout(200)
    expect(one.page.get_by_role("heading", name="Come in")).to_be_visible()
    expect(other.page.get_by_role("heading", name="#lobby")).to_be_attached()


def test_over_a_network_without_tls_everything_that_needs_no_secure_context_works(data, visit):
    with running(data, "--guests") as server:
        quin = visit(server)
        quin.url = server.url.replace("127.0.0.1", LAN)
        quin.come_in("quin")
        assert quin.page.evaluate("isSecureContext") is False
        quin.say("from the sofa")
        line = quin.line("from the sofa").and_(quin.page.locator(":not(.waiting)"))
        line.hover()
        line.get_by_role("button", name="More").click()
        quin.page.get_by_role("menuitem", name="Copy link").click()
        expect(quin.page.get_by_role("status").filter(has_text="The link is copied.")).to_be_visible()
        # What is missing is said once, and not again to whoever has read it.
        missing = quin.page.get_by_text("This page came without encryption")
        expect(missing).to_be_visible()
        quin.page.get_by_role("button", name="Understood").click()
        expect(missing).to_have_count(0)
        quin.page.reload()
        expect(quin.line("from the sofa")).to_be_visible()
        expect(missing).to_have_count(0)


def test_a_page_of_guests_where_none_are_let_in_says_so(data, visit):
    with running(data, "--no-guests") as server:
        rose = visit(server)
        rose.page.goto(server.url)
        rose.page.get_by_label("Your name").fill("rose")
        rose.page.keyboard.press("Enter")
        expect(rose.page.get_by_role("alert")).to_contain_text("guest")
        expect(rose.page.get_by_label("Password")).to_be_visible()
