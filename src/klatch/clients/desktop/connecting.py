"""The first page: which server, and as whom; and what is wrong with them, in words."""

import re
import tkinter
from collections.abc import Sequence
from typing import Final, Literal, Protocol

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.entering import Wanted
from klatch.clients.desktop.preferences import Place
from klatch.clients.desktop.rowlist import Row, RowList
from klatch.clients.desktop.style import Style
from klatch.core.grammar import server_of_link

PORT: Final = "8000"
_WIDTH: Final = 400
_ROWS_MOST: Final = 5
_HAS_PORT: Final = re.compile(r":\d+(/|$)")

As = Literal["guest", "account", "link"]
_WAYS: Final[tuple[tuple[As, str], ...]] = (
    ("guest", "As a guest"),
    ("account", "With a password"),
    ("link", "With an invitation"),
)


class Doors(Protocol):
    """What becomes of what is asked for here."""

    def connect(self, wanted: Wanted) -> None:
        """Goes to a server."""

    def disconnect(self) -> None:
        """Gives up going there."""

    def ask_for_key(self, server: str) -> None:
        """Wants to see the key of a server that is not trusted."""


class ConnectPage(Frame):
    """A card with the servers that are known or near, and the fields."""

    def __init__(self, parent: tkinter.Misc, style: Style, pictures: Pictures, doors: Doors) -> None:
        super().__init__(parent)
        self._style = style
        self._pictures = pictures
        self._doors = doors
        self._busy = False
        self._places: Sequence[Place] = ()
        self._found: dict[str, str] = {}
        self._untrusted = ""
        self._has_token = False
        self._as: As = "guest"
        card = self._card = ttk.Frame(self, style="Ground.TFrame")
        self._mark = Label(card)
        self._title = ttk.Label(card, text="Klatch", style="GroundTitle.TLabel")
        self._near = ttk.Label(card, style="GroundSoft.TLabel")
        self.servers = RowList(card, style, pictures, self._choose)
        self.server = ttk.Entry(card, font=style.text)
        self.port = ttk.Entry(card, font=style.text, width=7)
        self.name = ttk.Entry(card, font=style.text)
        self.password = ttk.Entry(card, font=style.text, show="•")
        self.link = ttk.Entry(card, font=style.text)
        self._words = {
            field: ttk.Label(card, text=text, style="Ground.TLabel")
            for field, text in (
                (self.server, "Server"),
                (self.port, "Port"),
                (self.name, "Your name"),
                (self.password, "Password"),
                (self.link, "Link of the invitation"),
            )
        }
        self._ways = Frame(card)
        self.ways = {way: Label(self._ways, text=words, cursor="hand2", takefocus=1) for way, words in _WAYS}
        for way, label in self.ways.items():
            for key in ("<Button-1>", "<Return>", "<space>"):
                label.bind(key, lambda _, way=way: self.come(way))
        self.fault = ttk.Label(card, style="GroundBad.TLabel", justify="left")
        self.trust = ttk.Button(card, text="Look at its key", command=self._ask_for_key, bootstyle="light")
        self.go = ttk.Button(card, text="Join the talk", command=self.press, bootstyle="primary")
        self._help = ttk.Label(card, style="GroundSoft.TLabel", justify="left")
        self._help.configure(text="No server yet? On any computer here: klatch serve --lan")
        card.columnconfigure(0, weight=1)
        for field in self._words:
            field.bind("<Return>", lambda _: self.press())
        self.bind("<Configure>", lambda _: self._lay_out())
        style.watch(self._lay_out)

    # What others set.

    def fill(self, server: str, name: str, *, with_token: bool = False) -> None:
        """What was used the last time, or was asked for; with a token no name is needed."""
        self._has_token = with_token
        host, port = split_address(server)
        for field, text in ((self.server, host or "127.0.0.1"), (self.port, port or PORT), (self.name, name)):
            _put(field, text)
        (self.go if name and server else self.name).focus_set()
        self.name.selection_range(0, "end")
        self.name.icursor("end")

    def show_places(self, places: Sequence[Place]) -> None:
        """Lists where one was before."""
        self._places = places
        self._list()

    def show_found(self, servers: list[tuple[str, str]]) -> None:
        """Lists the servers that announce themselves: names and addresses."""
        found = {url: name for name, url in servers}
        if found != self._found:
            self._found = found
            self._list()

    def say(
        self, fault: str, field: Literal["server", "name", "password", "link"] | None = None, *, untrusted: str = ""
    ) -> None:
        """Says what is wrong, and puts the cursor where it can be mended; `untrusted`: a server whose key is wrong."""
        if field in ("password", "link") and not (field == "password" and self._as == "link"):
            self.come("account" if field == "password" else "link")
        self._set_busy(busy=False)
        self._untrusted = untrusted
        self.fault.configure(text=fault, style="GroundBad.TLabel")
        self._lay_out()
        fields = {"server": self.server, "password": self.password, "link": self.link}
        at_fault = self.trust if untrusted else fields.get(field or "", self.name)
        at_fault.focus_set()
        if isinstance(at_fault, ttk.Entry):
            at_fault.selection_range(0, "end")

    def come(self, way: As) -> None:
        """Asks for what is needed to come in that way."""
        self._as = way
        self._lay_out()
        (
            self.link if way == "link" else self.password if way == "account" and self.name.get() else self.name
        ).focus_set()

    # Going.

    def press(self) -> None:
        """Connects to what stands there; or gives up what takes too long."""
        if self._busy:
            self._set_busy(busy=False)
            self.fault.configure(text="")
            self._doors.disconnect()
            return
        server, port, name = self.server.get().strip(), self.port.get().strip(), self.name.get().strip()
        password, link = self.password.get(), self.link.get().strip()
        if self._as == "link" and (leads_to := server_of_link(link)) is not None:
            server, port = split_address(leads_to)
            _put(self.server, server)
            _put(self.port, port)
        if not server:
            self.say("Give the server's address, such as 192.168.1.20.", "server")
        elif port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
            self.say("A port is a number from 1 to 65535; the usual one is 8000.", "server")
        elif not name and not self._has_token:
            self.say("Type the name that others will see.", "name")
        elif self._as == "link" and not link:
            self.say("Paste the link that you were sent.", "link")
        elif self._as == "link" and not password:
            self.say("Choose a password, of 8 characters or more: the next time you come in with it.", "password")
        else:
            self._wait()
            self._doors.connect(
                Wanted(
                    join_address(server, port),
                    name,
                    password="" if self._as == "guest" else password,
                    link=link if self._as == "link" else "",
                )
            )

    def _wait(self) -> None:
        self._untrusted = ""
        self.fault.configure(text="Connecting…", style="GroundSoft.TLabel")
        self._set_busy(busy=True)
        self._lay_out()

    def _ask_for_key(self) -> None:
        self._doors.ask_for_key(self._untrusted)

    def _choose(self, url: str) -> None:
        place = next((each for each in self._places if each.server == url), None)
        host, port = split_address(url)
        _put(self.server, host)
        _put(self.port, port)
        if place is not None:
            _put(self.name, place.name)
        self.name.focus_set()
        self.name.selection_range(0, "end")

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        self.go.configure(text="Cancel" if busy else "Join the talk", bootstyle="secondary" if busy else "primary")
        for field in self._words:
            field.configure(state="disabled" if busy else "normal")

    # Looks.

    def _list(self) -> None:
        near = [Row(key=url, text=name, note=_shown(url)) for url, name in self._found.items()]
        before = [
            Row(key=place.server, text=_shown(place.server), note=f"as {place.name}")
            for place in self._places
            if place.server not in self._found
        ]
        rows = near
        if before:
            rows = [
                *([Row(key="", text="Near you"), *near] if near else []),
                Row(key="", text="Where you were"),
                *before,
            ]
        self.servers.show(rows)
        self._lay_out()

    def _lay_out(self) -> None:
        px, palette = self._style.px, self._style.palette
        self.configure(background=palette.ground)
        self._ways.configure(background=palette.ground)
        self._mark.configure(image=self._pictures.mark(px(56), palette.accent), background=palette.ground)
        width = min(px(_WIDTH), max(px(220), self.winfo_width() - px(32)))
        across = _grid
        across(self._title, 1, pady=(px(8), px(16)))
        rows = len(self.servers.rows)
        has_headings = any(not row.key for row in self.servers.rows)
        near = "Servers" if has_headings and self._found else "Servers near you"
        self._near.configure(text=near if self._found else "Looking for servers near you…")
        across(self._near, 2, pady=(0, px(4) if rows else px(16)))
        if rows:
            self.servers.configure(height=px(12 + 34 * min(_ROWS_MOST, rows)))
        across(self.servers, 3, sticky="ew", pady=(0, px(16)), shown=bool(rows))
        self._words[self.server].grid(row=4, column=0, sticky="w", pady=(0, px(4)))
        self._words[self.port].grid(row=4, column=1, sticky="w", padx=(px(8), 0), pady=(0, px(4)))
        self.server.grid(row=5, column=0, sticky="ew")
        self.port.grid(row=5, column=1, sticky="ew", padx=(px(8), 0))
        self._lay_out_ways()
        for row, field, shown in (
            (7, self.link, self._as == "link"),
            (9, self.name, True),
            (11, self.password, self._as != "guest"),
        ):
            across(self._words[field], row, pady=(px(12), px(4)), shown=shown)
            across(field, row + 1, sticky="ew", shown=shown)
        self._words[self.password].configure(
            text="Password to come in with later" if self._as == "link" else "Password"
        )
        self.fault.configure(wraplength=width)
        across(self.fault, 13, pady=(px(12), 0), shown=bool(self.fault.cget("text")))
        across(self.trust, 14, pady=(px(8), 0), shown=bool(self._untrusted))
        across(self.go, 15, sticky="ew", pady=px(16))
        self._help.configure(wraplength=width)
        across(self._help, 16)
        self._card.columnconfigure(0, minsize=width - px(80))
        self._card.update_idletasks()
        fits = self._card.winfo_reqheight() + px(32) <= self.winfo_height() or self.winfo_height() <= 1
        across(self._mark, 0, shown=fits)
        self._card.place(relx=0.5, rely=0.48 if fits else 0, y=0 if fits else px(8), anchor="center" if fits else "n")

    def _lay_out_ways(self) -> None:
        px, style, palette = self._style.px, self._style, self._style.palette
        _grid(self._ways, 6, pady=(px(16), 0))
        for way, label in self.ways.items():
            chosen = way == self._as
            label.configure(
                font=style.meta_strong if chosen else style.meta, foreground=palette.ink if chosen else palette.accent,
                background=palette.ground, highlightthickness=1, highlightbackground=palette.ground,
                highlightcolor=palette.accent,
            )  # fmt: skip
            label.pack(side="left", padx=(0, px(16)))


