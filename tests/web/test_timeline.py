"""A room of thousands of messages: read anywhere, joined with its end again, and nothing jumps."""

import asyncio
import itertools
import re
from threading import Thread

import pytest
from playwright.sync_api import expect

from klatch.clients.sdk import Client
from klatch.core.commands import CreateRoom
from tests.running import Server, running
from tests.web.conftest import PHONE, Visitor

pytestmark = pytest.mark.timeout(90)
HELD = 3_000
_numbers = itertools.count(1)

# From the change of the address until a line is drawn in the middle of the screen (ms).
_JUMP = """([place, text]) => new Promise(done => {
  const began = performance.now();
  const look = () => {
    const lines = [...document.querySelectorAll('.scroller.settled article')];
    const line = lines.find(each => each.textContent.includes(text));
    const at = line?.getBoundingClientRect();
    if (at && at.top > 0 && at.bottom < innerHeight) requestAnimationFrame(() => done(performance.now() - began));
    else if (performance.now() - began > 5_000) done(NaN);
    else requestAnimationFrame(look);
  };
  location.hash = place;
  requestAnimationFrame(look);
})"""


def write(server: Server, room: str, count: int, name: str = "writer", *, makes: bool = False) -> None:
    """Says `line 0`, `line 1` ... in a room, many at a time."""

    async def talk() -> None:
        async with Client(server.url, name=name, secret=f"the secret of {name}, long enough") as client:
            await (client.act(CreateRoom(cid="", name=room)) if makes else client.join(room))
            await asyncio.gather(*(client.send(room, f"line {number} of {room[1:]}") for number in range(count)))

    thread = Thread(target=asyncio.run, args=(talk(),))
    thread.start()
    thread.join()


@pytest.fixture(scope="module")
def long_room(house: Server) -> Server:
    """A house with #deep, of thousands of messages."""
    write(house, "#deep", HELD, makes=True)
    return house


@pytest.fixture
def reader(long_room, visit) -> Visitor:
    """Somebody who looks at the end of #deep."""
    reader = visit(long_room).come_in(f"reader{next(_numbers)}")
    reader.say("/join #deep")
    expect(reader.page.get_by_role("heading", name="#deep")).to_be_visible()
    expect(reader.page.locator(".settled article").last).to_be_in_viewport()
    return reader


def scroll_to(reader: Visitor, text: str, step: int) -> None:
    """Turns the wheel until a line is there."""
    reader.page.locator(".scroller").hover()
    for _ in range(200):
        if reader.line(text).count():
            return
        reader.page.mouse.wheel(0, step)
        reader.page.wait_for_timeout(20)
    raise AssertionError(f"{text!r} did not come into sight.")


def test_a_link_opens_at_its_message_at_any_distance_and_soon(reader):
    for number in (100, 2_000, 1_000):
        text = f"line {number} of deep"
        seq = number + 3
        assert reader.page.evaluate(_JUMP, [f"#deep/{seq}", text]) < 1_000
        expect(reader.page.locator(f"article[data-seq='{seq}']")).to_have_class(re.compile("marked"))
    assert reader.page.locator("article").count() < 100


def test_scrolling_on_from_a_far_place_ends_at_the_end(reader):
    reader.go("deep/2700")
    expect(reader.line("line 2697 of deep")).to_be_in_viewport()
    button = reader.page.get_by_role("button", name="Go to the newest")
    expect(button).to_be_visible()
    scroll_to(reader, f"line {HELD - 1} of deep", 1_500)
    expect(button).to_have_count(0)
    shown = reader.page.locator("article").evaluate_all("lines => lines.map(line => Number(line.dataset.seq))")
    assert shown == sorted(set(shown))


def test_what_comes_meanwhile_is_counted_and_changes_what_is_held(reader, long_room, visit):
    other = visit(long_room).come_in(f"other{next(_numbers)}")
    other.say("/join #deep")
    expect(other.page.get_by_role("heading", name="#deep")).to_be_visible()
    reader.go("deep/500")
    expect(reader.page.locator(".settled article[data-seq='500']")).to_be_in_viewport()
    other.say("news for the reader")
    expect(reader.page.get_by_role("button", name="1 new message")).to_be_visible()
    place = reader.line("line 497 of deep").bounding_box()
    other.say("/react 500 🎉")
    expect(reader.line("line 497 of deep").get_by_role("button", name=re.compile("🎉 1"))).to_be_visible()
    assert reader.line("line 497 of deep").bounding_box()["y"] == place["y"]
    reader.page.get_by_role("button", name="1 new message").click()
    expect(reader.line("news for the reader")).to_be_in_viewport()
    expect(reader.page.get_by_role("button", name="Go to the newest")).to_have_count(0)


