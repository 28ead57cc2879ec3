"""Passwords: what is kept of them, and that nobody learns from the time an answer takes."""

import asyncio
import hmac
import statistics
import time
from base64 import b64decode
from hashlib import sha256
from typing import Any

import pytest

from klatch.core.refusals import Refused
from klatch.engine import passwords
from klatch.engine.passwords import Passwords, Verdict, scram_keys

PASSWORD = "correct horse battery"
QUICK = {"memory": 256, "passes": 1, "iterations": 4_096}


async def check(made: Passwords, password: str, known: str | None) -> Any:
    outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    made.check(password, known, outcome.set_result)
    return await outcome


async def test_a_password_is_right_or_wrong() -> None:
    made = Passwords(**QUICK)
    known = made.keys_of(PASSWORD).argon2
    assert await check(made, PASSWORD, known) == Verdict(right=True)
    assert await check(made, PASSWORD + "!", known) == Verdict(right=False)
    assert await check(made, PASSWORD, None) == Verdict(right=False)
    assert await check(made, "", known) == Verdict(right=False)


async def test_a_password_is_the_same_however_a_keyboard_composes_it() -> None:
    made = Passwords(**QUICK)
    known = made.keys_of("k\u00f6nigskuchen").argon2
    assert (await check(made, "ko\u0308nigskuchen", known)).right


async def test_what_is_kept_is_never_the_same_twice() -> None:
    made = Passwords(**QUICK)
    one, other = made.keys_of(PASSWORD), made.keys_of(PASSWORD)
    assert one.argon2 != other.argon2
    assert one.stored_key != other.stored_key


async def test_what_is_kept_otherwise_by_now_is_made_anew() -> None:
    known = Passwords(**QUICK).keys_of(PASSWORD).argon2
    verdict = await check(Passwords(**(QUICK | {"passes": 2})), PASSWORD, known)
    assert verdict.right
    assert verdict.fresh is not None
    assert "t=2" in verdict.fresh.argon2


async def test_a_name_that_nobody_has_takes_as_long_as_a_wrong_password() -> None:
    made = Passwords(memory=8_192, passes=2, iterations=4_096)
    known = made.keys_of(PASSWORD).argon2

    async def seconds(password: str, of: str | None) -> float:
        began = time.process_time()
        await check(made, password, of)
        return time.process_time() - began

    tries = [(await seconds("wrong", known), await seconds("wrong", None), await seconds("", None)) for _ in range(9)]
    wrong, unknown, empty = (statistics.median(column) for column in zip(*tries, strict=True))
    assert unknown > wrong / 2
    assert empty > wrong / 2


async def test_too_many_at_once_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAITING_MOST", 2)
    made = Passwords(**QUICK)
    outcomes = await asyncio.gather(*(check(made, PASSWORD, None) for _ in range(4)))
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert [(each.code, each.retry_after) for each in refused] == [("try_again", 2_000)] * 2
    assert isinstance(await check(made, PASSWORD, None), Verdict)


async def test_the_event_loop_goes_on_while_passwords_are_checked() -> None:
    made = Passwords(memory=65_536, passes=4, iterations=4_096)
    checking = asyncio.gather(*(check(made, PASSWORD, None) for _ in range(2)))
    turns = 0
    while not checking.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


def test_the_keys_of_scram_are_those_of_the_rfc() -> None:
    """RFC 7677, section 3."""
    salt = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    stored_key, server_key = scram_keys("pencil", salt, 4_096)
    nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    said = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r={nonce}".encode()
    proof = b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    signature = hmac.digest(stored_key, said, "sha256")
    client_key = bytes(one ^ other for one, other in zip(proof, signature, strict=True))
    assert sha256(client_key).digest() == stored_key
    assert hmac.digest(server_key, said, "sha256") == b64decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
