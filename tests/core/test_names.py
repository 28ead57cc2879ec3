"""Names: what people and rooms may be called, and which names count as the same."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.names import (
    RESERVED_NAMES,
    caseless,
    parse_display_name,
    parse_room_name,
    parse_username,
    room_key,
    username_key,
)
from klatch.core.refusals import Refused
from tests.pace import LONG, SLOW, quickest

PARSERS = {"name": parse_username, "room": parse_room_name, "display_name": parse_display_name}
ALPHABETS = (
    "abcXYZilIL019_-.[]{}\\|^`",
    "абвгдежзиіӏйопрсухАВЕКМНОРСТУХЁ_.",
    "αβγδεζηικμνορστυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧάώΐ",
    "ابجدهويىکيك٠١٢٣\u064e\u0651",
    "नमस्तेकिाी०१२",
    "ab日本語カタひらー々〇",
    "ıİſßẞŉǅåÅøłſ\u0307\u0301",
    "ᎠᎡᏚꭰꮪ",
)
names = st.one_of(*(st.text(alphabet, max_size=12) for alphabet in ALPHABETS), st.text(max_size=40))
# Any code point, halves of UTF-16 pairs too.
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)


# Unassigned, private and half of a pair: nine in ten of all code points, and no name has one.
NO_LETTERS = {"Cn", "Co", "Cs"}


def answer(parse, text):
    """Return what a parser says: the text it made of a text, or its refusal."""
    try:
        return parse(text)
    except Refused as refused:
        return refused


def refusal(parse, text):
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.code == "bad_name"
    assert refused.value.message.isprintable()
    return refused.value


@pytest.mark.parametrize(
    "name",
    [
        "a", "Ann", "ann_b-2", "x" * 32, "[bot]", "{a}\\b|c^d`", "_1", ".", "Łukasz", "Zoë", "ɓala",
        "Анна", "Νίκος", "Հայկ", "علي", "مُحَمَّد", "דָּוִד", "नमस्ते", "ஸ்ரீ", "สมชาย", "น้ำ", "မြွှေ့", "ខ្មែរ",
        "日本語", "カタカナ", "ひらがなーabc", "佐々木", "李〇", "한국abc", "ㄅㄆ", "ქართული", "ꓐꓵ", "አማርኛ", "ك٣",
    ],
)  # fmt: skip
def test_a_name_of_one_writing_system_is_accepted(name):
    assert parse_username(name) == unicodedata.normalize("NFC", name)


def test_a_decomposed_name_is_composed():
    assert parse_username("Zoe\u0308") == "Zoë"


def test_an_empty_name_is_refused_with_what_is_allowed():
    assert "1 to 32" in refusal(parse_username, "").message


def test_a_name_too_long_is_refused_with_the_limit_and_its_length():
    sentence = refusal(parse_username, "x" * 200).message
    assert "32" in sentence
    assert "200" in sentence


@pytest.mark.parametrize("name", ["7up", "-dash", "٣ك", "१क"])
def test_a_name_that_starts_with_a_digit_or_dash_is_refused(name):
    assert "starts with" in refusal(parse_username, name).message


@pytest.mark.parametrize("character", [*" ,*?!@#:+~&%=/<>'\"$;()", "\0", "\r", "\n", "\t", "\x1b", "\x7f", "\x85"])
def test_a_character_that_irc_cannot_carry_is_refused(character):
    refusal(parse_username, f"a{character}b")


@pytest.mark.parametrize(
    ("character", "spelled"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u3164", "U+3164 HANGUL FILLER"),
        ("\u1160", "U+1160"),
        ("\ue000", "U+E000"),
        ("\ud800", "U+D800"),
        ("\u0378", "U+0378"),
        ("\x07", "U+0007"),
        ("\N{FULLWIDTH LATIN SMALL LETTER A}", "U+FF41"),
        ("\N{MATHEMATICAL BOLD SMALL A}", "U+1D41A"),
        ("\N{FEMININE ORDINAL INDICATOR}", "U+00AA"),
        ("\N{LATIN LETTER RETROFLEX CLICK}", "U+01C3"),
        ("\u2800", "U+2800"),
        ("😀", "U+1F600"),
    ],
)
def test_a_forbidden_character_is_named_and_never_shown(character, spelled):
    assert spelled in refusal(parse_username, f"a{character}b").message


@pytest.mark.parametrize("name", ["pаypal", "аnn", "Ελlas", "日本Я", "한かな", "ㄅか", "aع"])
def test_a_name_that_mixes_scripts_is_refused(name):
    assert "mixes" in refusal(parse_username, name).message


@pytest.mark.parametrize("name", ["a٣", "ك३"])
def test_digits_of_a_foreign_script_are_refused(name):
    assert "mixes" in refusal(parse_username, name).message


def test_digits_of_two_scripts_are_refused():
    assert "digits of one script" in refusal(parse_username, "ك1٣").message


@pytest.mark.parametrize("name", ["\u0301a", "\u064eك", "a\u064e", "a\u0338", "_\u093e", "x\u0301", "a\u034f"])
def test_a_mark_without_a_letter_of_its_script_is_refused(name):
    refusal(parse_username, name)


def test_a_pile_of_marks_is_refused():
    assert "marks" in refusal(parse_username, "ك" + "\u064e" * 6).message


@pytest.mark.parametrize("name", [*RESERVED_NAMES, "chanserv", "ChɑnServ", "KLATCH", "ѕуѕтем"])
def test_the_names_of_the_server_and_what_looks_like_them_are_refused(name):
    refusal(parse_username, name)


@pytest.mark.parametrize("name", ["Ali", "ali", "ALI", "Serverin", "alla", "allen"])
def test_a_name_that_people_have_is_not_taken_for_one_of_the_server(name):
    assert parse_username(name) == name


def test_capitals_that_look_like_other_letters_than_their_small_forms_are_refused():
    assert "small letters" in refusal(parse_username, "ΑΝΝΑ").message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("рауӏа", "payla"), ("РАУРАІ", "PAYPAI"), ("Ann", "aNN"), ("A丨ice", "Alice"),
        ("СОР", "cop"), ("НОТ", "HOT"), ("ɑnn", "ann"),
        ("straße", "STRASSE"),
        ("Νίκος", "νίκος"), ("İzmir", "izmir"), ("ızmir", "izmir"), ("ꓐꓳꓐ", "bob"), ("ᎪᎡᎬ", "are"), ("ニ", "二"),
        ("علی", "علي"), ("Ёж", "ёж"), ("น้ำ", "น\u0e49\u0e4d\u0e32"),
    ],
)  # fmt: skip
def test_names_that_a_reader_takes_for_one_another_have_one_key(one, other):
    assert username_key(one) == username_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ian", "Lan"),
        ("b0b", "bob"),
        ("al1", "all"),
        ("burn", "bum"),
        ("ann", "anne"),
        ("[a]", "{a}"),
        ("a\\b", "a|b"),
        ("a^", "a~"),
        ("Zoë", "Zoe"),
        ("иван", "ivan"),
    ],
)
def test_names_that_a_reader_tells_apart_have_two_keys(one, other):
    assert username_key(one) != username_key(other)


def test_a_name_is_looked_up_by_case_alone():
    assert caseless("Kai") == caseless("KAI") != caseless("kal")


@pytest.mark.parametrize("text", ["ops", "#ops", "2024", "#日本語", "x" * 50, "a.b-c_d", "#٣٤"])
def test_a_room_is_named_with_or_without_its_sign(text):
    assert parse_room_name(text) == text.removeprefix("#")


@pytest.mark.parametrize("text", ["", "#", "##a", "a b", "a[b]", "x" * 51, "оps", "a,b", "\u202eops"])
def test_a_room_that_cannot_be_named_so_is_refused(text):
    assert refusal(parse_room_name, text).field == "room"


def test_rooms_have_one_key_with_and_without_sign():
    assert room_key("#Ops") == room_key("ops") == room_key("орѕ")


@pytest.mark.parametrize(
    "text", ["Ann Lee", "7 of 9", "Анна & Bob", "👩\u200d💻 Ann", "❤\ufe0f", "می\u200cخواهم", "x" * 64]
)
def test_a_display_name_is_any_text_that_shows(text):
    assert parse_display_name(f"  {text} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u200d",
        "\u3164",
        "\u2800",
        "a\u202eb",
        "a\nb",
        "a\x1bb",
        "\ue000",
        "a\u0378",
        "\ud800",
        "\u0301",
        "x" * 65,
    ],
)
def test_a_display_name_that_hides_or_shows_nothing_is_refused(text):
    assert refusal(parse_display_name, text).field == "display_name"


@pytest.mark.parametrize("field", PARSERS)
@given(text=anything | names)
def test_every_name_is_returned_or_refused_and_accepted_again_unchanged(field, text):
    parse = PARSERS[field]
    name = answer(parse, text)
    if isinstance(name, Refused):
        assert (name.code, name.field) == ("bad_name", field)
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in name.message)
    else:
        assert parse(name) == name


@given(text=names)
def test_the_key_of_a_key_is_that_key(text):
    try:
        key = username_key(parse_username(text))
    except Refused:
        return
    assert username_key(key) == key


@given(text=names)
def test_the_case_of_an_accepted_name_makes_no_difference_to_its_key(text):
    try:
        name = parse_username(text)
    except Refused:
        return
    assert username_key(name) == username_key(name.casefold()) == username_key(caseless(name))


@given(text=names)
def test_names_that_are_looked_up_alike_have_one_key(text):
    assert username_key(caseless(text)) == username_key(text)


def test_every_letter_alone_has_a_key_that_stays():
    for code_point in range(sys.maxunicode + 1):
        if not LONG and unicodedata.category(chr(code_point)) in NO_LETTERS:
            continue
        try:
            name = parse_room_name(chr(code_point))
        except Refused:
            continue
        key = room_key(name)
        assert room_key(key) == key, hex(code_point)
        assert key, hex(code_point)


@pytest.mark.parametrize("parse", PARSERS.values())
@pytest.mark.parametrize(
    "text", ["a" + "\u0301\u0323" * 16_000, "\u0301\u0323" * 120, "\u200d" * 65_536, "ك\u064e" * 16_000]
)
def test_no_name_takes_ten_milliseconds(parse, text):
    assert quickest(lambda: refusal(parse, text)) < SLOW
