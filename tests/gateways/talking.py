"""Peers for tests: one that speaks frames, one that speaks lines, and one that writes whatever bytes it likes."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.pace import PATIENCE
from tests.running import Server

Frame = dict[str, Any]
_numbers = count(1)


def unused() -> int:
    """A number that no other test of this run has got."""
    return next(_numbers)


def a_name(kind: str = "guest") -> str:
    """A name that nobody has yet."""
    return f"{kind}{unused()}"


def a_cid() -> str:
    """An id for a command."""
    return f"command-{unused():010}"


class Talker:
    """A WebSocket client that remembers all it heard."""

    def __init__(self, server: Server, **options: Any) -> None:
        self._open = contextlib.ExitStack()
        settings = {"proxy": None, "compression": None, "max_size": None, "max_queue": None, **options}
        self.socket = self._open.enter_context(connect(server.websocket, **settings))
        self.heard: list[Frame] = []
        self.me: Frame = {}

    def say(self, frame: Frame | str | bytes) -> None:
        """Sends a frame, or a text or bytes as they are."""
        self.socket.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    def listen(self, within: float = PATIENCE) -> Frame:
        """The next frame; raises TimeoutError or ConnectionClosed."""
        frame: Frame = json.loads(self.socket.recv(timeout=within))
        self.heard.append(frame)
        return frame

    def hear(self, wanted: Callable[[Frame], bool] | str, within: float = PATIENCE) -> Frame:
        """Listens until a frame is as wanted: its op, or whatever a function says of it."""
        deadline = time.monotonic() + within
        while True:
            frame = self.listen(max(0.01, deadline - time.monotonic()))
            if frame["op"] == wanted if isinstance(wanted, str) else wanted(frame):
                return frame

    def hello(self, name: str, **more: Any) -> Frame:
        """Comes in; gives the welcome, or the refusal."""
        self.say({"op": "hello", "name": name, **more})
        answer = self.hear(lambda frame: frame["op"] in ("welcome", "error"))
        self.me = answer.get("account", {})
        return answer

    def ask(self, op: str, **fields: Any) -> Frame:
        """Sends a query; gives its answer, or the refusal."""
        ref = f"r{unused()}"
        self.say({"op": op, "ref": ref, **fields})
        return self.hear(lambda frame: frame.get("ref") == ref)

    def do(self, op: str, **fields: Any) -> Frame:
        """Sends a command; gives its ack, or the refusal."""
        cid = fields.pop("cid", None) or a_cid()
        self.say({"op": op, "cid": cid, **fields})
        return self.hear(lambda frame: frame["op"] in ("ack", "error") and frame.get("cid") == cid)

    def send(self, room: str, text: str) -> Frame:
        """Says something; gives the ack."""
        return self.do("send", room=room, text=text)

    def find(self, wanted: Callable[[Frame], bool] | str) -> Frame:
        """The first frame that is as wanted, heard already or still to come."""
        heard = (one for one in self.heard if (one["op"] == wanted if isinstance(wanted, str) else wanted(one)))
        return next(heard, None) or self.hear(wanted)

    def entry(self, cid: str) -> Frame:
        """The entry of a command, heard already or still to come."""
        return self.find(lambda frame: is_entry(frame, cid))

    def catch_up(self) -> None:
        """Hears what the server owed when it was asked; twice, as what is looked up may overtake each other."""
        self.ask("rooms")
        self.ask("rooms")

    def send_many(self, room: str, texts: Iterable[str]) -> list[str]:
        """Says many things at once and hears all their acks; gives their cids."""
        cids = []
        for text in texts:
            cids.append(a_cid())
            self.say({"op": "send", "cid": cids[-1], "room": room, "text": text})
        if cids:
            self.hear(lambda frame: frame["op"] == "ack" and frame["cid"] == cids[-1])
        return cids

    def ended(self, within: float = PATIENCE) -> int:
        """Listens until the end; gives the close code."""
        deadline = time.monotonic() + within
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.listen(max(0.01, deadline - time.monotonic()))
        assert self.socket.close_code is not None
        return self.socket.close_code

    def seqs(self, room: str) -> list[int]:
        """The numbers of the entries of a room, in the order in which they came."""
        return [frame["seq"] for frame in self.heard if frame["op"] == "entry" and frame["room"] == room]

    def close(self) -> None:
        """Goes."""
        self._open.close()


class Liner:
    """A client of the line door, as `nc` would be."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.line_port), timeout=PATIENCE)
        self.text = ""

    def say(self, line: str | bytes) -> None:
        """Sends a line."""
        self.socket.sendall(line.encode() + b"\n" if isinstance(line, str) else line)

    def hear(self, words: str, within: float = PATIENCE) -> str:
        """Listens until these words came; gives the line that holds them, and forgets all before its end."""
        deadline = time.monotonic() + within
        while True:
            before, found, after = self.text.partition(words)
            if found and "\n" in after:
                rest, _, self.text = after.partition("\n")
                return before.rpartition("\n")[2] + words + rest
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            data = self.socket.recv(65_536)
            assert data, f"the server closed; it said {self.text!r}"
            self.text += data.decode()

    def enter(self, name: str) -> str:
        """Says a name; gives the line of welcome."""
        self.say(name)
        return self.hear("Hello ")

    def ended(self, within: float = PATIENCE) -> str:
        """Listens until the end; gives all that was said."""
        self.socket.settimeout(within)
        with contextlib.suppress(ConnectionResetError):
            while data := self.socket.recv(65_536):
                self.text += data.decode()
        return self.text

    def close(self) -> None:
        """Goes."""
        self.socket.close()


