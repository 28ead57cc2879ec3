"""Files in the page: dropped, pasted, chosen; sent over networks that break off; seen by those who may."""

import base64
import io
import os
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.clients.proxy import running_proxy
from tests.gateways.talking import a_name
from tests.running import eventually

DROP = """([name, type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }
}"""
PASTE = """([name, type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  document.querySelector("form textarea").dispatchEvent(
    new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: carried }));
}"""


def picture(width: int = 640, height: int = 480) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def carried(name: str, kind: str, content: bytes) -> list[str]:
    return [name, kind, base64.b64encode(content).decode()]


def choose(visitor, *files: Path) -> None:
    visitor.page.locator("form input[type=file]").set_input_files([str(file) for file in files])


def test_a_picture_that_is_pasted_is_seen_by_others_without_a_jump(house, visit):
    ann, bob = visit(house).come_in(a_name()), visit(house).come_in(a_name())
    ann.page.evaluate(PASTE, carried("cups.png", "image/png", picture()))
    expect(ann.page.get_by_text("cups.png")).to_be_visible()
    ann.say("The new cups")
    line = bob.line("The new cups")
    expect(line.get_by_role("button", name="Look at cups.png")).to_be_visible()
    shown = line.locator("img[alt='cups.png']")
    expect(shown).to_be_visible()
    bob.page.wait_for_function("document.querySelector(\"img[alt='cups.png']\").naturalWidth > 0")
    box = line.get_by_role("button", name="Look at cups.png").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (400, 300)
    line.get_by_role("button", name="Look at cups.png").click()
    expect(bob.page.get_by_role("dialog", name="cups.png")).to_be_visible()
    bob.page.keyboard.press("Escape")
    expect(bob.page.get_by_role("dialog", name="cups.png")).to_be_hidden()


def test_files_that_are_dropped_or_chosen_go_together_and_are_fetched(house, visit, tmp_path):
    ann, bob = visit(house).come_in(a_name()), visit(house).come_in(a_name())
    content = os.urandom(200_000)
    (tmp_path / "one.bin").write_bytes(content)
    choose(ann, tmp_path / "one.bin")
    ann.page.evaluate(DROP, carried("two.txt", "text/plain", b"Beans, milk\n"))
    expect(ann.page.get_by_text("two.txt")).to_be_visible()
    ann.page.get_by_role("button", name="Send", exact=True).click()
    row = bob.page.locator("article", has_text="one.bin")
    expect(row.get_by_text("Beans, milk")).to_be_visible()
    with bob.page.expect_download() as fetched:
        row.get_by_role("link", name=re.compile("one.bin")).click()
    assert Path(fetched.value.path()).read_bytes() == content
    bob.page.get_by_role("button", name="Files", exact=True).click()
    expect(bob.page.get_by_role("dialog").get_by_text("two.txt")).to_be_visible()


def test_words_are_taken_away_from_a_message_that_carries_a_file(house, visit):
    ann, bob = visit(house).come_in(a_name()), visit(house).come_in(a_name())
    ann.page.evaluate(DROP, carried("beans.txt", "text/plain", b"Beans, milk\n"))
    expect(ann.page.get_by_text("beans.txt")).to_be_visible()
    ann.say("Words that go")
    expect(bob.line("Words that go").get_by_text("beans.txt")).to_be_visible()
    ann.page.locator("form textarea").press("ArrowUp")
    field = ann.page.get_by_role("textbox", name="Edit your message")
    field.fill("")
    field.press("Enter")
    expect(bob.page.locator("article", has_text="Words that go")).to_have_count(0)
    expect(bob.page.locator("article", has_text="beans.txt")).to_be_visible()


def test_an_upload_goes_on_after_tunnels_and_a_reload(house, visit, tmp_path):
    content = os.urandom(30_000_000)
    (tmp_path / "video.bin").write_bytes(content)
    with running_proxy(house.port, (3_000_000, 12_000_000, 24_000_000)) as train:
        ann = visit(train).come_in(a_name())
        choose(ann, tmp_path / "video.bin")
        expect(ann.page.get_by_text("video.bin")).to_be_visible()
        ann.say("From the train")
        expect(ann.page.get_by_text("Goes once its files are there")).to_be_visible()
        eventually(lambda: len(train.tunnels) < 3)
        ann.page.reload()
        line = ann.line("From the train")
        expect(line.get_by_text("video.bin")).to_be_visible(timeout=60_000)
        expect(ann.page.get_by_text("Goes once its files are there")).to_be_hidden()
        assert ann.page.locator("article", has_text="From the train").count() == 1
        assert train.tunnels == []
        with ann.page.expect_download() as fetched:
            line.get_by_role("link", name=re.compile("video.bin")).click()
        assert Path(fetched.value.path()).read_bytes() == content


def test_one_that_is_too_large_says_so_and_can_be_taken_back(house, visit):
    ann = visit(house).come_in(a_name())
    ann.page.evaluate("""() => {
      const carried = new DataTransfer();
      const huge = new File(["x"], "huge.bin");
      Object.defineProperty(huge, "size", { value: 600_000_000 });
      carried.items.add(huge);
      Object.defineProperty(carried, "files", { value: [huge] });
      for (const kind of ["dragenter", "drop"]) {
        dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
      }
    }""")
    expect(ann.page.get_by_text("A file may have")).to_be_visible()
    ann.page.get_by_role("button", name="Take huge.bin back").click()
    expect(ann.page.get_by_text("huge.bin")).to_be_hidden()
    ann.faults[:] = [fault for fault in ann.faults if "413" not in fault]


def test_a_picture_of_oneself_is_seen_by_others(house, visit, tmp_path):
    ann, bob = visit(house).come_in(name := a_name()), visit(house).come_in(a_name())
    (tmp_path / "me.png").write_bytes(picture(100, 100))
    ann.page.get_by_role("button", name=re.compile(name)).first.click()
    ann.page.locator("dialog input[type=file]").set_input_files(str(tmp_path / "me.png"))
    expect(ann.page.get_by_role("button", name="No picture")).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.say("Look at me")
    expect(bob.line("Look at me").locator(".avatar img")).to_be_visible()
