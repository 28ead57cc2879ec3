"""Transcripts: what each account could read, in a file of its own, whatever happens to the process or to the file."""

import asyncio
import contextlib
import json
import random
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from klatch.core import commands as ask
from klatch.core.credentials import ByName, Identity
from klatch.core.events import Entry
from klatch.core.refusals import Refused
from klatch.engine import accounts, actions
from klatch.engine.tidying import Tidying
from klatch.engine.transcripts.gathering import gather
from klatch.engine.transcripts.keeper import Transcripts
from klatch.engine.transcripts.telling import Hand, tell
from klatch.engine.transcripts.titles import title
from klatch.engine.transcripts.witnesses import nobody
from klatch.observe.recorder import Recorder
from klatch.protocols import plain, times
from klatch.storage.port import Life, Reader
from klatch.storage.store import SqliteStore
from tests.pace import PATIENCE

START = 1_789_992_000_000  # 2026-09-21 12:00 UTC
HAND = Hand(plain.spell_entry, lambda ts: times.spell_moment(ts, UTC))


class House:
    """A store in which people talk, one second after the other, and the transcripts of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "transcripts"
        self.data = folder / "data"
        self.now = START
        self.step = 1_000
        self.recorder = Recorder()
        self.count = 0
        self.tidied = False

    @contextlib.asynccontextmanager
    async def open(self, hand: Hand = HAND) -> AsyncIterator["House"]:
        """Opens the store and keeps transcripts; at the end all is written."""
        self.store = SqliteStore(self.data, self.recorder, lambda: self.now)
        self.transcripts = Transcripts(self.store, self.recorder, self.folder, hand)
        self.store.start(self.transcripts.note, lambda: None)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.transcripts.keep())
                yield self
                self.transcripts.stop()
        finally:
            await self.store.close()

    async def decide(self, decision: Callable):
        future = asyncio.get_running_loop().create_future()
        self.store.decide(decision, future.set_result)
        outcome = await future
        self.now += self.step
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def come(self, name: str) -> str:
        entrance = await self.decide(
            lambda transaction: accounts.enter(transaction, Identity(accounts.greet(transaction, ByName(name))))
        )
        return entrance.account.id

    async def go(self, account: str) -> None:
        await self.decide(lambda transaction: accounts.end(transaction, account))

    async def do(self, account: str, command: type[ask.Command], **what):
        self.count += 1
        asked = command(cid=f"test-{self.count:011}", **what)
        return await self.decide(lambda transaction: actions.decide(transaction, account, asked))

    async def say(self, account: str, text: str, room: str = "#lobby") -> int:
        return (await self.do(account, ask.SendMessage, room=room, text=text)).seq

    async def settle(self) -> None:
        """Waits until all that happened is written."""
        async with asyncio.timeout(PATIENCE):
            while not await self.is_written():  # noqa: ASYNC110 - a file tells nobody that it changed
                await asyncio.sleep(0.02)

    async def is_written(self) -> bool:
        try:
            note = json.loads((self.folder / ".transcripts.json").read_text())
        except FileNotFoundError:
            return False
        heads = asyncio.get_running_loop().create_future()
        self.store.read(Reader.heads, heads.set_result)
        written = {log: seq for log, seq in (await heads).items() if seq}
        spoiled = [volume for volume in note["volumes"].values() if volume["spoiled"]]
        return (
            note["known"]["reached"]["logs"] == written
            and not note["struck"]
            and not spoiled
            and not self.is_untidy(note)
        )

    def is_untidy(self, note: dict) -> bool:
        return self.tidied and note["outdated"]

    async def tidy(self) -> None:
        """Has words go that are kept no longer, or were erased."""
        self.tidied, failures = True, []
        Tidying(self.store, failures.append).sweep()
        await self.decide(lambda _transaction: None)
        assert failures == []

    def read(self, name: str) -> list[str]:
        """The lines of a transcript, without the day, in the time of day of Greenwich."""
        text = (self.folder / f"{name}_history.txt").read_text(encoding="utf-8")
        assert text.endswith("\n")
        return [line.replace("[2026-09-21 ", "[") for line in text.splitlines()]

    def said(self, name: str) -> list[str]:
        """The same without any time."""
        return [line.partition("] ")[2] or line for line in self.read(name)]

    def all(self) -> dict[str, str]:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*_history.txt"))}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_a_line_has_the_moment_the_room_the_author_and_the_words(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "hello")
    assert (house.folder / "ann_history.txt").read_bytes() == b"[2026-09-21 12:00:01] #lobby ann: hello\n"


async def test_one_has_what_was_said_from_the_time_one_came(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "alone")
        await house.come("bob")
        await house.say(ann, "together")
    assert house.said("bob") == ["#lobby ann: together"]


async def test_one_who_is_gone_has_nothing_of_what_was_said_later(house: House) -> None:
    async with house.open():
        ann, bob = await house.come("ann"), await house.come("bob")
        await house.say(ann, "with bob")
        await house.go(bob)
        await house.say(ann, "without bob")
    assert house.said("bob") == ["#lobby ann: with bob"]


async def test_one_who_left_a_room_has_nothing_of_what_was_said_there_later(house: House) -> None:
    async with house.open():
        ann, bob = await house.come("ann"), await house.come("bob")
        await house.do(ann, ask.CreateRoom, name="ops")
        await house.do(bob, ask.JoinRoom, room="#ops")
        await house.do(bob, ask.LeaveRoom, room="#ops")
        await house.say(ann, "he left", "#ops")
    assert house.said("bob") == ["#ops * bob joined.", "#ops * bob left."]


async def test_a_private_message_is_in_two_transcripts_only(house: House) -> None:
    async with house.open():
        ann, _, carl = [await house.come(name) for name in ("ann", "bob", "carl")]
        await house.say(ann, "psst", "@bob")
        await house.say(carl, "hm")
    assert (house.said("ann")[0], house.said("bob")[0]) == ("@bob ann: psst", "@ann ann: psst")
    assert house.said("carl") == ["#lobby carl: hm"]


async def test_further_lines_of_a_message_are_indented(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "one\n[2026-09-21 12:00:09] #lobby bob: two")
    assert house.read("ann")[1] == "    | [12:00:09] #lobby bob: two"


async def test_control_characters_are_spelled_out(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "\x1b[2Jhi\r\x07")
    assert house.said("ann") == ["#lobby ann: \\x1b[2Jhi", "    | \\x07"]


async def test_another_account_of_the_same_name_has_another_file(house: House) -> None:
    async with house.open():
        first = await house.come("ann")
        await house.say(first, "mine")
        await house.go(first)
        second = await house.come("Ann")
        await house.say(second, "not hers")
    assert house.said("ann") == ["#lobby ann: mine"]
    assert house.said("Ann~2") == ["#lobby Ann: not hers"]


async def test_after_a_change_of_names_nobody_writes_into_a_file_of_somebody_else(house: House) -> None:
    async with house.open():
        ann, bob = await house.come("ann"), await house.come("bob")
        await house.do(ann, ask.Rename, name="anna")
        await house.do(bob, ask.Rename, name="ann")
        await house.say(bob, "hi")
    assert house.said("ann") == ["* ann is anna now.", "* bob is ann now.", "#lobby ann: hi"]
    assert sorted(house.all()) == ["ann_history.txt", "bob_history.txt"]


async def test_words_taken_back_leave_every_transcript(house: House) -> None:
    async with house.open():
        ann, bob = await house.come("ann"), await house.come("bob")
        seq = await house.say(ann, "my password")
        await house.say(ann, "oops")
        await house.go(bob)
        await house.settle()
        assert "my password" in house.all()["bob_history.txt"]
        await house.do(ann, ask.DeleteMessage, room="#lobby", seq=seq)
        await house.settle()
        assert house.said("bob") == ["#lobby ann deleted this message.", "#lobby ann: oops"]
    assert "my password" not in house.all()["ann_history.txt"]


async def test_words_taken_back_leave_also_where_they_had_been_edited(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        seq = await house.say(ann, "secret\nof two lines")
        await house.do(ann, ask.EditMessage, room="#lobby", seq=seq, text="secret too")
        await house.settle()
        await house.do(ann, ask.DeleteMessage, room="#lobby", seq=seq)
    assert "secret" not in "".join(house.read("ann"))


async def test_one_who_was_erased_is_in_no_file_any_more_not_even_by_name(house: House) -> None:
    async with house.open():
        ann, zoe = await house.come("ann"), await house.come("zoe")
        await house.say(zoe, "the words of somebody")
        await house.do(zoe, ask.SendMessage, room="@ann", text="a private word")
        await house.say(ann, "the words of ann")
        await house.settle()
        await house.do(zoe, ask.Erase, user="zoe")
        await house.tidy()
        await house.settle()
        await house.say(ann, "later")
    assert [said for said in house.said("ann") if "words of ann" in said or "later" in said] != []
    assert list(house.all()) == ["ann_history.txt"]
    left = b"".join(path.read_bytes() for path in house.folder.iterdir())
    assert [words for words in (b"somebody", b"private", b"zoe") if words in left] == []


async def test_words_that_are_to_go_when_the_server_is_killed_go_after_its_next_start(house: House) -> None:
    async with house.open():
        ann, zoe = await house.come("ann"), await house.come("zoe")
        await house.say(zoe, "the words of somebody")
        await house.say(ann, "the words of ann")
        await house.do(zoe, ask.Erase, user="zoe")
    assert "somebody" in "".join(house.all().values())
    async with house.open():
        await house.tidy()
        await house.settle()
        assert list(house.all()) == ["ann_history.txt"]
        assert "somebody" not in "".join(house.all().values())


async def test_another_who_takes_the_name_of_one_who_was_erased_has_a_file_of_their_own(house: House) -> None:
    async with house.open():
        zoe = await house.come("zoe")
        await house.say(zoe, "the words of somebody")
        await house.settle()
        await house.do(zoe, ask.Erase, user="zoe")
        await house.tidy()
        await house.settle()
        await house.say(await house.come("zoe"), "I am new")
    assert house.said("zoe") == ["#lobby zoe: I am new"]


async def test_words_that_are_kept_no_longer_leave_the_files(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.do(ann, ask.CreateRoom, name="brief")
        await house.do(ann, ask.SetRoom, room="#brief", keep=1)
        await house.say(ann, "for a day", "#brief")
        await house.say(ann, "for good")
        house.now += 2 * 86_400_000
        await house.say(ann, "fresh", "#brief")
        await house.settle()
        assert "for a day" in house.all()["ann_history.txt"]
        await house.tidy()
        await house.settle()
        text = house.all()["ann_history.txt"]
        assert [words in text for words in ("for a day", "for good", "fresh")] == [False, True, True]


async def test_what_was_said_in_the_same_second_stays(house: House) -> None:
    house.step = 1
    async with house.open():
        ann = await house.come("ann")
        seqs = [await house.say(ann, text) for text in ("one", "two", "two", "three")]
        await house.settle()
        await house.do(ann, ask.DeleteMessage, room="#lobby", seq=seqs[1])
    assert house.said("ann")[:4] == [
        "#lobby ann: one", "#lobby ann deleted this message.", "#lobby ann: two", "#lobby ann: three",
    ]  # fmt: skip


async def test_words_taken_back_leave_a_file_whose_owner_came_within_that_second(house: House) -> None:
    house.step = 1
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "early")
        await house.come("bob")
        seq = await house.say(ann, "secret")
        await house.settle()
        await house.do(ann, ask.DeleteMessage, room="#lobby", seq=seq)
    assert house.said("bob")[0] == "#lobby ann deleted this message."


async def test_lines_that_were_written_but_not_remembered_are_not_there_twice(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "one")
        await house.settle()
        note = (house.folder / ".transcripts.json").read_bytes()
        await house.say(ann, "two")
        await house.settle()
    (house.folder / ".transcripts.json").write_bytes(note)  # as after a kill between the two
    async with house.open():
        pass
    assert house.said("ann") == ["#lobby ann: one", "#lobby ann: two"]


@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
async def test_a_damaged_file_is_written_anew(house: House, damage: str) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "one")
        await house.say(ann, "two")
    path = house.folder / "ann_history.txt"
    text = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(text[:-9] if damage == "cut" else text.replace(b"one", b"???"))
    async with house.open():
        pass
    assert path.read_bytes() == text


async def test_a_file_removed_while_the_server_runs_is_written_anew(house: House) -> None:
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "one")
        await house.settle()
        (house.folder / "ann_history.txt").unlink()
        await house.say(ann, "two")
    assert house.said("ann") == ["#lobby ann: one", "#lobby ann: two"]


async def test_a_file_of_somebody_else_keeps_its_lines_under_another_name(house: House) -> None:
    house.folder.mkdir()
    (house.folder / "ann_history.txt").write_text("from long ago\n")
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "hello")
    assert house.said("ann") == ["#lobby ann: hello"]
    assert (house.folder / "ann_history.txt.1").read_text() == "from long ago\n"


async def test_in_another_time_zone_the_files_are_written_anew(house: House) -> None:
    async with house.open():
        await house.say(await house.come("ann"), "hello")
    zone = timezone(timedelta(hours=2))
    async with house.open(Hand(plain.spell_entry, lambda ts: times.spell_moment(ts, zone))):
        pass
    assert house.read("ann") == ["[14:00:01] #lobby ann: hello"]


async def test_a_folder_that_cannot_be_written_stops_nobody(house: House) -> None:
    house.folder.write_text("a file where the folder should be")
    async with house.open():
        assert await house.say(await house.come("ann"), "hello") == 2


async def test_who_is_heard_of_early_is_told_nothing_from_before_they_came(house: House) -> None:
    """One look into the store may show who came, before entries from before that were heard of."""
    async with house.open():
        ann = await house.come("ann")
        await house.say(ann, "early")
        bob = await house.come("bob")
        await house.say(ann, "late")

        def look(reader: Reader) -> str:
            known = nobody()
            events, _ = gather(reader, known.reached, reader.heads())
            lobby, *said = [event for event in events if isinstance(event, Entry)]
            tell(reader, HAND, known, [lobby, *(event for event in events if isinstance(event, Life))])
            return tell(reader, HAND, known, said).lines[bob].text.decode()

        outcome = asyncio.get_running_loop().create_future()
        house.store.read(look, outcome.set_result)
        assert (await outcome).splitlines() == ["[2026-09-21 12:00:03] #lobby ann: late"]


@pytest.mark.parametrize("seed", range(5))
async def test_files_written_bit_by_bit_are_those_written_at_once(house: House, seed: int) -> None:
    async with house.open():
        await live_through(house, random.Random(seed))
    bit_by_bit = house.all()
    shutil.rmtree(house.folder)
    async with house.open():
        pass
    assert house.all() == bit_by_bit


async def live_through(house: House, chance: random.Random) -> None:
    """People come, go, talk, move between rooms, take other names and take back what they said."""
    people = [await house.come("p0")]
    await house.do(people[0], ask.CreateRoom, name="ops")
    for turn in range(1, 150):
        who = chance.choice(people)
        with contextlib.suppress(Refused):
            match chance.randrange(10):
                case 0:
                    people.append(await house.come(f"p{chance.randrange(6)}"))
                case 1 if len(people) > 1:
                    people.remove(who)
                    await house.go(who)
                case 2:
                    await house.do(who, chance.choice([ask.JoinRoom, ask.LeaveRoom]), room="#ops")
                case 3:
                    await house.do(who, ask.Rename, name=f"p{chance.randrange(6)}")
                case 4:
                    await house.do(who, ask.DeleteMessage, room=chance.choice(["#lobby", "#ops"]))
                case 5:
                    await house.do(who, ask.EditMessage, room="#lobby", text=f"better {turn}")
                case 6:
                    await house.say(who, f"psst {turn}", f"@p{chance.randrange(6)}")
                case _:
                    await house.say(who, f"words {turn}", chance.choice(["#lobby", "#ops"]))
        if chance.random() < 0.05:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("username", "name"),
    [
        ("ann", "ann_history.txt"),
        ("Zoë", "Zoë_history.txt"),
        ("a\\b|c", "a%5Cb%7Cc_history.txt"),
        ("x^`{}[]-", "x^`{}[]-_history.txt"),
        ("con", "con_history.txt"),  # a device only if nothing or a dot follows
        ("con.x", "con%2Ex_history.txt"),
        ("LPT1.", "LPT1%2E_history.txt"),
        (".ann", "%2Eann_history.txt"),
        ("ann.", "ann._history.txt"),
    ],
)
def test_a_file_name_is_one_that_every_file_system_carries(username: str, name: str) -> None:
    assert title(username, {}) == name


@pytest.mark.parametrize("other", ["ANN", "ann", "Ann"])
def test_names_that_are_one_to_some_file_systems_are_numbered(other: str) -> None:
    taken: dict[str, int] = {}
    assert [title("ann", taken), title(other, taken)] == ["ann_history.txt", f"{other}~2_history.txt"]
