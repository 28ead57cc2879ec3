"""The member list, and what one may do about somebody."""

import tkinter
from collections.abc import Callable
from functools import partial
from typing import Final

from klatch.clients.desktop.composer import Composer
from klatch.clients.desktop.dialogs.me import Me
from klatch.clients.desktop.dialogs.person import PersonCard
from klatch.clients.desktop.dialogs.restraint import Restrain
from klatch.clients.desktop.menubar import make_menu
from klatch.clients.desktop.scene import OpenRoom
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.talk import Talk
from klatch.core import commands as ask
from klatch.core.answers import Person
from klatch.core.members import RANK, ROLES, outranks

_MODERATOR: Final = RANK["moderator"]
_ADMIN: Final = RANK["admin"]


class People:
    """`write_to` is told to whom one wants to write alone; `composer` is set once it is there."""

    composer: Composer

    def __init__(self, window: tkinter.Tk, style: Style, talk: Talk, write_to: Callable[[str], None]) -> None:
        self._window = window
        self._style = style
        self._talk = talk
        self._write_to = write_to

    def choose(self, who: str) -> None:
        """Writes to somebody alone; to oneself: shows how others see one."""
        person, me = self._talk.person(who), self._talk.me
        if person is not None and me is not None:
            self._write_to(person.name) if person.id != me.id else self.open_me()

    def open_me(self) -> None:
        """Shows how others see one, to change it."""
        if (me := self._talk.me) is not None:
            Me(self._window, self._style, me, self._talk.act)

    def open_menu(self, who: str, x: int, y: int) -> None:
        """Shows what one may do about somebody."""
        person, me, scene = self._talk.person(who), self._talk.me, self._talk.scene
        if person is None or me is None or scene is None:
            return
        menu = make_menu(self._window, self._style)
        if person.id == me.id:
            menu.add_command(label="How others see you", command=self.open_me)
        else:
            menu.add_command(label="Write privately", command=partial(self._write_to, person.name))
            menu.add_command(label="Mention", command=partial(self.composer.add, f"@{person.name} "))
            menu.add_command(
                label="Who this is", command=partial(PersonCard, self._window, self._style, person, (x, y))
            )
            menu.add_separator()
            blocked = person.id in scene.blocked
            command = ask.Unblock(cid="", user=person.name) if blocked else ask.Block(cid="", user=person.name)
            said = "may write to you again" if blocked else "cannot write to you any more, and is hidden from you"
            menu.add_command(
                label="Unblock" if blocked else "Block",
                command=partial(self._talk.act, command, f"{person.name} {said}."),
            )
            if scene.open is not None:
                self._add_order(menu, person, scene.open, scene.role)
        menu.tk_popup(x, y)

    def _add_order(self, menu: tkinter.Menu, person: Person, room: OpenRoom, server_role: str) -> None:
        """What those who keep order may do, to those below them."""
        mine = room.state.role or "guest"
        theirs = person.role or "guest"
        everywhere = RANK[server_role] >= _MODERATOR
        here = room.state.kind != "direct" and RANK[mine] >= _MODERATOR and outranks(mine, theirs)
        if not (here or everywhere):
            return
        menu.add_separator()
        if here and RANK[mine] >= _ADMIN:
            self._add_roles(menu, person, room, mine, theirs)
        for what, words in (("kick", "Remove from room"), ("mute", "Mute"), ("ban", "Ban")):
            if here or what != "kick":
                menu.add_command(
                    label=words, command=partial(self._restrain, what, person, room, everywhere=everywhere)
                )
        where = room.state.id if here else None
        menu.add_command(
            label="Let write again", command=partial(self._talk.act, ask.Unmute(cid="", user=person.name, room=where))
        )

    def _add_roles(self, menu: tkinter.Menu, person: Person, room: OpenRoom, mine: str, theirs: str) -> None:
        roles = make_menu(menu, self._style)
        for role in ROLES:
            if role not in ("guest", theirs) and not outranks(role, mine):
                command = ask.Grant(cid="", room=room.state.id, user=person.name, role=role)
                roles.add_command(label=role.capitalize(), command=partial(self._talk.act, command))
        menu.add_cascade(label="Give the role", menu=roles)

    def _restrain(self, what: str, person: Person, room: OpenRoom, *, everywhere: bool) -> None:
        where = (room.state.id, room.state.name)
        Restrain(self._window, self._style, what, person.name, where, self._talk.act, everywhere=everywhere)
