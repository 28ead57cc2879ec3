"""Pictures in terminals that can draw them, by kitty's protocol, iTerm2's or as sixels; and in blocks, if one asks."""

import base64
import io
import os
import re
import select
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from klatch.clients.terminal.words import draw_line

_ATTRIBUTES: Final = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL: Final = b"4"
_ANSWERED_WITHIN: Final = 0.4  # seconds; terminals answer at once, and some never
_CHUNK: Final = 4_096
_PIXELS: Final = (8, 16)  # of a cell, where the terminal does not tell
_COLOURS: Final = 128


def draw_picture(picture: bytes, title: str) -> bool:
    """Draws it on a screen of its own until a key is pressed; False where the terminal cannot."""
    way = find_way(os.environ) or ("sixel" if _knows_sixel() else "")
    if not way:
        return False
    spell = {"kitty": spell_kitty, "iterm": spell_iterm, "sixel": spell_sixel}[way]
    _show(spell(_fit(picture, *_room_in_pixels())), title)
    return True


def draw_in_blocks(picture: bytes, title: str) -> bool:
    """The same out of coloured halves of cells, which every terminal has."""
    size = os.get_terminal_size()
    _show(spell_blocks(_fit(picture, size.columns, (size.lines - 2) * 2)), title)
    return True


def find_way(environment: Mapping[str, str]) -> str:
    """What the surroundings say that the terminal can; tmux and screen pass none of it on."""
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "TMUX" in environment or term.startswith(("screen", "tmux")):
        return ""
    if "KITTY_WINDOW_ID" in environment or term in ("xterm-kitty", "xterm-ghostty") or program == "ghostty":
        return "kitty"
    return "iterm" if program in ("iTerm.app", "WezTerm") or environment.get("LC_TERMINAL") == "iTerm2" else ""


def spell_kitty(picture: Any) -> str:
    """https://sw.kovidgoyal.net/kitty/graphics-protocol/"""
    data = base64.standard_b64encode(_as_png(picture)).decode()
    parts = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    more = [f"\x1b_G{'a=T,f=100,' if at == 0 else ''}m={int(at < len(parts) - 1)};" for at in range(len(parts))]
    return "".join(f"{head}{part}\x1b\\" for head, part in zip(more, parts, strict=True))


def spell_iterm(picture: Any) -> str:
    """https://iterm2.com/documentation-images.html"""
    data = _as_png(picture)
    return f"\x1b]1337;File=inline=1;size={len(data)}:{base64.standard_b64encode(data).decode()}\x07"


def spell_sixel(picture: Any) -> str:
    """https://vt100.net/docs/vt3xx-gp/chapter14.html: bands of six rows, each colour of a band in turn."""
    few = picture.quantize(_COLOURS)
    palette = few.getpalette()
    width, height = few.size
    pixels = few.tobytes()
    out = [f'\x1bPq"1;1;{width};{height}']
    for colour in range(len(palette) // 3):
        red, green, blue = (part * 100 // 255 for part in palette[colour * 3 : colour * 3 + 3])
        out.append(f"#{colour};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        rows = [pixels[row * width : (row + 1) * width] for row in range(top, min(top + 6, height))]
        out.append("$".join(f"#{colour}{''.join(_band(rows, colour))}" for colour in sorted(set(b"".join(rows)))) + "-")
    return "".join(out) + "\x1b\\"


def spell_blocks(picture: Any) -> str:
    """Two pixels to a cell: the upper in the ink of a half block, the lower behind it."""
    width, height = picture.size
    pixels = picture.load()
    lines = []
    for y in range(0, height - 1, 2):
        cells = []
        for x in range(width):
            upper, lower = pixels[x, y], pixels[x, y + 1]
            cells.append("\x1b[38;2;{};{};{};48;2;{};{};{}m▀".format(*upper, *lower))
        lines.append("".join(cells) + "\x1b[0m")
    return "\r\n".join(lines)


def _band(rows: list[bytes], colour: int) -> Iterator[str]:
    """The sixels of one colour, runs of the same told once."""
    columns = zip(*rows, strict=True)
    last, count = "", 0
    for column in columns:
        sixel = chr(63 + sum((pixel == colour) << at for at, pixel in enumerate(column)))
        if sixel != last:
            yield _run(last, count)
            last, count = sixel, 0
        count += 1
    yield _run(last, count)


def _run(sixel: str, count: int) -> str:
    return f"!{count}{sixel}" if count > 3 else sixel * count


def _fit(picture: bytes, width: int, height: int) -> Any:
    """The picture, no larger than that. What is no picture is no defect: the server made it."""
    from PIL import Image  # noqa: PLC0415 - loaded only where somebody looks at a picture

    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    image.thumbnail((max(1, width), max(1, height)))
    return image


def _as_png(picture: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _show(drawing: str, title: str) -> None:
    _tell(f"\x1b[2J\x1b[H{drawing}\r\n\x1b[0m{draw_line(title)}  Press a key.", within=None)


def _room_in_pixels() -> tuple[int, int]:
    size = os.get_terminal_size()
    wide, high = _PIXELS
    return size.columns * wide, (size.lines - 2) * high


def _knows_sixel() -> bool:
    """Asks the terminal what it is (DA1): 4 stands for sixels."""
    answer = _ATTRIBUTES.search(_tell("\x1b[c", ends=b"c"))
    return answer is not None and _SIXEL in answer[1].split(b";")


def _tell(told: str, within: float | None = _ANSWERED_WITHIN, ends: bytes = b"") -> bytes:
    """Writes to the terminal, and gives what it sends: up to what `ends` an answer, or the time; else the first key."""
    import termios  # noqa: PLC0415 - Windows has none, and asks for nothing here
    import tty  # noqa: PLC0415 - the same

    source = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
    before = termios.tcgetattr(source)
    heard = b""
    try:
        # First of all, so that no key is lost, or shown as a letter.
        tty.setraw(source, termios.TCSADRAIN)
        if sys.__stdout__ is not None:
            sys.__stdout__.write(told)
            sys.__stdout__.flush()
        until = None if within is None else time.monotonic() + within
        while not heard or not heard.endswith(ends):
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([source], [], [], left)[0]:
                break
            heard += os.read(source, 1_024)
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)
    return heard
