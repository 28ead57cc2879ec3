"""The door of the API: a request is matched to its route, asked of the engine, and answered."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from klatch.core import commands as ask
from klatch.core.credentials import ByToken, Identity, claimed
from klatch.core.members import Account
from klatch.core.refusals import CODES, Refused
from klatch.engine.authentication import Attempt
from klatch.engine.engine import Done, Engine
from klatch.engine.waiting import outcome_of
from klatch.gateways.cookies import read_cookie, spell_cookie
from klatch.gateways.http.routes import TABLE, Made, SignedIn, SignIn
from klatch.gateways.trust import ORIGIN, Origin, Trust
from klatch.protocols.api import EXPOSED, Asked, BadMethod, Form, find_token, read_query, spell, spell_refusal
from klatch.protocols.strict import BYTES_MOST

BODY_WITHIN: Final = 30.0  # seconds for all of a body
ANSWER_WITHIN: Final = 15.0  # seconds for the engine
UNDER_WAY_MOST: Final = 64  # requests of one account that wait for the engine
_DRAIN_MOST: Final = 4 * BYTES_MOST  # of a body that is too big, so that its sender comes to read why
_DRAIN_WITHIN: Final = 1.0
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FAULT: Final = "Something went wrong in the server; it was logged. Try again."
_JSON: Final = (b"content-type", b"application/json")
_UNREAD: Final = (b"connection", b"close")


class Caller(msgspec.Struct, frozen=True):
    """Who asks, for the length of one request."""

    account: Account
    address: str
    credential: str | None
    scopes: frozenset[str]


class Response(msgspec.Struct):
    """What is answered: status, body, further headers."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]]


class Request:
    """One request, as the door is told of it."""

    __slots__ = ("_receive", "headers", "is_read", "method", "origin", "path", "query")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("ascii", "replace")
        self.query: str = scope["query_string"].decode("utf-8", "surrogateescape")
        self.headers = Headers(scope=scope)
        self.origin: Origin = scope[ORIGIN]
        self.is_read = not self._has_body
        self._receive = receive

    @property
    def token(self) -> str | None:
        """The token that it shows, in its header or, for pages, in a cookie. Refuses what is neither."""
        shown = self.headers.getlist("authorization")
        if not shown:
            return read_cookie(self.headers.get("cookie", ""), encrypted=self.origin.encrypted)
        scheme, _, token = shown[0].strip().partition(" ")
        if len(shown) > 1 or scheme.lower() != "bearer" or not token.strip():
            raise Refused("bad_token", "Write the header as Authorization: Bearer TOKEN, once.")
        return token.strip()

    def check_page(self, trust: Trust) -> None:
        """Refuses what a page of another site has a browser do in somebody's name."""
        if self.method in _SAFE:
            return
        site = self.headers.get("sec-fetch-site")
        try:
            same = trust.is_own_page(self.headers.get("origin"), self.headers.get("host"))
        except ValueError:
            same = False
        if not same or site not in (None, "same-origin", "none"):
            raise Refused("foreign_page", "Pages of other sites may not do this here.")

    async def read(self, form: Form[Any]) -> bytes:
        """The body. Refuses one that is too big, before it is read, and one that is not JSON."""
        self._check_body(form)
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_WITHIN):
                async for piece in self.pieces():
                    body += piece
                    if len(body) > BYTES_MOST:
                        raise _too_big()
        except TimeoutError:
            raise Refused("body_timeout", f"The body did not come within {BODY_WITHIN:.0f} s.") from None
        if body and not form.takes_body:
            raise Refused("bad_json", f"A request with {self.method} has no body here; say all in the URL.")
        return bytes(body)

    async def drain(self) -> None:
        """Reads on for a moment, so that whoever sends too much comes to read the answer."""
        left = _DRAIN_MOST
        try:
            async with asyncio.timeout(_DRAIN_WITHIN):
                async for piece in self.pieces():
                    left -= len(piece)
                    if left < 0:
                        break
        except (TimeoutError, Refused):
            return

    @property
    def _has_body(self) -> bool:
        return "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"

    def _check_body(self, form: Form[Any]) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BYTES_MOST:
            raise _too_big()
        if not self._has_body or not form.takes_body:
            return
        kind, _, more = self.headers.get("content-type", "").lower().partition(";")
        charset = more.replace(" ", "").replace('"', "")
        if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
            raise Refused("media_type", "The body must be JSON: Content-Type: application/json.")
        if self.headers.get("content-encoding", "identity") != "identity":
            raise Refused("media_type", "The body must come as it is, without a Content-Encoding.")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        while not self.is_read:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_read = True
                raise Refused("bad_json", "The body broke off.")  # what came of it may look whole
            self.is_read = not message.get("more_body", False)
            yield message.get("body", b"")


