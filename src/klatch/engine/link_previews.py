"""Previews of links: what the addresses in a message lead to, looked up when somebody first reads it, kept a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit
from weakref import WeakValueDictionary

import msgspec

from klatch.core.events import Message
from klatch.core.permissions import check_scope
from klatch.core.weblinks import find_web_links
from klatch.engine import actions, rooms
from klatch.engine.messages import as_it_is
from klatch.engine.sessions import Caller
from klatch.engine.settings import Settings
from klatch.engine.waiting import outcome_of
from klatch.files.port import Looking
from klatch.observe.port import Observer
from klatch.outbound.port import Fetched, Outbound, Unreachable
from klatch.storage.port import Look, Reader, Store

T = TypeVar("T")

_PAGES: Final = ("text/html", "application/xhtml+xml")
_PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
_EDGE: Final = 480  # pixels of a picture's longer side
_KEPT_MOST: Final = 500
_KEPT_FOR: Final = 3_600.0  # seconds
_FAULT_KEPT_FOR: Final = 300.0
_OF_ONE_AUTHOR: Final = 4  # looked up at once, so that a flood of links holds up those of whoever sent it
_WHY_MOST: Final = 200  # characters in the log
_WITHIN: Final = 30.0  # seconds that a reader waits for one


class LinkPreview(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `url` leads to, as far as it tells: `picture` is a small one in WebP, of this size in pixels."""

    url: str
    title: str
    description: str = ""
    site: str = ""
    picture: bytes = b""
    width: int | None = None
    height: int | None = None


class Previewed(msgspec.Struct, frozen=True):
    """The links of a message that tell something."""

    room: str
    seq: int
    links: list[LinkPreview]


class LinkPreviews:
    """Looks up each address once, for all who read it. Everything here runs on the event loop."""

    def __init__(
        self,
        store: Store,
        outbound: Outbound,
        looking: Looking,
        observer: Observer,
        settings: Settings,
        pace: Callable[[], float],
    ) -> None:
        """`pace` tells monotonic seconds."""
        self._store = store
        self._outbound = outbound
        self._looking = looking
        self._observer = observer
        self._settings = settings
        self._pace = pace
        self._kept: OrderedDict[str, tuple[float, LinkPreview | None]] = OrderedDict()  # until when
        self._under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # of authors

    async def of_message(self, caller: Caller, room: str, seq: int) -> Previewed:
        """What the links of a message lead to, if whoever asks may read it and the room has it so."""
        check_scope("read", caller.scopes, reads=True)
        found, author, urls = await self._look(lambda reader: self._links(reader, caller, room, seq))
        previews = await asyncio.gather(*(self._preview(author, url) for url in urls))
        return Previewed(found, seq, [each for each in previews if each is not None])

    def _links(self, reader: Reader, caller: Caller, room: str, seq: int) -> tuple[str, str, list[str]]:
        viewer = actions.present(reader, caller.account.id)
        place = rooms.find(reader, viewer, room)
        rooms.authorize_in(reader, "read", viewer, place)
        item = as_it_is(reader, place, seq)
        if not isinstance(item.body, Message) or not self._settings.now.previews_links(place.room):
            return place.room.id, "", []
        return place.room.id, item.author.id, find_web_links(item.body.text)

    async def _preview(self, author: str, url: str) -> LinkPreview | None:
        try:
            async with asyncio.timeout(_WITHIN):
                return await self._look_up(author, url)
        except TimeoutError:
            return None  # and whoever asks again may have it

    async def _look_up(self, author: str, url: str) -> LinkPreview | None:
        if self._is_known(url):
            return self._kept[url][1]
        share = self._shares.setdefault(author, asyncio.Semaphore(_OF_ONE_AUTHOR))
        lock = self._under_way.setdefault(url, asyncio.Lock())
        async with share, lock:
            if not self._is_known(url):
                self._keep(url, await self._try(url))
            return self._kept[url][1]

    def _is_known(self, url: str) -> bool:
        until, _ = self._kept.get(url, (0.0, None))
        return until > self._pace()

    async def _try(self, url: str) -> LinkPreview | None:
        try:
            return await self._find(url)
        except Unreachable as why:
            self._observer.log("no_preview", host=_host_of(url), why=str(why)[:_WHY_MOST])
            return None

    async def _find(self, url: str) -> LinkPreview | None:
        found = await self._outbound.fetch(url, _PAGES + _PICTURES)
        if found.media_type in _PICTURES:
            return await self._show(LinkPreview(url, ""), found)
        told = await self._looking.describe(found.body, found.charset)
        if not told.title:
            return None
        preview = LinkPreview(url, told.title, told.description, told.site or _host_of(found.url))
        if not told.picture:
            return preview
        try:
            picture = await self._outbound.fetch(urljoin(found.url, told.picture), _PICTURES)
        except (Unreachable, ValueError):  # it cannot be had, or is no address
            return preview
        return await self._show(preview, picture) or preview

    async def _show(self, preview: LinkPreview, found: Fetched) -> LinkPreview | None:
        """The preview with a picture, if that can be shown."""
        if not found.whole:
            return None
        seen = await self._looking.show(found.body, found.media_type, _EDGE)
        if not seen.preview:
            return None
        return msgspec.structs.replace(preview, picture=seen.preview, width=seen.width, height=seen.height)

    def _keep(self, url: str, preview: LinkPreview | None) -> None:
        self._kept[url] = (self._pace() + (_FAULT_KEPT_FOR if preview is None else _KEPT_FOR), preview)
        self._kept.move_to_end(url)
        if len(self._kept) > _KEPT_MOST:
            self._kept.popitem(last=False)

    async def _look(self, look: Look[T]) -> T:
        found: T = await outcome_of(lambda done: self._store.read(look, done))
        return found


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
