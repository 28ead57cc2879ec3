"""Made-up talk for benchmarks: rooms full of what people write, at once or so much a second."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from benchmarks.peer import Peer, connect

_WORDS: Final = (
    *("a", "pot", "of", "coffee", "and", "chairs", "by", "the"),
    *("window", "where", "neighbours", "come", "to", "sit"),
)
_FLIGHT: Final = 128


async def fill(port: int, room: str, count: int) -> None:
    """A room with so many messages."""
    peer = await connect(port, "filler")
    peer.say({"op": "create", "cid": "create-000000001", "name": room})
    acked = asyncio.Event()
    peer.on_acks = lambda _: acked.set()
    said = 0
    while peer.acks <= count:  # one is that of the room
        while said < count and said - peer.acks < _FLIGHT:
            peer.say(message("filler", room, said))
            said += 1
        acked.clear()
        await acked.wait()
    peer.close()


async def pour(port: int, who: str, rooms: Sequence[str], rate: int, count: int) -> None:
    """So many messages, so many of them a second, from four people called `who` and a number, in rooms by turns."""
    peers = [await connect(port, f"{who}{number}") for number in range(4)]
    for place, room in enumerate(rooms):
        for peer in peers:
            peer.say({"op": "join", "cid": f"joining-{place:08}", "room": room})
    clock = asyncio.get_running_loop().time
    began = clock()
    for number in range(count):
        await asyncio.sleep(max(0, began + number / rate - clock()))
        _speaker(peers, number).say(message("pour", rooms[number // 50 % len(rooms)], number))
    await asyncio.sleep(1)
    for peer in peers:
        peer.close()


def _speaker(peers: list[Peer], number: int) -> Peer:
    return peers[number // 3 % len(peers)]


def message(who: str, room: str, number: int) -> dict[str, Any]:
    """One message, which ends with its number."""
    return {"op": "send", "cid": f"{who}-{number:012}", "room": room, "text": _text(number)}


def _text(number: int) -> str:
    """What people write: mostly plain, of different lengths, here and there with marks."""
    words = " ".join(_WORDS[(number + step) % len(_WORDS)] for step in range(3 + number * 7 % 30))
    marked = f"**{words}** and `code` for https://example.org" if number % 9 == 0 else words
    return f"{marked} {number:07}"


def in_thread(work: Coroutine[Any, Any, None]) -> threading.Thread:
    """Does it beside what drives the browser."""
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    return thread
