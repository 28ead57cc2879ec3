"""The one conversation behind every door: hears requests, has the engine answer them, spells the answers."""

import asyncio
import time
from collections import deque
from typing import Any, Final, Protocol

import msgspec

from klatch.core import commands as ask
from klatch.core.answers import AnyAnswer, Bye, Pong, Refusal
from klatch.core.commands import Request
from klatch.core.credentials import claimed
from klatch.core.grammar import AskPassword, Place, SwitchAck, parse
from klatch.core.refusals import CODES, Refused
from klatch.engine.accounts import Entrance
from klatch.engine.authentication import Attempt
from klatch.engine.backlog import Backlog
from klatch.engine.engine import Engine
from klatch.engine.sessions import Session
from klatch.protocols.dialect import Dialect, Say

_ERRORS_WITHIN: Final = 60.0
_LOOKS_AT_ONCE: Final = 4
_LOOK_AGAIN: Final = 0.05  # seconds
# Refusals of sense, not of rights: too many of them end the conversation.
_NONSENSE: Final = frozenset(
    {"bad_json", "type", "number", "utf8", "unknown_field", "missing_field", "unknown_op", "too_big", "cid"}
)
_WHERE: Final = {
    "login": "the page to sign in, or `klatch login`",
    "register": "the page to register, or /register at the line door",
    "password": "the settings of your account, or /password at the line door",
}
_FAULT: Final = "Something went wrong in the server; it was logged. Try again."


class Peer(msgspec.Struct, frozen=True):
    """Who is at the other end: the door, the address, whether that is this machine itself beyond doubt, and whether a
    session that is begun at this door lasts longer than the connection. `cookie` is the token that a browser keeps."""

    door: str
    address: str
    here: bool
    lasting: bool = True
    cookie: str | None = None


class Wire(Protocol):
    """The door's own half: what a conversation needs of a connection."""

    def write(self, data: bytes) -> None:
        """Sends bytes, now or as soon as the peer takes them."""

    def unsent(self) -> int:
        """How many bytes the peer has not taken yet."""

    def fall_behind(self) -> None:
        """The peer has too much to read: ends the connection."""

    def pause(self) -> None:
        """Reads nothing more for now."""

    def resume(self) -> None:
        """Reads on."""

    def close(self, code: str) -> None:
        """Ends the connection once what was written is sent; `code` is a row of CODES, or empty for a plain end."""


