"""What Tab would complete: commands, people, rooms and emoji, from what stands before the cursor."""

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from klatch.clients.seat.emoji import find_emoji
from klatch.clients.terminal.words import draw_line
from klatch.core.grammar import COMMANDS

_MOST: Final = 6
_WORD: Final = re.compile(r"(?:^|(?<=\s))(?P<sign>[@#:/]?)(?P<word>[\w\-.\[\]{}\\|^`+]*)$")
_FILE: Final = "/file "
_ROOM_COMMANDS: Final = ("/join ", "/leave ")
_USER_COMMANDS: Final = ("/msg ", "/p ", "/invite ", "/kick ", "/role ", "/ban ", "/unban ", "/mute ", "/unmute ")


class Offer(msgspec.Struct, frozen=True):
    """One completion: `text` replaces what is typed of it, `shown` is how it is listed."""

    text: str
    shown: str
    about: str = ""


class Offers(msgspec.Struct, frozen=True):
    """Completions for the text from column `start` on; `asked` is false where only Tab brings them up."""

    start: int
    offers: list[Offer]
    asked: bool


def complete(before: str, people: Iterable[str], rooms: Iterable[str]) -> Offers | None:
    """What could stand where the cursor is; `before` is the line up to it."""
    if before.startswith(_FILE):
        return _paths(before[len(_FILE) :])
    found = _WORD.search(before)
    if found is None:
        return None
    sign, word, start = found["sign"], found["word"], found.start()
    offers: list[Offer] = []
    if sign == "/" and start == 0:
        offers = _commands(word)
    elif sign == "#" or (not sign and before[:start] in _ROOM_COMMANDS):
        offers = [
            Offer(f"{name} ", name) for name in _matching(word, (room[1:] for room in rooms if room[:1] == "#"), "#")
        ]
    elif sign == ":" and len(word) >= 2:
        offers = [Offer(f"{emoji} ", f"{emoji} {name}") for name, emoji in find_emoji(word, _MOST)]
    elif not sign and before[:start] in _USER_COMMANDS:
        offers = [Offer(f"{name} ", name) for name in _matching(word, people, "")]
    elif sign == "@" or (not sign and word):
        offers = [Offer(f"{name} ", name) for name in _matching(word, people, "@")]
    return Offers(start, offers[:_MOST], bool(sign)) if offers else None


def _paths(typed: str) -> Offers | None:
    """Files and folders that begin so; hidden ones only where a dot was typed."""
    folder, _, begun = typed.rpartition("/")
    base = Path(f"{folder}/" if "/" in typed else ".").expanduser()
    found: list[str] = []
    with contextlib.suppress(OSError, RuntimeError):
        seen = sorted(path for path in base.iterdir() if path.name.startswith(begun))
        shown = (path for path in seen if begun.startswith(".") or not path.name.startswith("."))
        found = [f"{path.name}/" if path.is_dir() else path.name for path in shown]
    start = len(_FILE) + len(typed) - len(begun)
    offers = [Offer(name, draw_line(name)) for name in found[:_MOST] if name != begun]
    return Offers(start, offers, asked=True) if offers else None


def _matching(word: str, names: Iterable[str], sign: str) -> list[str]:
    word = word.casefold()
    return [f"{sign}{name}" for name in sorted(set(names), key=str.casefold) if name.casefold().startswith(word)]


def _commands(word: str) -> list[Offer]:
    word = word.casefold()
    return [
        Offer(f"/{row.names[0]} ", row.usage, row.does)
        for row in COMMANDS
        if any(name.startswith(word) for name in row.names)
    ]
