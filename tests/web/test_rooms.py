"""The list of rooms: stars, an order of one's own, what is silenced, invitations; and a room's settings by click."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import PHONE


def listed(visitor, section):
    """The names in a section of the list, as they stand."""
    return visitor.page.get_by_role("list", name=section, exact=True).get_by_role("link")


def menu(visitor, room):
    """The menu of a room, opened."""
    visitor.page.get_by_role("navigation").get_by_role("link", name=room).click(button="right")
    return visitor.page.get_by_role("menu")


@pytest.fixture
def with_rooms(house, visit):
    """Gives whoever comes in three rooms of their own."""

    def begin(name, **options):
        visitor = visit(house, **options).come_in(name)
        for room in ("attic", "barn", "cellar"):
            visitor.say(f"/create {name}-{room}")
            expect(visitor.page.get_by_role("heading", name=f"#{name}-{room}")).to_be_visible()
        return visitor

    return begin


def test_a_room_with_a_star_stands_first_on_every_device(house, with_rooms, visit):
    ann = with_rooms("ann")
    menu(ann, "ann-barn").get_by_role("menuitem", name="Add a star").click()
    expect(listed(ann, "Starred")).to_have_text([re.compile("ann-barn")])
    other = visit(house)
    state = ann.context.storage_state()
    other.context.add_init_script(
        "for (const [key, value] of Object.entries("
        + str({each["name"]: each["value"] for each in state["origins"][0]["localStorage"]})
        + ")) localStorage.setItem(key, value)"
    )
    other.page.goto(house.url)
    expect(listed(other, "Starred")).to_have_text([re.compile("ann-barn")])
    menu(other, "ann-barn").get_by_role("menuitem", name="Take the star away").click()
    expect(ann.page.get_by_role("list", name="Starred", exact=True)).to_have_count(0)
    expect(listed(ann, "Rooms")).to_have_count(4)


def test_rooms_are_dragged_into_an_order_that_stays(with_rooms):
    bob = with_rooms("bob")
    expect(listed(bob, "Rooms")).to_have_text([re.compile(each) for each in ("attic", "barn", "cellar", "lobby")])
    bob.page.get_by_role("link", name="lobby").drag_to(
        bob.page.get_by_role("link", name="bob-attic"), target_position={"x": 60, "y": 4}
    )
    wanted = [re.compile(each) for each in ("lobby", "attic", "barn", "cellar")]
    expect(listed(bob, "Rooms")).to_have_text(wanted)
    bob.page.reload()
    expect(listed(bob, "Rooms")).to_have_text(wanted)
    menu(bob, "lobby").get_by_role("menuitem", name="Move down").click()
    expect(listed(bob, "Rooms").first).to_have_text(re.compile("attic"))


def test_what_is_silenced_stands_softly_and_a_section_folds_away(with_rooms):
    dan = with_rooms("dan")
    room = dan.page.get_by_role("navigation").get_by_role("link", name="dan-attic")
    menu(dan, "dan-attic").get_by_role("menuitemradio", name="Nothing").click()
    expect(room).to_contain_text("silenced")
    expect(menu(dan, "dan-attic").get_by_role("menuitemradio", name="Nothing")).to_be_checked()
    dan.page.keyboard.press("Escape")
    expect(dan.page.get_by_role("menu")).to_have_count(0)
    dan.page.get_by_role("button", name="Rooms", exact=True).click()
    expect(listed(dan, "Rooms")).to_have_count(1)
    dan.page.reload()
    expect(listed(dan, "Rooms")).to_have_text([re.compile("dan-cellar")])


def test_an_invitation_waits_also_after_a_reload_until_one_joins(house, visit):
    fay, gil = visit(house).come_in("fay"), visit(house).come_in("gil")
    fay.say("/create fay-den closed")
    expect(fay.page.get_by_role("heading", name="#fay-den")).to_be_visible()
    fay.say("/create fay-hut closed")
    expect(fay.page.get_by_role("heading", name="#fay-hut")).to_be_visible()
    fay.say("/invite gil")
    fay.go("fay-den")
    fay.page.get_by_role("button", name="More about this room").click()
    fay.page.get_by_role("tab", name="People").click()
    fay.page.get_by_label("Invite somebody").fill("gil")
    fay.page.get_by_role("button", name="Invite", exact=True).click()
    expect(fay.page.get_by_text("gil is invited.")).to_be_visible()
    expect(gil.page.get_by_role("button", name="Join #fay-den")).to_be_visible()
    gil.page.reload()
    gil.page.get_by_role("button", name="Not now: #fay-hut").click()
    gil.page.get_by_role("button", name="Join #fay-den").click()
    expect(gil.page.get_by_role("heading", name="#fay-den")).to_be_visible()
    expect(gil.page.get_by_role("heading", name="Invitations")).to_have_count(0)


def test_a_rooms_rules_are_set_by_click_and_the_box_says_what_they_forbid(house, visit):
    hal, ida = visit(house).come_in("hal"), visit(house).come_in("ida")
    hal.say("/create hal-hall")
    ida.say("/join hal-hall")
    for each in (hal, ida):
        expect(each.page.get_by_role("heading", name="#hal-hall")).to_be_visible()
    hal.page.get_by_role("button", name="More about this room").click()
    hal.page.get_by_role("tab", name="Rules").click()
    hal.page.get_by_label("Who may write").select_option("Only moderators")
    expect(ida.page.get_by_text("Only those with the role moderator or higher may write")).to_be_visible()
    expect(ida.box).to_have_count(0)
    hal.page.get_by_label("Who may write").select_option("Everyone")
    hal.page.get_by_label("Slow mode").select_option("One message every 10 seconds")
    ida.say("one")
    expect(ida.page.get_by_text("Slow mode: a message every 10 seconds.")).to_be_visible()
    ida.box.fill("two")
    expect(ida.page.get_by_role("button", name="Send")).to_be_disabled()
    expect(hal.box).to_be_attached()
    hal.page.get_by_label("Slow mode").select_option("Off")
    expect(ida.page.get_by_role("button", name="Send")).to_be_enabled()
    hal.page.get_by_role("tab", name="About").click()
    hal.page.get_by_role("button", name="Archive room").click()
    expect(ida.page.get_by_text("This room is archived")).to_be_visible()


def test_a_room_is_renamed_and_deleted_by_its_owner_alone(house, visit):
    jo, kim = visit(house).come_in("jo"), visit(house).come_in("kim")
    jo.say("/create jo-shed")
    kim.say("/join jo-shed")
    for each in (jo, kim):
        expect(each.page.get_by_role("heading", name="#jo-shed")).to_be_visible()
        each.page.get_by_role("button", name="More about this room").click()
    expect(kim.page.get_by_role("button", name="Delete room")).to_have_count(0)
    kim.page.keyboard.press("Escape")
    jo.page.get_by_label("Name", exact=True).fill("jo-barn")
    jo.page.get_by_role("button", name="Rename").click()
    expect(kim.page.get_by_role("link", name="jo-barn")).to_be_visible()
    jo.page.get_by_role("button", name="Delete room").click()
    expect(jo.page.get_by_role("button", name="Delete room")).to_be_disabled()
    jo.page.get_by_label("To delete #jo-barn").fill("#jo-barn")
    jo.page.get_by_role("button", name="Delete room").click()
    expect(jo.page.get_by_role("heading", name="#lobby")).to_be_visible()
    expect(kim.page.get_by_role("link", name="jo-barn")).to_have_count(0)


def test_a_room_is_set_with_a_thumb(house, visit):
    lea = visit(house, viewport=PHONE, has_touch=True, is_mobile=True).come_in("lea")
    lea.page.get_by_role("button", name="More about this room").tap()
    lea.page.get_by_role("tab", name="For you").tap()
    lea.page.get_by_label("Starred").tap()
    assert lea.page.evaluate("document.documentElement.scrollWidth") <= 360
    lea.page.get_by_role("dialog").get_by_role("button", name="Close").tap()
    lea.page.get_by_role("button", name="Show rooms").tap()
    expect(listed(lea, "Starred")).to_have_text([re.compile("lobby")])
