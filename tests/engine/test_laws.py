"""The law of the view: folding a room's raw entries gives what a fresh fetch gives, whatever people did."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from klatch.core import commands as ask
from klatch.core.view import View, fold
from klatch.engine import messages
from klatch.storage.port import Reader, Transaction
from klatch.storage.verify import verify
from tests.engine.people import House, Person
from tests.engine.test_rules import tidy
from tests.pace import LONG

PEOPLE = ("ann", "bob", "cat", "zoe")  # zoe has no secret: whenever she goes, she is gone
ROOMS = ("#ops", "#den", "@ann", "@ann,bob", "@ann,bob,cat", "@zoe")

people = st.sampled_from(PEOPLE)
rooms = st.sampled_from(ROOMS)
numbers = st.integers(1, 12)
emoji = st.sampled_from(["👍", "🎉", "❤"])
texts = st.sampled_from(["hello", "@ann look", "@zoe @bob", "x" * 500, "línea\nzwei"])


class Talk(RuleBasedStateMachine):
    """People do what they like in a few rooms; refusals are answers."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.house: House
        self.people: dict[str, Person] = {}

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(coroutine)

    @initialize()
    def begin(self) -> None:
        async def begin() -> None:
            self.house = House(Path(self.folder.name))
            for name in PEOPLE:
                await self.come(name)
            await self.people["ann"].does(ask.CreateRoom, name="ops", topic="first")
            await self.people["ann"].does(ask.CreateRoom, name="den", closed=True)

        self.run(begin())

    async def come(self, name: str) -> None:
        secret = None if name == "zoe" else f"the secret of {name}, long enough"
        self.people[name] = await self.house.come(name, secret)

    def do(self, who: str, kind: type[ask.Command], /, **arguments: Any) -> None:
        self.run(self.people[who].refused(kind, **arguments))

    @rule(who=people, room=rooms, text=texts, action=st.booleans())
    def say(self, who: str, room: str, text: str, action: bool) -> None:
        self.do(who, ask.SendMessage, room=room, text=text, action=action)

    @rule(who=people, room=rooms, seq=numbers, text=texts)
    def reply(self, who: str, room: str, seq: int, text: str) -> None:
        self.do(who, ask.SendMessage, room=room, text=text, reply_to=seq)

    @rule(who=people, room=rooms, seq=numbers | st.none(), text=texts)
    def edit(self, who: str, room: str, seq: int | None, text: str) -> None:
        self.do(who, ask.EditMessage, room=room, seq=seq, text=text)

    @rule(who=people, room=rooms, seq=numbers | st.none())
    def delete(self, who: str, room: str, seq: int | None) -> None:
        self.do(who, ask.DeleteMessage, room=room, seq=seq)

    @rule(who=people, room=rooms, seq=numbers, kind=st.sampled_from([ask.React, ask.Unreact]), emoji=emoji)
    def react(self, who: str, room: str, seq: int, kind: type[ask.Command], emoji: str) -> None:
        self.do(who, kind, room=room, seq=seq, emoji=emoji)

    @rule(who=people, room=rooms, kind=st.sampled_from([ask.JoinRoom, ask.JoinRoom, ask.LeaveRoom]))
    def come_or_go(self, who: str, room: str, kind: type[ask.Command]) -> None:
        self.do(who, kind, room=room)

    @rule(who=people, room=rooms, user=people, kind=st.sampled_from([ask.Invite, ask.Kick]))
    def bring_or_remove(self, who: str, room: str, user: str, kind: type[ask.Command]) -> None:
        self.do(who, kind, room=room, user=user)

    @rule(who=people, room=rooms, user=people, role=st.sampled_from(["admin", "moderator", "member", "guest"]))
    def grant(self, who: str, room: str, user: str, role: str) -> None:
        self.do(who, ask.Grant, room=room, user=user, role=role)

    @rule(who=people, room=rooms, user=people, kind=st.sampled_from([ask.Ban, ask.Unban]))
    def ban(self, who: str, room: str, user: str, kind: type[ask.Command]) -> None:
        self.do(who, kind, room=room, who=user)

    @rule(who=people, room=rooms, user=people, kind=st.sampled_from([ask.Mute, ask.Unmute]))
    def mute(self, who: str, room: str, user: str, kind: type[ask.Command]) -> None:
        self.do(who, kind, room=room, user=user)

    @rule(who=people, user=people, kind=st.sampled_from([ask.Block, ask.Unblock]))
    def block(self, who: str, user: str, kind: type[ask.Command]) -> None:
        self.do(who, kind, user=user)

    @rule(who=people, room=rooms, posting=st.sampled_from(["everyone", "members"]), archived=st.booleans() | st.none())
    def give_rules(self, who: str, room: str, posting: str, archived: bool | None) -> None:
        self.do(who, ask.SetRoom, room=room, posting=posting, archived=archived, keep=1)

    @rule()
    def old_words_go(self) -> None:
        async def sweep() -> None:
            self.house.clock.now += 2 * 86_400_000
            self.house.engine.tidying.sweep()
            await self.house.quiet()
            await tidy(self.house)

        self.run(sweep())

    @rule()
    def zoe_is_erased_and_somebody_else_takes_her_name(self) -> None:
        async def erase() -> None:
            await self.people["zoe"].refused(ask.Erase, user="zoe")
            await tidy(self.house)
            self.people["zoe"].goes()
            await self.house.quiet()
            await self.come("zoe")

        self.run(erase())

    @rule(who=people, room=rooms, topic=texts)
    def set_topic(self, who: str, room: str, topic: str) -> None:
        self.do(who, ask.SetTopic, room=room, topic=topic)

    @rule(who=people, room=rooms)
    def mark_read(self, who: str, room: str) -> None:
        self.do(who, ask.MarkRead, room=room)

    @rule()
    def zoe_goes_and_somebody_else_takes_her_name(self) -> None:
        async def change() -> None:
            self.people["zoe"].goes()
            await self.house.quiet()
            await self.come("zoe")

        self.run(change())

    @rule(jump=st.integers(-(10**12), 10**12))
    def the_clock_jumps(self, jump: int) -> None:
        self.house.clock.now = max(0, self.house.clock.now + jump)

    @rule()
    def a_decision_fails_after_it_changed_something(self) -> None:
        def fail(transaction: Transaction) -> None:
            transaction._add_log()
            raise ZeroDivisionError

        self.house.store.decide(fail, lambda _outcome: None)

    @invariant()
    def folding_gives_what_is_fetched(self) -> None:
        self.run(self.compare())

    async def compare(self) -> None:
        everyone = [person.session.account for person in self.people.values()]
        for room in await self.house.look(all_rooms):
            found = await self.house.look(lambda reader, room=room: fresh(reader, room, everyone))
            folded = View()
            for entry in found["entries"]:
                fold(folded, entry)
            assert folded.topic == found["topic"]
            assert folded.members == found["members"]
            assert folded.rules == found["rules"]
            for page in found["pages"]:
                assert list(folded.items.values()) == page

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.run(self.house.close())
            assert verify(Path(self.folder.name)).faults == []
            assert self.house.notes.defects == []
        self.runner.close()
        self.folder.cleanup()


