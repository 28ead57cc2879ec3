"""Everything by keyboard: each key that the sheet names, the way the focus goes, and input methods."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.web.conftest import WIDE, Visitor

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def kim(chromium, house) -> Iterator[Visitor]:
    """One window for all keys: each test leaves it in the lobby, with the focus in the box and nothing open."""
    context = chromium.new_context(viewport=WIDE, locale="en-GB")
    visitor = Visitor(context, house.url).come_in("kim")
    visitor.say("/create #cellar")
    expect(visitor.page.get_by_role("heading", name="#cellar")).to_be_visible()
    visitor.go("lobby")
    expect(visitor.page.get_by_role("heading", name="#lobby")).to_be_visible()
    yield visitor
    context.close()
    assert visitor.faults == []


def sent(kim, text):
    """A message of kim's that the server has."""
    kim.box.focus()
    kim.say(text)
    line = kim.line(text).and_(kim.page.locator(":not(.waiting)"))
    expect(line).to_be_visible()
    return line


def to_the_messages(kim):
    kim.box.focus()
    kim.page.keyboard.press("Shift+Tab")


def enter(kim):
    kim.box.focus()
    kim.page.keyboard.type("sent by a key")
    kim.page.keyboard.press("Enter")
    expect(kim.line("sent by a key")).to_be_visible()
    expect(kim.box).to_have_value("")


def shift_enter(kim):
    kim.box.focus()
    kim.page.keyboard.type("one")
    kim.page.keyboard.press("Shift+Enter")
    kim.page.keyboard.type("two")
    expect(kim.box).to_have_value("one\ntwo")
    kim.box.fill("")


def up(kim):
    sent(kim, "to be changed")
    kim.page.keyboard.press("ArrowUp")
    expect(kim.page.get_by_label("Edit your message")).to_be_focused()
    kim.page.keyboard.press("Escape")
    expect(kim.page.get_by_label("Edit your message")).to_have_count(0)


def marks(kim):
    for key, formed in {"b": "**tea**", "i": "*tea*", "e": "`tea`"}.items():
        kim.box.fill("tea")
        kim.page.keyboard.press("Control+a")
        kim.page.keyboard.press(f"Control+{key}")
        expect(kim.box).to_have_value(formed)
    kim.box.fill("")


def link(kim):
    kim.box.fill("tea")
    kim.page.keyboard.press("Control+a")
    kim.page.keyboard.press("Control+Shift+k")
    expect(kim.box).to_have_value(re.compile(r"^\[tea\]\("))
    kim.box.fill("")


def escape(kim):
    kim.page.get_by_role("button", name="Members").first.focus()
    kim.page.keyboard.press("Escape")
    expect(kim.box).to_be_focused()


def control_k(kim):
    kim.page.keyboard.press("Control+k")
    expect(kim.page.get_by_role("combobox", name="Go to a room or person")).to_be_focused()
    kim.page.keyboard.type("cell")
    kim.page.keyboard.press("Enter")
    expect(kim.page.get_by_role("heading", name="#cellar")).to_be_visible()
    kim.go("lobby")


def alt_arrows(kim):
    kim.page.keyboard.press("Alt+ArrowUp")
    expect(kim.page.get_by_role("heading", name="#cellar")).to_be_visible()
    kim.page.keyboard.press("Alt+ArrowDown")
    expect(kim.page.get_by_role("heading", name="#lobby")).to_be_visible()


def shift_tab(kim):
    sent(kim, "the line above")
    sent(kim, "the line below")
    to_the_messages(kim)
    expect(kim.line("the line below")).to_be_focused()
    expect(kim.line("the line below")).to_have_accessible_description("the line below")
    kim.page.keyboard.press("ArrowUp")
    expect(kim.line("the line above")).to_be_focused()
    kim.page.keyboard.press("ArrowDown")
    expect(kim.line("the line below")).to_be_focused()


def letters_on_a_message(kim):
    line = sent(kim, "a line with letters")
    to_the_messages(kim)
    kim.page.keyboard.press("r")
    expect(kim.page.get_by_text("Replying to kim")).to_be_visible()
    kim.page.keyboard.press("Escape")
    to_the_messages(kim)
    kim.page.keyboard.press("e")
    expect(kim.page.get_by_label("Edit your message")).to_be_focused()
    kim.page.keyboard.press("Escape")
    to_the_messages(kim)
    kim.page.keyboard.press("+")
    expect(kim.page.get_by_label("Find an emoji by its name")).to_be_focused()
    kim.page.keyboard.press("Escape")
    expect(line).to_be_focused()
    kim.page.keyboard.press("Delete")
    kim.page.get_by_role("button", name="Delete message").press("Enter")
    expect(line).to_have_count(0)


def m_on_a_message(kim):
    line = sent(kim, "a line with a menu")
    to_the_messages(kim)
    kim.page.keyboard.press("m")
    expect(kim.page.get_by_role("menuitem", name="Add a reaction")).to_be_focused()
    kim.page.keyboard.press("Escape")
    expect(line).to_be_focused()


