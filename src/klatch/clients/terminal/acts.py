"""What is done with a message, and about a person."""

import time
from urllib.parse import quote

import msgspec

from klatch.clients.sdk.client import make_cid
from klatch.clients.seat.emoji import find_reactions
from klatch.clients.seat.room import Pending
from klatch.clients.terminal.card import Card, offer_acts, tell_facts
from klatch.clients.terminal.choosing import Choice, Chooser
from klatch.clients.terminal.files import Files
from klatch.clients.terminal.going import Going
from klatch.clients.terminal.sheets import Question
from klatch.clients.terminal.stage import Stage
from klatch.clients.terminal.words import draw_line
from klatch.core import commands as ask
from klatch.core.answers import Person
from klatch.core.events import Message
from klatch.core.view import Item


class Acts:
    """What needs an answer first asks for it."""

    def __init__(self, stage: Stage, going: Going, files: Files) -> None:
        self._stage = stage
        self._files = files
        self._going = going

    # Messages.

    def do(self, act: str, found: Item | Pending | None) -> None:
        """Does what a key means for a message: reply, edit, delete, react, copy, save, look, quoted or person."""
        if isinstance(found, Pending) and found.fault is not None:
            seat = self._stage.seat
            (seat.retry if act == "reply" else seat.drop)(self._stage.room, found)
            self._stage.write()
        elif isinstance(found, Item) and isinstance(found.body, Message):
            self._do(act, found, found.body)

    def _do(self, act: str, item: Item, body: Message) -> None:
        stage = self._stage
        match act:
            case "reply":
                self._begin_mode("reply", item, None)
            case "edit" if item.author.id == stage.seat.me.id:
                self._begin_mode("edit", item, body.text)
            case "edit":
                stage.notice("You can edit your own messages only.")
            case "delete":
                self._ask_about_deleting(item)
            case "react":
                chooser = Chooser("React with (type to find)", _choose_emoji)
                stage.put_over(chooser, lambda emoji: self._react(item, emoji))
            case "quoted" if body.reply_to is not None:
                self._going.go_to_message(body.reply_to)
            case "quoted":
                stage.notice("It answers no other message.")
            case "person":
                self.show_card(item.author.id)
            case _:
                self._take(act, body)

    def _take(self, act: str, body: Message) -> None:
        """Takes something of a message away with one, or looks at it."""
        stage = self._stage
        if act == "copy":
            links = [f"{stage.url}/api/files/{file.id}/{quote(file.name, safe='')}" for file in body.files]
            stage.timeline.app.copy_to_clipboard("\n".join([*([body.text] if body.text else []), *links]))
            stage.notice("Copied.")
        elif not body.files:
            stage.notice("There is no file in this message.")
        elif act == "save":
            self._files.save(body.files)
        else:
            self._files.look(body.files[0])

    def _begin_mode(self, act: str, item: Item, text: str | None) -> None:
        self._stage.timeline.select(None)
        self._stage.desk.start(act, item, text)

    def _ask_about_deleting(self, item: Item) -> None:
        room = self._stage.room

        def decide(answer: str | None) -> None:
            if answer == "delete":
                self._stage.seat.act(ask.DeleteMessage(cid=make_cid(), room=room.id, seq=item.seq))

        answers = [("delete", "Delete message"), ("keep", "Keep it")]
        self._stage.put_over(Question("Delete this message for everybody?", answers), decide)

    def _react(self, item: Item, emoji: str | None) -> None:
        """Puts an emoji to a message, or takes one's own back."""
        stage = self._stage
        item = stage.room.items.get(item.seq, item)
        if emoji is not None:
            mine = stage.seat.me.id in item.reactions.get(emoji, [])
            act = ask.Unreact if mine else ask.React
            stage.seat.act(act(cid=make_cid(), room=stage.room.id, seq=item.seq, emoji=emoji))

    # People.

    def show_card(self, account: str) -> None:
        """Shows who somebody is, and what one may do about them."""
        stage = self._stage
        person = self._find(account)
        if person is None:
            stage.notice("Whoever wrote this is not here any more.")
            return
        facts = tell_facts(person, int(time.time() * 1000), stage.zone)
        blocked = person.id in stage.seat.blocked
        card = Card(facts, list(offer_acts(person, stage.seat.me, stage.room, blocked=blocked)))
        stage.put_over(card, lambda act: self._do_about(person, act))

    def _find(self, account: str) -> Person | None:
        """Somebody as they are now, with their role in the room that is shown."""
        here = next((person for person in self._stage.room.people if person.id == account), None)
        known = self._stage.seat.people.get(account, here)
        return known and msgspec.structs.replace(known, role=here.role if here is not None else known.role)

    def _do_about(self, person: Person, act: str | None) -> None:
        match act:
            case None:
                pass
            case "write":
                self._going.go(f"person {person.name}")
            case "mention":
                self._stage.write()
                self._stage.desk.composer.insert(f"@{person.name} ")
            case "block":
                self._ask_about_blocking(person)
            case _:
                self._stage.write()
                self._stage.desk.begin(act)

    def _ask_about_blocking(self, person: Person) -> None:
        def decide(answer: str | None) -> None:
            if answer == "block":
                self._stage.seat.act(ask.Block(cid=make_cid(), user=person.name))

        name = draw_line(person.name)
        answers = [("block", f"Block {name}"), ("stop", "Do not")]
        question = f"Keep {name} from writing to you? /unblock {name} takes it back."
        self._stage.put_over(Question(question, answers), decide)


def _choose_emoji(typed: str) -> list[Choice]:
    return [Choice(emoji, emoji, name) for name, emoji in find_reactions(typed)]
