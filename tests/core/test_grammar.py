"""What people type: the one table, and that it covers what can be done."""

import time
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klatch.core import commands as ask
from klatch.core.grammar import COMMANDS, Asked, AskPassword, Place, SwitchAck, describe, parse, server_of_link
from klatch.core.refusals import Refused
from tests.protocols.outcome import outcome
from tests.vectors import cases

PLACE = Place(room="2", cid="typed-0123456789")
CASES = cases.read("grammar.json")

# The typed commands that the surface promises: those that this version has, under every name.
PROMISED = {
    *("help", "list", "listusers", "who", "names", "rooms", "join", "leave", "create", "msg", "p", "me", "nick"),
    *("status", "away", "back", "topic", "history", "edit", "delete", "reply", "react", "read", "invite", "kick"),
    *("login", "register", "quit", "exit"),
}
NOT_TYPED = {
    ask.Fetch: "raw entries are for programs; people read the folded history",
    ask.LookAtRoom: "people see it in the list of rooms",
    ask.LookAtSelf: "people know who they are",
    ask.Register: "asks for the password, which is never part of what is typed",
    ask.ChangePassword: "the same",
    ask.UseLink: "people type /register, or open the link",
    ask.SetAvatar: "a picture is chosen, not typed",
    ask.MakeFileKey: "programs ask for it as they need it",
    ask.MakeToken: "the secret is made by a program, and shown once",
    ask.MakeLink: "the same",
    ask.MakeResetLink: "the same",
    ask.ListMembers: "the names that old programs list with /names are those of all who are online",
}


def both_ways():
    return [
        pytest.param(case, private_at, id=f"{case['name']}-{'private' if private_at else 'mention'}")
        for case in CASES
        for private_at in ([case["private_at"]] if "private_at" in case else [True, False])
    ]


def sparse(request):
    defaults = {field.name: field.default for field in msgspec.structs.fields(type(request))}
    spelled = msgspec.to_builtins(request)
    needed = {name for name, default in defaults.items() if default is msgspec.NODEFAULT}
    return {name: value for name, value in spelled.items() if name in needed | {"op"} or value != defaults[name]}


def without_defaults(request):
    """A vector may write a field with its default, to say what is meant."""
    return sparse(msgspec.convert(request, ask.Request))


@pytest.mark.parametrize(("case", "private_at"), both_ways())
def test_what_was_typed_is_read(case, private_at):
    answer = outcome(parse, case["typed"], PLACE, private_at=private_at)
    if "refused" in case:
        assert answer.code == case["refused"]["code"]
        assert case["refused"]["says"] in answer.message
    elif "asks" in case:
        assert answer == AskPassword(**case["asks"])
    elif "switch" in case:
        assert answer == SwitchAck(on=case["switch"]["on"])
    else:
        assert sparse(answer) == without_defaults(case["request"])


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.names[0])
def test_every_command_has_help(row):
    assert row.usage.startswith(f"/{row.names[0]}")
    assert row.does.endswith(".")
    assert row.does[0].isupper()


@pytest.mark.parametrize(
    ("link", "server"),
    [
        ("https://chat.example/i/made-at-random", "https://chat.example"),
        ("http://127.0.0.1:8000/owner/made-at-random", "http://127.0.0.1:8000"),
        ("https://example.org/chat/reset/made-at-random/", "https://example.org/chat"),
        ("https://10.0.0.2:8000/i/made-at-random#sha256=ab", "https://10.0.0.2:8000#sha256=ab"),
        ("https://chat.example/about/us", None),
        ("/i/made-at-random", None),
        ("made-at-random", None),
    ],
)
def test_a_link_tells_its_server(link, server):
    assert server_of_link(link) == server


def test_help_lists_every_command_with_its_other_names():
    listed = [(help_line.usage, help_line.also) for help_line in describe()]
    assert listed == [(row.usage, [f"/{name}" for name in row.names[1:]]) for row in COMMANDS]


def test_no_name_stands_for_two_commands():
    names = [name for row in COMMANDS for name in row.names]
    assert len(set(names)) == len(names)


def test_every_name_that_was_promised_is_there():
    assert PROMISED - {name for row in COMMANDS for name in row.names} == set()


def test_every_typed_command_has_a_vector():
    typed = {case["typed"].split(" ")[0].removeprefix("/").lower() for case in CASES}
    assert {name for row in COMMANDS for name in row.names} - typed == set()


def test_every_command_and_query_can_be_typed_or_says_why_not():
    known = set(get_args(ask.AnyCommand)) | set(get_args(ask.AnyQuery))
    answers = [outcome(parse, case["typed"], PLACE, private_at=True) for case in CASES]
    typed = {type(answer) for answer in answers if not isinstance(answer, Refused | SwitchAck | AskPassword | ask.Quit)}
    assert known - typed == set(NOT_TYPED)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.names[0])
def test_a_command_that_lacks_something_says_how_it_is_written(row):
    answer = outcome(parse, f"/{row.names[-1]}", PLACE)
    if isinstance(answer, Refused):
        assert (answer.code, answer.message) == ("usage", f"Write it as: {row.usage}")


@pytest.mark.parametrize(
    "typed", ["/" + "leave" * 12_000, "/" + "ab" * 32_000, "/delete " + "1" * 60_000, "@" + "x" * 60_000]
)
def test_no_line_takes_ten_milliseconds(typed):
    def seconds():
        started = time.process_time()
        outcome(parse, typed, PLACE, private_at=True)
        return time.process_time() - started

    assert min(seconds() for _ in range(3)) < 0.01


@given(name=st.sampled_from([name for row in COMMANDS for name in row.names] + ["", "x"]), rest=st.text(max_size=30))
def test_whatever_follows_a_command_is_read_or_refused(name, rest):
    answer = outcome(parse, f"/{name} {rest}", PLACE)
    assert isinstance(answer, Asked | Refused)


@given(text=st.text(max_size=60), private_at=st.booleans())
def test_an_unknown_command_is_never_a_message(text, private_at):
    answer = outcome(parse, f"/x-{text}", PLACE, private_at=private_at)
    assert answer.code == "unknown_command"
    assert answer.message.isprintable()


@given(text=st.text(min_size=1, max_size=60))
def test_what_begins_with_neither_slash_nor_at_is_a_message_as_it_is(text):
    if text[0] not in "/@":
        assert parse(text, PLACE, private_at=True) == ask.SendMessage(cid=PLACE.cid, room="2", text=text)
