"""What becomes of what is wanted of a line or typed below it."""

import tkinter
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Final

from klatch.clients.desktop.composer import Aim, Composer
from klatch.clients.desktop.dialogs.reaction import PickReaction
from klatch.clients.desktop.filing import Filing
from klatch.clients.desktop.panes import Panes
from klatch.clients.desktop.people import People
from klatch.clients.desktop.signing import Signing, asks_password
from klatch.clients.desktop.style import Style
from klatch.clients.desktop.talk import Talk
from klatch.clients.desktop.timeline.lines import Line
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.clients.desktop.timeline.timeline import Timeline
from klatch.clients.desktop.timeline.wishes import Where
from klatch.core import commands as ask
from klatch.core.files import File

_QUOTED_MOST: Final = 60
_FILE: Final = "/file "
_KEEP_ORDER: Final = ("owner", "admin", "moderator")


class Doing:
    """`timeline`, `composer`, `panes` and `filing` are what it moves, set once they are there."""

    timeline: Timeline
    composer: Composer
    panes: Panes
    filing: Filing

    def __init__(
        self, window: tkinter.Tk, style: Style, talk: Talk, people: People, signing: Signing, leave: Callable[[], None]
    ) -> None:
        self._window = window
        self._style = style
        self._talk = talk
        self._people = people
        self._signing = signing
        self._leave = leave

    # Of a line.

    def reply(self, seq: int) -> None:
        """Answers a line."""
        if (found := self._talk.message(seq)) is not None:
            name, message = found
            start = " ".join(message.text.split())[:_QUOTED_MOST]
            self.composer.aim(Aim("reply", seq, f"Replying to {in_one_line(name)}: {in_one_line(start)}"))

    def edit(self, seq: int) -> None:
        """Changes one's own line."""
        if (found := self._talk.message(seq)) is not None and self._talk.is_own(seq):
            words = "Changing your message. Enter saves, Escape leaves it as it was."
            self.composer.aim(Aim("edit", seq, words, found[1].text, may_be_empty=bool(found[1].files)))

    def delete(self, seq: int) -> None:
        """Takes a line back."""
        if (room := self._talk.room) is not None and self._talk.message(seq) is not None:
            self._talk.act(ask.DeleteMessage(cid="", room=room.state.id, seq=seq))
            self.composer.text.focus_set()

    def may_delete(self, line: Line) -> bool:
        """One's own lines, and for those who keep order all."""
        room = self._talk.room
        return line.own or (room is not None and room.state.role in _KEEP_ORDER)

    def pick_reaction(self, seq: int, where: Where) -> None:
        """Puts an emoji to a line."""
        PickReaction(self._window, self._style, lambda emoji: self.react(seq, emoji), where)

    def react(self, seq: int, emoji: str) -> None:
        """Puts this emoji to a line, or takes it back."""
        room, me = self._talk.room, self._talk.me
        item = room.items.get(seq) if room is not None else None
        if room is not None and me is not None and item is not None:
            kind = ask.Unreact if me.id in item.reactions.get(emoji, []) else ask.React
            self._talk.act(kind(cid="", room=room.state.id, seq=seq, emoji=emoji))

    def copy(self, seq: int) -> None:
        """Puts its words on the clipboard."""
        if (found := self._talk.message(seq)) is not None:
            self._window.clipboard_clear()
            self._window.clipboard_append(found[1].text)

    def look_at_author(self, seq: int, where: Where) -> None:
        """Shows who wrote it, and what one may do about them."""
        item = self._talk.room.items.get(seq) if self._talk.room is not None else None
        if item is not None:
            self._people.open_menu(item.author.id, *where)

    def open_file(self, file: File) -> None:
        """Opens a file."""
        self.filing.open(file)

    def save_file(self, file: File) -> None:
        """Keeps a file."""
        self.filing.save(file)

    def show_file(self, file: File) -> None:
        """Fetches a picture, to be seen in its line."""
        self.filing.show(file)

    def attach(self) -> None:
        """Asks which files to send."""
        self.filing.attach()

    def paste_picture(self) -> bool:
        """Sends up the picture on the clipboard, if there is one."""
        return self.filing.attach_clipboard()

    def detach(self, number: int) -> None:
        """Gives up a file that was to be sent."""
        self.filing.detach(number)

    def send_files(self, text: str, reply_to: int | None) -> None:
        """Says something, with the files that are ready."""
        self._with_room(lambda room: self.filing.send(room, text, reply_to))
        self.timeline.to_end()

    def retry(self, cid: str) -> None:
        """Tries again what was not sent."""
        self._with_room(lambda room: self._talk.do(self._talk.network.retry, room, cid))

    def drop(self, cid: str) -> None:
        """Forgets what was not sent."""
        self._with_room(lambda room: self._talk.do(self._talk.network.drop, room, cid))

    def load_earlier(self) -> None:
        """Fetches earlier lines."""
        self._with_room(lambda room: self._talk.do(self._talk.network.load_earlier, room))

    def load_later(self) -> None:
        """Fetches later lines, where one has gone back."""
        self._with_room(lambda room: self._talk.do(self._talk.network.load_later, room))

    def load_end(self) -> None:
        """Comes back to the last lines."""
        self._with_room(lambda room: self._talk.do(self._talk.network.load_end, room))

    def go_back(self, seq: int) -> None:
        """Fetches a line that is far, and what is around it."""
        self._with_room(lambda room: self._talk.do(self._talk.network.go_back, room, seq=seq))

    def go_to_day(self, day: date) -> None:
        """Goes to the first line of a day."""
        since = int(datetime.combine(day, clock()).astimezone().timestamp() * 1000)
        self._with_room(lambda room: self._talk.do(self._talk.network.go_back, room, since=since))

    def seen(self) -> None:
        """The end is in sight: what is there counts as read once the user looks at this window."""
        room = self._talk.room
        if room is None or self._window.focus_displayof() is None:
            return
        if room.state.unread or room.head > room.state.read:
            self._talk.do(self._talk.network.mark_read, room.state.id)

    def write(self, text: str) -> None:
        """Writes on."""
        self.composer.add(text)

    # Of what is written.

    def say(self, text: str) -> None:
        """Does what was typed."""
        self.timeline.note(None)
        if text.strip().casefold() in ("/quit", "/exit"):
            self._leave()
        elif (wish := asks_password(text)) is not None:
            self._signing.begin(wish)
        elif text.casefold().startswith(_FILE):
            self.filing.attach_path(Path(text[len(_FILE) :].strip()), send=True)
        else:
            self._with_room(lambda room: self._talk.do(self._talk.network.say, room, text))
            self.timeline.to_end()

    def reply_with(self, seq: int, text: str) -> None:
        """Answers a message."""
        self._with_room(lambda room: self._talk.do(self._talk.network.reply, room, seq, text))
        self.timeline.to_end()

    def change_to(self, seq: int, text: str) -> None:
        """Changes a message."""
        self._with_room(lambda room: self._talk.act(ask.EditMessage(cid="", room=room, seq=seq, text=text)))

    def edit_last(self) -> None:
        """Changes what one wrote last."""
        order = self._talk.room.order if self._talk.room is not None else []
        mine = (seq for seq in reversed(order) if self._talk.is_own(seq) and self._talk.message(seq) is not None)
        if (seq := next(mine, None)) is not None:
            self.edit(seq)

    def typing(self) -> None:
        """Something is being written."""
        self._with_room(lambda room: self._talk.do(self._talk.network.typing, room))

    def leave(self) -> None:
        """Leaves."""
        self._leave()

    def dismiss(self) -> None:
        """Takes notes and drawers away."""
        self.timeline.note(None)
        self.panes.show_drawer("")

    def _with_room(self, work: Callable[[str], None]) -> None:
        if (room := self._talk.room) is not None:
            work(room.state.id)
