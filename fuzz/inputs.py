"""What inputs are made of: what peers would send, wounded, repeated and mixed with anything."""

import json
from typing import Final

from hypothesis import strategies as st

from klatch.core.grammar import COMMANDS
from tests.vectors import cases

GOOD: Final = [cases.spell(case["frame"]) for case in cases.read("frames.json", "requests")]
BAD: Final = [cases.wire(case) for case in cases.read("refusals.json", "frames")]

_PIECES: Final = [
    *(b'{}[]:,"\\ \n\t-0.eE+'[at : at + 1] for at in range(18)),
    *(b'"op":', b'"ping"', b'"send"', b'"cid":', b'"cursors":', b"null", b"true", b"NaN", b"1e999", b"-0", b"9" * 30),
    *(b"\\u0000", b"\\ud800", b"\\udc00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\0"),
]
pieces = st.sampled_from(_PIECES) | st.binary(max_size=4)
soup = st.lists(pieces, max_size=40).map(b"".join)
repeated = st.builds(lambda piece, times: piece * times, soup, st.integers(0, 20_000)).map(lambda made: made[:270_000])


@st.composite
def wounded(draw: st.DrawFn) -> bytes:
    """A good or bad frame with pieces cut out, put in and doubled."""
    frame = draw(st.sampled_from(GOOD + [bad for bad in BAD if len(bad) < 2_000]))
    for _ in range(draw(st.integers(0, 4))):
        start, end = sorted(draw(st.tuples(st.integers(0, len(frame)), st.integers(0, len(frame)))))
        frame = frame[:start] + draw(pieces | st.just(frame[start:end] * 2)) + frame[end:]
    return frame


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def misfilled(draw: st.DrawFn) -> bytes:
    """A good frame in which fields hold other things, or stand under other names."""
    frame = json.loads(draw(st.sampled_from(GOOD)))
    for name in draw(st.lists(st.sampled_from([*frame, "seq", "text", "ref", "cursors", "x"]), max_size=3)):
        frame[name] = draw(values)
    return json.dumps(frame, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


frames = st.one_of(wounded(), misfilled(), soup, repeated, st.binary(max_size=400), st.sampled_from(GOOD + BAD))

_names = st.sampled_from([name for row in COMMANDS for name in row.names] + ["", "x", "laeve"])
_arguments = st.sampled_from(
    ["42", "#ops", "@bob", "bob", "👍", "closed", "on", "\u202e", "\x1b[2J", "9" * 20]
) | st.text(max_size=12)
typed = st.one_of(
    st.builds(lambda name, rest: f"/{name} {' '.join(rest)}", _names, st.lists(_arguments, max_size=4)),
    st.builds(lambda piece, times: (piece * times)[:65_536], st.text(max_size=10), st.integers(0, 20_000)),
    st.builds("@{} {}".format, _arguments, _arguments),
    st.text(max_size=200),
)
_telnet = st.sampled_from(
    [b"\xff", b"\xff\xfd\x01", b"\xff\xfb\x03", b"\xff\xfa\x18", b"\xff\xf0", b"\xff\xff", b"\r\n", b"\n"]
)
lines = st.lists(_telnet | typed.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=30)).map(
    b"".join
)