def test_what_one_says_far_from_the_end_leads_to_the_end(reader):
    reader.go("deep/400")
    expect(reader.line("line 397 of deep")).to_be_in_viewport()
    reader.say("said from far away")
    expect(reader.line("said from far away")).to_be_in_viewport()
    reader.page.reload()
    expect(reader.line("said from far away")).to_be_in_viewport()


def test_a_quote_leads_to_what_it_quotes_however_far(reader):
    reader.say("/reply 50 yes indeed")
    expect(reader.line("yes indeed")).to_be_in_viewport()
    reader.line("yes indeed").locator(".quote").click()
    expect(reader.line("line 47 of deep")).to_be_in_viewport()


def test_whoever_comes_back_goes_on_where_they_left_off(reader, long_room):
    reader.go("lobby")
    expect(reader.page.get_by_role("heading", name="#lobby")).to_be_visible()
    write(long_room, "#deep", 150, f"flood{next(_numbers)}")
    expect(reader.page.get_by_role("link", name="deep")).to_contain_text("99+ unread")
    reader.go("deep")
    expect(reader.page.get_by_role("separator").filter(has_text="New")).to_be_in_viewport()
    expect(reader.line("line 0 of deep").last).to_be_in_viewport()
    reader.page.get_by_role("button", name="Go to the newest").click()
    expect(reader.line("line 149 of deep").last).to_be_in_viewport()


def test_any_emoji_is_found_by_name_and_picked_with_the_keyboard(house, visit):
    ann = visit(house).come_in("emo")
    ann.box.fill("tea ")
    ann.page.get_by_role("button", name="Add an emoji").click()
    ann.page.get_by_label("Find an emoji").fill("teapot")
    expect(ann.page.get_by_role("button", name="teapot")).to_be_visible()
    ann.page.keyboard.press("Enter")
    expect(ann.box).to_have_value("tea 🫖")
    ann.page.get_by_role("button", name="Add an emoji").click()
    ann.page.get_by_label("Skin tone").select_option("🏽")
    ann.page.get_by_label("Find an emoji").fill("waving hand")
    ann.page.keyboard.press("ArrowDown")
    expect(ann.page.get_by_role("button", name="waving hand")).to_be_focused()
    ann.page.keyboard.press("Enter")
    expect(ann.box).to_have_value("tea 🫖👋🏽")
    ann.box.fill("")
    ann.box.press_sequentially("good :tada")
    ann.box.press("Tab")
    expect(ann.box).to_have_value("good 🎉 ")


