"""Links that people are sent, opened in a browser: by a stranger, a guest, and somebody who is signed in already."""

import json
import time
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(90)
PASSWORD = "a pot of coffee"


class Asker:
    """Asks a server over HTTP, as somebody who is signed in."""

    def __init__(self, server, **shown):
        self.url = server.url
        self.token = ""
        self.token = self.post("/api/sessions", **shown)["token"]

    def post(self, path, **fields):
        """What the server answers."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url + path, json.dumps(fields).encode(), headers, method="POST")  # noqa: S310 - the test's own
        with urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.loads(answer.read())

    def invite(self, room=None, **fields):
        """The address of a new invite link."""
        into = {"room": room} if room else {}
        return f"{self.url}/i/{self.post('/api/links', **into, **fields)['secret']}"


@pytest.fixture(scope="module")
def owner(house):
    """The owner of the house, who has a room of their own."""
    secret = (house.data / "owner-link.txt").read_text("utf-8").strip().rpartition("/")[2]
    olga = Asker(house, name="olga", password=PASSWORD, link=secret)
    olga.post("/api/rooms", name="#kitchen", closed=True)
    return olga


def fill(visitor, name):
    visitor.page.get_by_label("Your name").fill(name)
    visitor.page.get_by_label("Choose a password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")


def see_room(visitor, name):
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible()


def test_an_invited_stranger_makes_an_account_and_is_in_the_room_the_link_leads_to(house, owner, visit):
    ann = visit(house)
    ann.page.goto(owner.invite("#kitchen"))
    expect(ann.page.get_by_role("heading", name="You are invited")).to_be_visible()
    fill(ann, "ann")
    see_room(ann, "#kitchen")
    assert "/i/" not in ann.page.url
    ann.say("smells good")
    expect(ann.line("smells good").and_(ann.page.locator(":not(.waiting)"))).to_be_visible()
    ann.page.reload()
    see_room(ann, "#kitchen")


def test_a_link_onto_the_server_leads_to_the_lobby(house, owner, visit):
    ben = visit(house)
    ben.page.goto(owner.invite())
    fill(ben, "ben")
    see_room(ben, "#lobby")


def test_somebody_signed_in_who_opens_an_invitation_is_led_into_the_room(house, owner, visit):
    cleo = visit(house)
    cleo.page.goto(owner.invite())
    fill(cleo, "cleo")
    see_room(cleo, "#lobby")
    link = owner.invite("#kitchen", uses=2)
    for _ in range(2):  # opened again it leads there again
        cleo.page.goto(link)
        see_room(cleo, "#kitchen")
        cleo.go("lobby")
        see_room(cleo, "#lobby")


def test_a_guest_who_opens_an_invitation_keeps_their_name_with_a_password(house, owner, visit):
    dan = visit(house).come_in("dan")
    dan.page.goto(owner.invite("#kitchen"))
    expect(dan.page.get_by_role("dialog")).to_contain_text("You are here as dan, a guest.")
    dan.page.get_by_label("Choose a password").fill("short")
    dan.page.keyboard.press("Enter")
    expect(dan.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("8")
    dan.page.get_by_label("Choose a password").fill(PASSWORD)
    dan.page.keyboard.press("Enter")
    see_room(dan, "#kitchen")
    dan.open_me("Account")
    expect(dan.page.get_by_text("this browser")).to_be_visible()


def test_a_link_that_was_used_up_says_what_to_do(house, owner, visit):
    link = owner.invite()
    Asker(house, name="first", password=PASSWORD, link=link.rpartition("/")[2])
    eva = visit(house)
    eva.page.goto(link)
    fill(eva, "eva")
    expect(eva.page.get_by_role("heading", name="This link does nothing any more")).to_be_visible()
    expect(eva.page.get_by_text("can make you a new one")).to_be_visible()
    eva.page.get_by_role("link", name="Go on without it").click()
    expect(eva.page.get_by_role("heading", name="Come in")).to_be_visible()


def test_a_link_that_has_expired_leaves_somebody_signed_in_where_they_were(house, owner, visit):
    fritz = visit(house)
    fritz.page.goto(owner.invite())
    fill(fritz, "fritz")
    see_room(fritz, "#lobby")
    ends = time.time() + 2
    link = owner.invite("#kitchen", expires=int(ends * 1000))
    time.sleep(max(0, ends - time.time()))
    fritz.page.goto(link)
    expect(fritz.page.get_by_role("status").filter(has_text="has expired")).to_be_visible()
    see_room(fritz, "#lobby")
    assert "/i/" not in fritz.page.url


def test_a_reset_link_sets_a_new_password_and_signs_in_once(house, owner, visit):
    gus = visit(house)
    gus.page.goto(owner.invite())
    fill(gus, "gus")
    see_room(gus, "#lobby")
    link = f"{house.url}/reset/{owner.post('/api/accounts/gus/reset_link')['secret']}"
    gus.page.goto(link)  # somebody signed in is asked too: it is the password that they want to change
    expect(gus.page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    gus.page.get_by_label("Your name").fill("gus")
    gus.page.get_by_label("Choose a password").fill("a pot of green tea")
    gus.page.keyboard.press("Enter")
    see_room(gus, "#lobby")
    Asker(house, name="gus", password="a pot of green tea")
    gus.page.goto(link)
    fill(gus, "gus")
    expect(gus.page.get_by_role("heading", name="This link does nothing any more")).to_be_visible()
    gus.page.get_by_role("link", name="Go on without it").click()
    see_room(gus, "#lobby")


def test_the_owners_link_tells_that_there_is_an_owner_already(house, owner, visit):
    hana = visit(house)
    hana.page.goto(f"{house.url}/owner/{'x' * 43}")
    fill(hana, "hana")
    expect(hana.page.get_by_role("heading", name="This link does nothing any more")).to_be_visible()
    expect(hana.page.get_by_text("Ask an admin of this server")).to_be_visible()
