"""The page in other languages: chosen by the browser or by hand, written from the right where that is so."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import PHONE

pytestmark = pytest.mark.timeout(60)


def test_the_page_speaks_the_language_of_the_browser_until_another_is_picked(house, visit):
    dalia = visit(house, locale="ar-EG")
    dalia.page.goto(house.url)
    root = dalia.page.locator("html")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", "ar")
    dalia.page.get_by_label("اسمك").fill("dalia")
    dalia.page.get_by_role("button", name="دخول", exact=True).click()
    dalia.page.get_by_role("button", name="أنت وهذه الصفحة").click()
    dalia.page.get_by_role("tab", name="هذه الصفحة").click()
    dalia.page.get_by_label("اللغة").select_option("日本語")
    expect(root).to_have_attribute("lang", "ja")
    expect(root).to_have_attribute("dir", "ltr")
    expect(dalia.page.get_by_label("#lobby に書く")).to_be_visible()
    dalia.page.reload()
    expect(dalia.page.get_by_label("#lobby に書く")).to_be_visible()


def test_what_is_written_is_still_there_when_another_language_is_picked(house, visit):
    emil = visit(house).come_in("emil")
    emil.box.fill("half a sentence")
    emil.open_me("This page")
    emil.page.get_by_label("Language").select_option("العربية")
    expect(emil.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(emil.box).to_have_value("half a sentence")


def test_whoever_cannot_read_the_entrance_finds_their_language_there(house, visit):
    yuki = visit(house)
    yuki.page.goto(house.url)
    yuki.page.get_by_label("Language").select_option("日本語")
    expect(yuki.page.get_by_role("heading", name="ようこそ")).to_be_visible()


def enter_in_arabic(house, visit, name, **options):
    """Somebody whose browser is set to Arabic, in the lobby."""
    visitor = visit(house, locale="ar-EG", **options)
    visitor.page.goto(house.url)
    visitor.page.get_by_label("اسمك").fill(name)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="#lobby")).to_be_visible()
    return visitor


def test_from_the_right_all_stands_on_the_other_side(house, visit):
    fadi = enter_in_arabic(house, visit, "fadi")
    rooms, members = fadi.page.locator("nav"), fadi.page.locator("aside")
    assert rooms.bounding_box()["x"] > fadi.page.locator("main").bounding_box()["x"] > members.bounding_box()["x"]
    send = fadi.page.get_by_role("button", name="إرسال")
    assert send.bounding_box()["x"] < fadi.box.bounding_box()["x"]
    # What points somewhere points the other way.
    assert send.locator("svg").evaluate("each => getComputedStyle(each).scale") == "-1 1"


def test_on_a_phone_the_drawer_of_rooms_comes_from_the_right(house, visit):
    ghada = enter_in_arabic(house, visit, "ghada", viewport=PHONE)
    ghada.page.get_by_role("button", name="إظهار الغرف").click()
    drawer = ghada.page.locator("nav").bounding_box()
    assert drawer["x"] + drawer["width"] == PHONE["width"]
    assert drawer["x"] > 0


def side(locator):
    """Where the words of something begin: how far from the left and from the right of their box."""
    return locator.evaluate(
        """each => {
            const range = document.createRange();
            range.selectNodeContents(each);
            const [words, box] = [range.getBoundingClientRect(), each.getBoundingClientRect()];
            return words.left - box.left < box.right - words.right ? 'left' : 'right';
        }"""
    )


@pytest.mark.parametrize("locale", ["ar-EG", "en-GB"])
def test_each_message_begins_where_its_own_language_does_and_code_on_the_left(house, visit, locale):
    hani = enter_in_arabic(house, visit, "hani") if locale == "ar-EG" else visit(house).come_in("hugh")
    hani.say(f"good morning, {locale}")
    hani.say(f"صباح الخير {locale}")
    hani.say(f"```\nlet x = 1 {locale}\n```")
    assert side(hani.line(f"good morning, {locale}").locator("p")) == "left"
    assert side(hani.line(f"صباح الخير {locale}").locator("p")) == "right"
    assert side(hani.line(f"let x = 1 {locale}").locator("pre")) == "left"


def test_what_is_typed_goes_the_way_of_its_letters(house, visit):
    ines = visit(house).come_in("ines")
    ines.box.fill("مرحبا")
    assert ines.box.evaluate("each => getComputedStyle(each).direction") == "rtl"
    ines.box.fill("hello")
    assert ines.box.evaluate("each => getComputedStyle(each).direction") == "ltr"


def test_times_have_twelve_hours_where_one_says_them_so(house, visit):
    june = visit(house, locale="en-US", timezone_id="America/New_York").come_in("june")
    june.say("what time is it")
    time = june.line("what time is it").locator("time").first
    expect(time).to_have_text(re.compile(r"^\d{1,2}:\d\d\s[AP]M$"))
