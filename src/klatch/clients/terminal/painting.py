"""How one line of a room's timeline looks: a few rows of pieces, as wide as there is room for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import msgspec

from klatch.clients.look.tokens import author_hue, read_tokens
from klatch.clients.seat.room import Pending
from klatch.clients.terminal.code import paint_code
from klatch.clients.terminal.words import Block, Piece, draw_line, read
from klatch.clients.terminal.wrapping import fit, wrap
from klatch.core.answers import Person
from klatch.core.events import Message
from klatch.core.files import File, spell_size
from klatch.core.view import Item
from klatch.protocols.plain import spell_body

Row = list[Piece]
MEASURE: Final = read_tokens().text.measure
_GROUP_WITHIN: Final = read_tokens().time.group
_INDENT: Final = Piece("  ")
_RULE: Final = "── "
_QUOTED: Final = "╭ "


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What all lines of a timeline are drawn for: whose eyes, how wide, where on earth, on which day, and without the
    words of whom."""

    me: Person
    width: int
    zone: tzinfo | None
    today: date
    airy: bool = True
    blocked: frozenset[str] = frozenset()


def paint(item: Item, before: Item | None, answered: Item | None, setting: Setting, *, fresh: bool) -> list[Row]:
    """The rows of a line. `before` is the one above, `answered` the one it replies to, if known.

    `fresh`: it is the first that one has not read.
    """
    rows: list[Row] = []
    new_day = before is None or _day(before.ts, setting.zone) != _day(item.ts, setting.zone)
    if new_day:
        rows += _rule(say_day(_day(item.ts, setting.zone), setting.today), "soft", setting)
    if fresh:
        rows += _rule("New", "accent", setting)
    said = isinstance(item.body, Message)
    grouped = not rows and before is not None and _share_a_head(before, item)
    if setting.airy and not rows and before is not None and not grouped and (said or isinstance(before.body, Message)):
        rows.append([])
    if not isinstance(item.body, Message):
        return rows + _notice(item, setting)
    if item.author.id in setting.blocked and not item.body.deleted:
        hidden = f"· Words of {draw_line(item.author.name)}, whom you block."
        return [*rows, [_INDENT, Piece(fit(hidden, _room(setting)), "soft italic")]]
    if not grouped and not item.body.action:
        rows.append(_head(item, setting))
    if item.body.reply_to is not None:
        rows.append(_answered(item.body.reply_to, answered, setting))
    rows += _said(item, item.body, setting)
    if item.reactions:
        rows += _reactions(item, setting)
    return rows


def paint_pending(pending: Pending, setting: Setting, *, online: bool, first: bool) -> list[Row]:
    """The rows of what is not answered yet."""
    rows: list[Row] = []
    if first:
        rows += [[], [_INDENT, Piece(setting.me.name, _author(setting.me.id)), Piece("  now", "soft")]]
    faded = "bad" if pending.fault else "soft"
    lines = [line for text in draw_lines(pending.text) for line in wrap([Piece(text, faded)], _room(setting))]
    rows += [[_INDENT, *line] for line in lines]
    if pending.fault:
        told = f"Not sent: {draw_line(pending.fault)} Try again: r. Delete: d."
        rows += [[_INDENT, *line] for line in wrap([Piece("✗ " + told, "bad")], _room(setting))]
    elif not online:
        rows[-1] = [*rows[-1], Piece("  waiting", "soft italic")]
    return rows


def stands_above(row: Row) -> bool:
    """Whether a row is air or a line across, which stand above a message and are none of it."""
    return not row or (row[1:2] != [] and row[1].text == _RULE)


def is_quoted(row: Row) -> bool:
    """Whether a row tells what its message answers."""
    return row[1:2] != [] and row[1].text == _QUOTED


def draw_lines(text: str) -> list[str]:
    """A message as plain lines."""
    return ["".join(piece.text for piece in line) for block in read(text) for line in block.lines] or [""]


def say_time(ts: int, zone: tzinfo | None) -> str:
    """The time of day."""
    return _local(ts, zone).strftime("%H:%M")


