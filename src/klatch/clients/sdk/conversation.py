"""The conversation with one server for as long as the client lives: over every connection, from first to last."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.backoff import Backoff
from klatch.clients.sdk.connection import as_refused, dial
from klatch.clients.sdk.faults import CannotKeep, Unanswered, Unreachable, Unreadable, Untrusted
from klatch.clients.sdk.folders import outbox_folder
from klatch.clients.sdk.followings import Followings
from klatch.clients.sdk.outbox import Kept, Outbox, owner_of
from klatch.clients.sdk.requests import Requests
from klatch.clients.sdk.state import Hint, State
from klatch.core.answers import Ack, Bye, Heads, IsTyping, PauseTold, Presence, Range, Refusal, Welcome
from klatch.core.commands import (
    ChangePassword,
    Cursors,
    Hello,
    MakeLink,
    MakeResetLink,
    MakeToken,
    Register,
    Request,
    UseLink,
)
from klatch.core.events import Entry
from klatch.core.refusals import Refused
from klatch.protocols.frames import FRAME_MOST, encode, marks, read_answer

# What the server cannot do just now; the same may succeed in a moment.
_LATER: Final = frozenset({"rate_limited", "try_again", "going_away"})
# Why the server may turn away one whom it will let in later.
_PASSING: Final = _LATER | {"too_many_sessions", "storage_full", "internal"}
_ANSWER_WITHIN: Final = 15.0  # seconds of silence after which a connection counts as dead
_STABLE_AFTER: Final = 10.0  # seconds after which a connection counts as good
_LOOK_EVERY: Final = 0.5
_CRASHED: Final = 1011
_SECRET: Final = (Register, ChangePassword, MakeToken, MakeLink, MakeResetLink, UseLink)


class Listeners(msgspec.Struct, frozen=True):
    """Who is told of the connection's state, of presence and typing, and of what a user should know."""

    state: Callable[[State], None] | None = None
    hint: Callable[[Hint], None] | None = None
    notice: Callable[[str], None] | None = None


