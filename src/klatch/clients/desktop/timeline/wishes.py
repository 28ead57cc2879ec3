"""What one may want of a line, and the table of it that keys, tools and menus are made from."""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from klatch.clients.desktop.timeline.lines import Line
from klatch.core.files import File

Where = tuple[int, int]
"""A place on the screen, in pixels."""


class Wishes(Protocol):
    """What becomes of it; `seq` is the number of a line in the room that is looked at."""

    def reply(self, seq: int) -> None:
        """To answer it."""

    def edit(self, seq: int) -> None:
        """To change it."""

    def delete(self, seq: int) -> None:
        """To take it back."""

    def pick_reaction(self, seq: int, where: Where) -> None:
        """To put an emoji to it, chosen at a place of the screen."""

    def react(self, seq: int, emoji: str) -> None:
        """To put this emoji to it, or to take it back."""

    def copy(self, seq: int) -> None:
        """To have its words on the clipboard."""

    def look_at_author(self, seq: int, where: Where) -> None:
        """To see who wrote it, and what one may do about them."""

    def may_delete(self, line: Line) -> bool:
        """Whether one may take it back."""

    def open_file(self, file: File) -> None:
        """To open a file."""

    def save_file(self, file: File) -> None:
        """To keep a file."""

    def show_file(self, file: File) -> None:
        """To see a picture in its line."""

    def retry(self, cid: str) -> None:
        """To try again what was not sent."""

    def drop(self, cid: str) -> None:
        """To forget what was not sent."""

    def load_earlier(self) -> None:
        """To see earlier lines."""

    def load_later(self) -> None:
        """To see later lines, where one has gone back."""

    def load_end(self) -> None:
        """To see the last lines again."""

    def go_back(self, seq: int) -> None:
        """To see a line that is far."""

    def seen(self) -> None:
        """The end is in sight."""

    def write(self, text: str) -> None:
        """To write on; `text` is what was typed here."""


class Wish(msgspec.Struct, frozen=True):
    """One thing that may be done with a line: its words, its key, and whether it has a button beside the line."""

    words: str
    key: str
    do: Callable[[Wishes, int, Where], None]
    may: Callable[[Wishes, Line], bool]
    near: bool = True

    @property
    def letter(self) -> str:
        """What its key writes, if it writes anything."""
        return "+" if self.key == "plus" else self.key if len(self.key) == 1 else ""


def _always(_wishes: Wishes, _line: Line) -> bool:
    return True


def _own(_wishes: Wishes, line: Line) -> bool:
    return line.own


def _others(_wishes: Wishes, line: Line) -> bool:
    return not line.own


ALL: Final = (
    Wish("Reply", "r", lambda wishes, seq, _: wishes.reply(seq), _always),
    Wish("React", "plus", lambda wishes, seq, where: wishes.pick_reaction(seq, where), _always),
    Wish("Edit", "e", lambda wishes, seq, _: wishes.edit(seq), _own),
    Wish("Delete", "Delete", lambda wishes, seq, _: wishes.delete(seq), lambda wishes, line: wishes.may_delete(line)),
    Wish("Copy text", "c", lambda wishes, seq, _: wishes.copy(seq), _always, near=False),
    Wish("Who wrote it", "w", lambda wishes, seq, where: wishes.look_at_author(seq, where), _others, near=False),
)


def wishes_for(wishes: Wishes, line: Line) -> list[Wish]:
    """What may be done with this line."""
    if line.message is None or line.message.deleted:
        return []
    return [wish for wish in ALL if wish.may(wishes, line)]
