"""Notifications of terminals: OSC 9, which many show on the desktop and the others ignore."""

from collections.abc import Mapping
from typing import Final

from klatch.clients.terminal.words import draw_line
from klatch.clients.terminal.wrapping import fit

_WIDTH: Final = 120
# These draw what they do not know.
_LACKING: Final = ("", "dumb", "linux", "vt100", "vt220")


def spell_notification(title: str, text: str, environment: Mapping[str, str]) -> str:
    """What is to be written to the terminal, or nothing. No word of others can end it early."""
    if environment.get("TERM", "") in _LACKING:
        return ""
    said = fit(draw_line(f"{title}: {text}" if text else title), _WIDTH).replace(";", ",")
    note = f"\x1b]9;{said}\x07"
    if "TMUX" in environment:
        return "\x1bPtmux;" + note.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return note