def question_mark(kim):
    kim.page.get_by_role("button", name="Members").first.focus()
    kim.page.keyboard.press("?")
    expect(kim.page.get_by_role("heading", name="Keys")).to_be_visible()
    kim.page.keyboard.press("Escape")


def alt_shift_arrows(kim):
    rooms = kim.page.get_by_role("list", name="Rooms", exact=True).get_by_role("link")
    cellar = kim.page.get_by_role("link", name="cellar")
    cellar.focus()
    kim.page.keyboard.press("Alt+Shift+ArrowDown")
    expect(rooms).to_have_text([re.compile("lobby"), re.compile("cellar")])
    expect(cellar).to_be_focused()
    expect(kim.page.get_by_text("#cellar is number 2 of 2 now.")).to_be_attached()
    kim.page.keyboard.press("Alt+Shift+ArrowUp")
    expect(rooms).to_have_text([re.compile("cellar"), re.compile("lobby")])
    expect(cellar).to_be_focused()
    kim.box.focus()


KEYS = {
    "Enter": enter,
    "Shift + Enter": shift_enter,
    "Up, in an empty box": up,
    "Ctrl + B, I, E, on selected words": marks,
    "Ctrl + Shift + K": link,
    "Escape": escape,
    "Ctrl + K": control_k,
    "Alt + Up, Alt + Down": alt_arrows,
    "Alt + Shift + Up, Down, on a room": alt_shift_arrows,
    "Shift + Tab from the box": shift_tab,
    "R, E, Delete, +, on a message": letters_on_a_message,
    "M, on a message": m_on_a_message,
    "?, outside of the box": question_mark,
}


@pytest.mark.parametrize("key", KEYS)
def test_each_key_does_what_the_sheet_says(kim, key):
    kim.box.focus()
    KEYS[key](kim)
    expect(kim.page.get_by_role("heading", name="#lobby")).to_be_visible()
    expect(kim.page.get_by_role("dialog")).to_have_count(0)


def test_the_sheet_names_these_keys_and_no_others(kim):
    question_mark_row = kim.page.get_by_role("button", name="Members").first
    question_mark_row.focus()
    kim.page.keyboard.press("?")
    assert kim.page.locator("dialog dt").all_inner_texts() == list(KEYS)
    kim.page.keyboard.press("Escape")
    expect(question_mark_row).to_be_focused()


def test_the_focus_stays_in_a_dialog_and_goes_back_to_where_it_was(kim):
    for name in ("Find or make a room", "You and this page", "More about this room", "Go to a room or person"):
        button = kim.page.get_by_role("button", name=re.compile(name))
        button.press("Enter")
        dialog = kim.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        for _ in range(12):
            kim.page.keyboard.press("Tab")
            # Beyond the last comes the browser itself, then the first again: never what is behind.
            at = "document.activeElement"
            assert kim.page.evaluate(f"{at}.closest('dialog') || {at} === document.body")
        kim.page.keyboard.press("Escape")
        expect(button).to_be_focused()


def test_the_first_key_leads_past_everything_to_the_box(kim):
    skip = kim.page.get_by_role("button", name="Go to the message box")
    first = "button, a[href], input, select, textarea, [tabindex='0']"
    assert skip.evaluate("(skip, first) => document.querySelector(first) === skip", first)
    expect(skip).not_to_be_in_viewport()
    skip.focus()
    expect(skip).to_be_in_viewport()
    kim.page.keyboard.press("Enter")
    expect(kim.box).to_be_focused()


def test_hidden_words_are_shown_by_a_key_and_not_told_before(kim):
    kim.box.focus()
    kim.say("the end is ||a wedding||, see https://example.org/")
    expect(kim.page.get_by_role("link", name="https://example.org/")).to_have_attribute("target", "_blank")
    hidden = kim.page.get_by_role("button", name="Hidden words. Show them.")
    expect(kim.page.get_by_role("button", name="a wedding")).to_have_count(0)
    hidden.press("Enter")
    expect(hidden).to_have_count(0)
    expect(kim.page.locator(".spoiler.shown")).to_have_text("a wedding")


def test_enter_takes_the_word_of_an_input_method_and_sends_nothing(kim):
    session = kim.context.new_cdp_session(kim.page)
    kim.box.focus()
    session.send("Input.imeSetComposition", {"text": "にほんご", "selectionStart": 4, "selectionEnd": 4})
    expect(kim.box).to_have_value("にほんご")
    kim.page.keyboard.press("Enter")
    session.send("Input.insertText", {"text": "日本語"})
    expect(kim.line("にほんご")).to_have_count(0)
    expect(kim.box).to_have_value(re.compile("日本語"))
    kim.box.fill("日本語")
    kim.page.keyboard.press("Enter")
    expect(kim.line("日本語")).to_be_visible()
    expect(kim.box).to_have_value("")
