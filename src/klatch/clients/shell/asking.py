"""`klatch ask`: puts a question to a room, and waits for somebody's answer."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import msgspec

from klatch.clients.sdk import Client, Refused
from klatch.clients.shell.rooms import enter_room
from klatch.core.commands import React
from klatch.core.emoji import parse_emoji
from klatch.core.events import Entry, Message, Reacted

CHOICES_MOST: Final = 9
_WORDS: Final = {"yes": "👍", "no": "👎", "ok": "👌"}


class NobodyAnswered(Exception):  # noqa: N818 - read as a sentence: nobody answered
    """The time is over."""


class Choice(msgspec.Struct, frozen=True):
    """One possible answer, and the emoji that stands for it."""

    word: str
    emoji: str


def read_choices(text: str) -> list[Choice]:
    """`yes,no` as choices: an emoji is itself, yes and no are thumbs, others are numbered. Raises ValueError."""
    words = [word.strip() for word in text.split(",")]
    if not all(words) or not 1 <= len(words) <= CHOICES_MOST or len({word.casefold() for word in words}) < len(words):
        raise ValueError(f"give 1 to {CHOICES_MOST} different answers with commas between, such as yes,no")
    return [Choice(word, _emoji_for(word, number)) for number, word in enumerate(words, 1)]


async def ask(klatch: Client, room: str, question: str, choices: Sequence[Choice], *, within: float) -> str:
    """The first answer of somebody else: one of the choices, by reaction or in words; or, without choices, a reply.

    Raises NobodyAnswered.
    """
    await enter_room(klatch, room)
    legend = "   ".join(
        choice.word if choice.word == choice.emoji else f"{choice.emoji} {choice.word}" for choice in choices
    )
    sent = await klatch.send(room, f"{question}\n{legend}" if choices else question)
    for choice in choices:
        # There for others to press; without them the question can still be answered.
        with contextlib.suppress(Refused):
            await klatch.act(React(cid="", room=sent.room, seq=sent.seq, emoji=choice.emoji))
    direct = room.startswith("@")
    try:
        async with asyncio.timeout(within), contextlib.aclosing(klatch.follow(sent.room, sent.seq)) as entries:
            async for entry in entries:
                answer = read_answer(entry, sent.seq, choices, direct=direct)
                if entry.author.id != klatch.account.id and answer is not None:
                    return answer
    except TimeoutError:
        pass
    raise NobodyAnswered


def read_answer(entry: Entry, question: int, choices: Sequence[Choice], *, direct: bool) -> str | None:
    """What an entry answers to the question with that number, or None."""
    match entry.body:
        case Reacted(target=target, emoji=emoji) if target == question:
            return next((choice.word for choice in choices if choice.emoji == emoji), None)
        case Message(text=text, reply_to=to) if choices and to in (None, question):
            said = text.strip().rstrip(".!").casefold()
            return next((choice.word for choice in choices if said in (choice.word.casefold(), choice.emoji)), None)
        case Message(text=text, reply_to=to) if not choices and (to == question or (direct and to is None)):
            return text
        case _:
            return None


def _emoji_for(word: str, number: int) -> str:
    try:
        return parse_emoji(word)
    except Refused:
        return _WORDS.get(word.casefold()) or parse_emoji(f"{number}\u20e3")
