"""TLS for every door: one context, whose certificate may change while the server runs, and the handshake before it."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Final

from klatch.core.addresses import normalise
from klatch.gateways.certificate import read_file
from klatch.gateways.trust import Trust
from klatch.observe.port import Observer

HANDSHAKE_WITHIN: Final = 10.0  # seconds
_SHUTDOWN_WITHIN: Final = 5.0
_ACCEPT_AGAIN: Final = 0.1  # seconds
_LOOK_EVERY: Final = 10.0  # seconds between two looks whether the files are new
# Of TLS 1.2 only what encrypts and authenticates in one and keeps no long-lived secret; all of TLS 1.3 is such.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


class BadCertificate(Exception):  # noqa: N818 - read as a sentence
    """A certificate or its key cannot be used: says which and why."""


class Encryption:
    """The context of all doors. `cert` and `key` may be one file."""

    def __init__(self, cert: Path, key: Path, observer: Observer) -> None:
        """Raises BadCertificate."""
        self._cert = cert
        self._key = key
        self._observer = observer
        self._seen = _times(cert, key)
        self.context = _make_context(cert, key)
        self.fingerprint = _fingerprint(cert)

    def renew(self) -> None:
        """Takes the files as they are now; if they cannot be used the old certificate stays."""
        self._seen = _times(self._cert, self._key)
        try:
            _make_context(self._cert, self._key)
            fingerprint = _fingerprint(self._cert)
            self.context.load_cert_chain(self._cert, self._key, _no_password)
        except (BadCertificate, OSError, ValueError) as bad:
            self._observer.log("certificate_refused", reason=str(bad))
            return
        self.fingerprint = fingerprint
        self._observer.log("certificate_renewed", fingerprint=fingerprint)

    async def watch(self, every: float = _LOOK_EVERY) -> None:
        """Renews whenever the files have changed, for ever."""
        while True:
            await asyncio.sleep(every)
            if _times(self._cert, self._key) != self._seen:
                self.renew()


class Porch:
    """Where connections wait until the handshake is done. Only so many of one address may."""

    def __init__(self, encryption: Encryption, trust: Trust, most: Callable[[], int], tasks: asyncio.TaskGroup) -> None:
        """`most`: how many of one address may be in the handshake at once. `tasks`: where handshakes are done."""
        self._encryption = encryption
        self._trust = trust
        self._most = most
        self._under_way: Counter[str] = Counter()
        self._tasks = tasks
        self._works: set[asyncio.Task[None]] = set()

    def open(self, listener: socket.socket, make_protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        """Accepts connections; whoever has shaken hands gets a protocol."""
        self._start(self._accept(listener, make_protocol))

    def close(self) -> None:
        """Accepts no more, and ends the handshakes under way."""
        for work in self._works:
            work.cancel()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._tasks.create_task(work)
        self._works.add(task)
        task.add_done_callback(self._works.discard)

    async def _accept(self, listener: socket.socket, make_protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                try:
                    peer, name = await loop.sock_accept(listener)
                except OSError:  # too many files are open, or the peer is gone already
                    await asyncio.sleep(_ACCEPT_AGAIN)
                    continue
                address = normalise(name[0])
                if self._under_way[address] >= self._most() and not self._trust.is_proxy(address):
                    peer.close()
                    continue
                self._under_way[address] += 1
                self._start(self._shake_hands(peer, address, make_protocol))

    async def _shake_hands(
        self, peer: socket.socket, address: str, make_protocol: Callable[[], asyncio.BaseProtocol]
    ) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                make_protocol,
                peer,
                ssl=self._encryption.context,
                ssl_handshake_timeout=HANDSHAKE_WITHIN,
                ssl_shutdown_timeout=_SHUTDOWN_WITHIN,
            )
        except (OSError, TimeoutError):  # of the peer's making; what TLS finds wrong is an OSError
            pass
        finally:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]


def _make_context(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, _no_password)
    except ssl.SSLError as fault:
        if fault.reason == "KEY_VALUES_MISMATCH":
            raise BadCertificate(f"The key {key} does not belong to the certificate {cert}.") from None
        raise BadCertificate(
            f"The certificate {cert} with the key {key} cannot be used: both must be in PEM form ({fault.reason})."
        ) from None
    except ValueError as fault:
        raise BadCertificate(str(fault)) from None
    except OSError as fault:
        which = next((path for path in (cert, key) if not _is_readable(path)), cert)
        raise BadCertificate(f"{which} cannot be read: {fault.strerror}.") from None
    return context


def _no_password() -> str:
    raise ValueError("The key is locked with a password, which nobody could type at a start; store it without one.")


def _fingerprint(cert: Path) -> str:
    try:
        return read_file(cert).fingerprint
    except (OSError, ValueError) as fault:
        raise BadCertificate(f"The certificate {cert} cannot be read: {fault}") from None


def _is_readable(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True


def _times(*paths: Path) -> list[tuple[int, int, int] | None]:
    """When files were changed, and which they are; None for one that is not there."""
    found: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_ino, status.st_size))
    return found
