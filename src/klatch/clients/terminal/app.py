"""The full-screen client: finds the way in, and puts the conversation on the screen."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from datetime import tzinfo
from typing import Any, ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType

from klatch.clients.sdk import BadAddress, CannotKeep, Refused, Unanswered, Unreachable
from klatch.clients.sdk.faults import Untrusted
from klatch.clients.seat.seat import Seat
from klatch.clients.terminal.colours import THEMES, make_theme
from klatch.clients.terminal.conversation import Conversation
from klatch.clients.terminal.entering import keep, make_client
from klatch.clients.terminal.entrance import Entrance
from klatch.clients.terminal.logins import recall, remember_place, remember_theme
from klatch.clients.terminal.sheets import Sheet, keys_sheet
from klatch.clients.terminal.ways import Near, Way
from klatch.clients.terminal.words import draw

Find = Callable[[Callable[[Sequence[Near]], None]], Coroutine[Any, Any, None]]
_PASSWORD_WANTED: Final = ("password_needed", "bad_credentials")


class Chat(App[int]):
    """What the way in leaves open is asked for."""

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
        way: Way,
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
        self._way = way
        self._suggested = suggested
        self._find_near = find
        self._zone = zone

    def on_mount(self) -> None:
        """Connects, or asks where to."""
        self._end_well_when_hung_up()
        if self._way.known:
            self.connect(self._way)
        else:
            self._ask_where_to("")

    def on_entrance_go(self, event: Entrance.Go) -> None:
        """Somebody wants in."""
        self.connect(event.way)

    def on_conversation_elsewhere(self, event: Conversation.Elsewhere) -> None:
        """Somebody wants in as somebody else."""
        self.connect(event.way)

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

    def exit(self, result: int | None = None, return_code: int = 0, message: Any = None) -> None:
        """Ends, whoever wants it."""
        if self.conversation is not None:
            self.conversation.put_away()
        super().exit(result, return_code, message)

    def connect(self, way: Way) -> None:
        """Leaves where one is, and goes another way."""
        self._way = way
        self.run_worker(self._live(way), group="live", exclusive=True)

    def _end_well_when_hung_up(self) -> None:
        """A terminal that is closed, or somebody who ends the program, costs nothing that was begun."""
        if not self.is_headless:
            for name, act in (("SIGTERM", self.action_leave), ("SIGHUP", self._end_without_terminal)):
                # Windows knows one of them, and its event loop none.
                with contextlib.suppress(AttributeError, NotImplementedError):
                    asyncio.get_running_loop().add_signal_handler(getattr(signal, name), act)

    def _end_without_terminal(self) -> None:
        """Nothing can be drawn any more, not even a last time. What waits to be sent is on disk."""
        if self.conversation is not None:
            self.conversation.desk.keep()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)

    def _ask_where_to(self, fault: str, field: str = "") -> None:
        known = recall().places
        way = self._way
        url = way.url or (known[0].url if known else "127.0.0.1:8000")
        name = way.name or next((place.name for place in known if place.url == url), self._suggested)
        entrance = Entrance(url, name, known, fault, field)
        self.push_screen(entrance)
        if self._find_near is not None:
            self.run_worker(self._find_near(entrance.offer), group="find", exclusive=True, exit_on_error=False)

    async def _live(self, way: Way) -> None:
        """The whole time with a server."""
        seat = Seat()
        try:
            async with make_client(
                way, on_state=seat.tell_state, on_hint=seat.tell_hint, on_notice=self.tell
            ) as client:
                keep(client)
                remember_place(client.address.url, client.account.name)
                seat.sit_down(client)
                self.conversation = Conversation(seat, client.address.url, self._zone)
                while len(self.screen_stack) > 1:
                    self.pop_screen()
                await self.push_screen(self.conversation)
                await seat.run()
        except (Refused, Unreachable, Unanswered, Untrusted, BadAddress, CannotKeep, OSError) as fault:
            wants_password = isinstance(fault, Refused) and fault.code in _PASSWORD_WANTED
            self._turn_away(str(fault), "password" if wants_password else "")

    def _turn_away(self, fault: str, field: str) -> None:
        while len(self.screen_stack) > 1 and not isinstance(self.screen, Entrance):
            self.pop_screen()
        if isinstance(self.screen, Entrance):
            self.screen.tell(fault, field)
        else:
            self._ask_where_to(fault, field)
