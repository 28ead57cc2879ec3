"""The window: puts the parts together, hands them what the network half tells, and it what they want."""

import time
import tkinter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any, Final, assert_never

import ttkbootstrap as ttk

from klatch.clients.desktop import dialogs
from klatch.clients.desktop.attention import ask_for_attention, take_attention_back
from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.blocks import in_one_line
from klatch.clients.desktop.composer import Aim, Composer
from klatch.clients.desktop.connecting import ConnectPage
from klatch.clients.desktop.drawing import Pictures, draw_mark
from klatch.clients.desktop.header import Header
from klatch.clients.desktop.network import Wanted
from klatch.clients.desktop.preferences import Preferences, keep_preferences
from klatch.clients.desktop.rowlist import RowList
from klatch.clients.desktop.scene import (
    Answered,
    Called,
    CommandRefused,
    Failed,
    Found,
    Noticed,
    Over,
    RoomsListed,
    Scene,
    Told,
)
from klatch.clients.desktop.sidebars import count_title, member_rows, room_rows
from klatch.clients.desktop.statusbar import StatusBar
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.threads import Threads
from klatch.clients.desktop.timeline import Note, Timeline
from klatch.core import commands as ask
from klatch.core.answers import Ack, Bye, HelpText, Members, Online, Page, Rooms, RoomState
from klatch.core.events import Message
from klatch.core.grammar import AskPassword, Place, parse
from klatch.core.refusals import Refused
from klatch.protocols.plain import spell_help, spell_people, spell_rooms

_SIZE: Final = (1180, 760)
_LEAST: Final = (360, 320)
_ICON: Final = 64
_LOOK_AGAIN_AFTER: Final = 4_000  # milliseconds