class Conversation:
    """`start` connects once; `live`, `write` and `watch` are then to be run until they are cancelled."""

    def __init__(
        self,
        address: Address,
        hello: Hello,
        listeners: Listeners,
        *,
        patience: float | None,
        clock: Callable[[], float],
        randomness: Callable[[], float],
    ) -> None:
        self.followings = Followings()
        self.requests = Requests(clock)
        self.outbox: Outbox | None = None
        self.online = asyncio.Event()
        self.over: Exception | None = None
        self.quitting: str | None = None
        """The cid of a typed /quit: the server's goodbye is its answer."""
        self.welcome: Welcome
        self._address = address
        self._hello = hello
        self._listeners = listeners
        self._patience = patience
        self._clock = clock
        self._backoff = Backoff(randomness)
        self._socket: ClientConnection | None = None
        self._wake = asyncio.Event()
        self._heard = 0.0
        self._bye: Bye | None = None
        self._refusal: Refusal | None = None

    async def start(self, *, with_outbox: bool) -> ClientConnection:
        """Connects for the first time. Raises Unreachable, Untrusted, Refused, or CannotKeep."""
        self._tell_state(State(name="connecting"))
        try:
            socket, self.welcome = await dial(self._address, self._hello, self._listeners.notice)
        except Refused as refused:
            if refused.code == "going_away":
                raise Unreachable(f"The server at {self._address.url} is stopping.") from None
            raise
        if self.welcome.token is not None:
            self._hello = Hello(token=self.welcome.token, client=self._hello.client)  # the password is forgotten
        try:
            if with_outbox:
                self._open_outbox()
        except BaseException:
            await socket.close()
            raise
        return socket

    @property
    def token(self) -> str | None:
        """What brings one back without the password."""
        return self._hello.token

    # What is asked.

    def submit(self, command: Kept) -> "asyncio.Future[Any]":
        """Gives a command to be done, after those given before; puts it into the outbox first, if there is one.

        What holds a password or another secret is not written to disk.
        """
        frame = spell(command)
        if self.outbox is not None and command.cid not in self.outbox and not isinstance(command, _SECRET):
            self.outbox.keep(command)
        return self.ask(command.cid, frame, in_order=True)

    def ask(self, key: str, frame: bytes, *, in_order: bool) -> "asyncio.Future[Any]":
        """Asks; what comes of it comes as the future's result."""
        future = self.requests.add_command(key, frame) if in_order else self.requests.add_query(key, frame)
        if self.over is not None:
            self.requests.fail(key, self.over)
        self._wake.set()
        return future

    async def hint(self, request: Request) -> None:
        """Says something that does not matter if it is lost."""
        if self._socket is not None:
            try:
                await self._socket.send(encode(request), text=True)
            except ConnectionClosed:
                return

    def close(self, fault: Exception) -> None:
        """It is over: nothing more is answered."""
        if self.over is not None:
            return
        self.over = fault
        for key in self.requests.unanswered():
            self.requests.fail(key, fault)
        self.followings.fail(fault)
        self.online.set()
        self._tell_state(State(name="closed", reason=str(fault)))

    # The connection.

    async def live(self, first: ClientConnection) -> None:
        """Hears the server, and comes back after every loss, until the server wants this client no more."""
        socket: ClientConnection | None = first
        while socket is not None:
            began = self._clock()
            await self._listen(socket)
            if self._clock() - began > _STABLE_AFTER:
                self._backoff.reset()
            bye = self._bye
            if bye is None:
                socket = await self._come_back(_why(socket), 0.0)
            elif bye.retry_after is not None:
                socket = await self._come_back(bye.reason, bye.retry_after / 1000)
            else:
                self.close(as_refused(self._refusal) if self._refusal is not None else Unanswered(bye.reason))
                return

    async def write(self) -> None:
        """Sends what is due, in order."""
        while True:
            try:
                async with asyncio.timeout(self.requests.wait()):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            if (socket := self._socket) is None:
                continue
            try:
                for frame in self.requests.take_due():
                    await socket.send(frame, text=True)
            except ConnectionClosed:
                continue  # whoever listens finds out, and what was not sent is sent again

    async def watch(self) -> None:
        """Ends what takes too long: requests whose caller has waited enough, and connections that say nothing."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if self._patience is not None:
                fault = Unanswered(f"The server gave no answer for {self._patience:g} s.")
                for key in self.requests.overdue(self._patience):
                    if self.outbox is None or key not in self.outbox:
                        self.requests.fail(key, fault)
            sent = self.requests.sent_before()
            silent = self._clock() - max(self._heard, sent) if sent is not None else 0.0
            if self._socket is not None and silent > _ANSWER_WITHIN:
                self._socket.transport.abort()

    async def _listen(self, socket: ClientConnection) -> None:
        """Hears the server until the connection ends."""
        self._bye = self._refusal = None
        self._socket = socket
        self._heard = self._clock()
        self.online.set()
        self._wake.set()
        self._tell_state(State(name="online"))
        try:
            while True:
                self._hear(await socket.recv(decode=False))
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
            if self.over is None:
                self.online.clear()
            for key in self.requests.lose(crashed=socket.close_code == _CRASHED):
                self._fail(key, Refused("internal", "The server fails whenever it is asked this. It was not done."))
            await socket.close()

    async def _come_back(self, reason: str, at_least: float) -> ClientConnection | None:
        """Tries until the server is there again; None if it will not have this client any more."""
        while True:
            wait = self._backoff.next_wait(at_least)
            self._tell_state(State(name="offline", reason=reason, retry_in=wait))
            await asyncio.sleep(wait)
            self._tell_state(State(name="connecting"))
            cursors = self.followings.cursors()
            returning = Cursors(self.welcome.epoch, cursors) if cursors else None
            try:
                socket, welcome = await dial(self._address, msgspec.structs.replace(self._hello, cursors=returning))
            except (Untrusted, CannotKeep) as fault:
                self.close(fault)
                return None
            except Unreachable as unreachable:
                reason, at_least = str(unreachable), 0.0
            except Refused as refused:
                if refused.code not in _PASSING:
                    self.close(refused)
                    return None
                reason, at_least = refused.message, (refused.retry_after or 0) / 1000
            else:
                if self._meet_again(welcome, cursors):
                    return socket
                await socket.close()
                return None

    def _meet_again(self, welcome: Welcome, cursors: dict[str, int]) -> bool:
        """Compares what the server has with what was known; False if this is another account now."""
        if welcome.account.id != self.welcome.account.id:
            self.close(Unanswered("The server does not know this account any more. Start again to begin as another."))
            return False
        restored = welcome.epoch != self.welcome.epoch
        if restored:
            self._notice("The server's history was restored from a copy: some entries may be gone or different.")
        self.followings.meet_again(welcome, cursors, restored=restored)
        self.welcome = welcome
        return True

    # What is heard.

    def _hear(self, frame: bytes) -> None:
        self._heard = self._clock()
        try:
            answer = read_answer(frame)
        except msgspec.DecodeError:
            if key := next((mark for mark in marks(frame) if mark), None):
                self._fail(key, Unreadable("The server's answer cannot be read. It may be newer than this client."))
            return
        match answer:
            case Entry() | Range(ref=None) | Heads():
                self.followings.take(answer)
            case Ack():
                self._strike(answer.cid)
                self.requests.settle(answer.cid, answer)
            case Refusal():
                self._refuse(answer)
            case Presence() | IsTyping() | PauseTold():
                if self._listeners.hint is not None:
                    self._listeners.hint(answer)
            case Bye():
                self._bye = answer
                self.requests.settle(self.quitting or "", answer)
            case Welcome():
                pass
            case _:
                self.requests.settle(answer.ref or "", answer)
        self._wake.set()

    def _refuse(self, refusal: Refusal) -> None:
        key = refusal.cid or refusal.ref
        if key is None:
            self._refusal = refusal
            self.followings.stop_expecting()
        elif refusal.code in _LATER:
            seconds = (refusal.retry_after or 1_000) / 1000
            self.requests.postpone(key, seconds, progress=refusal.code == "rate_limited")
        else:
            self._fail(key, as_refused(refusal))

    def _fail(self, key: str, fault: Exception) -> None:
        self._strike(key)
        self.requests.fail(key, fault)

    def _strike(self, cid: str) -> None:
        if self.outbox is not None:
            self.outbox.strike(cid)

    # The outbox.

    def _open_outbox(self) -> None:
        """What a former process left unsent goes first, also that of a guest who has registered since, or under another
        name: an account keeps its id and its beginning, and shares them with none of another store."""
        owner = owner_of(self.welcome)
        self.outbox = Outbox(outbox_folder() / self._address.folder / owner, owner, self._notice)
        for command in self.outbox.waiting:
            self.ask(command.cid, spell(command), in_order=True).add_done_callback(self._tell_late)

    def _tell_late(self, future: "asyncio.Future[Any]") -> None:
        """Something that was written before this process began was refused: its author should know."""
        if not future.cancelled() and isinstance(refused := future.exception(), Refused):
            self._notice(f"Something written earlier was refused: {refused.message}")

    def _notice(self, notice: str) -> None:
        if self._listeners.notice is not None:
            self._listeners.notice(notice)

    def _tell_state(self, state: State) -> None:
        if self._listeners.state is not None:
            self._listeners.state(state)


def spell(request: Request) -> bytes:
    """A request as a frame; refuses one that no server would take."""
    frame = encode(request)
    if len(frame) > FRAME_MOST:
        raise Refused("too_big", f"This is {len(frame):,} bytes; at most {FRAME_MOST:,} can be sent at once.")
    return frame


def _why(socket: ClientConnection) -> str:
    """Why the connection ended, in words."""
    return (
        "this client fell too far behind in reading" if socket.close_reason == "too_slow" else "the connection was lost"
    )
