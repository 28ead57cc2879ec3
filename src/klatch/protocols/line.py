"""The line protocol: a name, then lines; for `nc`, telnet and programs that know nothing but sockets."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from klatch.core import commands as ask
from klatch.core.answers import (
    Ack,
    AnyAnswer,
    Bye,
    HelpText,
    Members,
    Online,
    Page,
    Presence,
    Refusal,
    Rooms,
    RoomState,
    Welcome,
)
from klatch.core.commands import Request
from klatch.core.events import Created, Departed, Entered, Entry, GotInvitation, Joined, Message, Renamed, RoomName
from klatch.core.grammar import Place, SwitchAck, parse
from klatch.core.refusals import Refused
from klatch.core.texts import make_inert
from klatch.protocols import plain

GREETING: Final = "Welcome to Klatch. What is your name?\n"
ASK_AGAIN: Final = "What is your name?\n"
ARRIVAL_LINES: Final = 20
_ARRIVAL: Final = "arrival"  # the ref of what is asked for on arrival
_HTTP_VERBS: Final = ("GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT ")


class LineDialect:
    """One peer at the line door: what they are called, which room they write to, and what they have been told.

    `clock` tells milliseconds UTC, `make_cid` an id for each command; `zone` None is the machine's own time zone.
    """

    window = 1
    patient = True
    forgives = frozenset({"utf8", "too_big"})  # the line is lost; the next begins after its line feed

    def __init__(self, clock: Callable[[], int], make_cid: Callable[[], str], zone: tzinfo | None = None) -> None:
        self._clock = clock
        self._make_cid = make_cid
        self._zone = zone
        self._account = ""
        self._name = ""
        self._room = ""
        self._rooms: dict[str, RoomName] = {}
        self._names: dict[str, str] = {}
        self._confirms = False
        self._going_to = ""  # the cid of the command that takes one to another room

    def read(self, message: bytes) -> Request | None:
        """The request that a line stands for."""
        try:
            line = message.decode()
        except UnicodeDecodeError:
            raise Refused("utf8", "The line is not UTF-8, so it was not sent. Set your terminal to UTF-8.") from None
        if not self._account:
            return self._read_name(line)
        if not line.strip():
            return None
        if line.strip().lower() == "quit":
            return ask.Quit()
        place = Place(self._room, self._make_cid())
        request = parse(line, place, private_at=True)
        match request:
            case SwitchAck(on=on):
                self._confirms = on
                return None
            case ask.JoinRoom() | ask.CreateRoom():
                self._going_to = request.cid
        return request

    def marks(self, message: bytes) -> tuple[str | None, str | None]:  # noqa: ARG002 - see below
        """Lines carry no ids."""
        return None, None

    def spell(self, answer: AnyAnswer) -> bytes:
        """An answer as lines of text."""
        lines = self._lines(answer)
        return ("\n".join(lines) + "\n").encode() if lines else b""

    def spell_entries(self, entries: list[Entry]) -> bytes:
        """Entries as lines of text, each with its time."""
        lines = [line for entry in entries for line in self._entry_lines(entry)]
        return ("\n".join(lines) + "\n").encode() if lines else b""

    def follow_up(self, answer: AnyAnswer) -> list[Request]:
        """On arrival, and in another room, its last messages are shown."""
        match answer:
            case Welcome():
                arrival = [ask.History(room=self._room, limit=ARRIVAL_LINES)] if self._room else []
                return [*arrival, ask.ListOnline(ref=_ARRIVAL)]
            case Ack(cid=cid, room=room) if cid == self._going_to:
                self._going_to = ""
                self._room = room
                return [ask.History(room=room, limit=ARRIVAL_LINES)]
            case _:
                return []

    def _read_name(self, line: str) -> Request:
        if line.startswith(_HTTP_VERBS):
            raise Refused("wrong_door", "This is the door for plain lines, not for HTTP.")
        name = line.strip()
        if name.lower() in ("quit", "/quit", "/exit"):
            return ask.Quit()
        return ask.Hello(name=name, client="line")

    def _lines(self, answer: AnyAnswer) -> list[str]:
        match answer:
            case Welcome():
                return self._welcome(answer)
            case Ack(seq=seq):
                return [f"ok {seq}"] if self._confirms else []
            case Refusal(message=message):
                return [f"! {make_inert(message)}"] + ([] if self._account else [ASK_AGAIN.rstrip()])
            case Page(items=items, room=room):
                return [
                    self._heading(room),
                    *(self._numbered(item.seq, item.ts, plain.spell_item(item)) for item in items),
                ]
            case Online(people=people, ref=ref):
                self._names = {person.id: person.name for person in people}
                if ref == _ARRIVAL:
                    return [f"* Online: {', '.join(person.name for person in people)}"]
                return [f"{len(people)} online:", *plain.spell_people(people, self._clock(), self._zone)]
            case Members(people=people):
                return [f"{len(people)} members:", *plain.spell_people(people, self._clock(), self._zone)]
            case Rooms(rooms=rooms):
                return ["Rooms:", *plain.spell_rooms(rooms)]
            case HelpText():
                return [
                    "Every line you type is said in this room, unless it begins with one of these:",
                    *plain.spell_help(answer),
                    "  @USER TEXT at the start of a line is private too. A bare quit leaves.",
                ]
            case Presence():
                return self._presence(answer)
            case Bye(reason=reason):
                return [f"* {reason}"]
            case _:
                return []

    def _welcome(self, welcome: Welcome) -> list[str]:
        self._account = welcome.account.id
        self._name = welcome.account.name
        self._rooms = {room.id: RoomName(room.id, room.name, room.kind) for room in welcome.rooms}
        home: RoomState | None = next((room for room in welcome.rooms if room.kind == "open"), None)
        self._room = home.id if home else ""
        place = f" You are in {home.name}." if home else " You are in no room: /rooms lists them."
        return [f"Hello {self._name}.{place} Type a message and press Enter; /help lists what else there is."]

    def _heading(self, room: str) -> str:
        known = self._rooms.get(room)
        return f"--- {known.name if known else 'history'} ---"

    def _numbered(self, seq: int, ts: int, said: str) -> str:
        """A line of the past, with the number by which it can be answered, edited and reacted to."""
        return f"{seq:>5}  [{plain.spell_since(ts, self._clock(), self._zone)}] {said}"

    def _entry_lines(self, entry: Entry) -> list[str]:
        self._follow(entry)
        if entry.author.id == self._account and isinstance(entry.body, Created | Joined):
            return []  # the heading of the room one came to tells it
        said = self._own(entry) if entry.room == self._account else plain.spell_entry(entry)
        if not said:
            return []
        return [f"[{plain.spell_time(entry.ts, self._zone)}] {self._label(entry)}{said}"]

    def _own(self, entry: Entry) -> str:
        """What one's own account's log tells."""
        match entry.body:
            case Renamed(name=name):
                return f"* You are {name} now."
            case Departed(room=room):
                return f"* You are no longer in {room.name}."
            case _:
                return plain.spell_entry(entry)

    def _follow(self, entry: Entry) -> None:
        """Keeps in mind which rooms there are and what one is called."""
        match entry.body:
            case Entered(room=room) | GotInvitation(room=room):
                self._rooms[room.id] = room
            case Departed(room=room):
                self._rooms.pop(room.id, None)
                if room.id == self._room:
                    lobby = next((known.id for known in self._rooms.values() if known.kind != "direct"), "")
                    self._room = lobby
            case Renamed(name=name):
                self._name = name
            case _:
                pass

    def _label(self, entry: Entry) -> str:
        """Which conversation a line belongs to, unless it is the room one writes to."""
        room = self._rooms.get(entry.room)
        if room is None or entry.room in (self._room, self._account):
            return ""
        if room.kind == "direct" and isinstance(entry.body, Message):
            return f"(private, to {room.name}) " if entry.author.id == self._account else "(private) "
        return f"{room.name} "

    def _presence(self, presence: Presence) -> list[str]:
        lines = []
        for person in presence.people:
            before, now = self._names.get(person.id), person.state
            self._names[person.id] = person.name
            if person.id == self._account:
                continue
            if now == "offline":
                lines.append(f"* {person.name} went.")
                del self._names[person.id]
            elif before is None:
                lines.append(f"* {person.name} came.")
            elif before != person.name:
                lines.append(f"* {before} is {person.name} now.")
            else:
                lines.append(f"* {person.name} is {'away' if now == 'away' else 'here'}{self._doing(person.status)}")
        return lines

    @staticmethod
    def _doing(status: str) -> str:
        return f": {make_inert(status)}" if status else "."
