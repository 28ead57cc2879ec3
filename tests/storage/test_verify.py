"""`verify` finds every kind of damage and none in a store that is whole; equal content has an equal hash."""

import asyncio
import shutil
from pathlib import Path

import apsw
import pytest

from klatch.core.events import Author, Deleted, Edited, Message
from klatch.storage.faults import StoreUnusable
from klatch.storage.port import Transaction
from klatch.storage.verify import FAULTS_MOST, verify
from tests.storage.stores import Kept, add_account, add_room, opened, say

ROOM = 4  # the lobby is 2, the system's account 1, ann's 3
CID = "cid-of-the-1st-message"


async def fill(directory: Path, entries: int = 5) -> None:
    async with opened(directory) as kept:
        await tell(kept, entries)


async def tell(kept: Kept, entries: int) -> None:
    ann, room = await kept.decide(add_account("ann")), await kept.decide(add_room("ops"))
    await kept.decide(say(room, ann, "first", CID))
    for n in range(2, entries):
        kept.clock.now += 1
        await kept.decide(say(room, ann, f"message {n}", f"cid-of-message-number-{n}"))
    await kept.decide(lambda transaction: transaction.append(room, ann, Edited(target=1, text="better")))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with five entries in a room, closed."""
    directory = tmp_path / "data"
    asyncio.run(fill(directory))
    return directory


def change(data: Path, *statements: str) -> None:
    """Changes a store behind Klatch's back."""
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.close()


def test_a_store_that_is_whole_has_no_faults(data: Path) -> None:
    report = verify(data)
    assert (report.rooms, report.entries, report.faults) == (2, 6, [])


async def test_a_store_is_verified_beside_the_server_that_writes_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        await tell(kept, 5)
        report = await asyncio.to_thread(verify, tmp_path)
        await kept.decide(add_account("bob"))
    assert (report.entries, report.faults) == (6, [])


def test_verifying_changes_no_file(data: Path) -> None:
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    verify(data)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def test_where_there_is_no_store_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no store"):
        verify(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_hash_does_not_depend_on_how_pages_lie(data: Path) -> None:
    before = verify(data).hash
    change(data, "PRAGMA journal_mode = DELETE", "PRAGMA page_size = 8192", "VACUUM")
    assert verify(data).hash == before


def test_a_copy_has_the_hash_of_its_original(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "copy")
    assert verify(tmp_path / "copy").hash == verify(data).hash


async def test_the_hash_is_another_after_each_entry(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        await tell(kept, 5)
        hashes = {verify(tmp_path).hash}
        for n in range(3):
            await kept.decide(say("4", Author("3", "ann"), f"more {n}"))
            hashes.add(verify(tmp_path).hash)
    assert len(hashes) == 4


async def test_the_hash_is_another_when_words_were_taken_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        await tell(kept, 5)
        before = verify(tmp_path).hash

        def take_back(transaction: Transaction) -> None:
            entry = transaction.entry("4", 1)
            assert entry is not None
            transaction.replace_body(entry, Message(text="", deleted=True))

        await kept.decide(take_back)
        report = verify(tmp_path)
    assert (report.hash != before, report.faults) == (True, [])


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (
            "UPDATE entries SET body = CAST(replace(body, 'first', 'fifth') AS BLOB) WHERE seq = 1",
            "not as it was written",
        ),
        ("UPDATE entries SET author_name = 'bob' WHERE log_id = 4 AND seq = 2", "not as it was written"),
        ("UPDATE entries SET ts = ts + 1 WHERE log_id = 4 AND seq = 5", "not as it was written"),
        ("UPDATE entries SET ts = 5 WHERE log_id = 4 AND seq = 3", "before that of the entry before it"),
        ("UPDATE entries SET entry_hash = x'00' WHERE log_id = 4 AND seq = 3", "not as it was written"),
        ("UPDATE entries SET body = x'ff00' WHERE log_id = 4 AND seq = 3", "not as it was written"),
        ("DELETE FROM entries WHERE log_id = 4 AND seq = 3", "has number 4 where 3 should be"),
        ("DELETE FROM entries WHERE log_id = 4 AND seq = 5", "ends at 4, but should at 5"),
        ("UPDATE logs SET last_seq = 4 WHERE id = 4", "ends at 5, but should at 4"),
        ("UPDATE logs SET last_ts = 5 WHERE id = 4", "later than the time it notes as its last"),
        ("UPDATE entries SET cid = 'short' WHERE log_id = 4 AND seq = 2", "impossible cid"),
        (
            """
            INSERT INTO credentials (id, account_id, kind, secret_hash, name, scopes, created_ts, seen_ts, address)
            VALUES (5, 3, 'token', x'00', '', '', 0, 0, '')
            """,
            "credential 5 is none that can be used",
        ),
        (
            """
            INSERT INTO credentials (id, account_id, kind, secret_hash, name, scopes, created_ts, seen_ts, address)
            VALUES (5, 3, 'token', zeroblob(32), '', '', 0, 0, '');
            UPDATE accounts SET ended_ts = 1 WHERE id = 3
            """,
            "lets in account 3, which has ended",
        ),
        (
            """
            INSERT INTO links (id, kind, secret_hash, uses_left, created_by, created_ts)
            VALUES (6, 'reset', zeroblob(32), 1, 1, 0)
            """,
            "link 6 is none that can be used",
        ),
        ("UPDATE accounts SET password_hash = 'x' WHERE id = 3", "has a password, but not all that belongs to it"),
        ("UPDATE entries SET target = 2 WHERE log_id = 4 AND seq = 5", "changes 1, but is filed under 2"),
        ("UPDATE entries SET target = NULL WHERE log_id = 4 AND seq = 5", "changes 1, but is filed under None"),
        ("UPDATE entries SET target = 99 WHERE log_id = 4 AND seq = 5", "which is not there before it"),
        ("UPDATE entries SET target = 3 WHERE log_id = 4 AND seq = 2", "which is not there before it"),
        ("UPDATE entries SET author_id = 77 WHERE log_id = 4 AND seq = 2", "by account 77, but no such account"),
        ("UPDATE entries SET log_id = 88 WHERE log_id = 4 AND seq = 5", "of log 88, but no such log"),
        (
            "UPDATE entries SET kind = 'react' WHERE log_id = 4 AND seq = 5",
            "of the kind edit, but is filed under react",
        ),
        ("UPDATE entries SET cid = CAST(cid AS BLOB) WHERE log_id = 4 AND seq = 2", "is of another type"),
        ("UPDATE entries SET ts = 'noon' WHERE log_id = 4 AND seq = 2", "is of another type"),
        ("UPDATE entries SET seq = 'two' WHERE log_id = 4 AND seq = 2", "is of another type"),
        ("UPDATE entries SET body = CAST(body AS TEXT) WHERE log_id = 4 AND seq = 2", "is of another type"),
        ("UPDATE entries SET author_name = CAST(x'ff' AS TEXT) WHERE log_id = 4 AND seq = 2", "cannot be read further"),
        ("UPDATE logs SET last_ts = 'noon' WHERE id = 4", "does not note its end as numbers"),
        ("INSERT INTO logs VALUES (50, 0, 0)", "Log 50 belongs to no room and no account"),
        ("DELETE FROM rooms WHERE id = 4", "Log 4 belongs to no room and no account"),
        ("DELETE FROM logs WHERE id = 4", "rooms (4) refers to a row of logs"),
        ("INSERT INTO members VALUES (4, 99, 'member', 1, 0)", "refers to a row of accounts that is not there"),
        ("INSERT INTO reading VALUES (3, 4, 6)", "beyond its end"),
    ],
)
def test_damage_is_found(data: Path, damage: str, found: str) -> None:
    change(data, "PRAGMA foreign_keys = OFF", damage)
    assert any(found in fault for fault in verify(data).faults)


