"""The first page: which server, and by which name; and what is wrong with them, in words."""

import re
import tkinter
from collections.abc import Callable
from typing import Final, Literal

import ttkbootstrap as ttk

from klatch.clients.desktop.bare import Frame, Label
from klatch.clients.desktop.drawing import Pictures
from klatch.clients.desktop.rowlist import Row, RowList
from klatch.clients.desktop.style import Style

PORT: Final = "8000"
_WIDTH: Final = 400
_HAS_PORT: Final = re.compile(r":\d+(/|$)")


class ConnectPage(Frame):
    """`connect` is told the server's address, the name and the password if any; `cancel` that it takes too long."""

    def __init__(
        self,
        parent: tkinter.Misc,
        style: Style,
        pictures: Pictures,
        connect: Callable[[str, str, str], None],
        cancel: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._style = style
        self._pictures = pictures
        self._connect = connect
        self._cancel = cancel
        self._busy = False
        self._found: dict[str, str] = {}
        self._card = ttk.Frame(self, style="Ground.TFrame")
        card = self._card
        self._mark = Label(card)
        self._title = ttk.Label(card, text="Klatch", style="GroundTitle.TLabel")
        self._near = ttk.Label(card, text="Servers near you", style="GroundSoft.TLabel")
        self.servers = RowList(card, style, pictures, self._choose_found)
        self.server = ttk.Entry(card, font=style.text)
        self.port = ttk.Entry(card, font=style.text, width=7)
        self.name = ttk.Entry(card, font=style.text)
        self._server_words = ttk.Label(card, text="Server", style="Ground.TLabel")
        self._port_words = ttk.Label(card, text="Port", style="Ground.TLabel")
        self._name_words = ttk.Label(card, text="Your name", style="Ground.TLabel")
        self.password = ttk.Entry(card, font=style.text, show="•")
        self._password_words = ttk.Label(card, text="Password", style="Ground.TLabel")
        self._has_account = False
        self.account = Label(card, cursor="hand2", takefocus=1)
        for key in ("<Button-1>", "<Return>", "<space>"):
            self.account.bind(key, lambda _: self.ask_password(asked=not self._has_account))
        self.fault = ttk.Label(card, style="GroundBad.TLabel", justify="left")
        self.go = ttk.Button(card, text="Join the talk", command=self._press, bootstyle="primary")
        self._help = ttk.Label(card, style="GroundSoft.TLabel", justify="left")
        self._help.configure(text="No server yet? On any computer here: klatch serve --lan")
        card.place(relx=0.5, rely=0.46, anchor="center")
        card.columnconfigure(0, weight=1)
        for field in (self.server, self.port, self.name, self.password):
            field.bind("<Return>", lambda _: self._press())
        self.bind("<Configure>", lambda _: self._lay_out())
        style.watch(self._lay_out)

    def fill(self, server: str, name: str) -> None:
        """What was used the last time, or was asked for."""
        host, port = split_address(server)
        for field, text in ((self.server, host or "127.0.0.1"), (self.port, port or PORT), (self.name, name)):
            field.delete(0, "end")
            field.insert(0, text)
        (self.go if name and server else self.name).focus_set()
        self.name.selection_range(0, "end")
        self.name.icursor("end")

    def say(self, fault: str, field: Literal["server", "name", "password"] | None = None) -> None:
        """Says what is wrong, and puts the cursor where it can be mended."""
        if field == "password":
            self.ask_password(asked=True)
        self._set_busy(busy=False)
        self.fault.configure(text=fault, style="GroundBad.TLabel")
        self._lay_out()
        at_fault = {"server": self.server, "password": self.password}.get(field or "", self.name)
        at_fault.focus_set()
        at_fault.selection_range(0, "end")

    def wait(self) -> None:
        """Says that a server is being asked."""
        self.fault.configure(text="Connecting…", style="GroundSoft.TLabel")
        self._set_busy(busy=True)
        self._lay_out()

    def ask_password(self, *, asked: bool) -> None:
        """Asks for a password too, or for a name alone."""
        self._has_account = asked
        self._lay_out()
        (self.password if asked else self.name).focus_set()

    def show_found(self, servers: list[tuple[str, str]]) -> None:
        """Lists the servers that announce themselves: names and addresses."""
        if {url: name for name, url in servers} == self._found:
            return
        self._found = {url: name for name, url in servers}
        self.servers.show([Row(key=url, text=name, note=_shown(url)) for name, url in servers])
        self._lay_out()

    def press(self) -> None:
        """Connects to what stands there."""
        self._press()

    def _press(self) -> None:
        if self._busy:
            self._set_busy(busy=False)
            self.fault.configure(text="")
            self._cancel()
            return
        server, port, name = self.server.get().strip(), self.port.get().strip(), self.name.get().strip()
        if not server:
            self.say("Give the server's address, such as 192.168.1.20.", "server")
        elif port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
            self.say("A port is a number from 1 to 65535; the usual one is 8000.", "server")
        elif not name:
            self.say("Type the name that others will see.", "name")
        else:
            self.wait()
            self._connect(join_address(server, port), name, self.password.get() if self._has_account else "")

    def _choose_found(self, url: str) -> None:
        host, port = split_address(url)
        for field, text in ((self.server, host), (self.port, port)):
            field.delete(0, "end")
            field.insert(0, text)
        self.name.focus_set()
        self.name.selection_range(0, "end")

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        self.go.configure(text="Cancel" if busy else "Join the talk", bootstyle="secondary" if busy else "primary")
        for field in (self.server, self.port, self.name, self.password):
            field.configure(state="disabled" if busy else "normal")

    def _lay_out(self) -> None:
        px, palette = self._style.px, self._style.palette
        self.configure(background=palette.ground)
        mark = self._pictures.mark(px(56), palette.accent)
        self._mark.configure(image=mark, background=palette.ground)
        width = min(px(_WIDTH), max(px(220), self.winfo_width() - px(32)))
        self._mark.grid(row=0, column=0, columnspan=2, sticky="w")
        self._title.grid(row=1, column=0, columnspan=2, sticky="w", pady=(px(8), px(20)))
        self._near.configure(text="Servers near you" if self._found else "Looking for servers near you…")
        self._near.grid(row=2, column=0, columnspan=2, sticky="w", pady=(0, px(4)))
        if self._found:
            self.servers.configure(height=px(12 + 32 * min(4, len(self._found))))
            self.servers.grid(row=3, column=0, columnspan=2, sticky="ew", pady=(0, px(16)))
        else:
            self.servers.grid_remove()
        self._server_words.grid(row=4, column=0, sticky="w", pady=(0, px(4)))
        self._port_words.grid(row=4, column=1, sticky="w", padx=(px(8), 0), pady=(0, px(4)))
        self.server.grid(row=5, column=0, sticky="ew")
        self.port.grid(row=5, column=1, sticky="ew", padx=(px(8), 0))
        self._name_words.grid(row=6, column=0, columnspan=2, sticky="w", pady=(px(16), px(4)))
        self.name.grid(row=7, column=0, columnspan=2, sticky="ew")
        if self._has_account:
            self._password_words.grid(row=8, column=0, columnspan=2, sticky="w", pady=(px(16), px(4)))
            self.password.grid(row=9, column=0, columnspan=2, sticky="ew")
        else:
            self._password_words.grid_remove()
            self.password.grid_remove()
        words = "Come as a guest, without a password" if self._has_account else "I have an account with a password"
        self.account.configure(
            text=words, font=self._style.meta, foreground=palette.accent, background=palette.ground,
            highlightthickness=1, highlightbackground=palette.ground, highlightcolor=palette.accent,
        )  # fmt: skip
        self.account.grid(row=10, column=0, columnspan=2, sticky="w", pady=(px(8), 0))
        self.fault.configure(wraplength=width)
        self.fault.grid(row=11, column=0, columnspan=2, sticky="w", pady=(px(8), 0))
        if not self.fault.cget("text"):
            self.fault.grid_remove()
        self.go.grid(row=12, column=0, columnspan=2, sticky="ew", pady=(px(16), px(16)))
        self._help.configure(wraplength=width)
        self._help.grid(row=13, column=0, columnspan=2, sticky="w")
        self._card.columnconfigure(0, minsize=width - px(80))


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