def all_rooms(reader: Reader) -> list[str]:
    """The rooms but for the lobby, in which everyone is without an entry."""
    everything: Callable[[str], Any] = reader._db.rows  # type: ignore[assignment]
    return [str(row[0]) for row in everything("SELECT id FROM rooms WHERE id <> 2")]


def fresh(reader: Reader, room: str, everyone: list[Any]) -> dict[str, Any]:
    """A room as the store has it: raw, and as each of its members fetches it, page by page."""
    place = reader.place(room, everyone[0].id)
    assert place is not None
    members = {member.account.id: member.role for member in reader.members(room)}
    pages = []
    for viewer in everyone:
        if viewer.id in members:
            items: list[Any] = []
            before = None
            while True:
                page = messages.history(reader, viewer, ask.History(room=room, before=before, limit=5))
                items = [*page.items, *items]
                if not page.more:
                    break
                before = page.items[0].seq
            pages.append(items)
            forward = messages.history(reader, viewer, ask.History(room=room, after=0, limit=200)).items
            assert forward == items[: len(forward)]
    return {
        "entries": reader.entries_after(room, 0, 100_000),
        "topic": place.room.topic,
        "rules": place.room.rules,
        "members": members,
        "pages": pages,
    }


TestTalk = Talk.TestCase
TestTalk.settings = settings(max_examples=200 if LONG else 10, stateful_step_count=60 if LONG else 25, deadline=None)
