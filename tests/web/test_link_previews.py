"""What links lead to, as the page shows it."""

from playwright.sync_api import expect

from tests.gateways.talking import a_name
from tests.gateways.test_link_previews import PAGE, house, site
from tests.gateways.uploading import picture

__all__ = ["house", "site"]  # fixtures


def test_a_link_is_shown_with_what_it_leads_to_and_the_end_stays_in_sight(house, visit, site):
    site.has("/pot.png", picture("PNG", (1200, 630)), "image/png")
    url = site.has("/pot", PAGE)
    ann, bob = visit(house).come_in(a_name()), visit(house).come_in(a_name())
    for number in range(20):
        ann.say(f"line {number}")
    ann.say(f"look at {url}")
    for visitor in (ann, bob):
        card = visitor.line("look at").get_by_role("link", name="The & pot")
        expect(card).to_be_visible()
        expect(card).to_have_attribute("href", url)
        expect(card.locator("img")).to_be_in_viewport(ratio=1)
    assert site.paths.count("/pot") == 1


def test_links_in_closed_rooms_stay_links_until_the_room_says_otherwise(house, visit, site):
    url = site.has("/pot", PAGE)
    ann, room = visit(house).come_in(a_name()), a_name("room")
    ann.say(f"/create {room} closed")
    expect(ann.page.get_by_role("heading", name=f"#{room}")).to_be_visible()
    ann.say(f"look at {url}")
    expect(ann.line("look at")).to_be_visible()
    ann.say("/previews on")
    expect(ann.page.get_by_text("changed the rules of this room")).to_be_visible()
    ann.say(f"again {url}")
    expect(ann.line("again").get_by_role("link", name="The & pot")).to_be_visible()
    assert ann.line("look at").get_by_role("link").count() == 1
    assert site.paths.count("/pot") == 1
