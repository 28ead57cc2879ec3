"""People talk through the page, in real browsers with a real server; one of them has nothing but nc."""

import re
import socket
import subprocess
from shutil import which

import pytest
from playwright.sync_api import expect

from tests.pace import PATIENCE
from tests.running import running
from tests.web.conftest import PHONE

pytestmark = pytest.mark.timeout(90)


def test_two_browsers_and_a_user_of_nc_talk(any_house, visit):
    if which("nc") is None:
        pytest.skip("There is no nc here.")
    ann, bob = visit(any_house).come_in("ann"), visit(any_house).come_in("bob")
    netcat = subprocess.Popen(
        ["nc", "127.0.0.1", str(any_house.line_port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        netcat.stdin.write("nick\nhello from the terminal\n")
        expect(ann.line("hello from the terminal")).to_be_visible()
        ann.say("hello from ann")
        expect(bob.line("hello from ann")).to_be_visible()
        bob.say("hello from bob")
        expect(ann.line("hello from bob")).to_be_visible()
        heard = iter(netcat.stdout.readline, "")
        assert any("hello from bob" in line for line in heard)
    finally:
        netcat.terminate()
        netcat.communicate(timeout=PATIENCE)


def test_a_name_that_is_taken_is_refused_in_the_servers_words(house, visit):
    visit(house).come_in("taken")
    other = visit(house)
    other.page.goto(house.url)
    other.page.get_by_label("Your name").fill("taken")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("alert")).to_contain_text("The name taken is taken")
    other.page.get_by_label("Your name").fill("another")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("heading", name="#lobby")).to_be_visible()


def test_a_reload_keeps_who_one_is_where_one_was_and_what_one_was_writing(any_house, visit):
    carla = visit(any_house).come_in("carla")
    carla.say("/create #carlas-room")
    expect(carla.page.get_by_role("heading", name="#carlas-room")).to_be_visible()
    carla.say("kept")
    expect(carla.line("kept")).to_be_visible()
    carla.box.fill("begun")
    carla.page.reload()
    expect(carla.page.get_by_role("heading", name="#carlas-room")).to_be_visible()
    expect(carla.line("kept")).to_be_visible()
    expect(carla.box).to_have_value("begun")
    expect(carla.page.get_by_role("button", name="You and this page")).to_contain_text("carla")


def test_what_is_written_while_the_server_is_away_arrives_once(data, visit):
    with running(data) as server:
        ann, bob = visit(server).come_in("ann"), visit(server).come_in("bob")
        ann.say("before")
        expect(bob.line("before")).to_be_visible()
        server.kill()
        expect(ann.page.get_by_text("Offline. What you write will be sent when you are back.")).to_be_visible()
        ann.say("meanwhile one")
        ann.say("meanwhile two")
        expect(ann.page.get_by_text("2 things wait to be sent.")).to_be_visible()
        ann.page.goto("about:blank")  # the window is closed before anything could be sent
        server.start()
        ann.page.goto(server.url)
        bob.page.evaluate("dispatchEvent(new Event('online'))")  # as when the network is there again
        for visitor in (ann, bob):
            expect(visitor.line("meanwhile two")).to_be_visible(timeout=20_000)
            expect(visitor.line("meanwhile")).to_have_count(2)
            expect(visitor.line("before")).to_be_visible()
        expect(ann.page.get_by_text("Offline.")).to_have_count(0)
        server.kill()
        bob.say("from one who stayed")
        server.start()
        for visitor in (ann, bob):
            visitor.page.evaluate("dispatchEvent(new Event('online'))")
        expect(ann.line("from one who stayed")).to_be_visible(timeout=20_000)
        expect(ann.line("from one who stayed")).to_have_count(1)


def test_a_message_is_edited_answered_reacted_to_and_deleted(any_house, visit):
    dora, emil = visit(any_house).come_in("dora"), visit(any_house).come_in("emil")
    dora.say("a first wrod")
    expect(dora.line("a first wrod").and_(dora.page.locator(":not(.waiting)"))).to_be_visible()
    dora.box.press("ArrowUp")
    dora.page.get_by_label("Edit your message").fill("a first word")
    dora.page.keyboard.press("Enter")
    expect(emil.line("a first word")).to_contain_text("edited")
    emil.line("a first word").hover()
    emil.line("a first word").get_by_role("button", name="Reply").click()
    emil.say("and a second")
    expect(dora.line("and a second").locator(".quote")).to_contain_text("a first word")
    dora.line("and a second").hover()
    dora.line("and a second").get_by_role("button", name="Add a reaction").click()
    dora.page.get_by_role("button", name="thumbs up", exact=True).first.click()
    reaction = re.compile("👍 1.*dora")
    expect(emil.line("and a second").get_by_role("button", name=reaction)).to_be_visible()
    emil.line("and a second").get_by_role("button", name=reaction).click()
    expect(dora.line("and a second").get_by_role("button", name=re.compile("👍 2"))).to_be_visible()
    dora.line("a first word").first.focus()
    dora.page.keyboard.press("Delete")
    dora.page.get_by_role("button", name="Delete message").click()
    expect(emil.page.get_by_text("This message was deleted.").first).to_be_visible()


def test_an_unread_room_shows_how_much_and_where_reading_goes_on(any_house, visit):
    fay, gil = visit(any_house).come_in("fay"), visit(any_house).come_in("gil")
    fay.say("/create #reading")
    expect(fay.page.get_by_role("heading", name="#reading")).to_be_visible()
    gil.say("/join #reading")
    # What was never seen has no line where it goes on.
    expect(gil.page.get_by_text("fay made this room")).to_be_visible()
    gil.go("lobby")
    expect(gil.page.get_by_role("heading", name="#lobby")).to_be_visible()
    fay.say("one")
    fay.say("two for @gil")
    entry = gil.page.get_by_role("link", name="reading")
    expect(entry).to_contain_text("2 unread")
    expect(gil.page).to_have_title("(1) #lobby – Klatch")
    entry.click()
    expect(gil.page.get_by_role("separator").filter(has_text="New")).to_be_visible()
    expect(entry).not_to_contain_text("unread")


def test_with_a_finger_one_answers_a_message_by_its_bar_and_sees_what_is_said_elsewhere(house, visit):
    pia = visit(house, viewport=PHONE, has_touch=True, is_mobile=True).come_in("pia")
    quin = visit(house).come_in("quin")
    quin.say("touch me")
    pia.line("touch me").locator(".said").tap()
    pia.line("touch me").get_by_role("button", name="Reply").tap()
    pia.box.fill("touched")
    pia.page.get_by_role("button", name="Send").tap()
    expect(quin.line("touched").locator(".quote")).to_contain_text("touch me")
    menu = pia.page.get_by_role("button", name="Show rooms")
    expect(menu).to_have_accessible_description("")
    quin.say("/msg @pia a word with you")
    expect(menu).to_have_accessible_description("1 unread")


def test_what_is_typed_after_a_reaction_is_said_and_edits_nothing(house, visit):
    rex = visit(house).come_in("rex")
    rex.say("about tea")
    line = rex.line("about tea").and_(rex.page.locator(":not(.waiting)"))
    line.hover()
    line.get_by_role("button", name="Add a reaction").click()
    rex.page.get_by_placeholder("Find an emoji by its name").fill("tea")
    rex.page.keyboard.press("Enter")
    expect(line.locator(".reactions")).to_be_visible()
    rex.page.keyboard.type("see me")
    expect(rex.box).to_have_value("see me")
    rex.box.fill("")
    line.locator(".said").click()
    rex.page.keyboard.type("even now")
    expect(rex.box).to_have_value("even now")


def test_the_end_stays_in_sight_while_one_writes_many_lines(house, visit):
    sue = visit(house).come_in("sue")
    for number in range(40):
        sue.say(f"line {number}")
    last = sue.line("line 39").and_(sue.page.locator(":not(.waiting)"))
    expect(last).to_be_in_viewport()
    for letter in "abcdefgh":
        sue.page.keyboard.type(letter * 3)
        sue.page.keyboard.press("Shift+Enter")
    expect(last).to_be_in_viewport(ratio=1)
    expect(sue.page.get_by_role("button", name="Go to the newest")).to_have_count(0)


def test_names_of_several_words_are_joined(house, visit):
    tea = visit(house).come_in("Tea  Rose")
    expect(tea.page.get_by_label("Members").get_by_role("button", name="Tea-Rose")).to_be_visible()
    tea.page.get_by_role("button", name="Find or make a room").click()
    tea.page.get_by_role("button", name="Make a room", exact=True).click()
    tea.page.get_by_label("Name", exact=True).fill("book club ")
    tea.page.get_by_role("button", name="Make room").click()
    expect(tea.page.get_by_role("heading", name="#book-club")).to_be_visible()


def test_who_comes_back_the_next_day_reads_on_where_they_left_off(any_house, visit):
    nell, odo = visit(any_house).come_in("nell"), visit(any_house).come_in("odo")
    nell.say("/create #days")
    expect(nell.page.get_by_role("heading", name="#days")).to_be_visible()
    odo.say("/join #days")
    nell.say("before")
    expect(odo.line("before")).to_be_visible()
    odo.page.wait_for_timeout(600)  # what was read is told a moment later
    odo.page.close()
    for number in range(40):
        nell.say(f"meanwhile {number}")
    expect(nell.line("meanwhile 39").and_(nell.page.locator(":not(.waiting)"))).to_be_visible()
    next_day = odo.beside()
    next_day.page.goto(any_house.url)
    expect(next_day.page.get_by_role("separator").filter(has_text="New")).to_be_in_viewport()
    expect(next_day.line("meanwhile 0")).to_be_in_viewport()
    expect(next_day.line("meanwhile 39")).not_to_be_in_viewport()


def test_a_message_of_ones_own_to_somebody_begins_a_direct_room(house, visit):
    hal, ida = visit(house).come_in("hal"), visit(house).come_in("ida")
    hal.page.get_by_label("Members").get_by_role("button", name="ida").click()
    hal.page.get_by_role("button", name="Message", exact=True).click()
    hal.say("between us")
    expect(hal.line("between us")).to_be_visible()
    expect(ida.page.get_by_role("link", name="hal")).to_contain_text("1 unread")
    ida.page.get_by_role("link", name="hal").click()
    expect(ida.line("between us")).to_be_visible()


def test_older_messages_come_as_one_scrolls_up_and_the_place_is_kept(house, visit):
    jo = visit(house).come_in("jo")
    jo.say("/create #long")
    expect(jo.page.get_by_role("heading", name="#long")).to_be_visible()
    with socket.create_connection(("127.0.0.1", house.line_port)) as other:
        lines = ["writer", "/join #long", *(f"message {number} of many" for number in range(150))]
        other.sendall("".join(f"{line}\n" for line in lines).encode())
        other.shutdown(socket.SHUT_WR)
        while other.recv(65_536):
            pass
    expect(jo.line("message 149 of many")).to_be_visible()
    jo.page.reload()
    expect(jo.line("message 149 of many")).to_be_visible()
    expect(jo.line("message 10 of many")).to_have_count(0)
    for _ in range(40):
        jo.page.locator(".scroller").hover()
        jo.page.mouse.wheel(0, -1_500)
        jo.page.wait_for_timeout(60)
        if jo.line("message 0 of many").count():
            break
    expect(jo.line("message 0 of many")).to_be_visible()
    jo.page.get_by_role("button", name="Go to the newest").click()
    expect(jo.line("message 149 of many")).to_be_in_viewport()


def test_what_others_write_is_never_run_and_loads_nothing_from_elsewhere(house, visit):
    kim, lea = visit(house).come_in("kim"), visit(house).come_in("lea")
    asked: list[str] = []
    lea.page.on("request", lambda request: asked.append(request.url))
    for text in (
        "<img src=x onerror=\"document.title='owned'\">",
        "![cat](https://example.org/cat.png)",
        "[click](javascript:document.title='owned')",
        "<script>document.title='owned'</script>",
    ):
        kim.say(text)
    kim.say("the last of these")
    expect(lea.line("the last of these")).to_be_visible()
    assert lea.page.locator("article img, article script").count() == 0
    assert lea.page.locator("article a[href^=javascript]").count() == 0
    assert [url for url in asked if not url.startswith(house.url)] == []
    assert "owned" not in lea.page.title()


def test_a_phone_of_360_pixels_shows_one_thing_at_a_time(house, visit):
    mia = visit(house, viewport=PHONE, has_touch=True, is_mobile=True).come_in("mia")
    assert mia.page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(mia.page.get_by_role("link", name="lobby")).not_to_be_visible()
    mia.page.get_by_role("button", name="Show rooms").tap()
    mia.page.get_by_role("button", name="Find or make a room").tap()
    mia.page.get_by_role("button", name="Make a room", exact=True).tap()
    mia.page.get_by_label("Name", exact=True).fill("phones")
    mia.page.get_by_role("button", name="Make room").tap()
    expect(mia.page.get_by_role("heading", name="#phones")).to_be_visible()
    mia.box.fill("from my thumb")
    mia.page.get_by_role("button", name="Send").tap()
    expect(mia.line("from my thumb")).to_be_visible()
    assert mia.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_everything_can_be_done_with_the_keyboard(house, visit):
    ned = visit(house).come_in("ned")
    ned.say("by hand")
    expect(ned.line("by hand").and_(ned.page.locator(":not(.waiting)"))).to_be_visible()
    ned.page.keyboard.press("Control+k")
    expect(ned.page.get_by_role("dialog")).to_be_visible()
    ned.page.keyboard.type("lobby")
    ned.page.keyboard.press("Enter")
    expect(ned.page.get_by_role("heading", name="#lobby")).to_be_visible()
    ned.line("by hand").focus()
    ned.page.keyboard.press("?")
    expect(ned.page.get_by_role("heading", name="Keys")).to_be_visible()
    ned.page.keyboard.press("Escape")
    ned.line("by hand").focus()
    ned.page.keyboard.press("e")
    ned.page.get_by_label("Edit your message").fill("by keyboard")
    ned.page.keyboard.press("Enter")
    expect(ned.line("by keyboard")).to_be_visible()


def test_a_slash_command_is_the_servers_to_read_and_its_answer_is_shown(house, visit):
    ola = visit(house).come_in("ola")
    ola.say("/lsit")
    expect(ola.page.get_by_role("status").filter(has_text="Did you mean /list?")).to_be_visible()
    ola.say("/list")
    expect(ola.page.get_by_role("status").filter(has_text="Online:")).to_be_visible()
