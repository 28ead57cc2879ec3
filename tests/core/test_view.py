"""The view: folding entries as they come gives what a fresh fetch gives (law 1)."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core.erasing import without_person, without_words
from klatch.core.events import (
    AnyBody,
    Author,
    Banned,
    Deleted,
    Edited,
    Entry,
    Erased,
    Granted,
    Joined,
    Kicked,
    Left,
    Message,
    Muted,
    Reacted,
    RoomSet,
    Swept,
    TopicSet,
    Unreacted,
    target_of,
)
from klatch.core.messages import DELETED
from klatch.core.rooms import COMMON
from klatch.core.view import View, fold, settle
from tests.vectors import cases

VIEWS = cases.read("view.json")
PEOPLE = [Author(str(number), f"user{number}") for number in range(3, 6)]


def entries(spelled):
    return [msgspec.convert({"op": "entry", **entry}, Entry) for entry in spelled]


def folded(log, view=None):
    view = View() if view is None else view
    for entry in log:
        fold(view, entry)
    return view


def fresh(log):
    """The lines as the engine settles them for a page of history."""
    return settle(
        [entry for entry in log if target_of(entry.body) is None],
        [entry for entry in log if target_of(entry.body) is not None],
    )


def redacted(log):
    """The log as the store holds it: what was deleted, swept or erased has lost its words, and its edits have, too."""
    gone = {entry.body.target for entry in log if isinstance(entry.body, Deleted)}
    swept = max((entry.body.before for entry in log if isinstance(entry.body, Swept)), default=0)
    erased = {entry.body.person.id: entry for entry in log if isinstance(entry.body, Erased)}

    def redact(entry):
        entry = taken_back(entry)
        words = isinstance(entry.body, Message | Edited)
        if words and min(entry.seq, target_of(entry.body) or entry.seq) < swept:
            entry = msgspec.structs.replace(entry, body=without_words(entry.body))
        for last in erased.values():
            if entry.seq < last.seq:
                author, body = without_person(entry.author, entry.body, last.body.person)
                entry = msgspec.structs.replace(entry, author=author, body=body)
        return entry

    def taken_back(entry):
        match entry.body:
            case Message() if entry.seq in gone:
                return msgspec.structs.replace(entry, body=DELETED)
            case Edited(target=target) if target in gone:
                return msgspec.structs.replace(entry, body=Edited(target=target, text="", deleted=True))
            case _:
                return entry

    return [redact(entry) for entry in log]


def told(view):
    """A view as the vectors spell it."""
    held = {"rules": view.rules} if view.rules != COMMON else {}
    items = list(view.items.values())
    return msgspec.to_builtins(
        {"as_of": view.as_of, "topic": view.topic, "members": view.members, "items": items, **held}
    )


@pytest.mark.parametrize("case", VIEWS, ids=cases.named)
def test_a_log_folds_to_its_view(case):
    assert told(folded(entries(case["entries"]))) == case["view"]


@pytest.mark.parametrize("case", [case for case in VIEWS if "stored" in case], ids=cases.named)
def test_a_log_that_lost_words_folds_to_the_same_view(case):
    assert told(folded(entries(case["stored"]))) == case["view"]


@pytest.mark.parametrize("case", VIEWS, ids=cases.named)
def test_a_fresh_page_has_the_items_of_the_view(case):
    page = fresh(entries(case.get("stored", case["entries"])))
    assert msgspec.to_builtins(page) == case["view"]["items"]


@pytest.mark.parametrize("case", [case for case in VIEWS if "stored" in case], ids=cases.named)
def test_what_the_vectors_store_is_what_a_deletion_leaves(case):
    assert redacted(entries(case["entries"])) == entries(case["stored"])


def test_every_kind_of_entry_is_folded_by_a_vector():
    kinds = {kind.__struct_config__.tag for kind in get_args(AnyBody)}
    assert kinds - {entry["body"]["kind"] for case in VIEWS for entry in case["entries"]} == set()


@pytest.mark.parametrize("seq", [0, 1, 2, 4])
def test_an_entry_out_of_order_is_not_folded(seq):
    view = View(as_of=2)
    with pytest.raises(ValueError, match="does not follow 2"):
        fold(view, Entry(room="2", seq=seq, id="1", ts=1, author=PEOPLE[0], body=Left()))


people = st.sampled_from(PEOPLE)
targets = st.integers(1, 12)
words = st.sampled_from(["one", "two", "three"])
emoji = st.sampled_from(["👍", "🎉"])
bodies = st.one_of(
    st.builds(Message, text=words, reply_to=st.none() | targets, action=st.booleans()),
    st.builds(Edited, target=targets, text=words),
    st.builds(Deleted, target=targets),
    st.builds(Reacted, target=targets, emoji=emoji),
    st.builds(Unreacted, target=targets, emoji=emoji),
    st.builds(Joined, role=st.sampled_from(["guest", "owner"])),
    st.builds(Kicked, person=people),
    st.builds(Granted, person=people, role=st.just("moderator")),
    st.builds(TopicSet, topic=words),
    st.just(Left()),
    st.builds(Banned, person=st.none() | people, pattern=st.just("spam*")),
    st.builds(Muted, person=people),
    st.builds(RoomSet, slow=st.none() | st.integers(0, 9), posting=st.none() | st.just("members")),
    st.builds(Swept, before=targets),
    st.builds(Erased, person=people.map(lambda person: Author(person.id, f"erased-{person.id}"))),
)


def placed(body, seq):
    """An entry's body at a place of the log: only what came before it can be changed."""
    if isinstance(body, Swept):
        return Swept(before=min(body.before, seq))
    if target_of(body) is None:
        return body
    return msgspec.structs.replace(body, target=body.target % (seq - 1) + 1) if seq > 1 else Left()


logs = st.lists(st.tuples(people, bodies), max_size=25).map(
    lambda acts: [
        Entry(room="2", seq=seq, id=str(seq), ts=seq * 1000, author=author, body=placed(body, seq))
        for seq, (author, body) in enumerate(acts, 1)
    ]
)


@given(log=logs, at=st.integers(0, 25))
def test_a_view_folded_further_is_the_view_fetched_fresh(log, at):
    """Cut anywhere: what one held before the cut, with the entries after it, is what somebody sees who comes now."""
    view = folded(log[at:], folded(log[:at]))
    assert list(view.items.values()) == fresh(redacted(log))


@given(log=logs, at=st.integers(0, 25))
def test_entries_read_after_a_deletion_lead_to_the_same_view(log, at):
    """Who was away reads the rest of the log without the words that were taken out meanwhile."""
    assert told(folded(redacted(log)[at:], folded(log[:at]))) == told(folded(log))


@given(log=logs)
def test_the_words_of_a_deleted_message_are_nowhere_in_the_view(log):
    gone = {entry.body.target for entry in log if isinstance(entry.body, Deleted)}
    deleted = [item for seq, item in folded(log).items.items() if seq in gone and isinstance(item.body, Message)]
    assert all(item.body == DELETED and not item.reactions for item in deleted)