def _grid(
    widget: tkinter.Misc,
    row: int,
    *,
    sticky: str = "w",
    pady: int | tuple[int, int] = 0,
    shown: bool = True,
) -> None:
    """Puts a widget across the card, or takes it away."""
    if shown:
        widget.grid(row=row, column=0, columnspan=2, sticky=sticky, pady=pady)  # type: ignore[attr-defined]
    else:
        widget.grid_remove()  # type: ignore[attr-defined]


def _put(field: ttk.Entry, text: str) -> None:
    field.delete(0, "end")
    field.insert(0, text)


def split_address(url: str) -> tuple[str, str]:
    """`http://box:8000` as `box` and `8000`; an address with more to it stays whole, without a port."""
    plain = url.removeprefix("http://").rstrip("/")
    host, colon, port = plain.rpartition(":")
    if "://" in plain or "/" in plain:
        return plain, ""
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host, port
    return plain, PORT if plain else ""


def join_address(server: str, port: str) -> str:
    """The address that stands in two fields; whoever writes a whole one in the first means that."""
    server = server.rstrip("/")
    if "://" in server:
        return server
    if server.count(":") > 1 and not server.startswith("["):
        server = f"[{server}]"
    return f"http://{server}" if _HAS_PORT.search(server) else f"http://{server}:{port or PORT}"


def _shown(url: str) -> str:
    return url.partition("://")[2].partition("#")[0]