def say_day(day: date, today: date) -> str:
    """A day as people say it."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    said = f"{day:%A} {day.day} {day:%B}"
    return said if day.year == today.year else f"{said} {day.year}"


def _local(ts: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(zone)


def _day(ts: int, zone: tzinfo | None) -> date:
    return _local(ts, zone).date()


def _room(setting: Setting) -> int:
    """The columns that text may take."""
    return max(4, min(MEASURE, setting.width - len(_INDENT.text) - 1))


def _author(account: str) -> str:
    return f"author{author_hue(account)} strong"


def _share_a_head(before: Item, item: Item) -> bool:
    return (
        isinstance(before.body, Message)
        and isinstance(item.body, Message)
        and before.author.id == item.author.id
        and before.body.action == item.body.action
        and item.body.reply_to is None
        and item.ts - before.ts < _GROUP_WITHIN
    )


def _rule(label: str, style: str, setting: Setting) -> list[Row]:
    """A line across with a word in it, and air around it where there is room."""
    line = "─" * max(0, min(MEASURE, setting.width - 4) - len(label) - 4)
    rule = [_INDENT, Piece(_RULE, "line" if style == "soft" else style), Piece(label, style), Piece(f" {line}", "line")]
    return [[], rule] if setting.airy else [rule]


def _head(item: Item, setting: Setting) -> Row:
    name = fit(draw_line(item.author.name), max(4, setting.width - 12))
    return [_INDENT, Piece(name, _author(item.author.id)), Piece(f"  {say_time(item.ts, setting.zone)}", "soft")]


def _answered(seq: int, answered: Item | None, setting: Setting) -> Row:
    width = _room(setting) - 2
    hidden = answered is not None and answered.author.id in setting.blocked
    if answered is None or hidden or not isinstance(answered.body, Message) or answered.body.deleted:
        return [_INDENT, Piece(_QUOTED, "soft"), Piece(fit(f"message {seq}", width), "soft italic")]
    first = next((line for line in draw_lines(answered.body.text[:400]) if line.strip()), "")
    said = f"{draw_line(answered.author.name)}: {draw_line(first)}"
    return [_INDENT, Piece(_QUOTED, "soft"), Piece(fit(said, width), "soft")]


def _said(item: Item, body: Message, setting: Setting) -> list[Row]:
    if body.deleted:
        return [[_INDENT, Piece("This message was deleted.", "soft italic")]]
    said = read(body.text, setting.me.name) if body.text or not body.files else []
    rows = [[_INDENT, *row] for block in said for row in _block(block, _room(setting))]
    rows += [_file(file, setting) for file in body.files]
    if body.action:
        rows[0] = [Piece("~ ", "soft"), Piece(item.author.name, _author(item.author.id)), Piece(" "), *rows[0][1:]]
        rows = [[_INDENT, *line] if at else line for row in rows for at, line in enumerate(wrap(row, _room(setting)))]
    if item.edited is not None:
        rows[-1] = [*rows[-1], Piece(" (edited)", "soft")]
    return rows


def _file(file: File, setting: Setting) -> Row:
    """Its name, how large it is, and of a picture its measures."""
    measures = f", {file.width} × {file.height}" if file.type.startswith("image/") and file.width else ""  # noqa: RUF001 - times
    facts = f"  {spell_size(file.size)}{measures}"
    name = fit(draw_line(file.name), max(4, _room(setting) - len(facts) - 2))
    return [_INDENT, Piece("▤ ", "accent"), Piece(name, "strong"), Piece(facts, "soft")]


def _block(block: Block, width: int) -> Iterator[Row]:
    match block.kind:
        case "code":
            for line in paint_code(block, width - 1):
                yield [Piece("▏", "soft"), *line]
        case "quote":
            for line in block.lines:
                for row in wrap([Piece(piece.text, f"{piece.style} soft".strip()) for piece in line], width - 2):
                    yield [Piece("│ ", "soft"), *row]
        case _:
            for line in block.lines:
                yield from wrap(line, width)


def _notice(item: Item, setting: Setting) -> list[Row]:
    told = draw_line(spell_body(item.author, item.body)).removeprefix("* ")
    if not told:
        return []
    time = Piece(f"  {say_time(item.ts, setting.zone)}", "soft")
    return [[_INDENT, *line] for line in wrap([Piece("· " + told, "soft"), time], _room(setting))]


def _reactions(item: Item, setting: Setting) -> list[Row]:
    pieces: list[Piece] = []
    for emoji, people in item.reactions.items():
        own = setting.me.id in people
        shown = f"{draw_line(emoji)} {len(people)}"
        # Brackets say that one's own is among them; colour alone would not do.
        pieces += [
            Piece(
                f"[{shown}]".replace(" ", "\u00a0") if own else f"\u00a0{shown}\u00a0".replace(" ", "\u00a0"),
                "own" if own else "soft",
            ),
            Piece(" "),
        ]
    return [[_INDENT, *line] for line in wrap(pieces, _room(setting))]
