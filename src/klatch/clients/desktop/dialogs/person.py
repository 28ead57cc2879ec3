"""Somebody's card: who it is, and how they are now."""

import time
import tkinter

import ttkbootstrap as ttk

from klatch.clients.desktop.dialogs.dialog import Dialog
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.core.answers import Person
from klatch.protocols.times import spell_ago

_ROLES = {"owner": "Owner of this room", "admin": "Admin of this room", "moderator": "Moderator of this room"}


class PersonCard(Dialog):
    """Reads only: what may be done stands in the menu beside it."""

    def __init__(self, parent: tkinter.Misc, style: Style, person: Person, where: tuple[int, int] | None) -> None:
        super().__init__(parent, style, person.display_name)
        ttk.Label(self, text=in_one_line(person.display_name), style="GroundTitle.TLabel").pack(anchor="w")
        for words in describe(person, int(time.time() * 1000)):
            ttk.Label(self, text=words, style="GroundSoft.TLabel", wraplength=style.px(320)).pack(
                anchor="w", pady=(style.px(4), 0)
            )
        close = ttk.Button(self, text="Close", command=self.close, bootstyle="primary")
        close.pack(anchor="e", pady=(style.px(20), 0))
        self.appear(close, at=where)


def describe(person: Person, now: int) -> list[str]:
    """What is known of somebody, in a few lines."""
    rows = [f"@{person.name}"]
    if person.status:
        rows.append(in_one_line(person.status))
    active = f", active {spell_ago(person.active, now)}" if person.active is not None else ""
    rows.append(f"{person.state.capitalize()}{active}")
    if person.role in _ROLES:
        rows.append(_ROLES[person.role])
    return rows
