"""The member list, and what one may do about somebody."""

import tkinter
from collections.abc import Callable

from klatch.clients.desktop.composer import Composer
from klatch.clients.desktop.menubar import dress_menu
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.talk import Talk
from klatch.core import commands as ask


class People:
    """`write_to` is told to whom one wants to write alone; `composer` is set once it is there."""

    composer: Composer

    def __init__(self, window: tkinter.Tk, style: Style, talk: Talk, write_to: Callable[[str], None]) -> None:
        self._window = window
        self._style = style
        self._talk = talk
        self._write_to = write_to

    def choose(self, who: str) -> None:
        """Writes to somebody alone."""
        person, me = self._talk.person(who), self._talk.me
        if person is not None and me is not None and person.id != me.id:
            self._write_to(person.name)

    def open_menu(self, who: str, x: int, y: int) -> None:
        """Shows what one may do about somebody."""
        person, me, room = self._talk.person(who), self._talk.me, self._talk.room
        if person is None or me is None or person.id == me.id:
            return
        menu = tkinter.Menu(self._window, tearoff=False)
        dress_menu(menu, self._style)
        menu.add_command(label="Write privately", command=lambda: self._write_to(person.name))
        menu.add_command(label="Mention", command=lambda: self.composer.add(f"@{person.name} "))
        if room is not None and room.state.role in ("owner", "admin", "moderator"):
            where = room.state.id
            menu.add_command(
                label="Remove from room",
                command=lambda: self._talk.act(ask.Kick(cid="", room=where, user=person.name)),
            )
        menu.tk_popup(x, y)
