"""What others see of one: names and status."""

import tkinter
from collections.abc import Callable

from klatch.clients.desktop.dialogs.form import Form
from klatch.clients.desktop.style import Style
from klatch.core import commands as ask
from klatch.core.answers import Person


class Me(Form):
    """`act` is told what changes."""

    def __init__(self, parent: tkinter.Misc, style: Style, me: Person, act: Callable[[ask.AnyCommand], None]) -> None:
        super().__init__(parent, style, "How others see you")
        self._me = me
        self._act = act
        self.name = self.field("Username, by which you are mentioned", me.name)
        self.display = self.field("Display name", me.display_name)
        self.status = self.field("Status, such as: in a meeting", me.status)
        self.away = self.check("I am away", value=me.state == "away")
        self.finish("Save", self.save)

    def save(self) -> None:
        """Does what changed."""
        me = self._me
        name, display, status = (field.get().strip() for field in (self.name, self.display, self.status))
        if name and name != me.name:
            self._act(ask.Rename(cid="", name=name))
        if display and display not in (me.display_name, me.name):
            self._act(ask.SetDisplayName(cid="", name=display))
        if (status, self.away()) != (me.status, me.state == "away"):
            self._act(ask.SetStatus(cid="", text=status, away=self.away()))
