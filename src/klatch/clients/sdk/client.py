"""A client of one server: sends, asks and follows, over a connection that comes back by itself."""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection

from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.conversation import Conversation, Listeners, spell
from klatch.clients.sdk.faults import Unanswered
from klatch.clients.sdk.files import Courier, Progress
from klatch.clients.sdk.folders import secrets_folder
from klatch.clients.sdk.following import Following, removes
from klatch.clients.sdk.outbox import Kept
from klatch.clients.sdk.secrets import Secrets
from klatch.clients.sdk.state import Hint, State
from klatch.core import commands
from klatch.core.answers import Ack, AnyAnswer, CredentialState, FileKey, Page, Person, Range, RoomState, Welcome
from klatch.core.credentials import ByName, claimed
from klatch.core.events import Entry
from klatch.core.files import File
from klatch.core.grammar import Place, parse
from klatch.core.refusals import Refused
from klatch.core.view import View, fold


class Client:
    """`async with Client("http://127.0.0.1:8000", name="ann") as klatch: await klatch.send("#lobby", "Hello")`.

    Raises Refused where the server refuses, Unreachable if there is none at the start; later the client comes back by
    itself and sends again what was not answered, each thing once. `patience` are the seconds after which a request
    without any answer fails as Unanswered; None waits for ever. `outbox`: what is to be sent is kept on disk until it
    is, also over the end of this process.

    With a `name` alone one is a guest; `secret` makes it the same one again, and is kept for the server and name in the
    user's configuration folder if it is left out. Who has an account gives `name` and `password`, or a `token` alone;
    who has a link, its secret as `link`, with a name and the password to be.

    The callbacks are told of the connection's state, of presence and typing, and of what a user should know.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str | None = None,
        secret: str | None = None,
        password: str | None = None,
        token: str | None = None,
        link: str | None = None,
        program: str = "klatch-sdk",
        patience: float | None = 30.0,
        outbox: bool = False,
        on_state: Callable[[State], None] | None = None,
        on_hint: Callable[[Hint], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        randomness: Callable[[], float] = random.random,
    ) -> None:
        self.address = read_address(url)
        self.state = State(name="connecting")
        self._on_state = on_state
        self._outbox = outbox
        self._hello = commands.Hello(
            name=name, secret=secret, password=password, token=token, link=link, client=program
        )
        claimed(self._hello)
        self._listeners = Listeners(self._change_state, on_hint, on_notice)
        self._begin = partial(Conversation, self.address, patience=patience, clock=clock, randomness=randomness)
        self.files = Courier(self.address, self._ask_file_key, randomness)
        self._talk: Conversation
        self._first: ClientConnection
        self._tasks = asyncio.TaskGroup()
        self._running: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Connects; raises Unreachable, Refused, or CannotKeep."""
        hello = self._hello
        if isinstance(shown := claimed(hello), ByName) and shown.secret is None:
            secret = Secrets(secrets_folder(), self.address.folder).get(shown.name)
            hello = msgspec.structs.replace(hello, secret=secret)
        self._talk = self._begin(hello, self._listeners)
        self._first = await self._talk.start(with_outbox=self._outbox)
        await self._tasks.__aenter__()
        for work in (self._talk.live(self._first), self._talk.write(), self._talk.watch()):
            self._running.append(self._tasks.create_task(work))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnects. What the outbox holds is sent the next time."""
        for task in self._running:
            task.cancel()
        try:
            # Only a cancellation is the group's affair: other faults of the caller stay what they are.
            cancelled = isinstance(fault, asyncio.CancelledError)
            await self._tasks.__aexit__(*((kind, fault, trace) if cancelled else (None, None, None)))
        finally:
            self._talk.close(Unanswered("The client was closed."))
            await self._first.close()  # where the caller left before anything ran
            if self._talk.outbox is not None:
                self._talk.outbox.close()

    # What one is.

    @property
    def welcome(self) -> Welcome:
        """What the server said when it let one in the last time."""
        return self._talk.welcome

    @property
    def account(self) -> Person:
        """Who one is here."""
        return self._talk.welcome.account

    @property
    def token(self) -> str | None:
        """What brings one back without the password, or None for a guest. Keep it as you would a password."""
        return self._talk.token

    @property
    def over(self) -> Exception | None:
        """Why nothing more is answered, or None while it goes on."""
        return self._talk.over

    # What one does.

    async def send(
        self,
        room: str,
        text: str,
        *,
        reply_to: int | None = None,
        action: bool = False,
        files: Sequence[File] = (),
    ) -> Ack:
        """Says something, with files that were sent up before; returns once it is on the server's disk."""
        carried = [file.id for file in files] or None
        return await self.act(
            commands.SendMessage(cid=make_cid(), room=room, text=text, reply_to=reply_to, action=action, files=carried)
        )

    async def upload(self, source: Path | bytes, *, name: str | None = None, progress: Progress | None = None) -> File:
        """Sends a file up, for `send` to carry; goes on where it was, however often the network is lost. `progress` is
        told, on another thread, how many bytes of how many are there."""
        if name is None:
            name = "file" if isinstance(source, bytes) else source.name
        return await self.files.upload(source, name, progress)

    async def download(self, file: File, target: Path, *, progress: Progress | None = None) -> None:
        """Fetches a file that a message carries; it is at `target` whole, or not at all."""
        await self.files.download(file, target, progress)

    async def preview(self, file: File) -> bytes:
        """What shows a file small; see Courier."""
        return await self.files.preview(file)

    async def join(self, room: str) -> Ack:
        """Becomes a member of a room."""
        return await self.act(commands.JoinRoom(cid=make_cid(), room=room))

    async def act(self, command: commands.AnyCommand) -> Ack:
        """Does a command; one with an empty cid is given one."""
        if not command.cid:
            command = msgspec.structs.replace(command, cid=make_cid())
        ack: Ack = await self._outcome(command.cid, self.submit(command))
        return ack

    def submit(self, command: Kept) -> "asyncio.Future[Any]":
        """Gives a command to be done; what comes of it comes as the future's result. Order is kept."""
        commands.check_cid(command.cid)
        return self._talk.submit(command)

    async def type(self, room: str, text: str, *, private_at: bool = False, cid: str = "") -> AnyAnswer:
        """Does what a person typed means: a message or a slash command. Gives the Ack, or what was asked to see."""
        typed = commands.Typed(cid=cid or make_cid(), room=room, text=text, private_at=private_at)
        request = _meaning(typed)
        if isinstance(request, commands.Command):
            future = self.submit(typed)
        else:
            if isinstance(request, commands.Quit):
                self._talk.quitting = typed.cid
            future = self._talk.ask(typed.cid, spell(typed), in_order=True)
        answer: AnyAnswer = await self._outcome(typed.cid, future)
        return answer

    async def typing(self, room: str) -> None:
        """Hints that one is typing, if there is a connection. `room` is its id."""
        await self._talk.hint(commands.Typing(room=room))

    # What one asks.

    async def ask(self, query: commands.AnyQuery) -> Any:
        """The answer to a query."""
        ref = query.ref or make_cid()
        frame = spell(msgspec.structs.replace(query, ref=ref))
        return await self._outcome(ref, self._talk.ask(ref, frame, in_order=False))

    async def history(
        self,
        room: str,
        limit: int = commands.PAGE_DEFAULT,
        before: int | None = None,
        *,
        after: int | None = None,
        since: int | None = None,
    ) -> Page:
        """A page of messages as they are now: those before a number, after one, since a time (ms UTC), or the last."""
        asked = commands.History(room=room, limit=limit, before=before, after=after, since=since)
        page: Page = await self.ask(asked)
        return page

    async def fetch(self, room: str, after: int, limit: int = commands.PAGE_MOST) -> Range:
        """Raw entries after a number."""
        entries: Range = await self.ask(commands.Fetch(room=room, after=after, limit=limit))
        return entries

    async def rooms(self) -> list[RoomState]:
        """The rooms one may see."""
        return list((await self.ask(commands.ListRooms())).rooms)

    async def members(self, room: str) -> list[Person]:
        """The members of a room."""
        return list((await self.ask(commands.ListMembers(room=room))).people)

    async def online(self) -> list[Person]:
        """Who is online."""
        return list((await self.ask(commands.ListOnline())).people)

    async def credentials(self) -> list[CredentialState]:
        """What lets one in: one's sessions and tokens."""
        return list((await self.ask(commands.ListCredentials())).credentials)

    async def follow(self, room: str, since: int | None = None) -> AsyncGenerator[Entry]:
        """Every entry of a log after number `since` (None: from now on), once, in order, however often the
        connection is lost. Raises Refused if one may not read it, or no longer."""
        limit = 1 if since is None else commands.PAGE_MOST
        first = await self._insist(commands.Fetch(room=room, after=since or 0, limit=limit))
        following = Following(first.room, first.head if since is None else since)
        if since is not None:
            following.fill(first.entries, first.head)
        self._talk.followings.add(following)
        try:
            while True:
                while following.ready and not following.in_doubt:
                    entry = following.ready.popleft()
                    yield entry
                    if removes(entry, self.account.id) and not following.ready:
                        await self._catch_up(following)
                if following.fault is not None:
                    raise following.fault
                if following.in_doubt or (following.behind and not following.expecting):
                    await self._catch_up(following)
                else:
                    await following.wait()
        finally:
            self._talk.followings.remove(following)

    async def watch(self, room: str, limit: int = commands.PAGE_DEFAULT) -> AsyncGenerator[View]:
        """A room as it is now, with its last messages; the same view again after each entry folded into it."""
        page = await self.history(room, limit)
        # What is asked after the page may be later than it: folding the same changes again leads to the same.
        states = {state.id: state for state in await self.rooms()}
        view = View(
            as_of=page.as_of,
            topic=states[page.room].topic,
            members={person.id: person.role or "" for person in await self.members(page.room)},
            items={item.seq: item for item in page.items},
        )
        yield view
        async with contextlib.aclosing(self.follow(page.room, page.as_of)) as entries:
            async for entry in entries:
                if entry.seq != view.as_of + 1:
                    raise Unanswered("The room was restored from a copy: watch it anew.")
                fold(view, entry)
                yield view

    async def _catch_up(self, following: Following) -> None:
        """Fetches what is missing; raises Refused if one may not read there any more."""
        doubtful = following.in_doubt
        after = following.compare_after if doubtful else following.have
        try:
            found = await self._insist(commands.Fetch(room=following.log, after=after, limit=commands.PAGE_MOST))
        except Refused as refused:
            if following.in_doubt and refused.code == "cursor":
                return  # the log was restored while this was asked, and is shorter now
            raise
        if doubtful:
            following.compare(found.entries, found.head)
        elif not following.in_doubt:
            following.fill(found.entries, found.head)

    async def _insist(self, query: commands.Fetch) -> Range:
        """Asks, and asks again once online, for as long as it takes."""
        while True:
            try:
                answer: Range = await self.ask(query)
            except Unanswered:
                if self._talk.over is not None:
                    raise
                await self._talk.online.wait()
            else:
                return answer

    async def _outcome(self, key: str, future: "asyncio.Future[Any]") -> Any:
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if self._talk.outbox is None or key not in self._talk.outbox:
                self._talk.requests.withdraw(key)
            raise

    async def _ask_file_key(self) -> str:
        """What shows who one is over HTTP."""
        told: FileKey = await self.ask(commands.MakeFileKey())
        return told.key

    def _change_state(self, state: State) -> None:
        self.state = state
        if self._on_state is not None:
            self._on_state(state)


def make_cid() -> str:
    """A new id for a command."""
    return secrets.token_urlsafe(16)


def _meaning(typed: commands.Typed) -> Any:
    """What typing asks for, as far as this version knows; the server has the last word."""
    try:
        return parse(typed.text, Place(typed.room, typed.cid), private_at=typed.private_at)
    except Refused:
        return None
