"""Removing, muting or banning somebody: for how long, where and why."""

import tkinter
from collections.abc import Callable
from typing import Final

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style
from klatch.core import commands as ask

_TIMES: Final = (
    (600, "10 minutes"),
    (3_600, "1 hour"),
    (86_400, "1 day"),
    (604_800, "1 week"),
    (None, "For good"),
)
_VERBS: Final = {"kick": "Remove", "mute": "Mute", "ban": "Ban"}
_DOES: Final = {
    "kick": "They may come back.",
    "mute": "They may read, but not write.",
    "ban": "They go, and are kept out.",
}


class Restrain(Form):
    """`what` is kick, mute or ban; `everywhere`: one may do it on the whole server, too."""

    def __init__(
        self,
        parent: tkinter.Misc,
        style: Style,
        what: str,
        who: str,
        room: tuple[str, str],
        act: Callable[[ask.AnyCommand], None],
        *,
        everywhere: bool,
    ) -> None:
        """`room` is its id and name."""
        super().__init__(parent, style, f"{_VERBS[what]} {who}")
        self._what, self._who, self._room, self._act = what, who, room[0], act
        self.say(_DOES[what])
        wheres = [(room[0], f"In {room[1]}"), *([(None, "On the whole server")] if everywhere else [])]
        self._where: Callable[[], str | None] = lambda: room[0]
        if what != "kick":
            if everywhere:
                self._where = self.choice("Where", wheres, room[0])
            self._time = self.choice("For how long", _TIMES, 600 if what == "mute" else None)
        self.reason = self.field("Why, for all to read")
        self.finish(_VERBS[what], self.do)

    def do(self) -> None:
        """Does it."""
        reason = self.reason.get().strip()
        match self._what:
            case "kick":
                self._act(ask.Kick(cid="", room=self._room, user=self._who, reason=reason))
            case "mute":
                where, seconds = self._where(), self._time()
                self._act(ask.Mute(cid="", room=where, user=self._who, seconds=seconds, reason=reason))
            case _:
                where, seconds = self._where(), self._time()
                self._act(ask.Ban(cid="", room=where, who=self._who, seconds=seconds, reason=reason))
