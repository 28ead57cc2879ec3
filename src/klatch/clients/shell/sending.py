"""`klatch send`: one message, or a message a line."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from klatch.clients.sdk import Client, Refused, Unanswered, Unreadable
from klatch.clients.sdk.client import make_cid
from klatch.clients.sdk.lane import FLYING_MOST
from klatch.clients.shell.lines import decode
from klatch.clients.shell.rooms import enter_room
from klatch.core.commands import SendMessage
from klatch.core.texts import parse_message

_FENCES: Final = re.compile("`{3,}")

Fault = Refused | Unanswered | Unreadable | OSError


class Halted(Exception):  # noqa: N818 - read as a sentence: it halted at that line
    """Not all lines were sent: says at which it halted and which was the last acknowledged; its cause says why."""


async def send_text(klatch: Client, room: str, text: str, reply_to: int | None = None) -> int:
    """Sends one message; gives its number."""
    await enter_room(klatch, room)
    return (await klatch.send(room, text, reply_to=reply_to)).seq


def as_code(text: str, language: str) -> str:
    """A text as a block of code, between fences that do not stand in it; refuses what grows too long."""
    longest = max((len(run) for run in _FENCES.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return parse_message(f"{fence}{language}\n{text}\n{fence}")


async def send_lines(klatch: Client, room: str, lines: AsyncIterator[bytes], show: Callable[[int], None]) -> None:
    """Sends a message for each line that is not blank, many at once; shows their numbers in order, as they come.

    Raises Halted at the first line that cannot be sent, and OSError where numbers cannot be shown any more.
    """
    await enter_room(klatch, room)
    under_way: asyncio.Queue[tuple[int, asyncio.Future[Any] | Fault] | None] = asyncio.Queue(FLYING_MOST)
    async with asyncio.TaskGroup() as tasks:
        feeder = tasks.create_task(_feed(klatch, room, lines, under_way))
        ended = await _confirm(under_way, show)
        feeder.cancel()
    if ended is not None:
        raise ended


async def _feed(
    klatch: Client,
    room: str,
    lines: AsyncIterator[bytes],
    under_way: "asyncio.Queue[tuple[int, asyncio.Future[Any] | Fault] | None]",
) -> None:
    number = 1
    try:
        async for line in lines:
            if (text := _read(line)) is not None:
                command = SendMessage(cid=make_cid(), room=room, text=text)
                await under_way.put((number, klatch.submit(command)))
            number += 1
    except (Refused, OSError) as fault:
        await under_way.put((number, fault))
    await under_way.put(None)


def _read(line: bytes) -> str | None:
    """The message that a line holds, or None for a blank one."""
    try:
        return parse_message(decode(line))
    except Refused as refused:
        if refused.code == "empty":
            return None
        raise


async def _confirm(
    under_way: "asyncio.Queue[tuple[int, asyncio.Future[Any] | Fault] | None]", show: Callable[[int], None]
) -> Halted | OSError | None:
    """Why it ended before the last line, or None."""
    last = "No line was acknowledged"
    while (item := await under_way.get()) is not None:
        number, outcome = item
        try:
            if isinstance(outcome, Exception):
                raise outcome
            seq = (await outcome).seq
        except (Refused, Unanswered, Unreadable, OSError) as fault:
            return _halt(number, fault, last)
        try:
            show(seq)
        except OSError as fault:
            return fault
        last = f"Line {number} was the last acknowledged, as number {seq}"
    return None


def _halt(number: int, fault: Fault, last: str) -> Halted:
    if isinstance(fault, Unanswered):
        said = f"{fault} {last}; whether later ones were stored is not known."
    else:
        said = f"Line {number} cannot be sent: {fault} {last}."
    halted = Halted(said)
    halted.__cause__ = fault
    return halted
