"""What Tab and the list above the input field offer: commands, people, rooms and emoji, as far as they are typed."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from klatch.clients.seat.emoji import EMOJI, find_emoji
from klatch.core.answers import Person, RoomState
from klatch.core.grammar import COMMANDS

MOST: Final = 6
_WORD: Final = re.compile(r"(?:^|(?<=\s))([@#/][^\s@#]*|:[+\-\w]{2,})$")
_SPELLED: Final = re.compile(r"(?:^|(?<=\s)):([+\-\w]+):$")
_PRIVATE: Final = re.compile(r"@(\S+)[ \n]")


class Offer(msgspec.Struct, frozen=True):
    """`text` takes the place of the word from `start`; `what` explains it."""

    text: str
    what: str
    start: int


def complete(before: str, people: Iterable[Person], rooms: Iterable[RoomState]) -> list[Offer]:
    """What the word that ends at the cursor may become; `before` is the text up to there."""
    found = _WORD.search(before)
    if found is None:
        return []
    word, start = found.group(1), found.start(1)
    sign, typed = word[0], word[1:].casefold()
    if sign == "/":
        return _commands(typed, start) if start == 0 else []
    if sign == ":":
        return [Offer(emoji, f":{name}:", start) for name, emoji in find_emoji(typed, MOST)]
    if sign == "#":
        names = sorted(room.name for room in rooms if room.name.startswith("#"))
        return [Offer(f"{name} ", "", start) for name in _begin(names, typed, skip=1)]
    known = sorted(people, key=lambda person: (person.state == "offline", person.name.casefold()))
    fit = [each for each in known if each.name.casefold().startswith(typed)]
    fit += [each for each in known if each not in fit and each.display_name.casefold().startswith(typed)]
    return [Offer(f"@{each.name} ", _presence(each), start) for each in fit[:MOST]]


def find_spelled(before: str) -> tuple[str, str] | None:
    """The word between colons that ends at the cursor, with its colons, and the emoji that it means."""
    found = _SPELLED.search(before)
    emoji = EMOJI.get(found.group(1).casefold()) if found else None
    return (f":{found.group(1)}:", emoji) if found and emoji else None


def private_to(text: str) -> str | None:
    """To whom alone a text would go, as it stands."""
    found = _PRIVATE.match(text)
    return found.group(1) if found else None


def _commands(typed: str, start: int) -> list[Offer]:
    rows = [row for row in COMMANDS if any(name.startswith(typed) for name in row.names) and row.names[0] != "ack"]
    offers = []
    for row in rows[:MOST]:
        name = next(name for name in row.names if name.startswith(typed))
        usage = f"/{name} {row.arguments}".rstrip()
        offers.append(Offer(f"/{name} " if row.arguments else f"/{name}", f"{usage}  {row.does}", start))
    return offers


def _begin(names: list[str], typed: str, skip: int) -> list[str]:
    return [name for name in names if name[skip:].casefold().startswith(typed)][:MOST]


def _presence(person: Person) -> str:
    return person.display_name if person.display_name != person.name else person.state
