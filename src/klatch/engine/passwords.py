"""Passwords: hashed and checked beside the event loop, a few at once, since each is made to take its time."""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import pbkdf2_hmac, sha256
from typing import Any, Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from klatch.core.credentials import Keys, is_plausible, normal
from klatch.core.refusals import Refused

AT_ONCE: Final = 2
WAITING_MOST: Final = 200  # as many as are answered before their doors give up
SCRAM_ITERATIONS: Final = 100_000
_SALT_BYTES: Final = 16
# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
_MEMORY_KIB: Final = 19_456
_PASSES: Final = 2
_LANES: Final = 1


class Verdict(msgspec.Struct, frozen=True):
    """Whether a password is right; `fresh` is what to keep of it from now on, where that changed."""

    right: bool
    fresh: Keys | None = None


class Passwords:
    """Answers on the event loop what threads of its own have found out; refuses to when too many wait."""

    def __init__(self, *, memory: int = _MEMORY_KIB, passes: int = _PASSES, iterations: int = SCRAM_ITERATIONS) -> None:
        """`memory` is in KiB; `iterations` are those of SCRAM."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=_LANES)
        self._iterations = iterations
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="klatch-password")
        self._waiting = 0
        self._nobodys = self._threads.submit(self._hasher.hash, secrets.token_urlsafe())

    def hash(self, password: str, done: Callable[[Any], None]) -> None:
        """`done` gets the Keys to keep, or what was raised."""
        self._do(lambda: self.keys_of(password), done)

    def check(self, password: str, known: str | None, done: Callable[[Any], None]) -> None:
        """`done` gets a Verdict, or what was raised. With nothing known it takes as long, and is wrong."""
        self._do(lambda: self._verdict(password, known), done)

    def keys_of(self, password: str) -> Keys:
        """What to keep of a password; takes its time."""
        password = normal(password)
        salt = secrets.token_bytes(_SALT_BYTES)
        stored_key, server_key = scram_keys(password, salt, self._iterations)
        return Keys(self._hasher.hash(password), salt, self._iterations, stored_key, server_key)

    def _verdict(self, password: str, known: str | None) -> Verdict:
        plausible = is_plausible(password)
        nobodys = self._nobodys.result()
        compared = known if known is not None and plausible else nobodys
        try:
            self._hasher.verify(compared, normal(password) if plausible else "")
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        if compared is nobodys:
            return Verdict(right=False)
        return Verdict(True, self.keys_of(password) if self._hasher.check_needs_rehash(compared) else None)

    def _do(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        if self._waiting >= WAITING_MOST:
            done(Refused("try_again", "Too many are signing in just now. Try again in a moment.", retry_after=2_000))
            return
        self._waiting += 1
        loop = asyncio.get_running_loop()

        def finished(outcome: Any) -> None:
            self._waiting -= 1
            done(outcome)

        def run() -> None:
            outcome: Any
            try:
                outcome = work()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the one who asked is told
                outcome = fault
            if not loop.is_closed():
                loop.call_soon_threadsafe(finished, outcome)

        self._threads.submit(run)


def scram_keys(password: str, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    """The stored key and the server key of SCRAM-SHA-256 (RFC 5802, section 3; RFC 7677)."""
    salted = pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return sha256(client_key).digest(), hmac.digest(salted, b"Server Key", "sha256")
