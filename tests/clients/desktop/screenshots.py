"""Draws the window as it looks in many states: `python -m tests.clients.desktop.screenshots`, into screenshots/."""

import asyncio
import io
import os
import subprocess
import tempfile
import threading
import tkinter
from pathlib import Path

from PIL import Image, ImageGrab

from tests.running import Server, running

FOLDER = Path("screenshots/desktop")
CAKE = "Me, from ten. I bring the **plum cake** :)"
BUILD = "I look at the broken build first. It says\n```\nE   AssertionError: 3 cups, wanted 4\n```\nand I know why."
TABLE = (
    "Cups and what is in them, ||mine is the large one||:\n\n"
    "| who | cups | of |\n|---|--:|---|\n| ann | 2 | tea |\n| ben | 11 | coffee |"
)
THINGS = "Three things:\n\n1. the build\n2. the *new* cups, see https://example.org/cups\n3. who waters `plant-7`"
CHAIR = (
    "@bob are you coming as well? We would have to get another chair otherwise, as the fourth one has been wobbly "
    "since somebody danced on it at the summer party, and nobody wants to be the one who sits on it."
)
TALK = (
    ("ann", "Good morning. The pot is on."),
    ("ann", "Who is in today?"),
    ("ben", CAKE),
    ("cleo", BUILD),
    ("ben", "> Who is in today?\n\nAlso Dora, she wrote to me."),
    ("ann", THINGS),
    ("dora", TABLE),
    ("dora", CHAIR),
)
SCRIPTS = ("مرحبا بالعالم، كيف حالكم اليوم؟ " * 6, "שלום עולם, it is mixed here", "你好,世界。今天天气很好。" * 8)


async def furnish(url: str) -> None:
    """People, rooms and words."""
    from klatch.clients.sdk import Client
    from klatch.core import commands as ask

    async with (
        Client(url, name="ann") as ann,
        Client(url, name="ben") as ben,
        Client(url, name="cleo") as cleo,
        Client(url, name="dora") as dora,
    ):
        people = {"ann": ann, "ben": ben, "cleo": cleo, "dora": dora}
        for room in ("kitchen", "garden", "an-room-with-quite-a-long-name-for-a-list"):
            await ann.act(ask.CreateRoom(cid="", name=room, topic="What is cooked, and by whom"))
        await ben.join("#kitchen")
        for who, words in TALK:
            ack = await people[who].send("#lobby", words)
        await ben.act(ask.React(cid="", room="#lobby", seq=ack.seq, emoji="👍"))
        await ann.act(ask.React(cid="", room="#lobby", seq=ack.seq, emoji="👍"))
        await cleo.act(ask.React(cid="", room="#lobby", seq=ack.seq, emoji="☕"))
        await cleo.send("#lobby", "I can stand.", reply_to=ack.seq)
        await ben.act(ask.SetStatus(cid="", text="baking"))
        await dora.act(ask.SetStatus(cid="", text="back at two", away=True))
        await ann.act(ask.SetTopic(cid="", room="#kitchen", topic="What is cooked, and by whom"))
        picture = io.BytesIO()
        Image.radial_gradient("L").resize((900, 600)).convert("RGB").save(picture, "PNG")
        await ben.send("#kitchen", "The oven, and what it costs", files=[
            await ben.upload(picture.getvalue(), name="the-oven-seen-from-the-garden.png"),
            await ben.upload(b"cake,3" * 900, name="costs.csv"),
        ])  # fmt: skip
        await ann.send("@bob", "psst, it is Dora's birthday")


async def stay(url: str, done: "asyncio.Event") -> None:
    """Ann and ben stay for the pictures, so that somebody is there."""
    from klatch.clients.sdk import Client
    from klatch.core import commands as ask

    async with Client(url, name="ann"), Client(url, name="ben"), Client(url, name="dora") as dora:
        await dora.act(ask.SetStatus(cid="", text="back at two", away=True))
        await done.wait()


