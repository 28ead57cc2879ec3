"""Holds what commands print: harmless lines for people, whole objects for programs."""

from datetime import UTC

import msgspec
import pytest

from klatch.clients.shell.spelling import as_json, as_text
from klatch.core.events import AnyBody, Author, Created, Deleted, Edited, Entry, Joined, Message, Reacted, TopicSet

TS = 1_795_269_780_000  # 2026-11-21 14:03 UTC


def entry(body: AnyBody, name: str = "ann") -> Entry:
    return Entry(room="7", seq=42, id="99", ts=TS, author=Author("3", name), body=body, cid="cid-of-this-message")


def test_a_message_reads_with_time_and_name() -> None:
    assert as_text(entry(Message(text="Hello")), UTC) == "[2026-11-21 14:03] ann: Hello"


def test_further_lines_of_a_message_cannot_pass_for_messages_of_others() -> None:
    said = as_text(entry(Message(text="Hello\n[2026-11-21 14:04] bob: Hi")), UTC)
    assert said is not None
    assert "\n[" not in said


@pytest.mark.parametrize("text", ["\x1b]52;c;aGk=\x07", "\x1b[2J", "\x9b31m", "a\rb", "\u202eabc", "\x00"])
@pytest.mark.parametrize("kind", ["message", "edit", "topic"])
def test_nothing_takes_over_the_terminal(kind: str, text: str) -> None:
    body = {"message": Message(text=text), "edit": Edited(target=1, text=text), "topic": TopicSet(topic=text)}[kind]
    assert text not in (as_text(entry(body), UTC) or "")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (Message(text="\x1b[2J /quit"), "\x1b[2J /quit"),
        (Edited(target=1, text="new"), "new"),
        (Message(text="", deleted=True), None),
        (Deleted(target=1), None),
        (Reacted(target=1, emoji="\U0001f44d"), None),
        (Joined(role="guest"), None),
        (Created(room_kind="open", name="ops"), None),
    ],
)
def test_every_kind_of_entry_has_the_promised_keys(body: AnyBody, text: str | None) -> None:
    told = msgspec.json.decode(as_json(entry(body), "#ops"))
    assert set(told) >= {"room", "seq", "id", "cid", "ts", "author", "text", "kind"}
    assert told["room"] == {"id": "7", "name": "#ops"}
    assert told["author"] == {"id": "3", "name": "ann"}
    assert (told["text"], told["kind"]) == (text, told["body"]["kind"])


def test_an_object_is_one_line() -> None:
    assert b"\n" not in as_json(entry(Message(text="a\nb\u2028c")), "#ops")