class Window:
    """One of them to a program. `run` shows it until it is closed."""

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.app = ttk.App(title="Klatch", iconphoto=None)
        self.app.withdraw()
        self.style = Style(self.app, preferences.theme, preferences.size)
        self.pictures = Pictures()
        self.scene: Scene | None = None
        self._token = ""
        self._wants_password = False
        self._goes_to = ""
        """The id of a room that is to be opened as soon as it is there."""
        self._drawer = ""
        self._wide = (True, True)
        self._ended = False
        self.goto: dialogs.GoTo | None = None
        self.threads = Threads(self.app, self.take)
        self._build()
        self._bind()
        self.style.watch(self._dress)
        self._place()

    def run(self) -> None:
        """Shows it until it is closed."""
        self.app.mainloop()

    def open_connect_page(self, server: str, name: str, *, at_once: bool, token: str = "") -> None:
        """Asks where to go; `at_once`: goes there, as all that is needed is known."""
        self._token = token
        self.page.fill(server, name)
        self._show_page()
        if at_once:
            self.page.press()

    def close(self) -> None:
        """Says goodbye to the server and closes."""
        if self._ended:
            return
        self._ended = True
        if self.app.state() == "normal":
            self.preferences.place = self.app.geometry()
        keep_preferences(self.preferences)
        self.app.withdraw()
        self.threads.end()
        self.pictures.forget()
        self.app.destroy()

    # What is told.

    def take(self, told: Told) -> None:
        """Takes what the network half tells."""
        if self._ended:
            return
        match told:
            case Scene():
                self._show_scene(told)
            case Failed() | Over():
                self._end_talk(told)
            case Noticed(text=text):
                self.timeline.note(Note(text))
            case Called():
                self._called(told)
            case Answered():
                self._answered(told)
            case CommandRefused():
                self._give_back(told)
            case Found(servers=servers):
                self._found(servers)
            case RoomsListed(rooms=rooms):
                self._list_rooms(rooms)
            case _:
                assert_never(told)

    def _end_talk(self, told: Failed | Over) -> None:
        self.scene = None
        self._show_page()
        if isinstance(told, Failed):
            self.page.say(told.message, told.field)
        elif self._wants_password:
            self._wants_password = False
            self.page.say("", "password")
        else:
            self.page.say(told.reason)

    def _found(self, servers: list[tuple[str, str]]) -> None:
        self.page.show_found(servers)
        self.app.after(_LOOK_AGAIN_AFTER, self._look_around)

    def _look_around(self) -> None:
        """Asks for the servers near by as long as the first page is there."""
        if self.page.winfo_manager() and not self._ended:
            self.threads.do(self.threads.network.find)

    def _give_back(self, told: CommandRefused) -> None:
        self.timeline.note(Note(told.fault))
        if not self.composer.get():
            self.composer.put(told.text)

    def _list_rooms(self, rooms: list[RoomState]) -> None:
        if self.goto is not None and self.goto.winfo_exists():
            self.goto.show_rooms(rooms)

    def _show_scene(self, scene: Scene) -> None:
        first = self.scene is None
        self.scene = scene
        if first:
            self._show_chat()
            self.composer.text.focus_force()
        if self._goes_to and any(room.id == self._goes_to for room in scene.rooms):
            self.open_room(self._goes_to)
            self._token = ""
        self._goes_to = ""
        room = scene.open
        self.rooms.show(room_rows(scene), room.state.id if room is not None else "")
        self.status.show(scene)
        self.composer.show(scene)
        if room is not None:
            self.members.show(member_rows(scene, room))
            self.header.show(room.state.name, room.topic, len(room.people), rooms_button=not self._wide[0])
            self.timeline.show(scene, room, datetime.now().astimezone().date())
            self.app.title(f"{count_title(scene)}{room.state.name} - Klatch")

    def _called(self, called: Called) -> None:
        looks = self.app.focus_displayof() is not None
        here = self.scene is not None and self.scene.open is not None and self.scene.open.state.id == called.room
        if not (looks and here):
            ask_for_attention(self.app, sound=self.preferences.sound)

    def _answered(self, told: Answered) -> None:
        now = int(time.time() * 1000)
        match told.answer:
            case Ack(room=room):
                word = told.text.split(maxsplit=1)[0].casefold()
                if word in ("/join", "/create"):
                    self._go_to(room)
                elif room != told.room and (word.startswith("@") or word in ("/msg", "/p")):
                    name = word.removeprefix("@") if word.startswith("@") else told.text.split()[1].removeprefix("@")
                    self.timeline.note(
                        Note(f"Sent to {in_one_line(name)} alone. It stands at the left, under Private.")
                    )
            case HelpText():
                self._note_rows(spell_help(told.answer))
            case Online(people=people) | Members(people=people):
                self._note_rows(spell_people(people, now, None))
            case Rooms(rooms=rooms):
                self._note_rows(spell_rooms(rooms))
            case Page():
                self.timeline.scroll(-2, "pages")
            case Bye():
                self.close()
            case _:
                pass

    def _note_rows(self, rows: list[str]) -> None:
        self.timeline.note(Note("\n".join(row.removeprefix("  ") for row in rows), code=True))

    # What the parts want: of a line.

    def reply(self, seq: int) -> None:
        """Answers a line."""
        if (found := self._message(seq)) is not None:
            name, message = found
            start = " ".join(message.text.split())[:60]
            self.composer.aim(Aim("reply", seq, f"Replying to {in_one_line(name)}: {in_one_line(start)}"))

    def edit(self, seq: int) -> None:
        """Changes one's own line."""
        if (found := self._message(seq)) is not None and self._is_own(seq):
            words = "Changing your message. Enter saves, Escape leaves it as it was."
            self.composer.aim(Aim("edit", seq, words, found[1].text))

    def delete(self, seq: int) -> None:
        """Takes one's own line back."""
        if self._message(seq) is not None and self._is_own(seq) and self._room is not None:
            self._act(ask.DeleteMessage(cid="", room=self._room, seq=seq))
            self.composer.text.focus_set()

    def pick_reaction(self, seq: int, x: int, y: int) -> None:
        """Puts an emoji to a line."""
        dialogs.PickReaction(self.app, self.style, lambda emoji: self.react(seq, emoji), (x, y))

    def react(self, seq: int, emoji: str) -> None:
        """Puts this emoji to a line, or takes it back."""
        if self.scene is None or self.scene.open is None:
            return
        room = self.scene.open
        item = room.items.get(seq)
        mine = item is not None and self.scene.me.id in item.reactions.get(emoji, [])
        kind = ask.Unreact if mine else ask.React
        self._act(kind(cid="", room=room.state.id, seq=seq, emoji=emoji))

    def retry(self, cid: str) -> None:
        """Tries again what was not sent."""
        self._with_room(lambda room: self.threads.do(self.threads.network.retry, room, cid))

    def drop(self, cid: str) -> None:
        """Forgets what was not sent."""
        self._with_room(lambda room: self.threads.do(self.threads.network.drop, room, cid))

    def load_earlier(self) -> None:
        """Fetches earlier lines."""
        self._with_room(lambda room: self.threads.do(self.threads.network.load_earlier, room))

    def seen(self) -> None:
        """The end is in sight: what is there counts as read once the user looks at this window."""
        scene = self.scene
        if scene is None or scene.open is None or self.app.focus_displayof() is None:
            return
        if scene.open.state.unread or scene.open.head > scene.open.state.read:
            self.threads.do(self.threads.network.mark_read, scene.open.state.id)

    def write(self, text: str) -> None:
        """Writes on."""
        self.composer.add(text)

    # What the parts want: of what is written.

    def say(self, text: str) -> None:
        """Does what was typed."""
        self.timeline.note(None)
        if text.strip().casefold() in ("/quit", "/exit"):
            self.close()
            return
        if (wish := asks_password(text)) is not None:
            self._ask_password(wish)
            return
        self._with_room(lambda room: self.threads.do(self.threads.network.say, room, text))
        self.timeline.to_end()

    def _ask_password(self, wish: AskPassword) -> None:
        """What is typed about passwords is asked for apart: they are never shown."""

        def register(given: list[str]) -> None:
            self._act(ask.Register(cid="", password=given[0], link=wish.link))

        def change(given: list[str]) -> None:
            self._act(ask.ChangePassword(cid="", old=given[0], password=given[1]))

        if wish.to == "login":
            self.preferences.name = wish.name or self.preferences.name
            self.page.fill(self.preferences.server, self.preferences.name)
            self._wants_password = True
            self.disconnect()
        elif wish.to == "register":
            dialogs.Passwords(self.app, self.style, ["A password, of 8 characters or more"], "Register", register)
        else:
            asks = ["The password you have", "The password you want"]
            dialogs.Passwords(self.app, self.style, asks, "Change password", change)

    def reply_with(self, seq: int, text: str) -> None:
        """Answers a message."""
        self._with_room(lambda room: self.threads.do(self.threads.network.reply, room, seq, text))
        self.timeline.to_end()

    def change_to(self, seq: int, text: str) -> None:
        """Changes a message."""
        self._with_room(lambda room: self._act(ask.EditMessage(cid="", room=room, seq=seq, text=text)))

    def edit_last(self) -> None:
        """Changes what one wrote last."""
        scene = self.scene
        if scene is not None and scene.open is not None:
            room = scene.open
            mine = (seq for seq in reversed(room.order) if self._is_own(seq) and self._message(seq) is not None)
            if (seq := next(mine, None)) is not None:
                self.edit(seq)

    def typing(self) -> None:
        """Something is being written."""
        self._with_room(lambda room: self.threads.do(self.threads.network.typing, room))

    def leave(self) -> None:
        """Leaves."""
        self.close()

    def dismiss(self) -> None:
        """Takes notes and drawers away."""
        self.timeline.note(None)
        self._show_drawer("")

    # Going.

    def open_room(self, room: str) -> None:
        """Looks at a room, by its id."""
        self._show_drawer("")
        self.threads.do(self.threads.network.open, room)

    def go(self) -> None:
        """Asks where to go."""
        if self.scene is not None:
            people = [person for person in self.scene.people.values() if person.id != self.scene.me.id]
            people.sort(key=lambda each: (each.state == "offline", each.name.casefold()))
            self.goto = dialogs.GoTo(self.app, self.style, self.pictures, people, self._gone)
            self.threads.do(self.threads.network.list_rooms)

    def _gone(self, what: str, name: str) -> None:
        if what == "open":
            self.open_room(name)
            self.composer.text.focus_set()
        elif what == "write":
            self._write_to(name)
        else:
            self.say(f"/{what} {name}")

    def _go_to(self, room: str) -> None:
        if self.scene is not None and any(each.id == room for each in self.scene.rooms):
            self.open_room(room)
        else:
            self._goes_to = room

    def _write_to(self, name: str) -> None:
        if self.scene is None:
            return
        direct = next((room.id for room in self.scene.rooms if room.name == f"@{name}"), None)
        if direct is not None:
            self.open_room(direct)
        else:
            self.composer.put(f"@{name} ")
        self.composer.text.focus_set()

    def _choose_member(self, person: str) -> None:
        if self.scene is not None and person != self.scene.me.id:
            known = self.scene.people.get(person)
            listed = self.scene.open.people if self.scene.open is not None else []
            name = known.name if known else next((each.name for each in listed if each.id == person), None)
            if name is not None:
                self._show_drawer("")
                self._write_to(name)

    def _choose_room(self, room: str) -> None:
        self.open_room(room)
        self.composer.text.focus_set()

    def _room_menu(self, room: str, x: int, y: int) -> None:
        scene = self.scene
        state = next((each for each in scene.rooms if each.id == room), None) if scene is not None else None
        if state is None:
            return
        menu = tkinter.Menu(self.app, tearoff=False)
        menu.add_command(label="Mark as read", command=lambda: self.threads.do(self.threads.network.mark_read, room))
        if state.kind != "direct":
            menu.add_command(label="Leave room", command=lambda: self._act(ask.LeaveRoom(cid="", room=room)))
        menu.tk_popup(x, y)

    def _member_menu(self, person: str, x: int, y: int) -> None:
        scene = self.scene
        known = scene.people.get(person) if scene is not None else None
        if scene is None or known is None or person == scene.me.id:
            return
        menu = tkinter.Menu(self.app, tearoff=False)
        menu.add_command(label="Write privately", command=lambda: self._write_to(known.name))
        menu.add_command(label="Mention", command=lambda: self.composer.add(f"@{known.name} "))
        if scene.open is not None and scene.open.state.role in ("owner", "admin", "moderator"):
            where = scene.open.state.id
            menu.add_command(
                label="Remove from room", command=lambda: self._act(ask.Kick(cid="", room=where, user=known.name))
            )
        menu.tk_popup(x, y)

    def step_room(self, by: int, *, unread: bool = False) -> None:
        """Goes to the room before or after in the list."""
        if self.scene is None:
            return
        here = self.scene.open.state.id if self.scene.open is not None else ""
        counts = {room.id: room.unread for room in self.scene.rooms}
        keys = [
            row.key for row in self.rooms.rows if row.key and (not unread or counts.get(row.key) or row.key == here)
        ]
        if keys:
            self.open_room(keys[(keys.index(here) + by) % len(keys)] if here in keys else keys[0])

    # Inside.

    @property
    def _room(self) -> str | None:
        return self.scene.open.state.id if self.scene is not None and self.scene.open is not None else None

    def _with_room(self, work: Callable[[str], None]) -> None:
        if (room := self._room) is not None:
            work(room)

    def _act(self, command: ask.AnyCommand) -> None:
        self.threads.do(self.threads.network.act, command)

    def _message(self, seq: int) -> tuple[str, Message] | None:
        """Who said it and what, if it is a message that stands."""
        if self.scene is None or self.scene.open is None:
            return None
        item = self.scene.open.items.get(seq)
        if item is None or not isinstance(item.body, Message) or item.body.deleted:
            return None
        return item.author.name, item.body

    def _is_own(self, seq: int) -> bool:
        scene = self.scene
        return scene is not None and scene.open is not None and scene.open.items[seq].author.id == scene.me.id

    def _connect(self, server: str, name: str, password: str) -> None:
        self.preferences.server, self.preferences.name = server, name
        keep_preferences(self.preferences)
        token = self._token if not password else ""
        self.threads.do(self.threads.network.connect, Wanted(server, name, password, token))

    def disconnect(self) -> None:
        """Leaves this server, to go to another."""
        self.threads.do(self.threads.network.leave)

    def resize_text(self, by: int) -> None:
        """Larger or smaller text; 0 for the usual."""
        self.preferences.size = dialogs.step_size(self.preferences.size, by) if by else 100
        self.style.choose(size=self.preferences.size)
        keep_preferences(self.preferences)

    def open_settings(self) -> dialogs.Settings:
        """Shows what one may choose."""
        return dialogs.Settings(self.app, self.style, self.preferences, lambda: keep_preferences(self.preferences))

    # How it is put together.

    def _build(self) -> None:
        app, style, pictures = self.app, self.style, self.pictures
        self.page = ConnectPage(
            app, style, pictures, self._connect, lambda: self.threads.do(self.threads.network.leave)
        )
        self.chat = Frame(app)
        self.status = StatusBar(self.chat, style, pictures)
        self._above_status = Frame(self.chat, height=1)
        self._body = Frame(self.chat)
        self._left = Frame(self._body)
        self._right = Frame(self._body)
        self._middle = Frame(self._body)
        self._edges = [Frame(self._body, width=1) for _ in range(2)]
        self.rooms = RowList(self._left, style, pictures, self._choose_room, self._room_menu)
        self._go_button = ttk.Button(self._left, text="Go to or make a room", command=self.go, bootstyle="light")
        self.members = RowList(self._right, style, pictures, self._choose_member, self._member_menu)
        for side in (self.rooms, self.members):
            side.scrolled_by(ttk.Scrollbar(side, orient="vertical", bootstyle="secondary"))
        self.header = Header(
            self._middle, style, lambda: self._show_drawer("rooms"), self._toggle_members
        )  # fmt: skip
        self.timeline = Timeline(self._middle, style, self)
        self.composer = Composer(self._middle, style, self)
        self.status.pack(side="bottom", fill="x")
        self._above_status.pack(side="bottom", fill="x")
        self._body.pack(fill="both", expand=True)
        self._go_button.pack(side="bottom", fill="x")
        self.rooms.pack(fill="both", expand=True)
        self.members.pack(fill="both", expand=True)
        self.header.pack(fill="x")
        self.composer.pack(side="bottom", fill="x")
        self.timeline.pack(fill="both", expand=True)
        self._build_menu()

    def _build_menu(self) -> None:
        bar = tkinter.Menu(self.app, tearoff=False)
        menus = [bar]
        mac = self.app.tk.call("tk", "windowingsystem") == "aqua"
        control = "Cmd" if mac else "Ctrl"
        chosen: tuple[tuple[str, list[tuple[str, str, Callable[[], Any]] | None]], ...] = (
            (
                "Klatch",
                [
                    ("Settings", f"{control}+,", self.open_settings),
                    ("Another server", "", self.disconnect),
                    None,
                    ("Leave Klatch", f"{control}+Q", self.close),
                ],
            ),
            (
                "Room",
                [
                    ("Go to or make a room", f"{control}+K", self.go),
                    ("Room before", "Alt+Up", partial(self.step_room, -1)),
                    ("Room after", "Alt+Down", partial(self.step_room, 1)),
                    None,
                    ("Set the topic", "", lambda: self.composer.put("/topic ")),
                    ("Leave this room", "", lambda: self.say("/leave")),
                ],
            ),
            (
                "View",
                [
                    ("Rooms", "F8", partial(self._focus_side, "rooms")),
                    ("Members", "F9", self._toggle_members),
                    None,
                    ("Larger text", f"{control}++", partial(self.resize_text, 1)),
                    ("Smaller text", f"{control}+-", partial(self.resize_text, -1)),
                    ("Usual text", f"{control}+0", partial(self.resize_text, 0)),
                ],
            ),
            (
                "Help",
                [
                    ("What can be typed", "", lambda: self.say("/help")),
                    ("Keys", "F1", lambda: dialogs.Keys(self.app, self.style)),
                ],
            ),
        )
        for title, rows in chosen:
            menu = tkinter.Menu(bar, tearoff=False)
            menus.append(menu)
            for row in rows:
                if row is None:
                    menu.add_separator()
                else:
                    menu.add_command(label=row[0], accelerator=row[1], command=row[2])
            bar.add_cascade(label=title, menu=menu, underline=0)
        self._bar = bar
        self._menus = menus

    def _bind(self) -> None:
        app = self.app
        app.protocol("WM_DELETE_WINDOW", self.close)
        control = "Command" if app.tk.call("tk", "windowingsystem") == "aqua" else "Control"
        keys: dict[str, Callable[[], Any]] = {
            f"<{control}-k>": self.go,
            f"<{control}-q>": self.close,
            f"<{control}-comma>": self.open_settings,
            f"<{control}-plus>": partial(self.resize_text, 1),
            f"<{control}-equal>": partial(self.resize_text, 1),
            f"<{control}-KP_Add>": partial(self.resize_text, 1),
            f"<{control}-minus>": partial(self.resize_text, -1),
            f"<{control}-KP_Subtract>": partial(self.resize_text, -1),
            f"<{control}-Key-0>": partial(self.resize_text, 0),
            "<Alt-Up>": partial(self.step_room, -1),
            "<Alt-Down>": partial(self.step_room, 1),
            "<Alt-Shift-Up>": partial(self.step_room, -1, unread=True),
            "<Alt-Shift-Down>": partial(self.step_room, 1, unread=True),
            "<F6>": partial(self._next_part, 1),
            "<Shift-F6>": partial(self._next_part, -1),
            "<F8>": partial(self._focus_side, "rooms"),
            "<F9>": self._toggle_members,
            "<F1>": lambda: dialogs.Keys(self.app, self.style),
        }
        for key, action in keys.items():
            app.bind_class("Klatch", key, partial(_do, action))
        for widget in (self.composer.text, self.timeline.text, self.rooms, self.members):
            widget.bindtags(("Klatch", *widget.bindtags()))
        for key, page in (("<Prior>", -1), ("<Next>", 1)):
            self.composer.text.bind(key, partial(_do, partial(self.timeline.scroll, page, "pages")))
        app.bind("<FocusIn>", lambda _: self._looked())
        self.chat.bind("<Configure>", lambda _: self._arrange())
        for side in (self.rooms, self.members):
            side.bind("<Escape>", lambda _: self._back_to_talk())

    def _back_to_talk(self) -> None:
        self._show_drawer("")
        self.composer.text.focus_set()

    def _looked(self) -> None:
        take_attention_back(self.app)
        if self.timeline.at_end:
            self.seen()

    def _next_part(self, by: int) -> None:
        parts: list[tkinter.Misc] = [self.rooms, self.timeline.text, self.composer.text, self.members]
        seen = [part for part in parts if part.winfo_viewable()]
        at = self.app.focus_get()
        place = seen.index(at) + by if at in seen else 0
        seen[place % len(seen)].focus_set()

    def _toggle_members(self) -> None:
        if self._wide[1]:
            self.preferences.members = not self.preferences.members
            self._arrange()
        else:
            self._show_drawer("" if self._drawer == "members" else "members")
        if self.members.winfo_manager() and (self.preferences.members or self._drawer == "members"):
            self.members.focus_set()

    def _focus_side(self, side: str) -> None:
        if not self._wide[0]:
            self._show_drawer(side)
        self.rooms.focus_set()

    def _show_drawer(self, drawer: str) -> None:
        if drawer != self._drawer:
            self._drawer = drawer
            self._arrange()

    def _arrange(self) -> None:
        """Both sides where there is room for them, drawers above the talk where there is not."""
        space = self.style.tokens.space
        larger = max(1.0, self.style.size / 100)

        def px(length: float) -> int:
            """Columns of text grow with the text."""
            return self.style.px(length * larger)

        width = self.chat.winfo_width()
        if width <= 1:
            return
        self._wide = (width >= px(space.two_drawers_under), width >= px(space.one_drawer_under))
        drawers = (self._left, "left", space.rooms, 0), (self._right, "right", space.members, 1)
        for frame, side, wanted, place in drawers:
            wide = self._wide[place]
            shown = wide and (place == 0 or self.preferences.members)
            drawer = not wide and self._drawer == ("rooms", "members")[place]
            frame.pack_propagate(False)
            frame.configure(width=px(wanted))
            edge = self._edges[place]
            if shown:
                frame.place_forget()
                edge.place_forget()
                frame.pack(side=side, fill="y", before=self._middle) if self._middle.winfo_manager() else frame.pack(
                    side=side, fill="y"
                )
                edge.pack(side=side, fill="y", after=frame)
            else:
                frame.pack_forget()
                edge.pack_forget()
                if drawer:
                    x = 0 if place == 0 else 1
                    anchor = "nw" if place == 0 else "ne"
                    frame.place(relx=x, rely=0, relheight=1, width=min(px(wanted), width), anchor=anchor)
                    frame.lift()
                    (self.rooms, self.members)[place].focus_set()
                else:
                    frame.place_forget()
        self._middle.pack(fill="both", expand=True)
        if self.scene is not None and self.scene.open is not None:
            room = self.scene.open
            self.header.show(room.state.name, room.topic, len(room.people), rooms_button=not self._wide[0])

    def _show_page(self) -> None:
        self.chat.pack_forget()
        self.app.configure(menu="")  # type: ignore[call-overload]
        self.page.pack(fill="both", expand=True)
        self.app.title("Klatch")
        self._look_around()

    def _show_chat(self) -> None:
        self.page.pack_forget()
        self.app.configure(menu=self._bar)
        self.chat.pack(fill="both", expand=True)
        self.app.update_idletasks()
        self._arrange()

    def _place(self) -> None:
        px, app = self.style.px, self.app
        wide, high = min(px(_SIZE[0]), app.winfo_screenwidth()), min(px(_SIZE[1]), app.winfo_screenheight())
        app.minsize(px(_LEAST[0]), px(_LEAST[1]))
        try:
            app.geometry(self.preferences.place or f"{wide}x{high}")
        except tkinter.TclError:
            app.geometry(f"{wide}x{high}")
        app.deiconify()

    def _dress(self) -> None:
        palette, px = self.style.palette, self.style.px
        for frame in (self.chat, self._body, self._middle):
            frame.configure(background=palette.ground)
        for frame in (self._left, self._right):
            frame.configure(background=palette.sunken)
        for edge in (*self._edges, self._above_status):
            edge.configure(background=palette.line)
        self._go_button.pack_configure(padx=px(12), pady=px(12))
        self.composer.pack_configure(padx=px(24), pady=(px(4), px(16)))
        for at, menu in enumerate(self._menus):
            menu.configure(
                background=palette.sunken if at == 0 else palette.raised, foreground=palette.ink, relief="flat",
                activebackground=palette.accent, activeforeground=palette.on_accent, borderwidth=0 if at == 0 else 1,
                activeborderwidth=0, font="TkMenuFont",
            )  # fmt: skip
        self._icon = tkinter.PhotoImage(data=_png(_ICON, palette.accent))
        self.app.iconphoto(True, self._icon)
        self._arrange()


def asks_password(text: str) -> AskPassword | None:
    """What was typed, if it is about a password."""
    if not text.startswith("/"):
        return None
    try:
        wish = parse(text, Place(room="", cid=""))
    except Refused:
        return None
    return wish if isinstance(wish, AskPassword) else None


def _do(action: Callable[[], object], _event: object) -> str:
    action()
    return "break"


def _png(size: int, colour: str) -> bytes:
    data = BytesIO()
    draw_mark(size, colour).save(data, "PNG")
    return data.getvalue()