def is_entry(frame: Frame, cid: str) -> bool:
    """Whether a frame is the entry of this command."""
    return frame["op"] == "entry" and frame.get("cid") == cid


@contextlib.contextmanager
def talking(server: Server, name: str | None = None, **hello: Any) -> Iterator[Talker]:
    """Somebody who came in by WebSocket, for the length of a block."""
    with contextlib.closing(Talker(server)) as talker:
        assert talker.hello(name or a_name(), **hello)["op"] == "welcome"
        yield talker


@contextlib.contextmanager
def lining(server: Server, name: str | None = None) -> Iterator[Liner]:
    """Somebody who came in by the line door, for the length of a block."""
    with contextlib.closing(Liner(server)) as liner:
        liner.enter(name or a_name())
        yield liner


def converse(port: int, data: bytes, within: float = PATIENCE) -> bytes:
    """Writes bytes to a port and gives all that comes back until the server closes, or is silent for a while."""
    with socket.create_connection(("127.0.0.1", port), timeout=within) as peer:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            peer.sendall(data)
        return hear_out(peer)


def shake_hands(port: int, *headers: str) -> socket.socket:
    """A socket on which a WebSocket was agreed to."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    peer.sendall(upgrade(*headers))
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += peer.recv(1)
    assert b" 101 " in answer
    return peer


def hear_out(peer: socket.socket) -> bytes:
    """All that comes until the server closes, or is silent for a while."""
    heard = b""
    with contextlib.suppress(ConnectionResetError, TimeoutError):
        while piece := peer.recv(65_536):
            heard += piece
    return heard


def say_goodbye(peer: socket.socket) -> list[tuple[int, bytes]]:
    """All frames of a WebSocket, as opcode and payload, until the server closes; its close is answered."""
    heard, frames = b"", []
    with contextlib.suppress(ConnectionResetError, BrokenPipeError, TimeoutError):
        while piece := peer.recv(65_536):
            heard += piece
            while (frame := first_frame(heard)) is not None:
                opcode, payload, heard = frame
                frames.append((opcode, payload))
                if opcode == 8:
                    peer.sendall(masked(payload, 8))
    return frames


def first_frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first whole frame of what a server wrote: its opcode, its payload and what comes after it."""
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size > 125:
        start = 4 if size == 126 else 10
        size = int.from_bytes(data[2:start])
    if len(data) < start + size:
        return None
    return data[0] & 15, data[start : start + size], data[start + size :]


def head(port: int, data: bytes) -> bytes:
    """The status line and headers with which HTTP answers, or what came before the server closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as peer:
        heard = b""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            peer.sendall(data)
            while b"\r\n\r\n" not in heard and (piece := peer.recv(65_536)):
                heard += piece
        return heard


def status(port: int, data: bytes) -> int | None:
    """The status with which HTTP answers; None if it only closes."""
    answer = head(port, data)
    return int(answer.split(b" ", 2)[1]) if answer else None


def upgrade(*headers: str, path: str = "/ws", version: str = "HTTP/1.1") -> bytes:
    """A request for a WebSocket. Further headers replace those of the same name; an empty one leaves it out."""
    wanted = {
        "Host": "127.0.0.1",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **dict(header.split(": ", 1) for header in headers),
    }
    lines = [f"{name}: {value}" for name, value in wanted.items() if value]
    return "\r\n".join([f"GET {path} {version}", *lines, "", ""]).encode()


def masked(payload: bytes, opcode: int = 1, *, fin: bool = True) -> bytes:
    """A WebSocket frame as clients write them, masked with zeros."""
    size = len(payload)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 65_536:
        length = b"\xfe" + size.to_bytes(2)
    else:
        length = b"\xff" + size.to_bytes(8)
    return bytes(((0x80 if fin else 0) | opcode,)) + length + b"\0\0\0\0" + payload
