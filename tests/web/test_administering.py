"""Those who run a server do it in a browser: people, invites, settings, order, the audit log and figures."""

import sys

import pytest
from playwright.sync_api import expect

from tests.architecture.imports import ROOT
from tests.web.conftest import PHONE, WIDE, Visitor

sys.path.insert(0, str(ROOT / "tools"))
import page as built

pytestmark = pytest.mark.timeout(90)
AXE = built.MODULES / "axe-core" / "axe.min.js"
PASSWORD = "a pot of coffee"
# The link of a part that is scrolled out of the row of parts is none to skip by.
RUN_AXE = "axe.run({ resultTypes: ['violations'], rules: { 'skip-link': { enabled: false } } })"
SECTIONS = ("start", "people", "rooms", "invites", "order", "audit", "settings", "storage", "figures")


class Kept:
    """Somebody who is signed in: what their browser keeps, and what it showed first."""

    def __init__(self, visitor):
        self.state = visitor.context.storage_state()
        self.address = visitor.page.url
        self.head = visitor.page.locator("h2").inner_text()


@pytest.fixture(scope="module")
def olga(house, chromium):
    """The owner, who has just used the first owner's link."""
    visitor = Visitor(chromium.new_context(viewport=WIDE, locale="en-GB"), house.url)
    visitor.page.goto((house.data / "owner-link.txt").read_text("utf-8").strip())
    visitor.page.get_by_label("Your name").fill("olga")
    visitor.page.get_by_label("Choose a password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="This server is yours")).to_be_visible()
    kept = Kept(visitor)
    visitor.context.close()
    return kept


@pytest.fixture
def run(house, olga, visit):
    """Opens a part of the administration as its owner: `run("people")`."""

    def opens(section, **options):
        visitor = visit(house, storage_state=olga.state, **options)
        visitor.page.goto(f"{house.url}/#admin/{section}")
        expect(visitor.page.locator(".inside h2")).to_be_visible()
        return visitor

    return opens


def invite(visitor, **choices):
    """Makes an invite link in the page; gives its address."""
    for label, value in choices.items():
        visitor.page.get_by_label(label.replace("_", " "), exact=True).select_option(value)
    visitor.page.get_by_role("button", name="Make link").click()
    return visitor.page.get_by_label("The link", exact=True).input_value()


def sign_up(visitor, link, name):
    visitor.page.goto(link)
    visitor.page.get_by_label("Your name").fill(name)
    visitor.page.get_by_label("Choose a password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="#lobby")).to_be_visible()
    return visitor


def open_person(visitor, name):
    visitor.page.get_by_label("Find somebody").fill(name)
    visitor.page.get_by_role("button", name=f"What to do with {name}").click()
    return visitor.page.get_by_role("dialog")


def test_a_new_owner_is_led_to_the_set_up(house, olga):
    assert (olga.head, olga.address) == ("Set up", f"{house.url}/#admin/start")


def test_the_set_up_names_invites_and_leads_to_the_rooms(run):
    own = run("start")
    own.page.get_by_label("The name that others see").fill("Olga Okafor")
    own.page.get_by_role("button", name="Save").click()
    expect(own.page.get_by_role("button", name="Save")).to_be_disabled()
    assert "/i/" in invite(own)
    own.page.get_by_role("link", name="Go to the rooms").click()
    expect(own.page.get_by_role("heading", name="#lobby")).to_be_visible()
    own.page.get_by_role("button", name="You and this page").click()
    expect(own.page.get_by_role("dialog").get_by_text("Olga Okafor")).to_be_visible()
    own.page.get_by_role("link", name="Run this server").click()
    expect(own.page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    own.page.get_by_role("link", name="Back to the rooms").click()
    expect(own.page.get_by_role("heading", name="#lobby")).to_be_visible()


def test_a_link_made_here_lets_somebody_in_and_can_be_taken_back(house, run, visit):
    own = run("invites")
    link = invite(own, How_often="5", As="moderator")
    expect(own.page.get_by_role("img", name="QR code")).to_be_visible()
    mod = sign_up(visit(house), link, "mod")
    mod.page.get_by_role("button", name="You and this page").click()
    mod.page.get_by_role("link", name="Run this server").click()
    # Who keeps order sees what concerns that.
    menu = mod.page.get_by_role("navigation", name="Parts of the administration")
    expect(menu.get_by_role("link")).to_have_text(["Rooms", "Invites", "Order"])
    mod.go("admin/settings")
    expect(mod.page.get_by_text("Only those who run this server may see this.")).to_be_visible()
    row = own.page.locator(".rows li", has_text="Moderator")
    row.get_by_role("button", name="Take back").click()
    expect(row).to_have_count(0)
    late = visit(house)
    late.page.goto(link)
    late.page.get_by_label("Your name").fill("late")
    late.page.get_by_label("Choose a password").fill(PASSWORD)
    late.page.keyboard.press("Enter")
    expect(late.page.get_by_role("heading", name="This link does nothing any more")).to_be_visible()


def test_a_setting_holds_at_once_and_is_taken_back(house, run, visit):
    own = run("settings")
    guests = own.page.get_by_label("Guests", exact=True)
    guests.select_option(label="Nobody")
    expect(own.page.get_by_text("The server started with Only from its own machine.")).to_be_visible()
    stranger = visit(house)
    stranger.page.goto(house.url)
    stranger.page.get_by_label("Your name").fill("stranger")
    stranger.page.get_by_role("button", name="Come in", exact=True).click()
    expect(stranger.page.get_by_text("lets in no guests")).to_be_visible()
    own.page.get_by_role("button", name="Take that again").click()
    expect(guests).to_have_value("local")
    visit(house).come_in("stranger2")


def test_a_setting_that_is_fixed_says_where_and_a_wrong_value_says_why(run):
    own = run("settings")
    rate = own.page.locator("form", has=own.page.get_by_label("A member's messages a second"))
    expect(rate.get_by_text("Set with --no-limits")).to_be_visible()
    expect(rate.get_by_role("spinbutton")).to_be_disabled()
    days = own.page.locator("form", has=own.page.get_by_label("Days until a guest is forgotten"))
    days.get_by_role("spinbutton").fill("0")
    days.get_by_role("button", name="Save").click()
    expect(days.get_by_role("alert")).to_have_text("guest_days must be a number from 1 to 36,500.")
    days.get_by_role("spinbutton").fill("7")
    days.get_by_role("button", name="Save").click()
    expect(days.get_by_text("The server started with 30.")).to_be_visible()
    own.go("admin/audit")
    expect(own.page.get_by_text("set “Days until a guest is forgotten” to 7; before, it was 30")).to_be_visible()


def test_somebody_who_is_suspended_is_out_at_once_and_it_is_noted(house, run, visit):
    eve = visit(house).come_in("eve")
    own = run("people")
    person = open_person(own, "eve")
    person.get_by_label("Why").fill("a lost laptop")
    person.get_by_role("button", name="Suspend").click()
    expect(eve.page.get_by_text("This account is suspended")).to_be_visible()
    expect(person.get_by_role("button", name="Let them in again")).to_be_visible()
    own.page.keyboard.press("Escape")
    expect(own.page.locator(".rows li", has_text="eve").get_by_text("Suspended")).to_be_visible()
    own.go("admin/audit")
    expect(own.page.locator("li", has_text="olga suspended eve: a lost laptop")).to_be_visible()
    own.page.get_by_label("Kind").select_option(label="Links and tokens")
    expect(own.page.locator("li", has_text="suspended eve")).to_have_count(0)


def test_somebody_is_erased_only_once_the_name_is_typed(house, run, visit):
    gone = visit(house).come_in("zoe")
    own = run("people")
    person = open_person(own, "zoe")
    person.get_by_role("button", name="Erase").click()
    yes = person.get_by_role("button", name="Erase for good")
    person.get_by_label("Type zoe to confirm").fill("zo")
    expect(yes).to_be_disabled()
    person.get_by_label("Type zoe to confirm").fill("zoe")
    yes.click()
    expect(own.page.get_by_text("Nobody has that name here.")).to_be_visible()
    expect(gone.page.get_by_role("heading", name="Come in")).to_be_visible()


def test_a_reset_link_is_made_and_a_role_is_given(house, run, visit):
    own = run("invites")
    sign_up(visit(house), invite(own), "ben")
    own.go("admin/people")
    person = open_person(own, "ben")
    person.get_by_label("Role on this server").select_option("admin")
    person.get_by_role("button", name="Save").click()
    expect(person.get_by_role("button", name="Save")).to_be_disabled()
    person.get_by_role("button", name="Make a reset link").click()
    assert "/reset/" in person.get_by_label("The link", exact=True).input_value()
    own.page.keyboard.press("Escape")
    expect(own.page.locator(".rows li", has_text="ben").get_by_text("Admin")).to_be_visible()


def test_the_conversation_is_paused_and_goes_on(house, run, visit):
    guest = visit(house).come_in("paula")
    own = run("order")
    own.page.get_by_role("button", name="Pause the conversation").click()
    expect(own.page.get_by_text("The conversation is paused.")).to_be_visible()
    own.page.get_by_role("button", name="Let it go on").click()
    expect(own.page.get_by_text("The conversation is paused.")).to_have_count(0)
    guest.say("and on")
    expect(guest.line("and on").and_(guest.page.locator(":not(.waiting)"))).to_be_visible()


def test_a_ban_is_laid_and_lifted_and_what_is_wrong_is_said_beside_it(run):
    own = run("order")
    own.page.get_by_label("Who", exact=True).fill("*")
    own.page.get_by_role("button", name="Ban", exact=True).click()
    expect(own.page.locator("form").get_by_role("alert")).to_be_visible()
    own.page.get_by_label("Who", exact=True).fill("spammer*")
    own.page.get_by_role("button", name="Ban", exact=True).click()
    row = own.page.locator(".rows li", has_text="spammer*")
    expect(row).to_contain_text("for good · by olga")
    row.get_by_role("button", name="Lift").click()
    expect(own.page.get_by_text("Nobody is banned or muted.")).to_be_visible()


def test_a_room_gets_other_rules_and_another_name(house, run, visit):
    visit(house).come_in("rita").say("/create attic")
    own = run("rooms")
    own.page.reload()
    own.page.get_by_role("button", name="Settings of #attic").click()
    room = own.page.get_by_role("dialog")
    room.get_by_role("button", name="Join room").click()
    room.get_by_label("Name", exact=True).fill("cellar")
    room.get_by_role("button", name="Rename").click()
    expect(room.get_by_role("heading", name="#cellar")).to_be_visible()
    room.get_by_role("button", name="Archive room").click()
    expect(room.get_by_role("button", name="Open it again")).to_be_visible()
    own.page.keyboard.press("Escape")
    row = own.page.locator(".rows li", has_text="#cellar")
    expect(row).to_contain_text("2 members")
    expect(row.get_by_text("Archived")).to_be_visible()


def test_figures_move_while_people_talk(house, run, visit):
    guest = visit(house).come_in("tina")
    own = run("figures")
    told = own.page.locator("figure", has_text="Messages a second").locator(".hint")
    before = told.inner_text()
    guest.say("counted")
    expect(told).not_to_have_text(before)
    expect(own.page.locator("figure", has_text="Messages a second").locator("path.line")).to_have_count(1)
    expect(own.page.get_by_role("img", name="Memory")).to_be_visible()


def test_no_part_shuts_anybody_out_and_each_fits_a_phone(run):
    if not AXE.exists():
        pytest.skip("The page's packages are not installed: `make check` brings them.")
    own = run("start", viewport=PHONE)
    own.page.evaluate(AXE.read_text("utf-8") + ";0")
    for section in SECTIONS:
        own.go(f"admin/{section}")
        expect(own.page.locator("[aria-current=page]")).to_have_attribute("href", f"#admin/{section}")
        expect(own.page.get_by_label("Loading")).to_have_count(0)
        for scheme in ("light", "dark"):
            own.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way
            found = own.page.evaluate(RUN_AXE)["violations"]
            assert [(section, scheme, each["id"], each["nodes"][0]["html"]) for each in found] == []
        wide = own.page.evaluate("[document.documentElement, document.querySelector('main')].map(e => e.scrollWidth)")
        assert max(wide) <= PHONE["width"], section


def test_it_is_walked_through_with_the_keyboard_alone(run):
    own = run("people")
    own.page.get_by_role("link", name="Rooms", exact=True).focus()
    own.page.keyboard.press("Enter")
    expect(own.page.get_by_role("heading", name="Rooms", exact=True)).to_be_focused()
    expect(own.page.get_by_label("Find a room")).to_be_visible()
    own.page.keyboard.press("Tab")
    expect(own.page.get_by_label("Find a room")).to_be_focused()
