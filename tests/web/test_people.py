"""People: who somebody is and what one may do to them, several in one conversation, whom one hears and when."""

import re

from playwright.sync_api import expect


def card_of(visitor, name):
    """Opens the profile of a member of the room at hand."""
    visitor.page.get_by_label("Members").get_by_role("button", name=name).click()
    return visitor.page.get_by_role("dialog")


def meet(house, visit, room, *names):
    """People who come into one room; the first one owns it."""
    people = [visit(house).come_in(name) for name in names]
    for person in people:
        person.say(f"/{'create' if person is people[0] else 'join'} {room}")
        expect(person.page.get_by_role("heading", name=f"#{room}")).to_be_visible()
    return people


def test_a_profile_tells_who_it_is_and_leads_to_writing_and_mentioning(house, visit):
    ann, bob = meet(house, visit, "meadow", "ann", "bob")
    bob.say("here I am")
    ann.line("here I am").get_by_role("button", name="bob").click()
    card = ann.page.get_by_role("dialog")
    expect(card).to_contain_text("@bob")
    expect(card).to_contain_text("online")
    card.get_by_role("button", name="Mention").click()
    expect(ann.box).to_have_value("@bob ")
    expect(ann.box).to_be_focused()
    ann.box.press("Enter")
    bob.line("@ann").or_(bob.line("@bob")).locator(".mention").click()
    expect(bob.page.get_by_role("dialog")).to_contain_text("Change your profile")
    bob.page.keyboard.press("Escape")
    card_of(ann, "bob").get_by_role("button", name="Message", exact=True).click()
    expect(ann.page.get_by_role("heading", name="bob")).to_be_visible()


def test_who_may_not_is_not_offered_to_moderate(house, visit):
    cat, dan = meet(house, visit, "brook", "cat", "dan")
    card = card_of(dan, "cat")
    expect(card.get_by_role("button", name="Block")).to_be_visible()
    expect(card.get_by_role("button", name="Ban")).to_have_count(0)
    card = card_of(cat, "dan")
    for act in ("Change role", "Mute", "Remove", "Ban"):
        expect(card.get_by_role("button", name=act)).to_be_visible()


def test_a_member_is_made_moderator_muted_for_a_time_and_banned_by_click(house, visit):
    eve, fay = meet(house, visit, "grove", "eve", "fay")
    card_of(eve, "fay").get_by_role("button", name="Change role").click()
    eve.page.get_by_role("radio", name="moderator").check()
    eve.page.get_by_role("button", name="Give role").click()
    expect(eve.page.get_by_role("dialog")).to_contain_text("moderator in")
    eve.page.get_by_role("button", name="Mute").click()
    eve.page.get_by_label("For how long").select_option("10 minutes")
    eve.page.get_by_role("button", name="Mute").click()
    expect(fay.page.get_by_text("You are muted until")).to_be_visible()
    fay.page.reload()
    expect(fay.page.get_by_text("You are muted until")).to_be_visible()
    eve.page.get_by_role("button", name="More about this room").click()
    eve.page.get_by_role("tab", name="Bans").click()
    eve.page.get_by_role("button", name="Lift: fay").click()
    expect(eve.page.get_by_text("Nobody is banned or muted here.")).to_be_visible()
    expect(fay.box).to_be_visible()
    eve.page.keyboard.press("Escape")
    card_of(eve, "fay").get_by_role("button", name="Ban").click()
    eve.page.get_by_label("Why").fill("Enough for today")
    eve.page.get_by_role("button", name="Ban").click()
    expect(fay.page.get_by_text("You are not in #grove.")).to_be_visible()
    fay.page.get_by_role("button", name="Join room").click()
    expect(fay.page.get_by_role("status").filter(has_text="Enough for today")).to_be_visible()


