"""A picture that is pasted in the browser is seen in the window."""

from pathlib import Path

from tests.clients.desktop.conftest import screen
from tests.clients.desktop.test_files import draw_picture
from tests.running import Server
from tests.web.conftest import chromium, visit
from tests.web.test_files import PASTE, carried

__all__ = ["chromium", "screen", "visit"]  # fixtures


def test_a_picture_pasted_in_the_browser_is_seen_in_the_window(server: Server, screen, visit, tmp_path: Path) -> None:
    from tests.clients.desktop.person import Person

    with Person() as bob:
        bob.joins(server.url, "bob")
        ann = visit(server).come_in("ann")
        ann.page.evaluate(PASTE, carried("sunset.png", "image/png", draw_picture()))
        ann.page.get_by_text("sunset.png").wait_for()
        ann.say("look")
        bob.sees("look")
        text = bob.window.timeline.text

        def colours() -> list[tuple[int, ...]]:
            pictures = [text.image_cget(name, "image") for name in text.image_names()]
            return [
                tuple(text.tk.call(each, "get", 20, 20))
                for each in pictures
                if int(text.tk.call("image", "width", each)) > 100
            ]

        bob.waits(lambda: any(red > 150 and green < 100 for red, green, _ in colours()))
        assert bob.shown.count("look") == 1
