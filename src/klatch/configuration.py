"""Reads a file of settings, and says in plain words what is wrong with it, where, and what was meant."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from klatch.core.limits import Count, Limits, Rate
from klatch.settings import BadSettings, Port, Settings

_MOST: Final = 1_048_576  # bytes; a file of every setting has four thousand
_LIMITS: Final = "limits"
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_HEADER: Final = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
# What is due, by the type of a setting.
_DUE: Final[tuple[tuple[Any, str], ...]] = (
    (bool, "true or false"),
    (bool | None, "true or false"),
    (str, 'a text in quotes, such as "here"'),
    (str | None, 'a text in quotes, such as "127.0.0.1"'),
    (Port, 'a port from 0 to 65535, or "off"'),
    (Port | None, 'a port from 0 to 65535, or "off"'),
    (tuple[str, ...], 'a list of texts, such as ["127.0.0.1"]'),
    (Count, "a whole number from 1"),
    (Rate, "a number above 0"),
)
_PLAIN: Final = (bool, str, int, float)


def read_settings(path: Path | None) -> Settings:
    """The settings of a file, or the defaults. Raises BadSettings."""
    return msgspec.convert(read_table(path), Settings)


def read_table(path: Path | None) -> dict[str, Any]:
    """What a file of settings says, and nothing beside. Raises BadSettings."""
    if path is None:
        return {}
    text = _read(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadSettings(_explain_syntax(path, str(fault), text)) from None
    except RecursionError:
        raise BadSettings(f"{path} is not TOML: it nests too deeply.") from None
    for key, value in table.items():
        _check(path, text, key, value)
    return table


def _read(path: Path) -> str:
    """The text of a file. A byte order mark, as some editors write it, is no part of it."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except IsADirectoryError:
        raise BadSettings(f"{path} is a folder; name the file of settings in it, such as klatch.toml.") from None
    except OSError as fault:
        raise BadSettings(f"{path} cannot be read: {fault.strerror}.") from None
    except ValueError:
        raise BadSettings("The name of the file of settings holds a character that no name may hold.") from None
    if len(data) > _MOST:
        raise BadSettings(f"{path} is larger than 1 MiB: that is no file of settings.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadSettings(f"{path}, line {line}: this is not UTF-8 text; save the file as UTF-8.") from None
    if not text.strip():
        raise BadSettings(f"{path} is empty; leave --config out to start with the defaults.")
    return text


def _check(path: Path, text: str, key: str, value: Any) -> None:
    """Finds the first setting that is unknown or not as it should be."""
    kinds = _kinds(Settings)
    if key not in kinds:
        if key in _kinds(Limits):
            raise BadSettings(f"{_place(path, text, (), key)}: {key} is one of the limits; write it below [limits].")
        raise BadSettings(f"{_place(path, text, (), key)}: there is no setting {_show(key)}.{_nearest(key, kinds)}")
    if key != _LIMITS:
        _check_value(_place(path, text, (), key), key, value, kinds[key])
        return
    if not isinstance(value, dict):
        raise BadSettings(f"{_place(path, text, (), key)}: limits is a table; write [limits], and each limit below it.")
    kinds = _kinds(Limits)
    for name, one in value.items():
        place = _place(path, text, (_LIMITS,), name)
        if name in _kinds(Settings):
            raise BadSettings(f"{place}: {name} is none of the limits; write it above [limits].")
        if name not in kinds:
            raise BadSettings(f"{place}: there is no limit {_show(name)}.{_nearest(name, kinds)}")
        _check_value(place, name, one, kinds[name])


def _kinds(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


def _check_value(place: str, key: str, value: Any, kind: Any) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        due = next((words for one, words in _DUE if one == kind), None)
        if due is None:  # one of a few words
            due = " or ".join(msgspec.json.encode(word).decode() for word in kind.__args__)
        raise BadSettings(f"{place}: {key} must be {due}, not {_spell(value)}.") from None


def _nearest(key: str, known: dict[str, Any]) -> str:
    near = difflib.get_close_matches(key.replace("-", "_").lower(), known, n=1)
    return f" Did you mean {near[0]}?" if near else " klatch.toml lists them all."


def _spell(value: Any) -> str:
    """What was given instead, shortened."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return _show(msgspec.json.encode(value).decode()) if isinstance(value, _PLAIN) else "a date or time"


def _show(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return printable if len(printable) <= 60 else f"{printable[:57]}..."


def _place(path: Path, text: str, table: tuple[str, ...], key: str) -> str:
    """The file, and the line on which a key stands, as far as it can be found: TOML has many ways to write one."""
    at: tuple[str, ...] = ()
    wanted = re.compile(rf"""\s*(?:{_LIMITS}\s*\.\s*)?["']?{re.escape(key)}["']?\s*[=.]""")
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            name = header[1].strip("\"'")
            at = (name,)
            if not table and name.split(".")[0].strip("\"' ") == key:
                return f"{path}, line {number}"
        elif wanted.match(line) and (at == table or (not at and line.lstrip().startswith(_LIMITS))):
            return f"{path}, line {number}"
    return str(path)


def _explain_syntax(path: Path, fault: str, text: str) -> str:
    """What tomllib found, with the line first, and in the words of this file where it has some."""
    found = _AT.search(fault)
    if found is None:
        return f"{path} is not TOML: {fault}."
    said = fault[: found.start()]
    line = int(found[1]) if found[1] else len(text.splitlines())
    lines = text.splitlines()
    before = lines[line - 1] if line <= len(lines) else ""
    key = before.partition("=")[0].strip()
    if said == "Cannot overwrite a value" or said.startswith("Cannot declare"):
        return f"{path}, line {line}: {_show(key)} stands here a second time; leave one of the two out."
    if said == "Invalid value" and "=" in before:
        given = _show(before.partition("=")[2].strip()) or "nothing"
        return f"{path}, line {line}: the value of {_show(key)} cannot be read: {given}. A text needs quotes."
    if said.startswith("Expected '=' after a key"):
        return f"{path}, line {line}: a setting is written as key = value, not as {_show(before.strip())}."
    return f"{path}, line {line}: this is not TOML ({said[:1].lower()}{said[1:]})."
