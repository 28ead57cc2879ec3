"""The window: puts the parts together, and hands them what the network half tells."""

import tkinter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any, Final, assert_never

import msgspec
import ttkbootstrap as ttk

from klatch.clients.desktop.answering import show_answer
from klatch.clients.desktop.attention import ask_for_attention, take_attention_back
from klatch.clients.desktop.bare import Frame
from klatch.clients.desktop.choices import list_choices
from klatch.clients.desktop.composer import Composer
from klatch.clients.desktop.connecting import ConnectPage
from klatch.clients.desktop.dialogs.day import GoToDay
from klatch.clients.desktop.dialogs.keys import Keys
from klatch.clients.desktop.dialogs.settings import Settings, step_size
from klatch.clients.desktop.dialogs.trust import Trust
from klatch.clients.desktop.doing import Doing
from klatch.clients.desktop.drawing import Pictures, draw_mark
from klatch.clients.desktop.entering import Wanted
from klatch.clients.desktop.filing import Filing
from klatch.clients.desktop.going import Going
from klatch.clients.desktop.header import Header
from klatch.clients.desktop.menubar import TAG, MenuBar, list_keys
from klatch.clients.desktop.panes import Panes
from klatch.clients.desktop.people import People
from klatch.clients.desktop.preferences import Preferences, keep_preferences
from klatch.clients.desktop.rowlist import RowList
from klatch.clients.desktop.scene import (
    Answered,
    Called,
    CommandRefused,
    Failed,
    Found,
    KeyShown,
    Noticed,
    Over,
    PictureCame,
    RoomsListed,
    Scene,
    Told,
    WentBack,
)
from klatch.clients.desktop.sidebars import count_title, member_rows, room_rows
from klatch.clients.desktop.signing import Signing
from klatch.clients.desktop.statusbar import StatusBar
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.talk import Talk
from klatch.clients.desktop.threads import Threads
from klatch.clients.desktop.timeline.tail import Note
from klatch.clients.desktop.timeline.timeline import Timeline
from klatch.core import commands as ask
from klatch.core.answers import Bye

_SIZE: Final = (1180, 760)
_LEAST: Final = (360, 320)
_ICON: Final = 64
_LOOK_AGAIN_AFTER: Final = 4_000  # milliseconds
_KEYS: Final = (
    ("Enter", "Send"),
    ("Shift+Enter", "New line"),
    ("Up", "Change your last message"),
    ("Tab", "Complete a name, a room or a command"),
    ("Page Up, Page Down", "Earlier and later messages"),
    (
        "Up, Down in the messages",
        "Choose one; then R replies, + reacts, E changes, Delete takes back, C copies, O opens, S unveils",
    ),
)


