"""The door of files: uploads by tus 1.0 or in one request, downloads by ranges, to those who may; and of what links
lead to, which takes as long."""

import contextlib
import secrets
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

import msgspec
from starlette.types import Receive, Scope, Send

from klatch.core.commands import SendMessage
from klatch.core.credentials import ByToken, Identity
from klatch.core.refusals import Refused
from klatch.engine.engine import Engine
from klatch.engine.filing import KEY_SIGN, Filing, Progress, Reading, Sum, Wish
from klatch.engine.link_previews import LinkPreviews
from klatch.engine.sessions import Caller
from klatch.engine.waiting import outcome_of
from klatch.gateways.cookies import read_cookie, spell_cookie
from klatch.gateways.http.api import Caller as Shown
from klatch.gateways.http.api import Request, Response, refuse
from klatch.gateways.trust import ORIGIN, WIRE, Trust, Wire
from klatch.protocols import ranges, tus
from klatch.protocols.api import EXPOSED, BadMethod, find_token, read_query, spell, split

FILES: Final = "/api/files"
PEOPLE: Final = "/api/people/"
ROOMS: Final = "/api/rooms/"
COOKIE: Final = "klatch-files"
_PATIENCE: Final = 60.0  # seconds that a peer may take for one piece
_WORKING: Final = 300.0  # seconds that the disk may take
_FAULT: Final = "Something went wrong in the server; it was logged. Try again."
_DIGITS: Final = 18  # of a message's number
_METHODS: Final = frozenset({"PATCH", "DELETE"})

Headers = list[tuple[bytes, bytes]]


