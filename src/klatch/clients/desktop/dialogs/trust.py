"""Whether the key that a server shows is to be taken for the right one."""

import tkinter
from collections.abc import Callable

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style

_GROUP = 4
_GROUPS_A_ROW = 8


class Trust(Form):
    """Shows the fingerprint in groups, as one compares them; `trust` takes the key."""

    def __init__(
        self, parent: tkinter.Misc, style: Style, server: str, fingerprint: str, trust: Callable[[], None]
    ) -> None:
        super().__init__(parent, style, "Is this your server?")
        self.say(f"{server} shows this key now:")
        ttk.Label(self, text=spell_fingerprint(fingerprint), style="Ground.TLabel", font=style.code).pack(anchor="w")
        self.say("")
        self.say(
            "Compare it with the one that `klatch serve` prints on the server's own screen. If they differ, somebody "
            "may be listening in between: do not go on."
        )
        self.finish("Trust this key", trust)
        self.button.focus_set()


def spell_fingerprint(fingerprint: str) -> str:
    """In groups of four, some to a row."""
    groups = [fingerprint[at : at + _GROUP] for at in range(0, len(fingerprint), _GROUP)]
    rows = [groups[at : at + _GROUPS_A_ROW] for at in range(0, len(groups), _GROUPS_A_ROW)]
    return "\n".join(" ".join(row) for row in rows)
