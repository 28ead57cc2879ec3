"""Telling: the lines that news add to each account's transcript, and the lines that words taken back leave."""

import re
from collections.abc import Callable, Iterable

import msgspec

from klatch.core.events import Audited, Edited, Entry, Renamed
from klatch.engine.transcripts.gathering import Amended
from klatch.engine.transcripts.witnesses import Seen, Witnesses, forget, witness
from klatch.storage.port import Life, Reader


class Hand(msgspec.Struct, frozen=True):
    """How lines are spelled: an entry without its time, and a moment (ms UTC) to the second."""

    entry: Callable[[Entry], str]
    moment: Callable[[int], str]

    def said(self, entry: Entry) -> str:
        """What an entry says. As many entries say something after words were taken back as before."""
        match entry.body:
            case Edited(target=target, deleted=True):
                return f"* {entry.author.name} changed message {target}, which was deleted later."
            case Renamed(name=name):
                return f"* {entry.author.name} is {name} now."
            case _:
                return self.entry(entry)

    @property
    def form(self) -> str:
        """Differs where lines would be spelled otherwise: in another time zone, its summer time included."""
        return " ".join(self.moment(month * 31 * 86_400_000) for month in (667, 673))


class Lines(msgspec.Struct):
    """What is added to one transcript, and the times (ms UTC) of the first and last line of it."""

    first: int
    last: int = 0
    text: bytearray = msgspec.field(default_factory=bytearray)


class Told(msgspec.Struct, frozen=True):
    """What to write, and the accounts that began and ended."""

    lines: dict[str, Lines]
    began: list[Life]
    ended: list[str]


def tell(reader: Reader, hand: Hand, known: Witnesses, events: Iterable[Life | Entry]) -> Told:
    """Takes news into what is known, and spells them for all who could read them."""
    told = Told({}, [], [])
    ends: dict[str, int | None] = {}
    for seen in witness(known, events):
        if isinstance(seen, Life):
            told.began.append(seen)
        elif isinstance(seen.entry.body, Audited):
            continue  # the server's own account reads no files
        elif said := hand.said(seen.entry):
            _spread(reader, told.lines, known.began, ends, seen, f"[{hand.moment(seen.entry.ts)}] ", said)
    told.ended.extend(account for account, end in ends.items() if end is not None)
    return told


def leave(known: Witnesses, ended: list[str]) -> None:
    """Forgets who has ended, once nothing from before their end is to come."""
    for account in ended:
        forget(known, account)


def strike(text: bytes, hand: Hand, amended: Amended, label: str) -> bytes | None:
    """A transcript with one second of a room spelled as it is now; None if the two do not match line by line.

    `label` is a pattern for what the room is called there.
    """
    moment = re.escape(f"[{hand.moment(amended.second)}] ")
    entry = re.compile(rf"^({moment}{label} ).*\n(?: .*\n)*".encode(), re.MULTILINE)
    now = [said.encode() for each in amended.entries if (said := hand.said(each))]
    found = len(entry.findall(text))
    if found in (0, len(now)):
        rest = iter(now)
        return entry.sub(lambda match: match[1] + next(rest) + b"\n", text)
    return None


def _spread(
    reader: Reader,
    lines: dict[str, Lines],
    began: dict[str, int],
    ends: dict[str, int | None],
    seen: Seen,
    moment: str,
    said: str,
) -> None:
    spelled: dict[str, bytes] = {}
    ts = seen.entry.ts
    for account in seen.people:
        if began.get(account, 0) > ts:
            continue
        if account not in ends:
            ends[account] = reader.ended(account)
        if (end := ends[account]) is not None and end < ts:
            continue
        label = seen.label(account)
        if (line := spelled.get(label)) is None:
            line = spelled[label] = f"{moment}{label}{' ' if label else ''}{said}\n".encode()
        own = lines.get(account)
        if own is None:
            own = lines[account] = Lines(ts)
        own.text += line
        own.last = ts