class FileDoor:
    """Answers for everything below /api/files, for pictures of people and for previews of links."""

    def __init__(self, app: Any, engine: Engine, filing: Filing, links: LinkPreviews, trust: Trust) -> None:
        """`app` answers the rest."""
        self._app = app
        self._engine = engine
        self._filing = filing
        self._links = links
        self._trust = trust

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["raw_path"].decode("ascii", "replace")
        if not (
            path == FILES
            or path.startswith(FILES + "/")
            or (path.startswith(PEOPLE) and "/avatar/" in path)
            or (path.startswith(ROOMS) and path.endswith("/previews"))
        ):
            await self._app(scope, receive, send)
            return
        visit = Visit(scope, receive, send)
        try:
            await self._answer(visit)
        except Refused as refused:
            self._engine.observer.refused("http", refused.code, scope[ORIGIN].address)
            await visit.refuse(refused)
        except Exception as failure:  # noqa: BLE001 - one request that fails must not end in a traceback
            self._engine.observer.defect("http", failure)
            await visit.refuse(Refused("internal", _FAULT, retry_after=1_000))

    async def _answer(self, visit: "Visit") -> None:
        request = visit.request
        if (token := find_token(request.query)) is not None:
            await outcome_of(lambda done: self._engine.expose(token, done))
            raise Refused("token_in_url", EXPOSED)
        if request.method == "OPTIONS" and visit.path.startswith(FILES):
            await visit.tell(204, self._abilities())
            return
        request.check_page(self._trust)
        parts = split(visit.path.rstrip("/"))[1:]  # after api
        match parts:
            case ["people", account, "avatar", version]:
                await self._show_person(visit, account, version)
            case ["rooms", room, "messages", seq, "previews"] if (
                seq.isascii() and seq.isdigit() and len(seq) <= _DIGITS
            ):
                await self._preview_links(visit, room, int(seq))
            case ["files"]:
                await self._take(visit)
            case ["files", "key"]:
                await self._keep_key(visit)
            case ["files", upload]:
                await self._upload(visit, upload)
            case ["files", "drop", secret, name]:
                await self._drop(visit, secret, name)
            case ["files", upload, "preview"] if not visit.path.endswith("/"):
                await self._preview(visit, upload)
            case ["files", upload, _]:
                await self._download(visit, upload)
            case _:
                raise Refused("no_such_route", "There is nothing at this path; docs/api.md tells of files.")

    async def _recognise(self, request: Request) -> Caller:
        origin = request.origin
        token = request.token
        kept = read_cookie(request.headers.get("cookie", ""), encrypted=origin.encrypted, name=COOKIE)
        if kept is not None and "authorization" not in request.headers:
            token = kept
        if token is None:
            raise Refused(
                "not_registered", "Say who you are: Authorization: Bearer TOKEN. POST /api/sessions gives one."
            )
        if token.startswith(KEY_SIGN):
            return await self._filing.recognise(token, origin.address)
        address = origin.address
        identity: Identity = await outcome_of(lambda done: self._engine.authenticate(ByToken(token), address, done))
        return Shown(identity.account, address, identity.credential, identity.scopes)

    # Sending up.

    async def _take(self, visit: "Visit") -> None:
        visit.allow("POST")
        caller = await self._recognise(visit.request)
        if visit.speaks_tus:
            await self._create(visit, caller)
            return
        visit.check_plain()
        asked = dict(read_query(visit.request.query))
        if unknown := asked.keys() - {"name", "sha256"}:
            raise Refused("unknown_field", f"The parameter {min(unknown)[:64]} is not known here.", field="name")
        wish = Wish(
            _make_id(), asked.get("name", "file"), visit.length, tus.read_hash(asked.get("sha256")), visit.declared_type
        )
        file = await self._filing.receive(caller, wish, visit.pieces())
        await visit.tell_json(201, file, [(b"location", f"{FILES}/{file.id}".encode())])

    async def _create(self, visit: "Visit", caller: Caller) -> None:
        """tus: creation, with the first piece if it comes along."""
        headers = visit.request.headers
        tus.check_version(headers)
        if "upload-defer-length" in headers:
            raise Refused("bad_upload", "The length must be known: Upload-Length.", field="Upload-Length")
        size = tus.read_number(headers, "Upload-Length")
        told = tus.read_metadata(headers.get("upload-metadata", ""))
        name = told.get("filename") or told.get("name") or "file"
        kind = (told.get("filetype") or told.get("type") or "").partition(";")[0].strip()
        progress = await self._filing.begin(
            caller, Wish(_make_id(), name, size, tus.read_hash(told.get("sha256")), kind)
        )
        location = (b"location", f"{FILES}/{progress.id}".encode())
        if visit.has_body and size:
            visit.check_type()
            progress = await self._filing.append(caller, progress.id, 0, visit.pieces(), visit.expected_sum)
        await visit.tell(201, [location, *_how_far(progress)])

    async def _upload(self, visit: "Visit", upload: str) -> None:
        method = visit.method
        if visit.speaks_tus:
            tus.check_version(visit.request.headers)
        visit.allow("GET, HEAD, PATCH, DELETE")
        caller = await self._recognise(visit.request)
        match method:
            case "HEAD":
                progress = await self._work(visit, self._filing.progress(caller, upload))
                await visit.tell(200, [*_how_far(progress, with_size=True), (b"cache-control", b"no-store")])
            case "PATCH":
                tus.check_version(visit.request.headers)
                visit.check_type()
                offset = tus.read_number(visit.request.headers, "Upload-Offset")
                if visit.length is not None:
                    before = await self._filing.progress(caller, upload)
                    if before.offset == offset and offset + visit.length > before.size:
                        raise Refused("file_too_big", f"More comes than {before.size:,} bytes.", field="Upload-Offset")
                progress = await self._filing.append(caller, upload, offset, visit.pieces(), visit.expected_sum)
                await visit.tell(204, _how_far(progress))
            case "DELETE":
                await self._filing.cancel(caller, upload)
                await visit.tell(204, [])
            case _:
                await visit.tell_json(200, await self._work(visit, self._filing.progress(caller, upload)))

    async def _drop(self, visit: "Visit", secret: str, name: str) -> None:
        """A file by a link, said in a room at once."""
        visit.allow("PUT")
        visit.check_plain()
        drop = self._filing.take_drop(secret)
        try:
            wish = Wish(_make_id(), name, visit.length, None, "")
            file = await self._filing.receive(drop.caller, wish, visit.pieces())
            command = SendMessage(cid=secrets.token_urlsafe(18), room=drop.room, text="", files=[file.id])
            ack = await outcome_of(lambda done: self._engine.act(drop.caller, command, done))
        except BaseException:
            self._filing.give_back(secret, drop)
            raise
        await visit.tell_text(201, f"Sent {file.name} as message {ack.seq}.\n")

    async def _keep_key(self, visit: "Visit") -> None:
        """Has a browser keep the key that is shown, so that pictures load; or forget it."""
        visit.allow("PUT, DELETE")
        key = ""
        if visit.method == "PUT":
            key = visit.request.token or ""
            await self._filing.recognise(key, visit.request.origin.address)
        cookie = spell_cookie(key, encrypted=visit.request.origin.encrypted, name=COOKIE)
        await visit.tell(204, [(b"set-cookie", cookie.encode())])

    @staticmethod
    async def _work(visit: "Visit", work: Any) -> Any:
        visit.expect_work()
        return await work

    def _abilities(self) -> Headers:
        return [
            (b"tus-resumable", tus.VERSION.encode()),
            (b"tus-version", tus.VERSION.encode()),
            (b"tus-extension", tus.EXTENSIONS.encode()),
            (b"tus-max-size", str(self._filing.limits.file_size).encode()),
            (b"tus-checksum-algorithm", ",".join(tus.ALGORITHMS).encode()),
        ]

    # Reading.

    async def _download(self, visit: "Visit", upload: str) -> None:
        visit.allow("GET, HEAD")
        asked = dict(read_query(visit.request.query))
        caller = await self._recognise(visit.request)
        reading = await self._filing.open(caller, upload)
        try:
            await self._send_file(visit, reading, save="save" in asked)
        finally:
            self._filing.close(reading)

    async def _send_file(self, visit: "Visit", reading: Reading, *, save: bool) -> None:
        file, headers = reading.file, visit.request.headers
        tag = f'"{reading.content.hash.hex()}"'
        told: Headers = [
            (b"etag", tag.encode()),
            (b"accept-ranges", b"bytes"),
            (b"content-security-policy", ranges.SANDBOX.encode()),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"content-disposition", ranges.disposition(file.type, file.name, save=save).encode()),
            (b"content-type", ranges.media_type(file.type).encode()),
            # Asked again each time: who was removed since is told so.
            (b"cache-control", b"private, no-cache"),
        ]
        if ranges.is_known(headers, tag):
            await visit.tell(304, told)
            return
        try:
            part = ranges.find_range(headers, file.size, tag)
        except ranges.Unsatisfiable:
            await visit.tell(416, [*told, (b"content-range", f"bytes */{file.size}".encode())])
            return
        first, last = part or (0, file.size - 1)
        if part is None:
            told.append((b"repr-digest", b"sha-256=:" + b64encode(reading.content.hash) + b":"))
        else:
            told.append((b"content-range", f"bytes {first}-{last}/{file.size}".encode()))
        told.append((b"content-length", str(last - first + 1).encode()))
        await visit.stream(206 if part else 200, told, self._filing.read(reading, first, last), last - first + 1)

    async def _preview(self, visit: "Visit", upload: str) -> None:
        visit.allow("GET, HEAD")
        caller = await self._recognise(visit.request)
        reading = await self._filing.open(caller, upload)
        try:
            tag = f'"{reading.content.hash.hex()}-preview"'
            if ranges.is_known(visit.request.headers, tag):
                await visit.tell(304, [(b"etag", tag.encode())])
                return
            picture = await self._filing.preview(reading)
        finally:
            self._filing.close(reading)
        await visit.show(
            picture, reading.content.preview, [(b"etag", tag.encode()), (b"cache-control", b"private, no-cache")]
        )

    async def _show_person(self, visit: "Visit", account: str, version: str) -> None:
        visit.allow("GET, HEAD")
        caller = await self._recognise(visit.request)
        kind, picture = await self._filing.avatar(caller, account, version)
        # Its name changes with the picture.
        await visit.show(picture, kind, [(b"cache-control", b"private, max-age=31536000, immutable")])

    async def _preview_links(self, visit: "Visit", room: str, seq: int) -> None:
        visit.allow("GET")
        caller = await self._recognise(visit.request)
        visit.expect_work()
        await visit.tell_json(200, await self._links.of_message(caller, room, seq))


