"""axe finds nothing wrong on any screen: names, roles, contrast, focus."""

import sys

import pytest
from playwright.sync_api import expect

from tests.architecture.imports import ROOT
from tests.web.conftest import PHONE

sys.path.insert(0, str(ROOT / "tools"))
import page as built

pytestmark = pytest.mark.timeout(90)
AXE = built.MODULES / "axe-core" / "axe.min.js"


def faults(visitor):
    """What axe finds, as sentences. It is put in by the debugger: the page's own policy lets no script in."""
    if not AXE.exists():
        pytest.skip("The page's packages are not installed: `make check` brings them.")
    visitor.page.wait_for_timeout(150)
    if not visitor.page.evaluate("typeof axe === 'object'"):
        visitor.page.evaluate(AXE.read_text("utf-8") + ";0")
    found = visitor.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_shuts_anybody_out(house, visit, scheme):
    sam = visit(house, color_scheme=scheme)
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
    sam.page.get_by_role("button", name="tada").click()
    expect(line.get_by_role("button", name="🎉")).to_be_visible()
    assert faults(sam) == []
    for name in ("Find or make a room", "You and this page", "More about this room"):
        sam.page.get_by_role("button", name=name).click()
        expect(sam.page.get_by_role("dialog")).to_be_visible()
        assert faults(sam) == []
        sam.page.keyboard.press("Escape")
    sam.page.keyboard.press("Control+k")
    assert faults(sam) == []


def test_no_drawer_of_a_phone_shuts_anybody_out(house, visit):
    tom = visit(house, viewport=PHONE, has_touch=True, is_mobile=True).come_in("tom")
    tom.page.get_by_role("button", name="Show rooms").tap()
    assert faults(tom) == []
    tom.page.get_by_role("navigation").get_by_role("button", name="Close").tap()
    tom.page.get_by_role("button", name="Members").first.tap()
    assert faults(tom) == []
