"""Nobody is shut out: axe finds nothing wrong on any screen; what comes is read out; large text, strong contrast."""

import re
import sys

import pytest
from playwright.sync_api import expect

from tests.architecture.imports import ROOT
from tests.web.conftest import PHONE

sys.path.insert(0, str(ROOT / "tools"))
import page as built

pytestmark = pytest.mark.timeout(90)
AXE = built.MODULES / "axe-core" / "axe.min.js"
MARK = built.BUILT / "icon-192.png"
# A colour on its way to another is neither.
STILL = {"reduced_motion": "reduce"}
# What opens a screen, in the words of each language.
OPENERS = {
    "en": (
        "Find or make a room",
        "You and this page",
        "More about this room",
        "Go to a room or person",
        "Files",
        "Write to somebody",
    ),
    "ar": (
        "البحث عن غرفة أو إنشاؤها",
        "أنت وهذه الصفحة",
        "المزيد عن هذه الغرفة",
        "الانتقال إلى غرفة أو شخص",
        "الملفات",
        "الكتابة إلى شخص",
    ),
}


def faults(visitor):
    """What axe finds, as sentences. It is put in by the debugger: the page's own policy lets no script in."""
    if not AXE.exists():
        pytest.skip("The page's packages are not installed: `make check` brings them.")
    if not visitor.page.evaluate("typeof axe === 'object'"):
        visitor.page.evaluate(AXE.read_text("utf-8") + ";0")
    found = visitor.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found for node in each["nodes"]]


def dialogs(visitor, language):
    """Opens one screen after the other; each is looked over."""
    for name in OPENERS[language]:
        visitor.page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(visitor.page.get_by_role("dialog")).to_be_visible()
        assert (name, faults(visitor)) == (name, [])
        for tab in visitor.page.get_by_role("tab").all()[1:]:
            tab.click()
            assert (name, tab.inner_text(), faults(visitor)) == (name, tab.inner_text(), [])
        visitor.page.keyboard.press("Escape")
        expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    visitor.page.evaluate("document.activeElement.blur()")
    visitor.page.keyboard.press("?")
    expect(visitor.page.locator("dialog dt").first).to_be_visible()
    assert faults(visitor) == []
    visitor.page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_shuts_anybody_out(house, visit, scheme):
    sam = visit(house, color_scheme=scheme, **STILL)
    sam.page.goto(house.url)
    expect(sam.page.get_by_role("heading", name="Come in")).to_be_visible()
    assert faults(sam) == []
    sam.come_in(f"sam-{scheme}")
    sam.say(f"hello **{scheme}**, see #lobby, @sam and others")
    sam.say(f"```\ncode, {scheme}\n```")
    confirmed = sam.page.locator(":not(.waiting)")
    expect(sam.line(f"code, {scheme}").and_(confirmed)).to_be_visible()
    line = sam.line(f"hello {scheme}").and_(confirmed)  # what is not confirmed yet is drawn anew, away from the mouse
    line.hover()
    line.get_by_role("button", name="Add a reaction").click()
    assert faults(sam) == []
    sam.page.get_by_role("button", name="party popper").first.click()
    expect(line.get_by_role("button", name="🎉")).to_be_visible()
    line.hover()
    line.get_by_role("button", name="Edit").click()
    assert faults(sam) == []
    sam.page.keyboard.press("Escape")
    dialogs(sam, "en")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_opens_from_a_message_shuts_anybody_out(house, visit, scheme):
    ria = visit(house, color_scheme=scheme, **STILL).come_in(f"ria-{scheme}")
    uma = visit(house, color_scheme=scheme, **STILL).come_in(f"uma-{scheme}")
    picture = {"name": "cup.png", "mimeType": "image/png", "buffer": MARK.read_bytes()}
    uma.page.locator("form input[type=file]").set_input_files(picture)
    uma.say(f"a cup, {scheme}")
    line = ria.line(f"a cup, {scheme}")
    expect(line.locator("img[alt='cup.png']")).to_be_visible()

    def look_over(opened):
        expect(opened).to_be_visible()
        assert faults(ria) == []
        ria.page.keyboard.press("Escape")
        expect(opened).to_have_count(0)

    line.get_by_role("button", name="Look at cup.png").click()
    look_over(ria.page.get_by_role("dialog", name="cup.png"))
    line.get_by_role("button", name=f"uma-{scheme}").click()
    look_over(ria.page.get_by_role("dialog", name=f"uma-{scheme}"))
    line.focus()
    ria.page.keyboard.press("m")
    look_over(ria.page.get_by_role("menu"))
    line.focus()
    ria.page.keyboard.press("m")
    ria.page.get_by_role("menuitem", name="Who has read it").click()
    look_over(ria.page.get_by_role("dialog", name="Who has read it"))
    ria.page.get_by_role("link", name="lobby", exact=True).click(button="right")
    look_over(ria.page.get_by_role("menu"))


