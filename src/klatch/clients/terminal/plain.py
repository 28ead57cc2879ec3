"""The conversation as simple lines, for screen readers, dumb terminals and `script`: nothing is ever drawn over."""

import asyncio
import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Final

from klatch.clients.sdk import Refused, Unanswered, Unreadable
from klatch.clients.sdk.client import make_cid
from klatch.clients.seat.answers import read_out
from klatch.clients.seat.room import NOWHERE, Pending, Room
from klatch.clients.seat.seat import SILENCE, Changed, Seat, is_command
from klatch.clients.shell.lines import decode
from klatch.clients.terminal.files import FAULTS, fault_of, path_of, size_of
from klatch.clients.terminal.keyboard import Keyboard
from klatch.clients.terminal.passwords import ANOTHER_TAKEN, REGISTERED, asks_for_password
from klatch.clients.terminal.saying import count_waiting
from klatch.clients.terminal.ways import GOING, Way
from klatch.core import commands as ask
from klatch.core.answers import Ack, AnyAnswer, Bye, Page
from klatch.core.events import Entry, Message
from klatch.core.files import spell_size
from klatch.core.texts import make_inert
from klatch.protocols.asking import Asking
from klatch.protocols.plain import spell_entry, spell_item
from klatch.protocols.times import spell_time

_SHOWN: Final = 10
_SETTLED_WITHIN: Final = 10.0
_BELL: Final = "\a"


