"""The page in other languages: chosen by the browser or by hand, written from the right where that is so."""

import pytest
from playwright.sync_api import expect

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
    dalia.page.get_by_label("اللغة").select_option("日本語")
    expect(root).to_have_attribute("lang", "ja")
    expect(root).to_have_attribute("dir", "ltr")
    expect(dalia.page.get_by_label("#lobby に書く")).to_be_visible()
    dalia.page.reload()
    expect(dalia.page.get_by_label("#lobby に書く")).to_be_visible()


def test_what_is_written_is_still_there_when_another_language_is_picked(house, visit):
    emil = visit(house).come_in("emil")
    emil.box.fill("half a sentence")
    emil.page.get_by_role("button", name="You and this page").click()
    emil.page.get_by_label("Language").select_option("العربية")
    expect(emil.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(emil.box).to_have_value("half a sentence")


def test_whoever_cannot_read_the_entrance_finds_their_language_there(house, visit):
    yuki = visit(house)
    yuki.page.goto(house.url)
    yuki.page.get_by_label("Language").select_option("日本語")
    expect(yuki.page.get_by_role("heading", name="ようこそ")).to_be_visible()
