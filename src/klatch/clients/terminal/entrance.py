"""The entrance: asks which server and by which name, and offers those that are known or near."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle, VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from klatch.clients.terminal.logins import Place
from klatch.clients.terminal.ways import Near, Way, complete_address
from klatch.clients.terminal.words import draw_line


class Entrance(Screen[None]):
    """Two fields, and what could stand in them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,escape", "app.leave", "Leave", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    class Go(Message):
        """All is given that is needed."""

        def __init__(self, way: Way) -> None:
            super().__init__()
            self.way = way

    def __init__(self, url: str, name: str, known: Sequence[Place], fault: str = "", field: str = "") -> None:
        """`fault` says why one is not in, and `field` where that is mended."""
        super().__init__()
        self._field = field
        self._url = url
        self._name_given = name
        self._fault = fault
        self._known = list(known)
        self._near: Sequence[Near] = ()
        self._offered: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """The fields, and below them the servers that are known."""
        with Middle(), Center(), VerticalScroll(id="entrance", can_focus=False):
            yield Static(Text("Klatch"), classes="sheet-title")
            yield Static(Text("Server", "dim"))
            yield Input(self._url, placeholder="127.0.0.1:8000", id="server", compact=True)
            yield Static(Text("Your name", "dim"))
            yield Input(self._name_given, placeholder="ann", id="name", compact=True)
            yield Static(Text("Password, if you have an account here", "dim"))
            yield Input(placeholder="none: come as a guest", id="password", password=True, compact=True)
            yield Static("", id="fault")
            yield Button("Join", id="join", compact=True)
            yield Static(Text("Or choose one that is known", "dim"), id="known-title")
            yield OptionList(id="known", compact=True)

    def on_mount(self) -> None:
        """Begins where something is missing."""
        self.offer(self._near)
        self.query_one("#name" if self._url else "#server", Input).focus()
        self.tell(self._fault, self._field)

    def offer(self, near: Sequence[Near]) -> None:
        """Lists the servers that are remembered, and those found near by."""
        self._near = near
        if not self.query("#known"):  # it is not laid out yet
            return
        known = [(place.url, place.name, f"{place.url}  as {draw_line(place.name)}") for place in self._known]
        urls = {place.url for place in self._known}
        found = [
            (each.url, "", f"{each.url}  {draw_line(each.title)}, near by") for each in near if each.url not in urls
        ]
        self._offered = [(url, name) for url, name, _ in known + found]
        options = self.query_one("#known", OptionList)
        options.clear_options()
        options.add_options([Option(Text(label, no_wrap=True, overflow="ellipsis")) for _, _, label in known + found])
        options.display = self.query_one("#known-title").display = bool(self._offered)

    def tell(self, fault: str, field: str = "") -> None:
        """Says why one is not in yet, or what goes on; and leads to the field where that is mended."""
        if field:
            self.query_one(f"#{field}", Input).focus()
        shown = self.query_one("#fault", Static)
        shown.update(Text(draw_line(fault)))
        shown.display = bool(fault)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """From the server to the name, and from there in."""
        if event.input.id == "server" and not self._value("name"):
            self.query_one("#name", Input).focus()
        else:
            self._go()

    def on_button_pressed(self) -> None:
        """In."""
        self._go()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A known one was chosen."""
        url, name = self._offered[event.option_index]
        self.query_one("#server", Input).value = url
        if name:
            self.query_one("#name", Input).value = name
        self._go()

    def _go(self) -> None:
        url, name = complete_address(self._value("server")), self._value("name")
        if not url:
            self.tell("Which server? Write it like 127.0.0.1:8000.")
            self.query_one("#server", Input).focus()
        elif not name:
            self.tell("Which name do you want to go by?")
            self.query_one("#name", Input).focus()
        else:
            self.tell("Connecting ...")
            self.post_message(self.Go(Way(url=url, name=name, password=self._value("password"))))

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()
