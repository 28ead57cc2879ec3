"""The HTTP API of a server, one request at a time: for administration, which follows no room."""

import contextlib
import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from ssl import SSLError
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.faults import AWAY_BEHIND_PROXY, Unreachable, Untrusted
from klatch.clients.sdk.trusting import by_the_system, expected_key, explain_tls, pinning
from klatch.core.refusals import CODES, Refused
from klatch.protocols.certificates import read_certificate

T = TypeVar("T")

_WITHIN: Final = 30.0  # seconds: a password is slow to hash on a small machine


class Api:
    """Asks as whoever has the token, or as nobody."""

    def __init__(self, address: Address, token: str | None = None) -> None:
        self.address = address
        self._token = token

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
        """What the server answers; `path` comes after /api, its parts spelled by `part`.

        Raises Refused with the server's code, Unreachable, Untrusted or CannotKeep.
        """
        connection = self.connect()
        try:
            status, answer = self._exchange(connection, method, path + (f"?{urlencode(query)}" if query else ""), body)
        except RemoteDisconnected:
            raise Unreachable(f"The server at {self.address.url} ended the connection.") from None
        except TimeoutError:
            raise Unreachable(f"The server at {self.address.url} does not answer.") from None
        except (OSError, HTTPException) as fault:
            raise Unreachable(f"No server answers at {self.address.url} ({fault}).") from None
        finally:
            connection.close()
        return self.read(status, answer)

    def look(self, kind: type[T], path: str, **query: Any) -> T:
        """What the server answers, as a struct of core/answers; raises as `ask`."""
        return msgspec.convert(self.ask("GET", path, **query), kind)

    def connect(self) -> HTTPConnection:
        """A connection of its own to the server. Raises Unreachable, Untrusted or CannotKeep."""
        address = self.address
        if not address.secure:
            return HTTPConnection(address.host, address.port, timeout=_WITHIN)
        expected = expected_key(address)
        context = by_the_system() if expected is None else pinning(None)
        connection = HTTPSConnection(address.host, address.port, timeout=_WITHIN, context=context)
        try:
            connection.connect()
        except SSLError as fault:
            raise explain_tls(address, fault, expected) from None
        except OSError as fault:
            raise Unreachable(f"No server answers at {address.url} ({fault}).") from None
        if expected is not None and _key_of(connection) != expected:
            connection.close()
            raise Untrusted(
                f"The server at {address.url} shows another key than the one it is known by ({expected}). Nothing was "
                f"sent. If it was set up anew, `klatch trust {address.url}` takes the new key."
            )
        return connection

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, body: dict[str, Any] | None
    ) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, f"/api{path}", None if body is None else json.dumps(body).encode(), headers)
        response = connection.getresponse()
        return response.status, response.read()

    def read(self, status: int, answer: bytes) -> Any:
        """What an answer says; raises Refused or Unreachable."""
        told: Any = None
        with contextlib.suppress(ValueError):
            told = json.loads(answer) if answer else {}
        if status < 400 and told is not None:
            return told
        error = told.get("error") if isinstance(told, dict) else None
        if not isinstance(error, dict) or error.get("code") not in CODES:
            if status in AWAY_BEHIND_PROXY:
                raise Unreachable(f"The server behind the proxy at {self.address.url} is away (status {status}).")
            raise Unreachable(f"What answers at {self.address.url} is no Klatch server (status {status}).")
        raise Refused(error["code"], error["message"], field=error.get("field"), retry_after=error.get("retry_after"))


def part(text: str) -> str:
    """One part of a path."""
    return quote(text, safe="")


def _key_of(connection: HTTPSConnection) -> str:
    try:
        return read_certificate(connection.sock.getpeercert(binary_form=True) or b"").fingerprint
    except ValueError:
        return ""
