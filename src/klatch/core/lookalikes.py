"""Folds letters that a reader takes for one another, so that nobody imitates a name with letters of another script.

The tables are facts from Unicode Technical Standard #39, confusables.txt, as of Unicode 15
(https://www.unicode.org/reports/tr39/), reduced to letters, digits and marks that names may hold, laid out by what they
look like. Four things differ from the standard:

- it compares names as written, these compare names whose case was folded: a letter stands where its small form looks
  like another or, failing that, its capital (Cyrillic EN for the sake of its capital, which looks like H);
- ASCII letters and digits never stand for one another: Ian and Lan, user0 and usero may both be here, although a
  capital I can look like an l;
- Arabic YEH and KAF are one with their Persian forms, which look the same within a word, and the Chinese stroke U+4E28
  is an l, as Latin letters may stand beside it;
- "m" and "rn" stay apart, since folding them surprises more people than it protects.

Stored keys are made with these tables: a change of them needs a migration that makes the keys anew.
"""

from typing import Final

# What looks like an ASCII letter or digit: the code points, in hexadecimal, after their case was folded.
_LOOKS_LIKE: Final = {
    ".": "660 6F0",
    "2": "1A8 3E9 14BF A645 A75B",
    "3": "21D 25C 292 437 4E1 2CCD A76B 118CA 16F3B",
    "4": "13CE 118CF",
    "5": "118DB",
    "6": "431 13EE 2CD3 118D5",
    "7": "104FA 118C6",
    "8": "223 9EA A6A B03 1031A",
    "9": "9ED A67 B68 D6D 2CCB A76F 118CC 118D6",
    "a": "251 3B1 430 13AA 15C5 A4EE 102A0 16F40",
    "b": "185 3B2 432 44C 13CF 13F4 1472 15AF 15F7 A4D0 A7B5 10282 102A1 10301",
    "c": "441 13DF 1D04 2CA5 A4DA 102A2 10302 1043D 1051C 118E9",
    "d": "501 13A0 13E7 146F 15DE 15EA A4D2 A4D3",
    "e": "3B5 435 4BD 13AC 2D39 A4F0 AB32 10286 118CE",
    "f": "3DD 584 15B4 1E9D A4DD A799 AB35 10287 102A5 10525 118C2",
    "g": "18D 261 50D 581 13C0 13F3 1D83 A4D6",
    "h": "3B7 43D 4BB 570 13BB 13C2 157C 2C8F A4E7 102CF",
    "i": "131 269 26A 3B9 456 13A5",
    "j": "29D 3F3 458 13AB 148D A4D9",
    "k": "138 3BA 43A 13E6 16D5 2C95 A4D7 10518",
    "l": (
        "1C0 4CF 5D5 5DF 627 661 6F1 7CA 13DE 14AA 16C1 2C93 2CD1 2D4F A4E1 A4F2 A647 "
        "4E28 1028A 10309 10443 10526 118C3 118D2 16F16 16F28"
    ),
    "m": "3BC 3FB 43C 13B7 15F0 16D6 2C99 A4DF 102B0 10311",
    "n": "578 57C 2C9B A4E0 10513",
    "o": (
        "3BF 3C3 43E 585 5E1 647 665 6BE 6C1 6D5 6F5 7C0 966 9E6 A66 AE6 B20 B66 BE6 C02 C66 C82 CE6 D02 D20 D66 "
        "D82 E50 ED0 101D 1040 10FF 12D0 1D0F 1D11 2C9F 2D54 3007 A4F3 AB3D 10292 102AB 1042C 104EA 10516 114D0 "
        "118C8 118D7 118E0"
    ),
    "p": "3C1 440 13E2 146D 2CA3 A4D1 10295",
    "q": "51B 563 566 2D55",
    "r": "280 433 13A1 13B1 13D2 1587 1D26 2C85 A4E3 AB47 AB48 104DC 16F35",
    "s": "1BD 455 57F 13D5 13DA A4E2 A731 10296 10448 118C1 16F3A",
    "t": "3C4 442 13A2 2CA7 A4D4 10297 102B1 10315 16F0A",
    "u": "28B 3C5 57D 1200 144C 1D1C A4F4 A79F AB4E AB52 104F6 118D8 16F42",
    "v": "3BD 475 5D8 667 6F7 13D9 142F 1D20 2D38 A4E6 A6DF 1051D 11706 118C0 16F08",
    "w": "26F 461 51D 561 13B3 13D4 1D21 A4EA 1170A 1170E 1170F 118E6",
    "x": "3C7 445 1541 157D 16B7 2CAD 2D5D A4EB AB53 10290 102B4 10317 10527",
    "y": "263 28F 3B3 443 4AF 10E7 13A9 13BD 1D8C 1EFF 2CA9 A4EC AB5A 102B2 118DC 16F43",
    "z": "3B6 13C3 1D22 A4DC 118C4 118C9 118E5",
}

