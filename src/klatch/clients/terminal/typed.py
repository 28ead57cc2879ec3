"""What is typed: messages, answers, edits, commands and what they bring, and the words that leave."""

import time
from typing import Final

from klatch.clients.sdk.client import make_cid
from klatch.clients.seat.answers import read_out
from klatch.clients.seat.room import NOWHERE
from klatch.clients.terminal.desk import Mode
from klatch.clients.terminal.files import Files, path_of
from klatch.clients.terminal.going import Going
from klatch.clients.terminal.passwords import (
    ANOTHER_TAKEN,
    REGISTERED,
    Passwords,
    asks_for_password,
    explain_task,
)
from klatch.clients.terminal.sheets import Question, Sheet
from klatch.clients.terminal.stage import Stage
from klatch.clients.terminal.ways import GOING, Way
from klatch.clients.terminal.words import draw
from klatch.core import commands as ask
from klatch.core.answers import Ack, AnyAnswer, Bye, Page, Rooms
from klatch.core.grammar import AskPassword

_LEAVING: Final = ("quit", "exit")


class Typed:
    """Does what was typed, and shows what comes of it."""

    def __init__(self, stage: Stage, going: Going, files: Files) -> None:
        self._stage = stage
        self._files = files
        self._going = going

    def do(self, text: str, mode: Mode | None) -> None:
        """Enter was pressed."""
        stage, word = self._stage, text.strip().casefold()
        if mode is not None:
            self._send_in_mode(mode, text)
        elif word in _LEAVING:
            self._ask_about_word(text)
            return
        elif word in ("/quit", "/exit"):
            stage.leave()
        elif (task := asks_for_password(text)) is not None:
            self._ask_for_passwords(task)
        elif stage.room is NOWHERE:
            stage.desk.give_back(text)
            stage.notice("You are in no room. Ctrl+K finds one.")
        elif (path := path_of(text)) is not None:
            self._files.send(path, text)
        else:
            stage.seat.say(stage.room, text, lambda answer: self._answered(text, answer))
        stage.timeline.action_to_end()

    def _send_in_mode(self, mode: Mode, text: str) -> None:
        act, seq = mode
        seat, room = self._stage.seat, self._stage.room
        if act == "reply":
            seat.reply(room, seq, text)
        else:
            seat.act(ask.EditMessage(cid=make_cid(), room=room.id, seq=seq, text=text))

    def _answered(self, text: str, answer: AnyAnswer) -> None:
        """What a typed command brought."""
        command, _, arguments = text.partition(" ")
        match answer:
            case Ack(room=room) if command.lower() in GOING:
                self._stage.expect(room)
            case Page(items=items) if items and arguments.strip() and not arguments.strip().isdigit():
                self._going.go_to_message(items[0].seq)
            case Page():
                self._stage.timeline.action_page(-1)
            case Rooms(rooms=rooms):
                self._going.choose_room(rooms)
            case Bye():
                self._stage.leave()
            case _:
                if (told := read_out(answer, int(time.time() * 1000), self._stage.zone)) is not None:
                    title, rows = told
                    self._stage.put_over(Sheet(title, [tuple(map(draw, row)) for row in rows]))

    def _ask_about_word(self, text: str) -> None:
        def decide(answer: str | None) -> None:
            if answer == "leave":
                self._stage.leave()
            elif answer == "send":
                self._stage.seat.say(self._stage.room, text)
            else:
                self._stage.desk.give_back(text)

        answers = [("leave", "Leave Klatch"), ("send", f"Send “{text.strip()}”"), ("stay", "Stay")]
        self._stage.put_over(Question("Do you want to leave?", answers), decide)

    def _ask_for_passwords(self, task: AskPassword) -> None:
        stage = self._stage

        def decide(typed: list[str] | None) -> None:
            if typed is None:
                return
            if task.to == "login":
                stage.enter(Way(url=stage.url, name=task.name, password=typed[0]))
            elif typed[-1] != typed[-2]:
                stage.notice("These were not the same. Nothing was changed.")
            elif task.to == "register":
                stage.seat.act(ask.Register(cid=make_cid(), password=typed[-1], link=task.link), REGISTERED)
            else:
                stage.seat.act(ask.ChangePassword(cid=make_cid(), old=typed[0], password=typed[-1]), ANOTHER_TAKEN)

        stage.put_over(Passwords(*explain_task(task)), decide)