def test_keys_and_lists_and_what_is_pasted_have_form(house, visit):
    ann = visit(house).come_in("former")
    ann.box.fill("warm")
    ann.box.press("Control+a")
    ann.box.press("Control+b")
    expect(ann.box).to_have_value("**warm**")
    ann.box.fill("- one")
    ann.box.press("Shift+Enter")
    expect(ann.box).to_have_value("- one\n- ")
    ann.box.fill("")
    ann.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/html", "<p>a <b>bold</b> <a href='https://example.org/'>link</a></p><ul><li>x<li>y</ul>");
          data.setData("text/plain", "a bold link x y");
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.querySelector("form textarea").dispatchEvent(event);
        }"""
    )
    expect(ann.box).to_have_value("a **bold** [link](https://example.org/)\n\n- x\n- y")


def test_what_is_too_long_is_said_before_it_is_sent(house, visit):
    ann = visit(house).come_in("longwinded")
    ann.box.fill("x" * 16_010)
    expect(ann.page.get_by_role("alert")).to_contain_text("10 characters too many")
    expect(ann.page.get_by_role("button", name="Send")).to_be_disabled()


def test_a_command_typed_while_the_server_is_away_stays_in_the_box(data, visit):
    with running(data, "--no-limits") as server:
        ann = visit(server).come_in("ann")
        ann.say("before")
        expect(ann.line("before").and_(ann.page.locator(":not(.waiting)"))).to_be_visible()
        server.kill()
        expect(ann.page.get_by_text("Offline.")).to_be_visible()
        ann.say("/create #later")
        expect(ann.page.get_by_role("status").filter(has_text="The server is away.")).to_be_visible()
        expect(ann.box).to_have_value("/create #later")
        ann.say("//slash")
        expect(ann.line("/slash")).to_be_visible()
        server.start()
        ann.page.evaluate("dispatchEvent(new Event('online'))")
        expect(ann.line("/slash").and_(ann.page.locator(":not(.waiting)"))).to_be_visible(timeout=20_000)
        expect(ann.page.get_by_role("link", name="later")).to_have_count(0)


CODE = """```python
def brew(cups):
    return "coffee" * cups  # hot
```"""


def test_code_has_colours_its_language_and_a_button_that_copies_it(house, visit):
    ann = visit(house, permissions=["clipboard-read", "clipboard-write"]).come_in("coder")
    ann.say(CODE)
    code = ann.page.locator(".code").last
    expect(code.locator(".hljs-keyword").first).to_have_text("def")
    expect(code.locator(".bar")).to_contain_text("python")
    code.get_by_role("button", name="Copy").click()
    expect(ann.page.get_by_role("status").filter(has_text="The code is copied.")).to_be_visible()
    assert ann.page.evaluate("navigator.clipboard.readText()") == CODE.removeprefix("```python\n").removesuffix("\n```")


def test_hidden_words_are_shown_by_mouse_and_by_keyboard(house, visit):
    ann = visit(house).come_in("spoiler")
    ann.say("it was ||the cat|| and ||the dog||")
    hidden = ann.line("it was").locator(".spoiler")
    hidden.first.click()
    expect(hidden.first).to_have_class(re.compile("shown"))
    hidden.last.focus()
    ann.page.keyboard.press("Enter")
    expect(hidden.last).to_have_class(re.compile("shown"))


def test_wide_tables_and_long_words_stay_within_a_phone(house, visit):
    ann = visit(house, viewport=PHONE, has_touch=True, is_mobile=True).come_in("narrow")
    columns = [f"column number {number}" for number in range(8)]
    ann.box.fill("\n".join("| " + " | ".join(row) + " |" for row in (columns, ["-"] * 8, columns)))
    ann.page.get_by_role("button", name="Send").tap()
    ann.box.fill("W" * 300)
    ann.page.get_by_role("button", name="Send").tap()
    expect(ann.line("WWWW")).to_be_visible()
    sheet = ann.page.locator(".sheet").last
    assert sheet.evaluate("sheet => sheet.scrollWidth > sheet.clientWidth")
    assert ann.page.evaluate("document.querySelector('.scroller').scrollWidth") <= 360


def test_the_menu_of_a_message_opens_by_key_and_by_a_finger_that_rests(house, visit):
    ann = visit(house, has_touch=True).come_in("menus")
    ann.box.fill("a line with a menu")
    ann.page.get_by_role("button", name="Send").tap()
    line = ann.line("a line with a menu").and_(ann.page.locator(":not(.waiting)"))
    line.focus()
    ann.page.keyboard.press("m")
    expect(ann.page.get_by_role("menuitem", name="Add a reaction")).to_be_focused()
    ann.page.keyboard.press("End")
    expect(ann.page.get_by_role("menuitem", name="Delete")).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(ann.page.get_by_role("menu")).to_have_count(0)
    expect(line).to_be_focused()
    line.locator("p").dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})
    ann.page.get_by_role("menuitem", name="React with 👍").click()
    expect(line.get_by_role("button", name=re.compile("👍 1"))).to_be_visible()


def test_who_has_read_is_shown_and_below_the_last_line_to_somebody(house, visit):
    ann, bob = visit(house).come_in("asker"), visit(house).come_in("seer")
    ann.go("@seer")
    ann.say("did you see this")
    bob.go("@asker")
    expect(bob.line("did you see this")).to_be_visible()
    expect(ann.page.get_by_text("Read", exact=True)).to_be_visible(timeout=25_000)
    ann.line("did you see this").focus()
    ann.page.keyboard.press("m")
    ann.page.get_by_role("menuitem", name="Who has read it").click()
    expect(ann.page.get_by_role("dialog").get_by_role("button", name="seer")).to_be_visible()


def test_one_goes_to_a_date(reader):
    reader.go("deep/2000")
    expect(reader.line("line 1997 of deep")).to_be_in_viewport()
    reader.page.locator(".dated").click()
    reader.page.get_by_role("button", name="Go", exact=True).click()
    expect(reader.line("line 0 of deep").first).to_be_in_viewport()
    reader.page.locator(".day button").first.click()
    reader.page.get_by_label("Go to a date").last.fill("2031-01-01")
    reader.page.keyboard.press("Escape")
    expect(reader.page.get_by_role("dialog")).to_have_count(0)


def test_the_menu_of_a_room_leads_to_a_date(reader):
    reader.go("deep/2000")
    expect(reader.line("line 1997 of deep")).to_be_in_viewport()
    reader.page.get_by_role("link", name="deep").click(button="right")
    reader.page.get_by_role("menuitem", name="Go to a date").click()
    reader.page.get_by_role("button", name="Go", exact=True).click()
    expect(reader.line("line 0 of deep").first).to_be_in_viewport()
