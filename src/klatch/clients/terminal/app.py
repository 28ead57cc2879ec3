"""The full-screen client: finds the way in, and puts the conversation on the screen."""

import os
from collections.abc import Callable, Coroutine, Sequence
from datetime import tzinfo
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from klatch.clients.sdk import BadAddress, CannotKeep, Client, Refused, Unanswered, Unreachable
from klatch.clients.seat.seat import Seat
from klatch.clients.terminal.colours import THEMES, make_theme
from klatch.clients.terminal.conversation import Conversation
from klatch.clients.terminal.entrance import Entrance, Near
from klatch.clients.terminal.logins import recall, remember_place, remember_theme
from klatch.clients.terminal.sheets import Sheet, keys_sheet
from klatch.clients.terminal.words import draw

Find = Callable[[Callable[[Sequence[Near]], None]], Coroutine[Any, Any, None]]


class Chat(App[int]):
    """`url` and `username` may be empty; then they are asked for."""

    CSS_PATH = "app.tcss"
    TITLE = "Klatch"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "keys", "Keys", priority=True),
        Binding("f4", "next_theme", "Theme", priority=True),
        Binding("ctrl+q", "leave", "Leave", priority=True),
    ]

    def __init__(
        self,
        url: str = "",
        username: str = "",
        *,
        suggested: str = "",
        look: str = "",
        find: Find | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """`suggested` is a name to begin with where none is given; `look` one of the themes.

        `find` looks for servers near by, and tells all that it knows each time it knows more.
        """
        colourless = os.environ.pop("NO_COLOR", "") != ""
        super().__init__()
        self.conversation: Conversation | None = None
        look = look or recall().theme or ("mono" if colourless else "dark")
        self.look = look if look in THEMES else "dark"
        for name in THEMES:
            self.register_theme(make_theme(name))
        self.theme = f"klatch-{self.look}"
        self._where = url
        self._username = username
        self._suggested = suggested
        self._find_near = find
        self._zone = zone

    def on_mount(self) -> None:
        """Connects, or asks where to."""
        if self._where and self._username:
            self._connect(self._where, self._username)
        else:
            self._ask_where_to("")

    def on_entrance_go(self, event: Entrance.Go) -> None:
        """Somebody wants in."""
        self._connect(event.url, event.username)

    def tell(self, notice: str) -> None:
        """Says something for a while. It may hold words of others."""
        self.notify(draw(notice), markup=False, timeout=6)

    def action_keys(self) -> None:
        """The sheet of keys."""
        if not isinstance(self.screen, Sheet):
            self.push_screen(keys_sheet())

    def action_next_theme(self) -> None:
        """Looks otherwise from now on."""
        self.look = THEMES[(THEMES.index(self.look) + 1) % len(THEMES)]
        self.theme = f"klatch-{self.look}"
        remember_theme(self.look)
        for screen in self.screen_stack:
            screen.refresh(layout=True)
        if self.conversation is not None:
            self.conversation.draw_all()

    def action_leave(self) -> None:
        """Ends. What waits to be sent is on disk."""
        self.exit(0)

    def _ask_where_to(self, fault: str) -> None:
        known = recall().places
        where = self._where or (known[0].url if known else "127.0.0.1:8000")
        username = self._username or next((place.name for place in known if place.url == where), self._suggested)
        entrance = Entrance(where, username, known, fault)
        self.push_screen(entrance)
        if self._find_near is not None:
            self.run_worker(self._find_near(entrance.offer), group="find", exclusive=True, exit_on_error=False)

    def _connect(self, url: str, username: str) -> None:
        self._where, self._username = url, username
        self.run_worker(self._live(url, username), group="live", exclusive=True)

    async def _live(self, url: str, username: str) -> None:
        """The whole time with a server."""
        seat = Seat()
        try:
            async with Client(
                url,
                name=username,
                program="klatch-chat",
                outbox=True,
                on_state=seat.tell_state,
                on_hint=seat.tell_hint,
                on_notice=self.tell,
            ) as client:
                remember_place(client.address.url, username)
                seat.sit_down(client)
                self.conversation = Conversation(seat, client.address.url, self._zone)
                if isinstance(self.screen, Entrance):
                    self.pop_screen()
                await self.push_screen(self.conversation)
                await seat.run()
        except (Refused, Unreachable, Unanswered, BadAddress, CannotKeep, OSError) as fault:
            self._turn_away(str(fault))

    def _turn_away(self, fault: str) -> None:
        if isinstance(self.screen, Entrance):
            self.screen.tell(fault)
        else:
            self._ask_where_to(fault)
