"""A program for tests that uses the HTTP API, as a script with any HTTP library would."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode

from tests.gateways.talking import a_name
from tests.pace import PATIENCE
from tests.running import Server

Answer = dict[str, Any]


class Told:
    """What came back: the status, the headers by their small names, the body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Answer:
        """The body read as JSON."""
        assert self.headers["content-type"] == "application/json"
        told: Answer = json.loads(self.body)
        return told

    @property
    def code(self) -> str | None:
        """The code of a refusal; None if it is none."""
        return self.json["error"]["code"] if self.status >= 400 else None


class Program:
    """Whoever shows this token; nobody without one."""

    def __init__(self, server: Server, token: str | None = None) -> None:
        self.port = server.port
        self.token = token
        self.me: Answer = {}

    def ask(self, method: str, path: str, body: Any = None, /, *, headers: dict[str, str] | None = None) -> Told:
        """One request; a body that is no text or bytes is sent as JSON."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, str | bytes | None) else json.dumps(body)
        if isinstance(data, str):
            data = data.encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, data, sent | (headers or {}))
            response = connection.getresponse()
            return Told(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        finally:
            connection.close()

    def get(self, path: str, **parameters: Any) -> Told:
        """Reads."""
        return self.ask("GET", f"{path}?{urlencode(parameters)}" if parameters else path)

    def post(self, path: str, **body: Any) -> Told:
        """Does something."""
        return self.ask("POST", path, body)

    def put(self, path: str, **body: Any) -> Told:
        """Sets something."""
        return self.ask("PUT", path, body)

    def patch(self, path: str, **body: Any) -> Told:
        """Changes something."""
        return self.ask("PATCH", path, body)

    def delete(self, path: str, **parameters: Any) -> Told:
        """Takes something away."""
        return self.ask("DELETE", f"{path}?{urlencode(parameters)}" if parameters else path)


def signed_in(server: Server, name: str | None = None, **more: Any) -> Program:
    """A guest over HTTP."""
    program = Program(server)
    told = program.post("/api/sessions", name=name or a_name(), **more)
    assert told.status == 201, told.body
    program.token = told.json["token"]
    program.me = told.json["account"]
    return program


def room_path(room: str, *more: str | int) -> str:
    """The path of a room, or of what is in it."""
    return "/".join(["/api/rooms", *(quote(str(part), safe="") for part in (room, *more))])
