"""Filing: uploads come in piece by piece, are made whole, are read by those who may, and are cleared away."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from klatch.core.events import (
    Banned,
    Deleted,
    Entry,
    Erased,
    Kicked,
    Left,
    Message,
    RoomDeleted,
    RoomSet,
    SignedOut,
    Swept,
)
from klatch.core.files import File, no_such_file, spell_size
from klatch.core.limits import Limits
from klatch.core.members import Account
from klatch.core.permissions import check_scope
from klatch.core.refusals import Refused
from klatch.engine import actions, files
from klatch.engine.files import UNSENT_FOR, Wish
from klatch.engine.limits import RateLimits
from klatch.engine.restraints import check_entrance
from klatch.engine.sessions import Caller
from klatch.engine.settings import Settings
from klatch.engine.waiting import outcome_of
from klatch.files.port import Files, Gone, Locked, NoRoom, OutOfPlace, Settled, Sum, TooLong, WrongSum
from klatch.observe.port import Observer
from klatch.storage.port import Content, Decision, Look, Reader, Store, Transaction, Upload, as_file

__all__ = ["KEY_SIGN", "Drop", "Filing", "Progress", "Reading", "Sum", "Wish"]

T = TypeVar("T")

_TIDY_EVERY: Final = 3_600.0  # seconds
_TIDY_AFTER: Final = 2.0
_AT_ONCE: Final = 100
_STRAY_FOR: Final = 3_600_000  # ms after which what nobody knows of is cleared away
_MAY_END_READING: Final = (Left, Kicked, Banned, RoomDeleted, RoomSet, Deleted, Swept, Erased, SignedOut)
_MAY_FREE: Final = (RoomDeleted, Deleted, Swept, Erased)
_LINK_FOR: Final = 900_000  # ms
_LINKS_MOST: Final = 10_000
KEY_SIGN: Final = "files_"  # what a key begins with
_KEY_FOR: Final = 43_200_000  # ms


class Progress(msgspec.Struct, frozen=True):
    """How far an upload is: `offset` bytes of `size` are there; `file` is what it brought, once it is whole; `expires`
    is when it is gone (ms UTC) unless a message carries it."""

    id: str
    name: str
    offset: int
    size: int
    expires: int
    file: File | None = None


class Drop(msgspec.Struct, frozen=True):
    """A link by which one file can be sent into a room, without showing anything else; `expires` is ms UTC."""

    caller: Any
    room: str
    expires: int


class Holder(msgspec.Struct, frozen=True):
    """Whoever has a key, as they were when they got it."""

    account: Account
    address: str
    credential: str | None
    scopes: frozenset[str]


class Reading:
    """Somebody reads a file; `doubt`: whether they still may is to be found out."""

    __slots__ = ("caller", "content", "doubt", "file")

    def __init__(self, caller: Caller, upload: Upload, content: Content) -> None:
        self.caller = caller
        self.file = as_file(upload)
        self.content = content
        self.doubt = False


class Filing:
    """What doors ask about files. Everything runs on the event loop; what waits for the disk waits elsewhere."""

    def __init__(
        self,
        store: Store,
        shelf: Files,
        rates: RateLimits,
        observer: Observer,
        settings: Settings,
        clock: Callable[[], int],
        *,
        types: tuple[str, ...] = (),
    ) -> None:
        """`types`: what is taken, as media types with `*` in them; empty: all."""
        self._settings = settings
        self._store = store
        self._shelf = shelf
        self._rates = rates
        self._observer = observer
        self._clock = clock
        self._types = types
        self._readings: set[Reading] = set()
        self._drops: dict[str, Drop] = {}
        self._keys: OrderedDict[str, tuple[Holder, int]] = OrderedDict()
        self._wake = asyncio.Event()

    @property
    def limits(self) -> Limits:
        """How much is allowed now."""
        return self._settings.limits

    # Sending up.

    async def begin(self, caller: Caller, wish: Wish) -> Progress:
        """Begins an upload. Refuses what would be refused in the end, as far as it is known."""
        check_scope("upload", caller.scopes, reads=False)
        self._rates.admit(caller.account.id, caller.address)
        upload, _ = await self._begin(caller, wish)
        if not upload.size and wish.size is not None:
            return await self._finish(upload)
        return self._progress(upload, 0)

    async def receive(self, caller: Caller, wish: Wish, pieces: AsyncIterator[bytes]) -> File:
        """Takes a whole file at once."""
        check_scope("upload", caller.scopes, reads=False)
        self._rates.admit(caller.account.id, caller.address)
        upload, most = await self._begin(caller, wish)
        try:
            offset = await self._append(upload, 0, pieces, most)
            _check_length(wish.size, offset)
            whole = (await self._finish(upload)).file
        except BaseException:
            await asyncio.shield(self._forget(upload.id))
            raise
        if whole is None:
            raise LookupError("an upload that was finished is not whole")
        return whole

    async def progress(self, caller: Caller, upload: str) -> Progress:
        """How far an upload of one's own is. One of which all is there is made whole."""
        found = await self._look(lambda reader: files.own(reader, caller.account.id, upload))
        if found.content is not None:
            return self._progress(found, found.size)
        try:
            offset = await self._shelf.offset(upload)
        except Gone:
            raise _away() from None
        if offset is None:
            await self._forget(upload)
            raise no_such_file()
        if offset == found.size:
            return await self._finish(found)
        return self._progress(found, offset)

    async def append(
        self, caller: Caller, upload: str, offset: int, pieces: AsyncIterator[bytes], expected: Sum | None = None
    ) -> Progress:
        """Adds to an upload what comes."""
        check_scope("upload", caller.scopes, reads=False)
        found = await self._look(lambda reader: files.own(reader, caller.account.id, upload))
        if found.content is not None:
            if offset != found.size:
                raise _misplaced(found.size)
            return self._progress(found, found.size)
        reached = await self._append(found, offset, pieces, found.size, expected)
        return await self._finish(found) if reached == found.size else self._progress(found, reached)

    async def cancel(self, caller: Caller, upload: str) -> None:
        """Takes an upload back that no message carries."""
        check_scope("upload", caller.scopes, reads=False)
        if await self._decide(lambda transaction: files.cancel(transaction, caller.account.id, upload)):
            await self._shelf.discard(upload)
        self._wake.set()

    # Reading.

    async def open(self, caller: Caller, upload: str) -> Reading:
        """A file that the caller may read; `close` it in the end."""
        check_scope("read", caller.scopes, reads=True)
        found = await self._look(lambda reader: self._check(reader, caller, upload))
        if found.content is None:
            raise no_such_file()
        reading = Reading(caller, found, found.content)
        self._readings.add(reading)
        return reading

    def close(self, reading: Reading) -> None:
        """Nobody reads there any more."""
        self._readings.discard(reading)

    async def read(self, reading: Reading, first: int, last: int) -> AsyncGenerator[bytes]:
        """Bytes of a file; refuses to go on once the reader may not read it any more."""
        try:
            async for piece in self._shelf.read(reading.content.place, first, last):
                if reading.doubt:
                    reading.doubt = False
                    await self._look(lambda reader: self._check(reader, reading.caller, reading.file.id))
                yield piece
        except Gone as gone:
            self._observer.log("file_missing", place=reading.content.place)
            raise no_such_file() from gone

    async def preview(self, reading: Reading) -> bytes:
        """What shows a file small."""
        return await self._preview(reading.content)

    async def avatar(self, caller: Caller, account: str, version: str) -> tuple[str, bytes]:
        """What shows somebody: its media type, and the picture."""
        check_scope("read", caller.scopes, reads=True)
        content = await self._look(lambda reader: files.picture_of(reader, account, version))
        return content.preview, await self._preview(content)

    def follow(self, entries: list[Entry]) -> None:
        """What was recorded may end a reading, or leave contents that nobody needs."""
        for entry in entries:
            if type(entry.body) is Message:
                continue
            if isinstance(entry.body, _MAY_END_READING):
                for reading in self._readings:
                    reading.doubt = True
            if isinstance(entry.body, _MAY_FREE):
                self._wake.set()

    # Keys, for what has no token: guests, and pictures that a browser loads.

    def make_key(self, caller: Caller) -> tuple[str, int]:
        """What shows over HTTP who somebody is, and until when (ms UTC)."""
        expires = self._clock() + _KEY_FOR
        if len(self._keys) >= _LINKS_MOST:
            self._keys.popitem(last=False)
        key = KEY_SIGN + secrets.token_urlsafe(24)
        self._keys[key] = (Holder(caller.account, caller.address, caller.credential, caller.scopes), expires)
        return key, expires

    async def recognise(self, key: str, address: str) -> Caller:
        """Whoever was given this key, if nothing ended that since."""
        holder, expires = self._keys.get(key, (None, 0))
        if holder is None or expires <= self._clock():
            raise Refused("bad_token", "The key is unknown here, or too old. Ask for another.")
        caller = msgspec.structs.replace(holder, address=address)
        account = await self._look(lambda reader: self._check_caller(reader, caller))
        return msgspec.structs.replace(caller, account=account)

    # Links for those who can show nothing.

    def make_drop(self, caller: Caller, room: str) -> tuple[str, int]:
        """The secret of a link by which one file is sent into a room as the caller, and until when (ms UTC)."""
        now = self._clock()
        if len(self._drops) >= _LINKS_MOST:
            self._drops = {secret: drop for secret, drop in self._drops.items() if drop.expires > now}
        if len(self._drops) >= _LINKS_MOST:
            raise Refused("rate_limited", "Too many such links are open. Try again in a minute.", retry_after=60_000)
        secret = secrets.token_urlsafe(16)
        self._drops[secret] = Drop(caller, room, now + _LINK_FOR)
        return secret, now + _LINK_FOR

    def take_drop(self, secret: str) -> Drop:
        """Uses a link up."""
        drop = self._drops.pop(secret, None)
        if drop is None or drop.expires <= self._clock():
            raise Refused("no_such_file", "This link is used up or too old. /file makes another.")
        return drop

    def give_back(self, secret: str, drop: Drop) -> None:
        """The link was not used after all."""
        self._drops[secret] = drop

    # Clearing away.

    async def keep(self) -> None:
        """Clears away what nobody needs, until cancelled."""
        while True:
            try:
                await self._tidy()
            except Exception as failure:  # noqa: BLE001 - what could not be cleared away now can be later
                self._observer.defect("files", failure)
            self._wake.clear()
            try:
                async with asyncio.timeout(_TIDY_EVERY):
                    await self._wake.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(_TIDY_AFTER)

    async def _tidy(self) -> None:
        before = self._clock() - UNSENT_FOR
        while gone := await self._decide(lambda transaction: _forget_unused(transaction, before)):
            for upload, unfinished in gone:
                if unfinished:
                    await self._shelf.discard(upload)
        with self._shelf.undisturbed() as alone:
            if not alone:
                return
            while places := await self._decide(_forget_unwanted):
                for place in places:
                    await self._shelf.discard(place)
            await self._clear_strays()

    async def _clear_strays(self) -> None:
        """What a server that was killed left: contents and pieces that the store does not know of."""
        found = await self._shelf.places(self._clock() - _STRAY_FOR)
        for at in range(0, len(found), _AT_ONCE):
            some = found[at : at + _AT_ONCE]
            for place in await self._look(partial(_unknown, some=some)):
                await self._shelf.discard(place)

    # Helpers of these.

    async def _begin(self, caller: Caller, wish: Wish) -> tuple[Upload, int]:
        most = self.limits.file_size
        if wish.size is not None and wish.size > most:
            raise Refused("file_too_big", f"A file may have {spell_size(most)}; this one has {spell_size(wish.size)}.")
        if wish.kind and not self._takes(wish.kind):
            raise self._wrong_type(wish.kind)
        if self._shelf.free() < (wish.size or 0):
            raise _full()

        def decide(transaction: Transaction) -> tuple[Upload, int]:
            actor = actions.present(transaction, caller.account.id)
            return files.begin(transaction, actor, wish, self.limits)

        begun: tuple[Upload, int] = await self._decide(decide)
        try:
            await self._shelf.begin(wish.id)
        except NoRoom:
            await self._forget(wish.id)
            raise _full() from None
        return begun

    async def _append(
        self, upload: Upload, offset: int, pieces: AsyncIterator[bytes], most: int, expected: Sum | None = None
    ) -> int:
        try:
            return await self._shelf.append(upload.id, offset, pieces, most, expected)
        except NoRoom:
            raise _full() from None
        except OutOfPlace as wrong:
            raise _misplaced(wrong.offset) from None
        except Locked:
            raise _locked() from None
        except TooLong:
            raise Refused("file_too_big", f"More came than {most:,} bytes.", field="size") from None
        except WrongSum:
            raise Refused("checksum", "What came has not the checksum that was told. Send it again.") from None
        except Gone:
            raise no_such_file() from None

    async def _finish(self, upload: Upload) -> Progress:
        try:
            settled = await self._shelf.settle(upload.id, upload.account)
        except NoRoom:
            raise _full() from None
        except Locked:
            raise _locked() from None
        except Gone:
            raise _away() from None
        try:
            self._check_whole(upload, settled)
        except Refused:
            await asyncio.shield(self._forget(upload.id))
            raise
        whole, needed = await self._decide(lambda transaction: files.finish(transaction, upload.id, settled))
        if not needed:
            await self._shelf.discard(upload.id)
        return self._progress(whole, whole.size)

    def _check_whole(self, upload: Upload, settled: Settled) -> None:
        if upload.hash is not None and upload.hash != settled.hash:
            raise Refused(
                "wrong_hash", f"What came of {upload.name} has the SHA-256 {settled.hash.hex()}. Send it anew."
            )
        if not self._takes(settled.media_type):
            raise self._wrong_type(settled.media_type)

    async def _forget(self, upload: str) -> None:
        await self._decide(lambda transaction: transaction.remove_upload(upload))
        await self._shelf.discard(upload)

    def _takes(self, kind: str) -> bool:
        return not self._types or any(fnmatchcase(kind.lower(), each) for each in self._types)

    def _wrong_type(self, kind: str) -> Refused:
        return Refused("file_type", f"Files of the type {kind} are not taken here, but {', '.join(self._types)}.")

    def _check(self, reader: Reader, caller: Caller, upload: str) -> Upload:
        """The one check of who may read a file, at the start and whenever something may have changed."""
        try:
            viewer = self._check_caller(reader, caller)
        except Refused as refused:
            raise no_such_file() from refused
        return files.may_read(reader, viewer, upload)

    def _check_caller(self, reader: Reader, caller: Caller) -> Account:
        viewer: Account = actions.present(reader, caller.account.id)
        check_entrance(reader, viewer, viewer.name, caller.address, self._clock())
        if caller.credential is not None and all(
            each.id != caller.credential for each in reader.credentials_of(viewer.id)
        ):
            raise Refused("bad_token", "You were signed out. Sign in again.")
        return viewer

    async def _preview(self, content: Content) -> bytes:
        if not content.preview:
            raise no_such_file()
        try:
            return await self._shelf.read_preview(content.place)
        except Gone as gone:
            raise no_such_file() from gone

    def _progress(self, upload: Upload, offset: int) -> Progress:
        whole = None if upload.content is None else as_file(upload)
        return Progress(upload.id, upload.name, offset, upload.size, upload.created + UNSENT_FOR, whole)

    async def _decide(self, decision: Decision[T]) -> T:
        found: T = await outcome_of(lambda done: self._store.decide(decision, done))
        return found

    async def _look(self, look: Look[T]) -> T:
        found: T = await outcome_of(lambda done: self._store.read(look, done))
        return found


def _forget_unused(transaction: Transaction, before: int) -> list[tuple[str, bool]]:
    gone = transaction.unused_since(before, _AT_ONCE)
    for upload, _ in gone:
        transaction.remove_upload(upload)
    return gone


def _unknown(reader: Reader, some: list[str]) -> list[str]:
    return [place for place in some if not reader.is_place(place)]


def _forget_unwanted(transaction: Transaction) -> list[str]:
    places = transaction.unwanted(_AT_ONCE)
    for place in places:
        transaction.remove_content(place)
    return places


def _check_length(told: int | None, came: int) -> None:
    if told is not None and came != told:
        raise Refused("bad_length", f"{told:,} bytes were told, and {came:,} came.", field="size")


def _misplaced(offset: int) -> Refused:
    return Refused("wrong_offset", f"The upload goes on at byte {offset}.", field="Upload-Offset")


def _locked() -> Refused:
    return Refused("upload_locked", "Another piece of this file is coming in. Ask how far it is.", retry_after=1_000)


def _away() -> Refused:
    return Refused("try_again", "The store of files is away just now. Try again.", retry_after=5_000)


def _full() -> Refused:
    return Refused("storage_full", "The server's disk is full, so the file was not kept. Ask whoever runs it.")