# What looks alike in two other scripts, or in kana and Chinese characters, which one name may mix. The first of each
# group stands for all. Letters that only a stranger to their script confuses (Thai ko and to) are left apart.
_ALIKE: Final = (
    "25B 454 511 13CB 2C89 A793, 3B4 56E 1403 1577 1E9F 2C87 2D60, 1DD 259 4D9 2D3A A4F1, 195 50B, "
    "371 13A8 13B0 2C76, 237 575, 377 438 1D0E, 254 37B 1D10 2184 A4DB, 278 3C6 444 583 2CAB, 44F 1D19, "
    "28C 3BB 43B 6F8 1431 1D27 1D2B 2C97 A4E5, FE 1BF 3F8, 3C0 43F 1D28 2CA1, 3C8 471 16D8 2CAF, "
    "3C9 162F 1635 2CB1 A64D A7B7, 459 AB60, 448 2CBD, 30FC 4E00 A7F7, CE7 C67, CE8 C68, CEF C6F, 968 AE8, "
    "969 AE9, 96A AEA, 96E AEE, B89 D09, B9C D1C, D34 BB4, D36 BB6, C05 C85, C1C C9C, C06 C86, C07 C87, "
    "C12 C92, C1E C9E, C23 CA3, C2F CAF, C31 CB1, C32 CB2, E08 E88, E1A E9A, E1B E9B, E1D E9D, E1E E9E, E1F E9F, "
    "E22 E8D, 3078 30D8, 30CB 4E8C, 30A4 4EBB, 30CF 516B, 30AB 529B, 30C8 535C, 30ED 53E3 56D7, 30BF 5915, "
    "30A8 5DE5, 649 64A 6CC, 643 6A9 6AA"
)

# Capitals that look like another letter than their small forms do: the table above goes by the small form.
_MISLEADING_CAPITALS: Final = str.maketrans(
    {"\N{GREEK CAPITAL LETTER NU}": "N", "\N{GREEK CAPITAL LETTER UPSILON}": "Y"}
)


def skeleton(text: str) -> str:
    """Return what all look-alikes of a text have in common: for comparing, never for showing.

    The text is decomposed (NFKD) and case-folded; the result is so too.
    """
    return text.translate(_STANDS_FOR).replace(_DOTTED_I, "i")


def as_its_capitals_look(text: str) -> str:
    """Return a text, in which capitals that look like another letter than their small form are replaced by that one."""
    return text.translate(_MISLEADING_CAPITALS)


def _stands_for() -> dict[int, str]:
    table: dict[int, str] = {}
    for letter, code_points in _LOOKS_LIKE.items():
        table.update((int(code_point, 16), letter) for code_point in code_points.split())
    for group in _ALIKE.split(","):
        first, *others = (int(code_point, 16) for code_point in group.split())
        table.update((other, chr(first)) for other in others)
    return table


_STANDS_FOR: Final = _stands_for()
_DOTTED_I: Final = "i\N{COMBINING DOT ABOVE}"  # what became of the Turkish capital I with a dot