class Api:
    """The routes of the table, asked of one engine."""

    def __init__(self, engine: Engine, trust: Trust) -> None:
        """`trust` tells which pages are this server's own."""
        self._engine = engine
        self._trust = trust
        self._under_way: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Refused as refused:
            self._engine.observer.refused("http", refused.code, scope[ORIGIN].address)
            response = refuse(refused)
        except Exception as failure:  # noqa: BLE001 - one request that fails must not end in a traceback
            self._engine.observer.defect("http", failure)
            response = refuse(Refused("internal", _FAULT, retry_after=1_000))
        await _send(request, response, send)

    async def _answer(self, request: Request) -> Response:
        await self._check_url(request)
        form, parameters = TABLE.find(request.method, request.path)
        request.check_page(self._trust)
        token = None
        if form.route.scope is not None:
            token = request.token
            if token is None:
                raise Refused(
                    "not_registered", "Say who you are: Authorization: Bearer TOKEN. POST /api/sessions gives one."
                )
        body = await request.read(form)
        asked = Asked(parameters, request.query, body, request.headers.get("idempotency-key"))
        if token is None:
            return await self._sign_in(request, form.read(asked, _make))
        # Only now: what came slowly counts for nothing if the token was revoked meanwhile.
        caller = await self._recognise(request, token)
        headers = []
        if parameters.get("credential") == "current":
            asked = msgspec.structs.replace(asked, parameters={"credential": caller.credential or ""})
            headers.append(_cookie(request, ""))
        command = form.read(asked, _make)
        self._check_epoch(request)
        answer = await self._ask(caller, command)
        if form.route.made:
            answer = Made(**msgspec.structs.asdict(answer), secret=command.secret)
        return Response(form.route.status, spell(answer), headers)

    async def _check_url(self, request: Request) -> None:
        """A token in a URL is in the logs and histories of whatever it passed: it is worth nothing any more."""
        token = find_token(request.query)
        if token is not None:
            await self._wait(lambda done: self._engine.expose(token, done))
            raise Refused("token_in_url", EXPOSED)

    async def _recognise(self, request: Request, token: str) -> Caller:
        address = request.origin.address
        identity: Identity = await self._wait(lambda done: self._engine.authenticate(ByToken(token), address, done))
        return Caller(identity.account, address, identity.credential, identity.scopes)

    async def _sign_in(self, request: Request, wish: SignIn) -> Response:
        """Lets somebody in, and gives the token of the session."""
        secret = wish.secret
        if wish.password is None and wish.link is None and secret is None:
            secret = secrets.token_urlsafe(24)
        shown = claimed(ask.Hello(name=wish.name, password=wish.password, link=wish.link, secret=secret))
        origin = request.origin
        attempt = Attempt(shown, origin.address, here=origin.here, device=wish.client)
        identity: Identity = await self._wait(lambda done: self._engine.sign_in(attempt, done))
        token, person = identity.token or "", self._engine.roster.person(identity.account)
        answer = SignedIn(account=person, role=identity.account.role, token=token, secret=secret)
        return Response(201, spell(answer), [_cookie(request, token)])

    async def _ask(self, caller: Caller, request: ask.Command | ask.Query) -> Any:
        account = caller.account.id
        waiting = self._under_way.get(account, 0)
        if waiting >= UNDER_WAY_MOST:
            raise Refused(
                "rate_limited", f"{waiting} of your requests are under way; wait for them.", retry_after=1_000
            )
        self._under_way[account] = waiting + 1
        try:
            if isinstance(request, ask.Command):
                return await self._wait(lambda done: self._engine.act(caller, request, done))
            return await self._wait(lambda done: self._engine.look(caller, request, done))
        finally:
            self._under_way[account] -= 1
            if not self._under_way[account]:
                del self._under_way[account]

    @staticmethod
    async def _wait(begin: Callable[[Done], None]) -> Any:
        """What the engine answers; whoever stopped waiting does not hinder it."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await outcome_of(begin)
        except TimeoutError:
            # Whether it was done is not known: the same cid finds out.
            raise Refused(
                "try_again", "The server is too busy to tell. Send the same again.", retry_after=2_000
            ) from None

    def _check_epoch(self, request: Request) -> None:
        for name, value in read_query(request.query):
            if name == "epoch" and value != self._engine.epoch:
                raise Refused("epoch_changed", "The server's history was restored since; begin anew.", field="epoch")


def refuse(refused: Refused) -> Response:
    """A refusal as a response."""
    headers = []
    status = CODES[refused.code].http
    if refused.retry_after is not None:
        headers.append((b"retry-after", str(-(-refused.retry_after // 1000)).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(refused, BadMethod):
        headers.append((b"allow", refused.allow.encode()))
    return Response(status, spell_refusal(refused), headers)


def _cookie(request: Request, token: str) -> tuple[bytes, bytes]:
    return b"set-cookie", spell_cookie(token, encrypted=request.origin.encrypted).encode()


def _too_big() -> Refused:
    return Refused("too_big", f"A body may have {BYTES_MOST:,} bytes.")


def _make(kind: type[msgspec.Struct], field: str) -> str:
    """A new value for a field that the caller left out: a cid, a token, or the secret of a link."""
    if field == "cid":
        return secrets.token_urlsafe(18)
    return f"klatch_{secrets.token_urlsafe(32)}" if kind is ask.MakeToken else secrets.token_urlsafe(32)


async def _send(request: Request, response: Response, send: Send) -> None:
    body = response.body + b"\n"  # for those who look at it in a terminal
    headers = [_JSON, (b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    if not request.is_read:
        headers.append(_UNREAD)
    await send({"type": "http.response.start", "status": response.status, "headers": headers + response.headers})
    if request.is_read:
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await request.drain()
    await send({"type": "http.response.body", "body": b""})
