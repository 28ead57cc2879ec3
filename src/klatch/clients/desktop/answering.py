"""What comes of something typed: shown to the one who typed it."""

import time

from klatch.clients.desktop.going import Going
from klatch.clients.desktop.scene import Answered
from klatch.clients.desktop.timeline.righttoleft import in_one_line
from klatch.clients.desktop.timeline.tail import Note
from klatch.clients.desktop.timeline.timeline import Timeline
from klatch.core.answers import Ack, HelpText, Members, Online, Page, Rooms
from klatch.protocols.plain import spell_help, spell_people, spell_rooms


def show_answer(told: Answered, timeline: Timeline, going: Going) -> None:
    """Shows an answer below the last line, or goes where it says."""
    now = int(time.time() * 1000)
    match told.answer:
        case Ack(room=room):
            _follow(told, room, timeline, going)
        case HelpText():
            _list(timeline, spell_help(told.answer))
        case Online(people=people) | Members(people=people):
            _list(timeline, spell_people(people, now, None))
        case Rooms(rooms=rooms):
            _list(timeline, spell_rooms(rooms))
        case Page():
            timeline.scroll(-2, "pages")
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


def _list(timeline: Timeline, rows: list[str]) -> None:
    timeline.note(Note("\n".join(row.removeprefix("  ") for row in rows), code=True))
