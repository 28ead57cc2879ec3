"""One connection to a server: dialled, greeted, and read until it ends."""

import asyncio
import os
from collections.abc import Callable
from socket import gaierror
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus, WebSocketException

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.faults import AWAY_BEHIND_PROXY, Unreachable
from klatch.clients.sdk.trusting import (
    SELF_SIGNED,
    by_the_system,
    expected_key,
    explain_tls,
    introduce,
    pinning,
    remember,
    speaks_tls,
)
from klatch.core.answers import Bye, Refusal, Welcome
from klatch.core.commands import Hello
from klatch.core.refusals import Refused
from klatch.protocols.frames import encode, read_answer

_MESSAGE_MOST: Final = 16 * 1024 * 1024
_OPEN_WITHIN: Final = 10.0
_WELCOME_WITHIN: Final = 15.0
_CLOSE_WITHIN: Final = 2.0


async def dial(
    address: Address, hello: Hello, notice: Callable[[str], None] | None = None
) -> tuple[ClientConnection, Welcome]:
    """A connection that was welcomed; `notice` is told if its key was met for the first time.

    Raises Unreachable, Untrusted, CannotKeep, or Refused if the server does not want this client.
    """
    if address.secure:
        socket = await _open_secure(address, notice)
    else:
        socket = await _open_plain(address)
    try:
        async with asyncio.timeout(_WELCOME_WITHIN):
            return socket, await _greet(socket, hello)
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError) as fault:
        await socket.close()
        raise _explain(address, fault) from None
    except BaseException:
        await socket.close()
        raise


async def _open_plain(address: Address) -> ClientConnection:
    try:
        return await _open(address, None)
    except (OSError, TimeoutError, WebSocketException, ValueError) as fault:
        if isinstance(fault, InvalidMessage | ConnectionResetError) and await speaks_tls(address):
            raise Unreachable(f"The server at {address.url} speaks TLS; write {address.counterpart}.") from None
        raise _explain(address, fault) from None


async def _open_secure(address: Address, notice: Callable[[str], None] | None) -> ClientConnection:
    """Trusts the key that is known, else whom the system trusts, else a key that is met for the first time."""
    expected = expected_key(address)
    context = by_the_system() if expected is None else pinning(expected)
    told = ""
    try:
        try:
            socket = await _open(address, context)
        except SSLCertVerificationError as fault:
            if expected is not None or fault.verify_code != SELF_SIGNED:
                raise
            context = pinning(None)
            socket = await _open(address, context)
            told = introduce(address, context)
    except SSLError as fault:
        raise explain_tls(address, fault, expected) from None
    except (OSError, TimeoutError, WebSocketException, ValueError) as fault:
        raise _explain(address, fault) from None
    try:
        remember(address, context)
    except BaseException:
        await socket.close()
        raise
    if told and notice is not None:
        notice(told)
    return socket


async def _open(address: Address, context: SSLContext | None) -> ClientConnection:
    return await connect(
        address.websocket,
        ssl=context,
        compression=None,
        max_size=_MESSAGE_MOST,
        open_timeout=_OPEN_WITHIN,
        close_timeout=_CLOSE_WITHIN,
        # A proxy for the wide world is of no use on the way to this machine itself.
        proxy=None if address.local else True,
    )


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
    if isinstance(fault, InvalidStatus) and fault.response.status_code in AWAY_BEHIND_PROXY:
        status = fault.response.status_code
        return Unreachable(f"The server behind the proxy at {address.url} is away (status {status}).")
    if isinstance(fault, InvalidHandshake | msgspec.DecodeError):
        return Unreachable(f"What answers at {address.url} is no Klatch server ({fault}).")
    if isinstance(fault, TimeoutError):
        return Unreachable(f"The server at {address.url} does not answer.")
    reason = str(fault) or type(fault).__name__
    if isinstance(fault, OSError) and fault.errno is not None:
        reason = fault.strerror or reason if isinstance(fault, gaierror) else os.strerror(fault.errno)
    return Unreachable(f"No server answers at {address.url} ({reason}).")