def test_whom_one_blocks_is_hidden_until_one_looks(house, visit):
    gil, hal = meet(house, visit, "pond", "gil", "hal")
    hal.say("something loud")
    expect(gil.line("something loud")).to_be_visible()
    card_of(gil, "hal").get_by_role("button", name="Block").click()
    gil.page.keyboard.press("Escape")
    expect(gil.line("something loud")).to_have_count(0)
    expect(gil.line("Message of somebody you blocked.")).to_be_visible()
    gil.page.get_by_role("button", name="Show", exact=True).click()
    expect(gil.line("something loud")).to_be_visible()
    hal.box.press_sequentially("typing")
    gil.go("@hal")
    expect(gil.page.get_by_text("You have blocked hal.")).to_be_visible()
    gil.page.reload()
    gil.open_me("Peace")
    gil.page.get_by_role("button", name="Unblock: hal").click()
    expect(gil.page.get_by_text("Nobody.", exact=True)).to_be_visible()
    gil.page.keyboard.press("Escape")
    expect(gil.box).to_be_visible()


def test_several_people_are_written_to_at_once(house, visit):
    ida, jo, kim = (visit(house).come_in(name) for name in ("ida", "jo-ann", "kim"))
    ida.page.get_by_role("button", name="Write to somebody").click()
    to = ida.page.get_by_role("combobox", name="To")
    to.press_sequentially("joa")
    to.press("Enter")
    to.press_sequentially("kim")
    ida.page.get_by_role("option", name="kim").click()
    expect(ida.page.get_by_role("button", name="Without jo-ann")).to_be_visible()
    to.press("Enter")
    ida.say("the three of us")
    expect(ida.line("the three of us")).to_be_visible()
    for each, others in ((jo, "ida and kim"), (kim, "ida and jo-ann")):
        each.page.get_by_role("link", name=others).click()
        expect(each.line("the three of us")).to_be_visible()


def test_one_takes_another_name_and_status_on_every_device(house, visit):
    lea, mia = visit(house).come_in("lea"), visit(house).come_in("mia")
    lea.open_me()
    lea.page.get_by_label("Name that others see").fill("Lea L.")
    lea.page.get_by_role("button", name="Change", exact=True).click()
    lea.page.get_by_label("What you are doing").fill("Out for lunch")
    lea.page.get_by_label("Away").check()
    lea.page.get_by_label("Clear after").select_option("1 hour")
    lea.page.get_by_role("button", name="Save", exact=True).click()
    member = mia.page.get_by_label("Members").get_by_role("button", name="Lea L.")
    expect(member).to_contain_text("Out for lunch")
    expect(member).to_contain_text("away")
    lea.page.get_by_label("Username").fill("mia")
    lea.page.get_by_role("button", name="Change username").click()
    expect(lea.page.get_by_role("alert")).to_contain_text("The name mia is taken")


def test_nothing_disturbs_until_it_is_ended(house, visit):
    ned = visit(house).come_in("ned")
    ned.open_me("Peace")
    ned.page.get_by_label("For how long").select_option("until I end it")
    ned.page.get_by_role("button", name="Begin").click()
    expect(ned.page.get_by_text("Nothing disturbs you until you end it.")).to_be_visible()
    ned.page.reload()
    ned.open_me("Peace")
    ned.page.get_by_role("button", name="End it").click()
    ned.page.get_by_label("Guests may write to me directly").uncheck()
    ned.page.reload()
    ned.open_me("Peace")
    expect(ned.page.get_by_label("Guests may write to me directly")).not_to_be_checked()
    expect(ned.page.get_by_role("button", name="Begin")).to_be_visible()


def test_the_switcher_finds_rooms_and_people_by_a_few_letters_and_the_last_one_first(house, visit):
    pam, _ = visit(house).come_in("pam"), visit(house).come_in("quentin")
    for room in ("red-kitchen", "blue-cellar"):
        pam.say(f"/create {room}")
        expect(pam.page.get_by_role("heading", name=f"#{room}")).to_be_visible()
    pam.page.keyboard.press("Control+k")
    expect(pam.page.get_by_role("option").first).to_contain_text("#red-kitchen")
    pam.page.keyboard.type("bc")
    expect(pam.page.get_by_role("option").first).to_contain_text("#blue-cellar")
    pam.page.get_by_role("combobox").fill("quen")
    pam.page.keyboard.press("Enter")
    expect(pam.page.get_by_role("heading", name=re.compile("quentin"))).to_be_visible()
