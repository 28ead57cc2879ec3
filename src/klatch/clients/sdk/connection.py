"""One connection to a server: dialled, greeted, and read until it ends."""

import asyncio
import os
from socket import gaierror
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.faults import Unreachable
from klatch.core.answers import Bye, Refusal, Welcome
from klatch.core.commands import Hello
from klatch.core.refusals import Refused
from klatch.protocols.frames import encode, read_answer

_MESSAGE_MOST: Final = 16 * 1024 * 1024
_OPEN_WITHIN: Final = 10.0
_WELCOME_WITHIN: Final = 15.0
_CLOSE_WITHIN: Final = 2.0


async def dial(address: Address, hello: Hello) -> tuple[ClientConnection, Welcome]:
    """A connection that was welcomed. Raises Unreachable, or Refused if the server does not want this client."""
    try:
        socket = await connect(
            address.websocket,
            compression=None,
            max_size=_MESSAGE_MOST,
            open_timeout=_OPEN_WITHIN,
            close_timeout=_CLOSE_WITHIN,
            # A proxy for the wide world is of no use on the way to this machine itself.
            proxy=None if address.local else True,
        )
    except (OSError, TimeoutError, WebSocketException, ValueError) as fault:
        raise _explain(address, fault) from None
    try:
        async with asyncio.timeout(_WELCOME_WITHIN):
            return socket, await _greet(socket, hello)
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError) as fault:
        await socket.close()
        raise _explain(address, fault) from None
    except BaseException:
        await socket.close()
        raise


async def _greet(socket: ClientConnection, hello: Hello) -> Welcome:
    await socket.send(encode(hello), text=True)
    while True:
        match read_answer(await socket.recv(decode=False)):
            case Welcome() as welcome:
                return welcome
            case Refusal() as refusal:
                raise as_refused(refusal)
            case Bye(reason=reason, retry_after=retry_after):
                raise Refused("going_away", reason, retry_after=retry_after)
            case _:
                pass


def as_refused(refusal: Refusal) -> Refused:
    """A refusal as it is raised."""
    return Refused(refusal.code, refusal.message, field=refusal.field, retry_after=refusal.retry_after)


def _explain(address: Address, fault: Exception) -> Exception:
    if isinstance(fault, InvalidStatus) and fault.response.status_code == 429:
        said = bytes(fault.response.body or b"").decode(errors="replace").strip()
        return Refused("too_many_sessions", said or "The server has too many connections from here.")
    if isinstance(fault, InvalidHandshake | msgspec.DecodeError):
        return Unreachable(f"What answers at {address.url} is no Klatch server ({fault}).")
    if isinstance(fault, TimeoutError):
        return Unreachable(f"The server at {address.url} does not answer.")
    reason = str(fault) or type(fault).__name__
    if isinstance(fault, OSError) and fault.errno is not None:
        reason = fault.strerror or reason if isinstance(fault, gaierror) else os.strerror(fault.errno)
    return Unreachable(f"No server answers at {address.url} ({reason}).")
