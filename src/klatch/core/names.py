"""What people and rooms may be called: one rule for every door, and a key by which two names count as the same."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from klatch.core.lookalikes import as_its_capitals_look, skeleton
from klatch.core.refusals import Refused

USERNAME_LIMIT: Final = 32
ROOM_NAME_LIMIT: Final = 50
DISPLAY_NAME_LIMIT: Final = 64

# The server speaks under these; whoever had one of them could speak for it.
RESERVED_NAMES: Final = (
    *("ChanServ", "NickServ", "system", "klatch", "server", "everyone", "all", "here", "admin", "root"),
    # What people type to leave or to find their way, at a door that asks for a name.
    *("quit", "exit", "help", "login", "register"),
)

_USERNAME_SIGNS: Final = frozenset("_-.[]{}\\|^`")
_ROOM_NAME_SIGNS: Final = frozenset("_-.")
_USERNAME_ALLOWED: Final = "letters, digits and _ - . [ ] { } \\ | ^ `"
_USERNAME_STARTS: Final = "_ . [ ] { } \\ | ^ `"
_ROOM_NAME_ALLOWED: Final = "letters, digits and _ - ."
_PLAIN_USERNAME: Final = re.compile(r"[A-Za-z_.\[\]{}\\|^`][A-Za-z0-9_.\[\]{}\\|^`-]{0,31}")
_PLAIN_ROOM_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,50}")

# Scripts that one writing system mixes: "highly restrictive" in Unicode Technical Standard #39, section 5.2.
_MIXED_BY_CUSTOM: Final = (
    frozenset({"Latin", "Han", "Hiragana", "Katakana"}),
    frozenset({"Latin", "Han", "Bopomofo"}),
    frozenset({"Latin", "Han", "Hangul"}),
)
# Python knows no scripts, but a character's Unicode name begins with its script; these begin otherwise.
_SCRIPT_BY_FIRST_WORD: Final = {
    "CJK": "Han",
    "IDEOGRAPHIC": "Han",
    "HENTAIGANA": "Hiragana",
    "KATAKANA-HIRAGANA": "Katakana",
    "ARABIC-INDIC": "Arabic",
    "EXTENDED": "Arabic",
    "DIGIT": "any",
}
_SCRIPTS_OF_TWO_WORDS: Final = frozenset({"OLD", "TAI", "LINEAR", "NEW"})
# These belong to many scripts or to none: accents that no letter takes in, phonetic signs.
_NO_SCRIPT: Final = frozenset({"COMBINING", "MODIFIER", "VARIATION", "VEDIC"})

_IDEOGRAPHIC_ZERO: Final = "\u3007"  # a number to Unicode, a character of names to its readers
_COMPATIBILITY_VOWELS: Final = frozenset("\u0e33\u0eb3")  # Thai and Lao cannot be written without their "am"
# Letters and marks that show nothing (Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt).
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)
_INVISIBLE_BUT_FOR_EMOJI: Final = re.compile("(?![\ufe0e\ufe0f])" + _INVISIBLE.pattern)
_JAMO: Final = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")  # parts of syllables that make no syllable
_CLICKS: Final = re.compile("[\u01c0-\u01c3]")  # letters that look like | and !
_MARKS_LIMIT: Final = 5  # in a row; Burmese needs that many
_COMPOSITION: Final = 4  # code points at most become one under NFC

# How the text of a display name is shaped, not how it reads: joiners, between letters of Persian and between emoji.
_JOINERS: Final = frozenset("\u200c\u200d")
_BLANK_BRAILLE: Final = "\u2800"


def parse_username(text: str) -> str:
    """Return a username in NFC, or refuse it: 1 to 32 characters that every door can carry, of one script."""
    name = _composed(text, "A username", USERNAME_LIMIT, _USERNAME_ALLOWED, "name")
    if not _PLAIN_USERNAME.fullmatch(name):
        _check_characters(name, "A username", _USERNAME_SIGNS, _USERNAME_ALLOWED, "name")
        if name[0] == "-" or name[0].isdecimal():
            raise _refused(f"A username starts with a letter or one of {_USERNAME_STARTS}, not with {name[0]}.", "name")
        _check_capitals(name, username_key(name), "name")
    if username_key(name) in _RESERVED_KEYS:
        raise _refused(
            f"The name {name} is, or looks like, one that the server keeps for itself; take another.", "name"
        )
    return name


def username_key(name: str) -> str:
    """Return the key under which usernames are unique: equal for names that a reader could take for one another.

    Coarser than `caseless`: it tells whether a name is taken, not who is meant by a name.
    """
    return skeleton(unicodedata.normalize("NFKD", caseless(name)))


def parse_room_name(text: str) -> str:
    """Return a room's name in NFC and without its "#", or refuse it: 1 to 50 letters of one script, digits, _ - ."""
    name = _composed(text.removeprefix("#"), "A room's name", ROOM_NAME_LIMIT, _ROOM_NAME_ALLOWED, "room")
    if not _PLAIN_ROOM_NAME.fullmatch(name):
        _check_characters(name, "A room's name", _ROOM_NAME_SIGNS, _ROOM_NAME_ALLOWED, "room")
        _check_capitals(name, room_key(name), "room")
    return name


