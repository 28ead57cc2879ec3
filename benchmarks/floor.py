"""What this machine has to spend: the bare bones of the server, with no rules, no HTTP and one table.

One writer thread on apsw; for each message a look-up of the membership and of the room's number, an insert under a
unique cid, a savepoint; group commit with synchronous=FULL; acks and coalesced fan-out after COMMIT.
"""

import asyncio
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, cast

import apsw
import msgspec
import uvloop

from klatch.protocols.websocket import Splitter, wrap

SCHEMA = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE rooms (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE members (room TEXT, person TEXT, PRIMARY KEY (room, person)) WITHOUT ROWID;
    CREATE TABLE entries (room TEXT, seq INTEGER, person TEXT, cid TEXT, body TEXT, PRIMARY KEY (room, seq))
        WITHOUT ROWID;
    CREATE UNIQUE INDEX by_cid ON entries (person, cid);
"""


class Asked(msgspec.Struct):
    """Whatever a peer asks."""

    op: str
    cid: str = ""
    room: str = "#lobby"
    name: str = ""
    text: str = ""


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, house: "House") -> None:
        self.house = house
        self.name = ""
        self.owed: list[bytes] = []
        self.splitter: Splitter | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.splitter is None:
            self.splitter = Splitter(1 << 18)
            self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
            return
        for _, part in self.splitter.split(data):
            asked = self.house.read(part)
            if asked.op == "hello":
                self.name = asked.name
            self.house.waiting.put((self, asked))

    def owe(self, data: bytes) -> None:
        if not self.owed:
            self.house.due.append(self)
        self.owed.append(data)


class House:
    """The server."""

    def __init__(self, path: Path) -> None:
        self.db = apsw.Connection(str(path))
        self.db.execute(SCHEMA).fetchall()
        self.read: Callable[[bytes], Asked] = msgspec.json.Decoder(Asked).decode
        self.spell = msgspec.json.Encoder().encode
        self.waiting: SimpleQueue[tuple[Session, Asked]] = SimpleQueue()
        self.listeners: defaultdict[str, dict[Session, None]] = defaultdict(dict)
        self.due: list[Session] = []
        self.loop = asyncio.get_running_loop()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        """Gathers, decides, commits, for ever."""
        while True:
            batch = [self.waiting.get()]
            try:
                while len(batch) < 1_000:
                    batch.append(self.waiting.get_nowait())
            except Empty:
                pass
            self.db.execute("BEGIN IMMEDIATE")
            done = [(session, asked, self.decide(session, asked)) for session, asked in batch]
            self.db.execute("COMMIT")
            self.loop.call_soon_threadsafe(self.tell, done)

    def decide(self, session: Session, asked: Asked) -> int:
        if asked.op != "send":
            room = asked.room if asked.op == "hello" else f"#{asked.name}"
            if asked.op in ("hello", "create"):
                self.db.execute("INSERT OR IGNORE INTO rooms VALUES (?, 0)", (room,))
                self.db.execute("INSERT OR IGNORE INTO members VALUES (?, ?)", (room, session.name))
            return 0
        self.db.execute("SAVEPOINT one")
        member = "SELECT 1 FROM members WHERE room = ? AND person = ?"
        assert self.db.execute(member, (asked.room, session.name)).fetchone()
        last = "UPDATE rooms SET last = last + 1 WHERE name = ? RETURNING last"
        seq = int(self.db.execute(last, (asked.room,)).fetchall()[0][0])
        add = "INSERT INTO entries VALUES (?, ?, ?, ?, ?)"
        self.db.execute(add, (asked.room, seq, session.name, asked.cid, asked.text))
        self.db.execute("RELEASE one")
        return seq

    def tell(self, done: list[tuple[Session, Asked, int]]) -> None:
        for session, asked, seq in done:
            if asked.op == "hello":
                self.listeners["#lobby"][session] = None
                session.owe(wrap(b'{"op":"welcome"}'))
                continue
            session.owe(wrap(self.spell({"op": "ack", "cid": asked.cid, "seq": seq})))
            if asked.op == "create":
                self.listeners[f"#{asked.name}"][session] = None
            elif asked.op == "leave":
                self.listeners[asked.room].pop(session, None)
            else:
                entry: dict[str, Any] = {"op": "entry", "room": asked.room, "seq": seq, "text": asked.text}
                data = wrap(self.spell(entry))
                for listener in self.listeners[asked.room]:
                    listener.owe(data)
        due, self.due = self.due, []
        for session in due:
            owed, session.owed = session.owed, []
            session.transport.write(b"".join(owed))


async def serve(folder: Path) -> None:
    """Prints its port, then serves until it is killed."""
    loop = asyncio.get_running_loop()
    house = House(folder / "floor.db")
    server = await loop.create_server(lambda: Session(house), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


uvloop.run(serve(Path(sys.argv[1])))
