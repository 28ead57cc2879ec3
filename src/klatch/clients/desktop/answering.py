"""What comes of something typed: shown to the one who typed it."""

import time
from typing import Final

from klatch.clients.desktop.going import Going
from klatch.clients.desktop.scene import Answered
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.clients.desktop.timeline.tail import Note
from klatch.clients.desktop.timeline.timeline import Timeline
from klatch.clients.seat.answers import read_out
from klatch.core.answers import Ack, HelpText, Page
from klatch.protocols.lists import spell_help

# What these do is seen elsewhere in the window.
_SEEN: Final = frozenset({"/nick", "/display", "/status", "/away", "/back", "/star", "/unstar", "/arrange", "/quiet"})


def show_answer(told: Answered, timeline: Timeline, going: Going) -> None:
    """Shows an answer below the last line, or goes where it says."""
    now = int(time.time() * 1000)
    match told.answer:
        case Ack(room=room):
            _follow(told, room, timeline, going)
        case HelpText():
            timeline.note(Note(_as_lines(spell_help(told.answer)), code=True, title="What can be typed"))
        case Page():
            timeline.scroll(-2, "pages")
        case answer if (sheet := read_out(answer, now, None)) is not None:
            title, rows = sheet
            timeline.note(Note("\n".join("  ".join(row) for row in rows), code=True, title=title))
        case _:
            pass


def _follow(told: Answered, room: str, timeline: Timeline, going: Going) -> None:
    words = told.text.split()
    word = words[0].casefold()
    if word in ("/join", "/create"):
        going.enter(room)
    elif room != told.room and (word.startswith("@") or word in ("/msg", "/p")):
        name = (word if word.startswith("@") else words[1]).removeprefix("@")
        timeline.note(Note(f"Sent to {in_one_line(name)} alone. It stands at the left, under Private."))
    elif room != told.room and word not in _SEEN:
        timeline.note(Note("Done."))


def _as_lines(rows: list[str]) -> str:
    return "\n".join(row.removeprefix("  ") for row in rows)