def room_key(name: str) -> str:
    """Return the key under which rooms are unique, made like that of usernames; a leading "#" does not count."""
    return username_key(name.removeprefix("#"))


def caseless(name: str) -> str:
    """Return the form under which a name is looked up: equal for names that differ in case only."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFKC", folded)


def parse_display_name(text: str) -> str:
    """Return a display name in NFC without spaces around it, or refuse it: 1 to 64 characters that show something."""
    name = _composed(text.strip(), "A display name", DISPLAY_NAME_LIMIT, "whatever shows", "display_name")
    for character in name:
        if not (character.isprintable() or character in _JOINERS) or _INVISIBLE_BUT_FOR_EMOJI.match(character):
            raise _refused(f"A display name may not hold {_spelled(character)}, which shows nothing.", "display_name")
    if not any(unicodedata.category(character)[0] in "LNPS" and character != _BLANK_BRAILLE for character in name):
        raise _refused("A display name has at least one character that shows.", "display_name")
    return name


def _composed(text: str, what: str, limit: int, allowed: str, field: str) -> str:
    # A long text is not composed first: that takes quadratic time on a long run of marks.
    name = unicodedata.normalize("NFC", text) if len(text) <= limit * _COMPOSITION else text
    if not name:
        raise _refused(f"{what} may not be empty: it has 1 to {limit} characters: {allowed}.", field)
    if len(name) > limit:
        raise _refused(f"{what} has at most {limit} characters; this one has {len(name):,}.", field)
    return name


def _check_characters(name: str, what: str, signs: frozenset[str], allowed: str, field: str) -> None:
    scripts: set[str] = set()
    zeros: set[int] = set()
    base = ""  # the script that marks may belong to
    marks = 0
    for character in name:
        kind = _kind(character)
        if character in signs:
            base, marks = "", 0
        elif kind == "letter":
            base, marks = _script(character), 0
            scripts.add(base)
        elif kind == "digit":
            zeros.add(ord(character) - unicodedata.decimal(character))
            scripts.update({_script(character)} - {"any"})
            base, marks = "", 0
        elif kind == "mark" and base and base == _script(character):
            marks += 1
            if marks > _MARKS_LIMIT:
                raise _refused(f"{what} has at most {_MARKS_LIMIT} marks on a letter.", field)
        elif kind == "mark":
            raise _refused(f"{what} holds {_spelled(character)} only on a letter of its script.", field)
        else:
            raise _refused(f"{what} may not hold {_spelled(character)}; allowed are {allowed}.", field)
    if len(scripts) > 1 and not any(scripts <= custom for custom in _MIXED_BY_CUSTOM):
        raise _refused(f"{what} has letters of one script; this one mixes {_listed(scripts)}.", field)
    if len(zeros) > 1:
        raise _refused(f"{what} has digits of one script; this one mixes two.", field)


def _check_capitals(name: str, key: str, field: str) -> None:
    look = username_key(as_its_capitals_look(name))
    if look != key and look.isascii():
        raise _refused(f"The capitals of {name} look like Latin letters; write it in small letters.", field)


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    """Return "letter", "digit", "mark" or, for what no name may hold, nothing."""
    if _INVISIBLE.match(character) or _JAMO.match(character) or _CLICKS.match(character):
        return ""
    if unicodedata.normalize("NFKC", character) != character and character not in _COMPATIBILITY_VOWELS:
        return ""
    category = unicodedata.category(character)
    if category == "Nd":
        return "digit"
    if category in {"Mn", "Mc"}:
        return "mark"
    if (category[0] == "L" and _script(character) not in _NO_SCRIPT) or character == _IDEOGRAPHIC_ZERO:
        return "letter"
    return ""


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    first, _, rest = unicodedata.name(character, "").partition(" ")
    if first in _NO_SCRIPT:
        return first
    if first in _SCRIPTS_OF_TWO_WORDS:
        return f"{first} {rest.partition(' ')[0]}".title()
    return _SCRIPT_BY_FIRST_WORD.get(first, first.capitalize())


def _spelled(character: str) -> str:
    """Name a character so that it can be shown anywhere: never itself unless it is plain."""
    if character == " ":
        return "a space"
    if character.isascii() and character.isprintable():
        return character
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _listed(scripts: set[str]) -> str:
    *others, last = sorted(scripts)
    return f"{', '.join(others)} and {last}"


def _refused(sentence: str, field: str) -> Refused:
    return Refused("bad_name", sentence, field=field)


_RESERVED_KEYS: Final = frozenset(username_key(name) for name in RESERVED_NAMES)
