"""Sends files up in tests: whole, piece by piece, and cut off."""

import io
import socket
from base64 import b64encode
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from PIL import Image

from tests.gateways.calling import Answer, Program, Told, room_path
from tests.pace import PATIENCE

PIECE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def raw(program: Program, content: bytes, name: str = "a.bin", **query: str) -> Told:
    """A whole file in one request."""
    more = "".join(f"&{key}={value}" for key, value in query.items())
    path = f"/api/files?name={quote(name)}{more}"
    return program.ask("POST", path, content, headers={"Content-Type": "application/octet-stream"})


def send_up(program: Program, content: bytes, name: str = "a.bin") -> Answer:
    """A whole file; gives it as messages tell of it."""
    told = raw(program, content, name)
    assert told.status == 201, told.body
    return told.json


def say_with(program: Program, room: str, *files: str, text: str = "") -> Answer:
    """A message that carries files; gives its ack."""
    told = program.post(room_path(room, "messages"), text=text, files=list(files))
    assert told.status == 201, told.body
    return told.json


def share(program: Program, room: str, content: bytes, name: str = "a.bin") -> Answer:
    """A file in a room."""
    file = send_up(program, content, name)
    return file | {"seq": say_with(program, room, file["id"])["seq"]}


def begin(program: Program, size: int, **metadata: str) -> Told:
    """tus: an upload of so many bytes."""
    pairs = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in metadata.items())
    return program.ask("POST", "/api/files", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": pairs})


def patch(program: Program, where: str, offset: int, piece: bytes, **headers: str) -> Told:
    """tus: a piece of an upload."""
    told = TUS | {"Upload-Offset": str(offset), "Content-Type": PIECE} | headers
    return program.ask("PATCH", where, piece, headers=told)


def head(program: Program, where: str) -> Told:
    """tus: how far an upload is."""
    return program.ask("HEAD", where, headers=TUS)


def offset_of(program: Program, where: str) -> int:
    """tus: how many bytes of it are there."""
    return int(head(program, where).headers["upload-offset"])


def open_patch(program: Program, where: str, offset: int, size: int) -> socket.socket:
    """A socket on which the head of a PATCH was sent, whose body has so many bytes."""
    peer = socket.create_connection(("127.0.0.1", program.port), timeout=PATIENCE)
    lines = [
        f"PATCH {where} HTTP/1.1",
        f"Host: 127.0.0.1:{program.port}",
        f"Authorization: Bearer {program.token}",
        "Tus-Resumable: 1.0.0",
        f"Upload-Offset: {offset}",
        f"Content-Type: {PIECE}",
        f"Content-Length: {size}",
    ]
    peer.sendall("\r\n".join([*lines, "", ""]).encode())
    return peer


def status_of(peer: socket.socket) -> int | None:
    """The status with which HTTP answers on a socket."""
    with suppress(ConnectionResetError):
        answer = peer.recv(65_536)
        return int(answer.split(b" ", 2)[1]) if answer else None
    return None


def content_of(program: Program, file: Answer, **headers: str) -> Told:
    """A file as it is told."""
    return program.ask("GET", f"/api/files/{file['id']}/{quote(file['name'], safe='')}", headers=headers)


def picture(form: str, size: tuple[int, int] = (64, 48), colour: Any = (200, 80, 20), **options: Any) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return out.getvalue()
