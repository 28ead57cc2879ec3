"""Whether the server at an address is the one it says it is: by the system's store, or by its key, once it is known."""

import asyncio
import socket
import ssl
from functools import cache
from typing import Final

from klatch.clients.sdk.address import Address
from klatch.clients.sdk.faults import Unreachable, Untrusted
from klatch.clients.sdk.pins import keep_pin, read_pin
from klatch.protocols.certificates import read_certificate

SELF_SIGNED: Final = 18  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
_PROBE_WITHIN: Final = 5.0


class AnotherKey(ssl.SSLCertVerificationError):
    """The server's key is not the one that is expected."""


class Pinning(ssl.SSLContext):
    """Trusts one key, whatever the certificate around it says; `expected` None trusts any. `seen` is the last one."""

    expected: str | None = None
    seen: str | None = None


class _Pinned(ssl.SSLObject):
    def do_handshake(self) -> None:
        """Shakes hands; raises AnotherKey before anything else is said."""
        super().do_handshake()
        context = self.context
        assert isinstance(context, Pinning)  # noqa: S101 - it makes no others
        try:
            context.seen = read_certificate(self.getpeercert(binary_form=True) or b"").fingerprint
        except ValueError:
            context.seen = ""
        if context.expected not in (None, context.seen):
            raise AnotherKey


def expected_key(address: Address) -> str | None:
    """The fingerprint that the server's key must have; None where the system's store decides.

    Raises Untrusted if the address says another than the one on file, and CannotKeep.
    """
    pin = read_pin(address)
    if pin is not None and address.fingerprint not in (None, pin):
        raise Untrusted(
            f"The address says that the key of {address.url} is {address.fingerprint}, but it is known by {pin}. "
            f"If you are sure of the address: `klatch trust '{address.url}#sha256={address.fingerprint}'`."
        )
    return address.fingerprint or pin


def pinning(expected: str | None) -> Pinning:
    """A context that trusts this key only; None: any, which is then to be asked for as `seen`."""
    context = Pinning(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the key is checked instead, in the handshake
    context.sslobject_class = _Pinned
    context.expected = expected
    return context


@cache
def by_the_system() -> ssl.SSLContext:
    """A context that trusts whom the system's store trusts."""
    return ssl.create_default_context()


def remember(address: Address, context: ssl.SSLContext) -> None:
    """Keeps the key of a server that was met for the first time. Raises CannotKeep."""
    if isinstance(context, Pinning) and context.seen and read_pin(address) is None:
        keep_pin(address, context.seen)


def introduce(address: Address, context: Pinning) -> str:
    """What a user is to know of a server that nothing was known of."""
    return (
        f"The certificate of {address.url} is of its own making. The server is known by its key from now on; compare "
        f"it with the one that `klatch serve` printed: {context.seen}"
    )


def fetch_key(address: Address) -> str:
    """The fingerprint of the key that a server shows now. Raises Unreachable."""
    context = pinning(None)
    try:
        with (
            socket.create_connection((address.host, address.port), _PROBE_WITHIN) as peer,
            context.wrap_socket(peer, server_hostname=address.host) as secured,
        ):
            return read_certificate(secured.getpeercert(binary_form=True) or b"").fingerprint
    except (OSError, ValueError) as fault:
        raise Unreachable(f"No server shows a certificate at {address.url} ({fault}).") from None


async def speaks_tls(address: Address) -> bool:
    """Whether a server that should speak plain HTTP speaks TLS."""
    try:
        async with asyncio.timeout(_PROBE_WITHIN):
            _, writer = await asyncio.open_connection(address.host, address.port, ssl=pinning(None))
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True


def explain_tls(address: Address, fault: ssl.SSLError, expected: str | None) -> Exception:
    """What went wrong in a handshake, in words."""
    if isinstance(fault, AnotherKey):
        return Untrusted(
            f"The server at {address.url} shows another key than the one it is known by ({expected}). Somebody may be "
            f"listening in between. If the server was set up anew, `klatch trust {address.url}` takes the new key."
        )
    if isinstance(fault, ssl.SSLCertVerificationError):
        return Untrusted(
            f"The certificate of {address.url} is not to be trusted ({fault.verify_message}). "
            f"If you know the server: `klatch trust {address.url}`."
        )
    if fault.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}:
        return Unreachable(f"The server at {address.url} speaks without TLS; write {address.counterpart}.")
    return Unreachable(f"No encrypted connection to {address.url} ({fault.reason or fault}).")
