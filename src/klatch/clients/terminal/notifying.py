"""What a terminal is told besides what it draws: notifications for the desktop, and the title of its window."""

from collections.abc import Mapping
from typing import Final

from klatch.clients.terminal.words import draw_line
from klatch.clients.terminal.wrapping import fit

_WIDTH: Final = 120
# These draw what they do not know.
_LACKING: Final = ("", "dumb", "linux", "vt100", "vt220")
# These know OSC 777, with a title and a text, and not OSC 9.
_KNOW_777: Final = ("rxvt", "foot")
# The title that there was is put aside, and taken back at the end.
KEEP_TITLE: Final = "\x1b[22;2t"
GIVE_TITLE_BACK: Final = "\x1b[23;2t"


def spell_notification(title: str, text: str, environment: Mapping[str, str]) -> str:
    """What is to be written to the terminal, or nothing. No word of others can end it early."""
    if environment.get("TERM", "") in _LACKING:
        return ""
    shown, said = (fit(draw_line(each), _WIDTH).replace(";", ",") for each in (title, text))
    if environment["TERM"].startswith(_KNOW_777):
        note = f"\x1b]777;notify;{shown};{said}\x07"
    else:
        note = f"\x1b]9;{fit(f'{shown}: {said}' if said else shown, _WIDTH)}\x07"
    return _through_tmux(note, environment)


def spell_title(title: str, environment: Mapping[str, str]) -> str:
    """The title of the window, or nothing where there is none. tmux takes it for the pane's."""
    if environment.get("TERM", "") in _LACKING:
        return ""
    return f"\x1b]2;{fit(draw_line(title), _WIDTH)}\x07"


def _through_tmux(note: str, environment: Mapping[str, str]) -> str:
    """tmux passes on what it does not know itself, if it is wrapped and `allow-passthrough` is on."""
    if "TMUX" not in environment:
        return note
    return "\x1bPtmux;" + note.replace("\x1b", "\x1b\x1b") + "\x1b\\"