def test_a_cid_used_twice_is_found_even_when_its_index_is_gone(data: Path) -> None:
    change(data, "DROP INDEX entries_by_cid", "UPDATE entries SET cid = 'cid-of-the-1st-message' WHERE seq = 2")
    assert f"Account 3 has more than one entry with the cid {CID}." in verify(data).faults


def test_an_entry_that_no_klatch_can_read_is_found_though_its_hash_is_right(data: Path) -> None:
    async def write_nonsense() -> None:
        async with opened(data) as kept:
            await kept.decide(lambda transaction: transaction.append("4", Author("3", "ann"), Deleted(target=2)))

    asyncio.run(write_nonsense())
    connection = apsw.Connection(str(data / "klatch.sqlite"))
    connection.create_scalar_function("hashed", rehash)
    connection.execute("""
        UPDATE entries SET body = CAST('{"kind":"telepathy"}' AS BLOB),
        entry_hash = hashed(log_id, seq, id, ts, author_id, author_name) WHERE log_id = 4 AND seq = 6
    """)
    connection.close()
    assert "Entry 6 of log 4 cannot be read." in verify(data).faults


def rehash(log: int, seq: int, identity: int, ts: int, author: int, name: str) -> bytes:
    """The hash of an entry that says something unknown."""
    from klatch.storage.transaction import hash_entry

    return hash_entry(log, seq, identity, ts, author, name, None, b'{"kind":"telepathy"}')


def test_a_flipped_byte_anywhere_in_the_file_is_found_or_changes_nothing(data: Path) -> None:
    path = data / "klatch.sqlite"
    whole = path.read_bytes()
    content_hash = verify(data).hash
    silent = []
    for offset in range(200, len(whole), 997):
        damaged = bytearray(whole)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)
        try:
            report = verify(data)
        except StoreUnusable:
            continue
        if not report.faults and report.hash != content_hash:
            silent.append(offset)
    assert silent == []


def test_no_more_faults_are_listed_than_people_read(data: Path) -> None:
    asyncio.run(fill_much(data, 1_200))
    change(data, "UPDATE entries SET author_name = 'nobody'")
    assert len(verify(data).faults) == FAULTS_MOST + 1


async def fill_much(data: Path, entries: int) -> None:
    async with opened(data) as kept:
        await asyncio.gather(*[kept.decide(say("4", Author("3", "ann"), "x")) for _ in range(entries)])