def draw(server: Server) -> None:  # noqa: PLR0915 - one picture after the other
    """All pictures."""
    from klatch.clients.desktop.dialogs.person import PersonCard
    from klatch.clients.desktop.dialogs.restraint import Restrain
    from klatch.clients.desktop.dialogs.trust import Trust
    from klatch.clients.desktop.preferences import Place, Preferences
    from tests.clients.desktop.person import Person

    loop = asyncio.new_event_loop()
    done = asyncio.Event()
    with Person(Preferences(theme="light")) as bob:
        bob.joins(server.url, "bob")  # so that somebody can write to him
    asyncio.run(furnish(server.url))
    thread = threading.Thread(target=lambda: loop.run_until_complete(stay(server.url, done)), daemon=True)
    thread.start()

    with Person(Preferences(theme="light")) as bob:
        app = bob.window.app

        def shoot(name: str, *, wide: int = 1180, high: int = 760) -> None:
            app.geometry(f"{wide}x{high}+0+0")
            bob.lives(0.5)
            box = (0, 0, wide, min(1000, high + 30))
            ImageGrab.grab(box, xdisplay=os.environ["DISPLAY"]).save(FOLDER / f"{name}.png")

        def both(name: str, **size: int) -> None:
            for theme in ("light", "dark"):
                bob.window.style.choose(theme=theme)  # type: ignore[arg-type]
                shoot(f"{name}-{theme}", **size)
            bob.window.style.choose(theme="light")

        bob.opens("http://127.0.0.1:1", "bob")
        bob.window.page.show_found(
            [("Klatch on teacher", "http://192.168.1.20:8000"), ("Klatch on box", "https://10.0.0.4")]
        )
        both("connect")
        bob.window.page.show_places([Place("https://chat.example.org:443", "bob"), Place("http://10.0.0.9:8000", "b")])
        bob.window.page.come("link")
        shoot("connect-link")
        bob.window.page.come("guest")
        bob.window.page.say(
            "The server at https://10.0.0.4:443 shows another key than the one it is known by (1f2e3d). Somebody may "
            "be listening in between.",
            untrusted="https://10.0.0.4:443",
        )
        shoot("connect-untrusted")
        trust = Trust(app, bob.window.style, "https://10.0.0.4:443", "0123456789abcdef" * 4, lambda: None)
        shoot("trust")
        trust.close()
        bob.window.page.press()
        bob.waits(lambda: "No server" in bob.window.page.fault.cget("text"))
        shoot("connect-error")
        bob.window.page.come("account")
        shoot("connect-small", wide=420, high=640)
        bob.window.page.come("guest")
        bob.window.page.show_found([])
        bob.joins(server.url, "bob")
        bob.lives(1.5)
        both("talk")
        bob.presses("Up", "Up", at=bob.window.timeline.text)
        shoot("chosen")
        bob.window.composer.text.focus_force()
        bob.types("@an")
        shoot("completion")
        bob.presses("Escape")
        bob.window.composer.put("")
        bob.types("@ann come a little earlier")
        shoot("private")
        bob.window.composer.put("")
        bob.says("/help")
        bob.lives(0.5)
        shoot("help")
        bob.presses("Escape")
        shoot("small", wide=600, high=560)
        bob.presses("F8", at=bob.window.composer.text)
        shoot("small-drawer", wide=600, high=560)
        bob.presses("Escape")
        shoot("medium", wide=900, high=640)
        bob.presses("Control-k", at=bob.window.composer.text)
        bob.lives(0.5)
        shoot("goto")
        assert bob.window.going.goto is not None
        bob.window.going.goto.close()
        settings = bob.window.open_settings()
        shoot("settings")
        settings.close()

        def shoot_dialog(name: str) -> None:
            bob.lives(0.3)
            shoot(name)
            for child in app.winfo_children():
                if isinstance(child, tkinter.Toplevel):
                    child.destroy()

        bob.window.open_keys()
        shoot_dialog("keys")
        bob.window.going.open_settings()
        shoot_dialog("room-settings")
        bob.window.people.open_me()
        shoot_dialog("me")
        bob.window.ask_for_day()
        shoot_dialog("day")
        bob.window.signing.change_password()
        shoot_dialog("password")
        scene = bob.window.scene
        assert scene is not None
        ann = next(person for person in scene.people.values() if person.name == "ann")
        PersonCard(app, bob.window.style, ann, None)
        shoot_dialog("person")
        Restrain(app, bob.window.style, "ban", "ann", ("1", "#lobby"), lambda _: None, everywhere=True)
        shoot_dialog("ban")
        app.after(700, lambda: (shoot("menu"), app.event_generate("<Escape>")))
        bob.window.people.open_menu(ann.id, 900, 120)
        bob.lives(1.0)
        for child in app.winfo_children():
            if isinstance(child, tkinter.Menu) and child is not bob.window._bar.bar:
                child.unpost()
        bob.says("/join kitchen")
        bob.waits(lambda: bob.room.state.name == "#kitchen" and bob.room.loaded)
        bob.window.filing.attach_path(Path(__file__))
        bob.lives(1.0)
        bob.window.composer.text.focus_force()
        bob.types("My part of it")
        both("files")
        bob.window.composer.put("")
        for number in bob.window.composer.attachments._rows:
            bob.window.filing.detach(number)
        kitchen = next(room.id for room in bob.window.scene.rooms if room.kind == "direct")  # type: ignore[union-attr]
        bob.window.going.open(kitchen)
        bob.lives(0.5)
        shoot("direct")
        bob.says("/create " + "a-very-long-name-" * 2 + "indeed")
        bob.lives(0.7)
        bob.says("/topic " + "a topic that goes on and on, as some do, " * 6)
        bob.lives(0.5)
        both("empty")
        for words in (
            "مرحبا بالعالم، كيف حالكم اليوم؟ " * 6,
            "שלום עולם, it is mixed here",
            "你好,世界。今天天气很好。" * 8,
        ):
            bob.says(words)
            bob.lives(0.3)
        shoot("scripts")
        bob.says("x" * 5000)
        bob.lives(0.3)
        shoot("long-line")
        bob.window.resize_text(1)
        bob.window.resize_text(1)
        bob.window.resize_text(1)
        shoot("large-text")
        bob.window.resize_text(0)
        server.kill()
        bob.waits(lambda: bob.status.startswith("Offline"))
        bob.says("Is anybody there?")
        shoot("offline")
    loop.call_soon_threadsafe(done.set)


def main() -> None:
    """On a screen that nobody sees, unless this one has the variable DISPLAY of another."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_STATE_HOME": f"{home}/state"}
        reading, writing = os.pipe()
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                os.environ["DISPLAY"] = f":{told.readline().strip()}"
            with running(Path(home) / "data", "--no-limits") as server:
                draw(server)
        finally:
            screen.terminate()
            screen.wait()


if __name__ == "__main__":
    main()