class Window:
    """One of them to a program. `run` shows it until it is closed."""

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.app = ttk.App(title="Klatch", iconphoto=None)
        self.app.withdraw()
        self.style = Style(self.app, preferences.theme, preferences.size)
        self.pictures = Pictures()
        self._token = ""
        self._wants_password = False
        self._ended = False
        self.threads = Threads(self.app, self.take)
        self.talk = Talk(self.threads)
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
        self.page.show_places(self.preferences.places)
        self.page.fill(server, name, with_token=bool(token))
        self._show_page()
        if at_once:
            self.page.press()

    def close_soon(self) -> None:
        """Closes once nothing else is being done: a signal may come in the midst of drawing."""
        if not self._ended:
            self.app.after(0, self.close)

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
        self.timeline.gallery.forget()
        self.app.destroy()

    # What is told.

    @property
    def scene(self) -> Scene | None:
        """What is drawn; None on the first page."""
        return self.talk.scene

    def take(self, told: Told) -> None:  # noqa: C901, PLR0912 - one case for each thing that may be told
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
            case Answered(answer=Bye()):
                self.close()
            case Answered():
                show_answer(told, self.timeline, self.going)
            case CommandRefused():
                self._give_back(told)
            case Found(servers=servers):
                self._found(servers)
            case RoomsListed(rooms=rooms):
                self.going.show_rooms(rooms)
            case WentBack(room=room, seq=seq):
                if self.talk.room is not None and self.talk.room.state.id == room:
                    self.timeline.to_line(seq)
            case PictureCame(file=file, content=content):
                self.timeline.gallery.take(file, content)
            case KeyShown():
                self._show_key(told)
            case _:
                assert_never(told)

    def _end_talk(self, told: Failed | Over) -> None:
        self.talk.scene = None
        self._show_page()
        if isinstance(told, Failed):
            self.page.say(told.message, told.field, untrusted=told.untrusted)
        elif self._wants_password:
            self._wants_password = False
            self.page.say("", "password")
        else:
            self.page.say(told.reason, untrusted=told.untrusted)

    def _show_key(self, told: KeyShown) -> None:
        """Asks whether a key is the right one, and goes there if it is."""
        if told.fault:
            self.page.say(told.fault, "server")
            return

        def trust() -> None:
            self.threads.do(self.threads.network.trust, told.server, told.fingerprint)
            self.page.press()

        Trust(self.app, self.style, told.server, told.fingerprint, trust)

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

    def _show_scene(self, scene: Scene) -> None:
        first = self.talk.scene is None
        self.talk.scene = scene
        if first:
            self._token = ""
            self._show_chat()
            self.composer.text.focus_force()
        self.going.take(scene)
        room = scene.open
        self.rooms.show(room_rows(scene), room.state.id if room is not None else "")
        self.status.show(scene)
        self.composer.show(scene)
        if room is not None:
            self.members.show(member_rows(scene, room))
            self._show_header()
            self.timeline.show(scene, room, datetime.now().astimezone().date())
            self.app.title(f"{count_title(scene)}{room.state.name} - Klatch")

    def _show_header(self) -> None:
        if (room := self.talk.room) is not None:
            self.header.show(room.state.name, room.topic, len(room.people), rooms_button=not self.panes.has_rooms)

    def _called(self, called: Called) -> None:
        room = self.talk.room
        looks = self.app.focus_displayof() is not None
        if not (looks and room is not None and room.state.id == called.room):
            ask_for_attention(self.app, called, self.preferences)

    # What the user wants of the window.

    def connect(self, wanted: Wanted) -> None:
        """Goes to a server; by the token that was given, unless one signs in otherwise."""
        if wanted.name:
            self.preferences.remember(wanted.server, wanted.name)
            keep_preferences(self.preferences)
        if self._token and not (wanted.password or wanted.link):
            wanted = msgspec.structs.replace(wanted, token=self._token)
        self.threads.do(self.threads.network.connect, wanted)

    def disconnect(self) -> None:
        """Leaves this server, to go to another."""
        self.threads.do(self.threads.network.leave)

    def ask_for_key(self, server: str) -> None:
        """Wants to see the key of a server that is not trusted."""
        self.threads.do(self.threads.network.fetch_key, server)

    def sign_in(self, name: str) -> None:
        """Leaves, to come back with a password."""
        self.preferences.name = name or self.preferences.name
        self.page.fill(self.preferences.server, self.preferences.name)
        self._wants_password = True
        self.disconnect()

    def resize_text(self, by: int) -> None:
        """Larger or smaller text; 0 for the usual."""
        self.preferences.size = step_size(self.preferences.size, by) if by else 100
        self.style.choose(size=self.preferences.size)
        keep_preferences(self.preferences)

    def open_settings(self) -> Settings:
        """Shows what one may choose."""
        return Settings(self.app, self.style, self.preferences, lambda: keep_preferences(self.preferences))

    def open_keys(self) -> None:
        """Shows what the keyboard does."""
        Keys(self.app, self.style, [*_KEYS, *list_keys(list_choices(self), self.style)])

    def ask_for_day(self) -> None:
        """Asks which day to go back to."""
        if self.talk.room is not None:
            GoToDay(self.app, self.style, datetime.now().astimezone().date(), self.doing.go_to_day)

    def show_rooms(self) -> None:
        """Goes to the list of rooms."""
        if not self.panes.has_rooms:
            self.panes.show_drawer("rooms")
        self.rooms.focus_set()

    def toggle_members(self) -> None:
        """Shows the members, or hides them."""
        if self.panes.toggle_members():
            self.members.focus_set()
        self.preferences.members = self.panes.wants_members

    def go_to_part(self, by: int) -> None:
        """Gives the keyboard to the next part of the window."""
        parts: list[tkinter.Misc] = [self.rooms, self.timeline.text, self.composer.text, self.members]
        seen = [part for part in parts if part.winfo_viewable()]
        at = self.app.focus_get()
        place = seen.index(at) + by if at in seen else 0
        seen[place % len(seen)].focus_set()

    def be_quiet(self, seconds: int | None) -> None:
        """Has nothing disturb one for so many seconds: 0 ends that, None is for good."""
        self.talk.act(ask.Quiet(cid="", seconds=seconds))

    # How it is put together.

    def _build(self) -> None:
        app, style, pictures, talk = self.app, self.style, self.pictures, self.talk
        self.page = ConnectPage(app, style, pictures, self)
        self.chat = Frame(app)
        self.going = Going(app, style, pictures, talk)
        self.people = People(app, style, talk, self.going.write_to)
        self.signing = Signing(app, style, talk, self.sign_in)
        self.doing = Doing(app, style, talk, self.people, self.signing, self.close)
        self.status = StatusBar(self.chat, style, pictures)
        self._above_status = Frame(self.chat, height=1)
        self.panes = Panes(self.chat, style, self._show_header)
        self.panes.wants_members = self.preferences.members
        self.rooms = RowList(self.panes.left, style, pictures, self.going.choose, self.going.open_menu)
        self._go_button = ttk.Button(
            self.panes.left, text="Go to or make a room", command=self.going.ask, bootstyle="light"
        )
        self.members = RowList(self.panes.right, style, pictures, self.people.choose, self.people.open_menu)
        for side in (self.rooms, self.members):
            side.scrolled_by(ttk.Scrollbar(side, orient="vertical", bootstyle="secondary"))
        self.header = Header(self.panes.middle, style, self.show_rooms, self.toggle_members)
        self.timeline = Timeline(self.panes.middle, style, self.doing)
        self.composer = Composer(self.panes.middle, style, self.doing)
        self.going.rooms, self.going.composer, self.going.panes = self.rooms, self.composer, self.panes
        self.going.say = self.doing.say
        self.people.composer = self.composer
        self.filing = Filing(app, talk, lambda words: self.timeline.note(Note(words)))
        self.doing.filing = self.filing
        self.doing.timeline, self.doing.composer, self.doing.panes = self.timeline, self.composer, self.panes
        self._pack()
        self._bar = MenuBar(app, style, list_choices(self))

    def _pack(self) -> None:
        self.status.pack(side="bottom", fill="x")
        self._above_status.pack(side="bottom", fill="x")
        self.panes.pack(fill="both", expand=True)
        self._go_button.pack(side="bottom", fill="x")
        self.rooms.pack(fill="both", expand=True)
        self.members.pack(fill="both", expand=True)
        self.header.pack(fill="x")
        self.composer.pack(side="bottom", fill="x")
        self.timeline.pack(fill="both", expand=True)

    def _bind(self) -> None:
        app = self.app
        app.protocol("WM_DELETE_WINDOW", self.close)
        for widget in (self.composer.text, self.timeline.text, self.rooms, self.members):
            widget.bindtags((TAG, *widget.bindtags()))
        for key, page in (("<Prior>", -1), ("<Next>", 1)):
            self.composer.text.bind(key, partial(_do, partial(self.timeline.scroll, page, "pages")))
        if self.style.windowing == "aqua":  # what its own menu, the first of all, asks for
            app.createcommand("tk::mac::Quit", self.close)
            app.createcommand("tk::mac::ShowPreferences", self.open_settings)
        app.event_add("<<Invoke>>", "<Key-space>")  # not every Tk presses buttons by it
        app.bind("<FocusIn>", lambda _: self._looked())
        for side in (self.rooms, self.members):
            side.bind("<Escape>", lambda _: self._back_to_talk())

    def _back_to_talk(self) -> None:
        self.panes.show_drawer("")
        self.composer.text.focus_set()

    def _looked(self) -> None:
        take_attention_back(self.app)
        if self.timeline.at_end:
            self.doing.seen()

    def _show_page(self) -> None:
        self.chat.pack_forget()
        self.app.configure(menu="")  # type: ignore[call-overload]
        self.page.pack(fill="both", expand=True)
        self.app.title("Klatch")
        self._look_around()

    def _show_chat(self) -> None:
        self.page.pack_forget()
        self.app.configure(menu=self._bar.bar)
        self.chat.pack(fill="both", expand=True)
        self.app.update_idletasks()
        self.panes.arrange()

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
        self.chat.configure(background=palette.ground)
        self._above_status.configure(background=palette.line)
        self._go_button.pack_configure(padx=px(12), pady=px(12))
        self.composer.pack_configure(padx=px(24), pady=(px(4), px(16)))
        self._icon = tkinter.PhotoImage(data=_png(_ICON, palette.accent))
        self.app.iconphoto(True, self._icon)


def _do(action: Callable[[], Any], _event: object) -> str:
    action()
    return "break"


def _png(size: int, colour: str) -> bytes:
    data = BytesIO()
    draw_mark(size, colour).save(data, "PNG")
    return data.getvalue()