class Conversation:
    """From hello to goodbye with one peer."""

    __slots__ = (
        "_busy",
        "_dialect",
        "_ended",
        "_engine",
        "_errors",
        "_hello",
        "_hurry",
        "_paused",
        "_peer",
        "_queue",
        "_wire",
        "backlog",
        "session",
    )

    def __init__(self, engine: Engine, dialect: Dialect, wire: Wire, peer: Peer) -> None:
        """Begins; raises Refused if there are too many connections from that address."""
        engine.sessions.knock(peer.address)
        self._engine = engine
        self._dialect = dialect
        self._wire = wire
        self._peer = peer
        self._queue: deque[bytes | Request] | None = None
        self._busy = 0
        self._paused = False
        self._ended = False
        self._errors: deque[float] | None = None
        self._hello: ask.Hello | None = None
        self.backlog = Backlog(engine.turn, wire, engine.limits.backlog, engine.limits.slow_within)
        self.session: Session | None = None
        seconds = engine.limits.register_within / 1000
        self._hurry: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(seconds, self._time_out)

    # What the door tells.

    def hear(self, message: bytes) -> None:
        """The peer said something: one frame or one line. It waits its turn if as many as the dialect's window are
        under way, and is read only then: what a line means depends on what came of those before it."""
        if self._ended:
            return
        if self._busy < self._dialect.window and not self._queue:
            self._read(message)
        else:
            self._wait(message)

    def take(self, request: Request) -> None:
        """Answers a request that the door makes for its peer, in its turn."""
        if self._ended:
            return
        if self._busy < self._dialect.window and not self._queue:
            self._do(request)
        else:
            self._wait(request)

    def refuse(self, refused: Refused) -> None:
        """Tells the peer that the door itself could not take what it sent."""
        if not self._ended:
            self._refuse(refused, None, None)

    def lose(self) -> None:
        """The connection is gone."""
        if self._hurry is not None:
            self._hurry.cancel()
        self._ended = True
        self._queue = None
        self.backlog.drop()
        self._engine.sessions.part(self._peer.address)
        if self.session is not None:
            self._engine.leave(self.session)

    def end(self, code: str, message: str, retry_after: int | None = None) -> None:
        """Says goodbye and ends."""
        if self._ended:
            return
        self._ended = True
        self._queue = None
        self._engine.fanout.flush()  # what was recorded before the goodbye is told before it
        self._tell(Bye(reason=message, retry_after=retry_after))
        self.backlog.write()
        self.backlog.drop()  # after the goodbye nothing may follow
        self._wire.close(code)

    # Requests, each answered through a callback.

    def _read(self, message: bytes) -> None:
        try:
            request = self._dialect.read(message)
        except Refused as refused:
            self._refuse(refused, *self._dialect.marks(message))
            return
        if isinstance(request, Say):
            self.backlog.owe(request.data)
        elif request is not None:
            self._do(request)

    def _wait(self, what: bytes | Request) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append(what)
        if not self._paused:
            self._paused = True
            self._wire.pause()

    def _do(self, request: Request) -> None:
        match request:
            case ask.Command():
                self._act(request)
            case ask.Query():
                self._look(request)
            case ask.Typed():
                self._type(request)
            case ask.Typing():
                if self.session is not None:
                    self._engine.type(self.session, request.room)
                else:
                    self._must_register(None, None)
            case ask.Ping():
                self._tell(Pong(ref=request.ref))
            case ask.Hello():
                self._enter(request)
            case ask.Quit():
                self.end("", "Goodbye.")

    def _act(self, command: ask.Command) -> None:
        if self.session is None:
            self._must_register(command.cid, None)
            return
        self._busy += 1
        self._engine.act(self.session, command, lambda outcome: self._acted(command, outcome))

    def _acted(self, command: ask.Command, outcome: Any) -> None:
        if (
            isinstance(outcome, Refused)
            and outcome.code == "rate_limited"
            and outcome.field is None  # how fast one may send, not how slow a room is
            and self._dialect.patient
            and not self._ended
        ):
            delay = (outcome.retry_after or 0) / 1000
            asyncio.get_running_loop().call_later(delay, self._act_again, command)
            return
        self._answered(outcome, command.cid, None)

    def _act_again(self, command: ask.Command) -> None:
        self._busy -= 1
        if not self._ended:
            self._act(command)

    def _look(self, query: ask.Query) -> None:
        if self.session is None:
            self._must_register(None, query.ref)
            return
        self._busy += self._weight
        self._engine.look(self.session, query, lambda outcome: self._looked(query, outcome))

    def _looked(self, query: ask.Query, outcome: Any) -> None:
        self._busy -= self._weight - 1
        self._answered(outcome, None, query.ref)

    @property
    def _weight(self) -> int:
        """What a look-up counts for in the window: it may answer with a page, so few are under way at once."""
        return max(1, self._dialect.window // _LOOKS_AT_ONCE)

    def _type(self, typed: ask.Typed) -> None:
        """What a person typed, read by the one grammar; what it asks for is done."""
        try:
            request = parse(typed.text, Place(typed.room, typed.cid), private_at=typed.private_at)
        except Refused as refused:
            self._refuse(refused, typed.cid, None)
            return
        match request:
            case SwitchAck():
                self._refuse(
                    Refused("usage", "/ack is for the line door; here every message is confirmed."), typed.cid, None
                )
            case AskPassword(to=to):
                self._refuse(Refused("usage", f"A password is never typed here. Use {_WHERE[to]}."), typed.cid, None)
            case ask.Query():
                self._do(msgspec.structs.replace(request, ref=typed.cid))
            case _:
                self._do(request)

    def _enter(self, hello: ask.Hello) -> None:
        if self._hello is not None or (self.session is not None and not self._dialect.switches):
            self._refuse(Refused("not_allowed", "You have said hello already."), None, None)
            return
        try:
            shown = claimed(hello, self._peer.cookie)
        except Refused as refused:
            self._refuse(refused, None, None)
            return
        peer = self._peer
        attempt = Attempt(shown, peer.address, here=peer.here, lasting=peer.lasting, device=hello.client)
        self._hello = hello
        self._busy += 1
        self._engine.enter(attempt, self._entered)

    def _entered(self, outcome: Any) -> None:
        hello, self._hello = self._hello, None
        if not isinstance(outcome, Entrance):
            self._answered(outcome, None, None)
            return
        if self._ended:
            self._engine.forget(outcome.account)
            if outcome.begun and outcome.credential is not None:
                self._engine.drop(outcome.credential)  # nobody was told its token
            return
        if self.session is not None:
            self._engine.leave(self.session)
            self.session = None
        session = Session(
            outcome.account,
            door=self._peer.door,
            address=self._peer.address,
            shape=self._dialect,
            backlog=self.backlog,
            close=self.end,
            since=self._engine.clock(),
            credential=outcome.credential,
            scopes=outcome.scopes,
            fleeting=outcome.begun and not self._peer.lasting,
            expires=outcome.expires,
        )
        states = {room.id: room.head for room in outcome.rooms} | {outcome.account.id: outcome.head}
        cursors = hello.cursors if hello is not None else None
        known = cursors.rooms if cursors is not None else {}
        try:
            welcome = self._engine.admit(session, outcome, [room for room in known if room not in states])
        except Refused as refused:
            self._refuse(refused, None, None)
            self.end(refused.code, refused.message)
            return
        self.session = session
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
        self._answered(welcome, None, None)
        if cursors is not None:
            self._resume(cursors, states)

    def _resume(self, cursors: ask.Cursors, heads: dict[str, int]) -> None:
        """Sends what the peer has missed, as far as a page holds; it asks for the rest."""
        if cursors.epoch != self._engine.epoch:
            message = "The server's history was restored since you were here; begin anew."
            self._refuse(Refused("epoch_changed", message, field="cursors"), None, None)
            return
        if len(cursors.rooms) > ask.CURSORS_MOST:
            most = ask.CURSORS_MOST
            self._refuse(Refused("too_many", f"At most {most} cursors may be given.", field="cursors"), None, None)
            return
        for room, seq in cursors.rooms.items():
            head = heads.get(room)
            if head is None:
                continue
            if not 0 <= seq <= head:
                message = f"The cursor {seq} of room {room} is impossible: its last number is {head}."
                self._refuse(Refused("resume_bad_cursor", message, field="cursors"), None, None)
            elif seq < head:
                self.take(ask.Fetch(room=room, after=seq, limit=ask.PAGE_MOST))

    # Answers.

    def _answered(self, outcome: Any, cid: str | None, ref: str | None) -> None:
        """One request is done: tells what came of it, and goes on with those that wait."""
        self._busy -= 1
        if self._ended:
            return
        match outcome:
            case Refused():
                self._refuse(outcome, cid, ref)
            case Exception():
                self._engine.observer.defect(self._peer.door, outcome)
                # Whether it was done is not known: the peer finds out by its cid when it comes back.
                self.end("internal", _FAULT, 1_000)
                return
            case _:
                self._tell(outcome)
                for request in self._dialect.follow_up(outcome):
                    self._do(request)
        if self._paused:
            # Not at once: what this request recorded is shown before the next is answered.
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._engine.fanout.flush()  # what a line means may depend on what the one before it recorded
        if self._queue and self.backlog.is_behind:
            asyncio.get_running_loop().call_later(_LOOK_AGAIN, self._go_on)  # no more answers to one who does not read
            return
        while self._queue and self._busy < self._dialect.window and not self._ended:
            following = self._queue.popleft()
            if isinstance(following, bytes):
                self._read(following)
            else:
                self._do(following)
        if self._paused and not self._queue and not self._ended:
            self._paused = False
            self._wire.resume()

    def _refuse(self, refused: Refused, cid: str | None, ref: str | None) -> None:
        self._engine.observer.refused(self._peer.door, refused.code, self._peer.address)
        self._tell(
            Refusal(
                code=refused.code,
                message=refused.message,
                field=refused.field,
                retry_after=refused.retry_after,
                cid=cid,
                ref=ref,
            )
        )
        if CODES[refused.code].close is not None and refused.code not in self._dialect.forgives:
            self.end(refused.code, refused.message)
        elif refused.code in _NONSENSE:
            self._count_error()

    def _count_error(self) -> None:
        """Twenty messages without sense within a minute end the conversation."""
        now = time.monotonic()
        errors = self._errors = self._errors if self._errors is not None else deque()
        errors.append(now)
        while errors[0] < now - _ERRORS_WITHIN:
            errors.popleft()
        if len(errors) >= self._engine.limits.errors_a_minute:
            self.end("too_many_errors", f"{len(errors)} messages in a minute made no sense. Read docs/protocol.md.")

    def _must_register(self, cid: str | None, ref: str | None) -> None:
        self._refuse(Refused("not_registered", "Say hello first: nobody has come in yet."), cid, ref)

    def _tell(self, answer: AnyAnswer) -> None:
        if data := self._dialect.spell(answer):
            self.backlog.owe(data)

    def _time_out(self) -> None:
        self._hurry = None
        seconds = self._engine.limits.register_within // 1000
        self.end("auth_timeout", f"Nobody said hello within {seconds} s.")
