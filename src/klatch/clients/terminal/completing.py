"""What Tab would complete: commands, people, rooms and emoji, from what stands before the cursor."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from klatch.clients.seat.emoji import find_emoji
from klatch.core.grammar import COMMANDS

_MOST: Final = 6
_WORD: Final = re.compile(r"(?:^|(?<=\s))(?P<sign>[@#:/]?)(?P<word>[\w\-.\[\]{}\\|^`+]*)$")
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