class Plain:
    """`show` prints a line. What is shown of a room other than the one that one writes to begins with its name."""

    def __init__(
        self, seat: Seat, show: Callable[[str], None], keyboard: Keyboard, url: str, zone: tzinfo | None = None
    ) -> None:
        self.room = NOWHERE
        self._seat = seat
        self._show = show
        self._keyboard = keyboard
        self._url = url
        self._zone = zone
        self._offline = False
        self._asked_to_leave = False
        self._asking: Asking | None = None
        self._elsewhere: Way | None = None
        self._over = asyncio.Event()
        self._news = asyncio.Event()

    async def talk(self) -> Way | None:
        """Shows what is said and says what is typed, until one leaves, the input ends or the connection is over; gives
        the way in as somebody else, if that is wanted."""
        self._seat.listener = self
        async with asyncio.TaskGroup() as tasks:
            living = tasks.create_task(self._seat.run())
            # The seat's first turn comes before anything is asked of it.
            await asyncio.sleep(0)
            await self._turn_to(next((room for room in self._seat.rooms.values() if room.name == "#lobby"), NOWHERE))
            reading = tasks.create_task(self._read())
            await self._over.wait()
            reading.cancel()
            await self._settle()
            self._seat.listener = SILENCE
            living.cancel()
        return self._elsewhere

    # What the seat tells.

    def changed(self, what: Changed, room: Room | None) -> None:
        """Tells when the connection is lost, and when it is back."""
        self._news.set()
        if what != "state" or room is not None:
            return
        state = self._seat.state
        if state.name == "closed":
            self._show(f"! The connection is over. {make_inert(state.reason)}")
            self._over.set()
        elif state.name == "offline" and not self._offline:
            self._offline = True
            self._show("! Offline. What you write will be sent when you are back.")
        elif state.name == "online" and self._offline:
            self._offline = False
            self._show("* Online again.")

    def heard(self, room: Room, entry: Entry, *, mine: bool) -> None:
        """Shows it, unless it was typed here and stands there already."""
        said = spell_entry(entry, self._url)
        hidden = isinstance(entry.body, Message) and entry.author.id in self._seat.blocked
        if said and not mine and not hidden:
            where = "" if room is self.room else f"{room.name} "
            self._show(make_inert(f"[{spell_time(entry.ts, self._zone)}] {where}{said}"))

    def called(self, room: Room, entry: Entry) -> None:
        """Rings."""
        self._show(f"* {make_inert(entry.author.name)} calls you in {make_inert(room.name)}.{_BELL}")

    def notice(self, text: str) -> None:
        """Tells it."""
        self._show(f"! {make_inert(text)}")

    def refused(self, room: Room, pending: Pending) -> None:
        """Tells why."""
        where = "" if room is self.room else f"In {room.name}: "
        self.notice(f"{where}{pending.fault}")

    # What is typed.

    async def _read(self) -> None:
        while (line := await self._keyboard.line()) is not None:
            try:
                text = decode(line)
            except Refused as refused:
                self.notice(refused.message)
                continue
            if self._asking is not None:
                await self._take_password(self._asking, text)
            elif not await self._take(text):
                break
            if self._elsewhere is not None:
                break
        self._over.set()

    async def _take(self, text: str) -> bool:
        """Does what was typed; False to leave."""
        word = text.strip().casefold()
        if word in ("/quit", "/exit") or (self._asked_to_leave and word in ("yes", "y", "quit", "exit")):
            return False
        if self._asked_to_leave and word in ("no", "n", "stay"):
            word = ""
        self._asked_to_leave = word in ("quit", "exit")
        if self._asked_to_leave:
            self._show(f"* Do you want to leave? yes leaves. //{word} sends the word.")
        elif (task := asks_for_password(text)) is not None:
            self._asking = Asking(task)
            self._ask()
        elif word:
            await self._say(text.removeprefix("//") if word in ("//quit", "//exit") else text)
        return True

    async def _say(self, text: str) -> None:
        """A command is waited for, so that the line after it goes where it led; words are not."""
        if not is_command(text):
            self._seat.say(self.room, text)
            return
        if (path := path_of(text)) is not None:
            await self._send_file(path)
            return
        if text.partition(" ")[0].lower() in GOING and self._offline:
            self.notice("You are offline: that can be done once you are back.")
            return
        answers: list[AnyAnswer] = []
        pending = self._seat.say(self.room, text, answers.append)
        await self._until(lambda: bool(answers) or pending.fault is not None or self._offline, None)
        for answer in answers:
            await self._answered(text, answer)

    async def _send_file(self, path: Path) -> None:
        if fault := fault_of(path):
            self.notice(fault)
            return
        self._show(make_inert(f"* Sending {path.name}, {spell_size(size_of(path))} ..."))
        client = self._seat.client
        try:
            await client.send(self.room.id, "", files=[await client.upload(path)])
        except FAULTS as fault:
            self.notice(str(fault))
        else:
            self._show(make_inert(f"* {path.name} is sent."))

    # Passwords.

    def _ask(self) -> None:
        """Hides first, as some type as soon as they are asked."""
        self._keyboard.hide(self._asking is not None)
        if self._asking is not None:
            self._show(self._asking.prompt)

    async def _take_password(self, asking: Asking, line: str) -> None:
        """A line that nobody sees, and that is kept nowhere."""
        given = asking.take(line)
        if given is None:
            if asking.differ:
                self._show("! These were not the same.")
            self._ask()
            return
        self._asking = None
        self._ask()
        match asking.task.to:
            case "login":
                self._elsewhere = Way(url=self._url, name=asking.task.name, password=given[0])
            case "register":
                register = ask.Register(cid=make_cid(), password=given[0], link=asking.task.link)
                await self._act(register, REGISTERED)
            case _:
                change = ask.ChangePassword(cid=make_cid(), old=given[0], password=given[1])
                await self._act(change, ANOTHER_TAKEN)

    async def _act(self, command: ask.AnyCommand, done: str) -> None:
        try:
            await self._seat.client.act(command)
        except (Refused, Unanswered, Unreadable, OSError) as fault:
            self.notice(str(fault))
        else:
            self._show(f"* {done}")

    async def _answered(self, text: str, answer: AnyAnswer) -> None:
        match answer:
            case Ack(room=room) if text.partition(" ")[0].lower() in GOING:
                await self._go_to(room)
            case Page(items=items):
                for item in items:
                    self._show(
                        make_inert(f"{item.seq:5} [{spell_time(item.ts, self._zone)}] {spell_item(item, self._url)}")
                    )
            case Bye():
                self._over.set()
            case _:
                title, rows = read_out(answer, int(time.time() * 1000), self._zone) or ("", [])
                for row in ([f"--- {title}"] if title else []) + ["  ".join(row) for row in rows]:
                    self._show(make_inert(row))

    # Rooms.

    async def _go_to(self, room_id: str) -> None:
        """Writes to that room from now on, once it is known that one is in it."""
        await self._until(lambda: room_id in self._seat.rooms, _SETTLED_WITHIN)
        if self.room.id != room_id and room_id in self._seat.rooms:
            await self._turn_to(self._seat.rooms[room_id])

    async def _turn_to(self, room: Room) -> None:
        self.room = room
        await self._seat.open(room)
        topic = f": {room.view.topic or room.state.topic}" if room.view.topic or room.state.topic else ""
        self._show(make_inert(f"--- {room.name}{topic}"))
        for seq in room.order[-_SHOWN:]:
            item = room.items[seq]
            if said := spell_item(item, self._url):
                self._show(make_inert(f"[{spell_time(item.ts, self._zone)}] {said}"))
        self._seat.mark_read(room)

    async def _settle(self) -> None:
        """Lets what was typed last reach the server, if it is there."""
        online = self._seat.state.name == "online"
        if not await self._until(lambda: not count_waiting(self._seat), _SETTLED_WITHIN if online else 0.1):
            self._show("* What was not sent is kept, and sent the next time.")

    async def _until(self, holds: Callable[[], bool], within: float | None) -> bool:
        """Waits for something to become so; False if it does not in so many seconds."""
        try:
            async with asyncio.timeout(within):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True