def test_no_screen_in_arabic_shuts_anybody_out(house, visit):
    omar = visit(house, locale="ar-EG", **STILL)
    omar.page.goto(house.url)
    omar.page.get_by_label("اسمك").fill("omar")
    assert faults(omar) == []
    omar.page.keyboard.press("Enter")
    omar.say("مرحبا يا bob")
    expect(omar.line("مرحبا").and_(omar.page.locator(":not(.waiting)"))).to_be_visible()
    assert faults(omar) == []
    dialogs(omar, "ar")


def test_no_drawer_of_a_phone_shuts_anybody_out(house, visit):
    tom = visit(house, viewport=PHONE, has_touch=True, is_mobile=True, **STILL).come_in("tom")
    tom.page.get_by_role("button", name="Show rooms").tap()
    assert faults(tom) == []
    tom.page.get_by_role("navigation").get_by_role("button", name="Close").tap()
    tom.page.get_by_role("button", name="Members").first.tap()
    assert faults(tom) == []


def test_what_others_say_is_read_out_once_each_time_without_what_is_hidden(house, visit):
    una, vic = visit(house).come_in("una"), visit(house).come_in("vic")
    spoken = una.page.locator("[aria-live=polite][aria-relevant=additions] p")
    una.say("I listen")
    expect(una.line("I listen").and_(una.page.locator(":not(.waiting)"))).to_be_visible()
    vic.say("the **same** words")
    expect(spoken).to_have_text(["vic: the same words"])
    una.say("what I say myself is not")
    vic.say("the **same** words")
    expect(spoken).to_have_text(["vic: the same words"] * 2)
    vic.say("the end: ||she did it||")
    expect(spoken.last).to_have_text("vic: the end: hidden words")


def overflowing(visitor):
    """What is cut off or can be scrolled sideways to."""
    return visitor.page.evaluate(
        """() => document.documentElement.scrollWidth > innerWidth
            ? [...document.querySelectorAll('body *')]
                .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
                .map(each => each.outerHTML.slice(0, 120))
            : []"""
    )


def test_with_letters_twice_as_large_everything_is_there(house, visit):
    wes = visit(house).come_in("wes")
    small = wes.page.locator("h1").bounding_box()["height"]
    wes.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert wes.page.locator("h1").bounding_box()["height"] > 1.6 * small
    wes.say("large letters")
    expect(wes.line("large letters")).to_be_in_viewport()
    assert overflowing(wes) == []
    for name in OPENERS["en"]:
        wes.page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(wes.page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_in_viewport()
        assert overflowing(wes) == []
        wes.page.keyboard.press("Escape")


def test_zoomed_in_four_times_one_can_read_write_and_go_elsewhere(house, visit):
    # 1280 by 1024 pixels, each drawn as sixteen.
    xia = visit(house, viewport={"width": 320, "height": 256}).come_in("xia")
    xia.say("close up")
    expect(xia.line("close up")).to_be_in_viewport()
    expect(xia.box).to_be_in_viewport()
    assert overflowing(xia) == []
    xia.page.get_by_role("button", name="Show rooms").click()
    expect(xia.page.get_by_role("navigation").get_by_role("link", name="lobby", exact=True)).to_be_in_viewport()
    xia.page.get_by_role("button", name="You and this page").click()
    end = xia.page.get_by_role("button", name="Sign out")
    end.scroll_into_view_if_needed()
    expect(end).to_be_in_viewport()
    assert overflowing(xia) == []


def test_where_the_system_chooses_the_colours_nothing_is_told_by_ours_alone(house, visit):
    yan = visit(house, forced_colors="active", **STILL).come_in("yan")
    yan.say("it was ||the butler||")
    hidden = yan.line("the butler").locator(".spoiler")
    expect(hidden).to_be_visible()
    colours = "each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]"
    expect(hidden.locator("span")).to_have_css("visibility", "hidden")
    here, elsewhere = yan.page.locator("nav a[aria-current=page]"), yan.page.locator("nav h2 >> nth=0")
    assert here.evaluate(colours)[1] != elsewhere.evaluate(colours)[1]
    assert faults(yan) == []


def test_nothing_moves_for_those_who_want_it_still(house, visit):
    zoe = visit(house, reduced_motion="reduce").come_in("zoe")
    moving = zoe.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(each => {
            const { transitionProperty, transitionDuration } = getComputedStyle(each);
            return transitionProperty !== 'none' && parseFloat(transitionDuration) > 0;
        }).map(each => each.className)"""
    )
    assert moving == []
    expect(zoe.page.get_by_role("button", name=re.compile("Find or make"))).to_be_visible()