class Visit:
    """One request at this door, and what is answered to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.request = Request(scope, receive)
        self.path = self.request.path
        override = self.request.headers.get("x-http-method-override", "").upper()
        self.method = override if self.request.method == "POST" and override in _METHODS else self.request.method
        self._wire: Wire = scope[WIRE]
        self._receive = receive
        self._send = send
        self._begun = False

    @property
    def speaks_tus(self) -> bool:
        return "tus-resumable" in self.request.headers or self.method == "PATCH"

    @property
    def has_body(self) -> bool:
        return not self.request.is_read

    @property
    def length(self) -> int | None:
        """How many bytes the body has; None if that is not told."""
        said = self.request.headers.get("content-length")
        if said is None:
            return None if "transfer-encoding" in self.request.headers else 0
        return int(said)

    @property
    def declared_type(self) -> str:
        """What the sender takes the body for, if it says more than that it is one."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return "" if kind in ("application/octet-stream", "application/x-www-form-urlencoded") else kind

    @property
    def expected_sum(self) -> Sum | None:
        found = tus.read_checksum(self.request.headers.get("upload-checksum"))
        return None if found is None else Sum(*found)

    def allow(self, methods: str) -> None:
        """Refuses other methods."""
        if self.method not in methods.split(", "):
            raise BadMethod(self.path, methods)

    def check_type(self) -> None:
        """Refuses what is no piece of an upload."""
        if self.request.headers.get("content-type", "").strip().lower() != tus.PIECE_TYPE:
            raise Refused("media_type", f"A piece of an upload comes as Content-Type: {tus.PIECE_TYPE}.")

    def check_plain(self) -> None:
        """Refuses a body that is wrapped: it is kept as it comes."""
        if self.request.headers.get("content-encoding", "identity") != "identity":
            raise Refused("media_type", "The file must come as it is, without a Content-Encoding.")
        if self.request.headers.get("content-type", "").lower().startswith("multipart/"):
            raise Refused(
                "media_type", "The file must come as it is, not in a form: curl -T FILE, or --data-binary @FILE."
            )

    def expect_work(self) -> None:
        """The answer may take its time."""
        self._wire.be_patient(_WORKING)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        async for piece in self.request.pieces():
            yield piece
        self.expect_work()

    async def tell(self, status: int, headers: Headers, body: bytes = b"") -> None:
        """Answers."""
        if self.speaks_tus and all(name != b"tus-resumable" for name, _ in headers):
            headers = [(b"tus-resumable", tus.VERSION.encode()), *headers]
        if status != 304 and all(name != b"content-length" for name, _ in headers) and status != 204:
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        unread = not self.request.is_read
        if unread:
            headers = [*headers, (b"connection", b"close")]
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        if not unread:
            await self._send({"type": "http.response.body", "body": body})
            return
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        await self.request.drain()
        await self._send({"type": "http.response.body", "body": b""})

    async def tell_json(self, status: int, answer: msgspec.Struct, headers: Headers | None = None) -> None:
        """Answers with what a program reads."""
        told = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *(headers or [])]
        await self.tell(status, told, spell(answer) + b"\n")

    async def tell_text(self, status: int, text: str) -> None:
        """Answers with what a person reads."""
        await self.tell(status, [(b"content-type", b"text/plain; charset=utf-8")], text.encode())

    async def show(self, picture: bytes, kind: str, headers: Headers) -> None:
        """Answers with what shows a file small."""
        told = [
            (b"content-type", ranges.media_type(kind).encode()),
            (b"content-security-policy", ranges.SANDBOX.encode()),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        await self.tell(200, [*told, *headers], picture)

    async def stream(self, status: int, headers: Headers, pieces: AsyncGenerator[bytes], size: int) -> None:
        """Answers with what comes piece by piece; what is cut off ends the connection."""
        if self.method == "HEAD" or not size:
            await self.tell(status, headers)
            return
        async with contextlib.aclosing(pieces) as coming:
            async for piece in coming:
                if not self._begun:
                    self._begun = True
                    await self._send({"type": "http.response.start", "status": status, "headers": headers})
                size -= len(piece)
                if not self._wire.be_patient(_PATIENCE):
                    return
                await self._send({"type": "http.response.body", "body": piece, "more_body": size > 0})

    async def refuse(self, refused: Refused) -> None:
        """Answers with a refusal; where an answer was begun, it is cut off."""
        if self._begun:
            self._wire.cut()
            while (await self._receive())["type"] != "http.disconnect":
                pass
            return
        response: Response = refuse(refused)
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *response.headers]
        if refused.code == "tus_version":
            headers.append((b"tus-version", tus.VERSION.encode()))
        await self.tell(response.status, headers, response.body + b"\n")


def _make_id() -> str:
    return secrets.token_hex(16)


def _how_far(progress: Progress, *, with_size: bool = False) -> Headers:
    told = [(b"upload-offset", str(progress.offset).encode())]
    if with_size:
        told.append((b"upload-length", str(progress.size).encode()))
    if progress.file is None:
        told.append((b"upload-expires", tus.spell_expiry(progress.expires).encode()))
    return told
