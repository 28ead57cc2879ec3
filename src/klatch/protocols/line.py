"""The line protocol: a name, then lines; for `nc`, telnet and programs that know nothing but sockets."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from msgspec import structs

from klatch.core import commands as ask
from klatch.core.answers import (
    AccountsTold,
    Ack,
    AnyAnswer,
    Bans,
    BlockList,
    Bye,
    CredentialsTold,
    FiguresTold,
    FilesTold,
    HelpText,
    LinksTold,
    Members,
    Online,
    Page,
    PauseTold,
    Person,
    Presence,
    Range,
    Readers,
    Refusal,
    Rooms,
    RoomState,
    SettingsTold,
    UploadLink,
    Welcome,
)
from klatch.core.commands import Request
from klatch.core.events import (
    Created,
    Departed,
    Entered,
    Entry,
    Granted,
    Joined,
    Message,
    Renamed,
    RoomName,
    RoomRenamed,
)
from klatch.core.grammar import AskPassword, Place, SwitchAck, parse
from klatch.core.refusals import Refused
from klatch.core.texts import make_inert
from klatch.core.view import Item
from klatch.protocols import lists, plain, times
from klatch.protocols.asking import TRIES, Asking
from klatch.protocols.dialect import Say
from klatch.protocols.lines import TelnetFilter

GREETING: Final = "Welcome to Klatch. What is your name?\n"
ASK_AGAIN: Final = "What is your name?\n"
ARRIVAL_LINES: Final = 20
ARRIVAL_NAMES: Final = 30
SERVER_NAME: Final = "klatch"
_ARRIVAL: Final = "arrival"  # the ref of what is asked for on arrival
_LEAVING: Final = ("quit", "/quit", "/exit")
_HTTP_VERBS: Final = ("GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT ")


class LineDialect:
    """One peer at the line door: what they are called, which room they write to, and what they have been told.

    `clock` tells milliseconds UTC, `make_cid` an id for each command; `zone` None is the machine's own time zone;
    `server` is where files are fetched, such as http://127.0.0.1:8000.
    """

    window = 1
    patient = True
    # The line is lost, the next begins after its line feed; and who is no guest here may have a password.
    forgives = frozenset({"utf8", "too_big", "guests_refused"})
    switches = True

    def __init__(
        self,
        clock: Callable[[], int],
        make_cid: Callable[[], str],
        zone: tzinfo | None = None,
        telnet: TelnetFilter | None = None,
        server: str = "",
    ) -> None:
        self._clock = clock
        self._make_cid = make_cid
        self._zone = zone
        self._server = server
        self._telnet = telnet or TelnetFilter()
        self._asking: Asking | None = None
        self._link: str | None = None  # by which somebody who gives a name next wants to register
        self._account = ""
        self._name = ""
        self._room = ""
        self._rooms: dict[str, RoomName] = {}
        self._people: dict[str, Person] = {}  # who is online, as last told
        self._arriving = True
        self._refusal = ""  # the last, which a goodbye need not say again
        self._held: list[Entry] | None = None  # what came to the room while its last messages are looked up
        self._confirms = False
        self._marking = ""  # the cid of the command that marks a room as read
        self._going_to = ""  # the cid of the command that takes one to another room

    def read(self, message: bytes) -> Request | Say | None:
        """The request that a line stands for."""
        try:
            line = message.decode()
        except UnicodeDecodeError:
            raise Refused("utf8", "The line is not UTF-8, so it was not sent. Set your terminal to UTF-8.") from None
        if self._asking is not None:
            return self._read_password(self._asking, line)
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
                return Say(b"* Each line is confirmed by its %s now.\n" % (b"number" if on else b"echo"))
            case ask.MarkRead():
                self._marking = request.cid
            case AskPassword():
                return self._ask(Asking(request))
            case ask.JoinRoom() | ask.CreateRoom():
                self._going_to = request.cid
        if getattr(request, "room", None) == "":
            raise Refused("not_a_member", "You are in no room. /rooms lists them, /join #lobby takes you to one.")
        return request

    def marks(self, message: bytes) -> tuple[str | None, str | None]:  # noqa: ARG002 - see below
        """Lines carry no ids."""
        return None, None

    def spell(self, answer: AnyAnswer) -> bytes:
        """An answer as lines of text."""
        lines = self._lines(answer)
        if not lines:
            return b""
        text = ("\n".join(lines) + "\n").encode()
        if isinstance(answer, Refusal | Welcome | Ack):
            return self._telnet.show() + text + (self._telnet.hide() if self._asking is not None else b"")
        return text

    def spell_entries(self, entries: list[Entry]) -> bytes:
        """Entries as lines of text, each with its time."""
        if self._held is not None and entries and entries[0].room == self._room:
            self._held += entries
            return b""
        lines = [line for entry in entries for line in self._entry_lines(entry)]
        return ("\n".join(lines) + "\n").encode() if lines else b""

    def follow_up(self, answer: AnyAnswer) -> list[Request]:
        """On arrival, and in another room, its last messages are shown; on arrival then who is online."""
        match answer:
            case Welcome():
                return self._look_up() if self._room else self._who_is_here()
            case Ack(cid=cid, room=room) if cid == self._going_to:
                self._going_to = ""
                self._room = room
                return self._look_up()
            case Page(ref=ref) if self._arriving and ref == _ARRIVAL:
                return self._who_is_here()
            case _:
                return []

    def _look_up(self) -> list[Request]:
        """Asks for the last messages of the room; what comes meanwhile is shown after them, once."""
        self._held = []
        return [ask.History(room=self._room, limit=ARRIVAL_LINES, ref=_ARRIVAL)]

    def _who_is_here(self) -> list[Request]:
        self._arriving = False
        return [ask.ListOnline(ref=_ARRIVAL)]

    def _ask(self, asking: Asking, said: str = "") -> Say:
        """Asks for a password; what is typed next is not shown where that can be had."""
        self._asking = asking
        differ = "! These were not the same.\n" if asking.differ else ""
        return Say(self._telnet.show() + f"{said}{differ}{asking.prompt}\n".encode() + self._telnet.hide())

    def _read_password(self, asking: Asking, line: str) -> Request | Say:
        if not line or line.lower() in _LEAVING:
            self._asking = None
            if line:
                return ask.Quit()
            return Say(self._telnet.show() + (b"* Nothing was changed.\n" if self._account else ASK_AGAIN.encode()))
        given = asking.take(line)
        if given is None:
            return self._ask(asking)
        task = asking.task
        if task.to == "login":
            return ask.Hello(name=task.name, password=given[0], client="line")
        self._asking = None
        if task.to == "password":
            return ask.ChangePassword(cid=self._make_cid(), old=given[0], password=given[1])
        if self._account:
            return ask.Register(cid=self._make_cid(), password=given[0], link=task.link)
        return ask.Hello(name=task.name, password=given[0], link=task.link, client="line")

    def _refused(self, refusal: Refusal) -> list[str]:
        """What was wrong, and what is asked for next."""
        released = self._release(0) if refusal.ref == _ARRIVAL else []
        self._refusal = refusal.message
        said = [f"! {make_inert(refusal.message)}", *released]
        asking = self._asking
        if asking is not None and refusal.code == "bad_credentials" and asking.tries < TRIES:
            asking.tries += 1
            return [*said, asking.prompt]
        self._asking = None
        if self._account:
            return said
        if refusal.code in ("password_needed", "guests_refused") and self._name:
            self._asking = Asking(AskPassword("login", name=self._name))
            return [*said, self._asking.prompt]
        return [*said, ASK_AGAIN.rstrip()]

    def _read_name(self, line: str) -> Request | Say:
        if line.startswith(_HTTP_VERBS):
            raise Refused("wrong_door", "This is the door for plain lines, not for HTTP.")
        name = line.strip()
        if name.lower() in _LEAVING:
            return ask.Quit()
        if name.startswith(("/login ", "/register ")):
            task = parse(name, Place("", self._make_cid()))
            if isinstance(task, AskPassword) and task.to == "login":
                return self._ask(Asking(task))
            if isinstance(task, AskPassword):
                self._link = task.link
                return Say(ASK_AGAIN.encode())
        if self._link is not None:
            link, self._link = self._link, None
            return self._ask(Asking(AskPassword("register", name=name, link=link)))
        self._name = name
        return ask.Hello(name=name, client="line")

    def _lines(self, answer: AnyAnswer) -> list[str]:
        match answer:
            case Welcome():
                return self._welcome(answer)
            case Ack():
                return self._ack(answer)
            case Refusal():
                return self._refused(answer)
            case Page():
                return self._page(answer)
            case Online(people=people, ref=ref):
                self._people = {person.id: person for person in people}
                if ref == _ARRIVAL:
                    return [self._company([person.name for person in people])]
                return [f"{len(people)} online:", *lists.spell_people(people, self._clock(), self._zone)]
            case PauseTold():
                return [f"[{times.spell_time(self._clock(), self._zone)}] * {lists.spell_pause(answer)}"]
            case HelpText():
                return [
                    "Every line you type is said in this room, unless it begins with one of these:",
                    *lists.spell_help(answer),
                    "  @USER TEXT at the start of a line is private too. A bare quit leaves.",
                ]
            case Presence():
                return self._presence(answer)
            case Bye(reason=reason):
                return [] if reason == self._refusal else [f"* {reason}"]
            case _:
                return self._listed(answer)

    def _listed(self, answer: AnyAnswer) -> list[str]:
        """What was asked to be listed."""
        match answer:
            case Members(people=people):
                return [f"{len(people)} members:", *lists.spell_people(people, self._clock(), self._zone)]
            case Rooms(rooms=rooms):
                # What is unread is not known here: lines are read where they cannot be seen to be.
                seen = [structs.replace(room, unread=0, mentions=0) for room in rooms]
                return ["Rooms:", *lists.spell_rooms(seen), *self._whither()]
            case Bans(bans=bans):
                return [f"{len(bans)} bans and mutes:", *lists.spell_bans(answer, self._clock())]
            case Readers() | BlockList():
                return [lists.spell_names(answer)]
            case Range(entries=entries):
                return [f"--- {len(entries)} acts ---", *map(self._act, entries)]
            case CredentialsTold(credentials=credentials):
                if not credentials:
                    return ["Nothing lets you in but this connection."]
                return ["What lets you in:", *lists.spell_credentials(credentials, self._clock(), self._zone)]
            case LinksTold(links=links):
                return [f"{len(links)} links:", *lists.spell_links(links, self._clock(), self._zone)]
            case SettingsTold(settings=settings):
                return ["Settings:", *lists.spell_settings(settings)]
            case FiguresTold():
                return ["The server:", *lists.spell_figures(answer)]
            case AccountsTold(accounts=accounts, more=more):
                rest = [f"  /accounts {accounts[-1].name} shows those after these."] if more and accounts else []
                return ["Accounts:", *lists.spell_accounts(accounts, self._clock(), self._zone), *rest]
            case _:
                return self._filed(answer)

    def _filed(self, answer: AnyAnswer) -> list[str]:
        """What was asked about files."""
        match answer:
            case FilesTold(files=files, more=more):
                rest = ["  There are earlier ones."] if more else []
                return [f"{len(files)} files:", *lists.spell_files(answer, self._zone, self._server), *rest]
            case UploadLink():
                return lists.spell_upload(answer, self._server)
            case _:
                return []

    def _welcome(self, welcome: Welcome) -> list[str]:
        self._asking = None
        self._arriving = True
        self._held = None
        self._people = {}
        self._account = welcome.account.id
        self._name = welcome.account.name
        self._rooms = {room.id: RoomName(room.id, room.name, room.kind) for room in welcome.rooms}
        home: RoomState | None = next((room for room in welcome.rooms if room.kind == "open"), None)
        self._room = home.id if home else ""
        paused = " The conversation is paused." if welcome.paused else ""
        place = f" You are in {home.name}." if home else " You are in no room: /rooms lists them."
        return [f"Hello {self._name}.{place} Type a message; /help lists the rest.{paused}"]

    def _ack(self, ack: Ack) -> list[str]:
        """What is shown of a confirmation: only that of what shows nowhere else, unless each is to be."""
        marked, self._marking = ack.cid == self._marking, ""
        if self._confirms:
            return [f"ok {ack.seq}"]
        if marked:
            return ["* This room is marked as read."]
        elsewhere = ack.room not in self._rooms and ack.room not in (self._account, self._room)
        return ["* Done."] if elsewhere and ack.cid != self._going_to else []

    def _act(self, entry: Entry) -> str:
        """A line of the audit log."""
        return self._numbered(entry.seq, entry.ts, plain.spell_entry(entry, self._server))

    def _page(self, page: Page) -> list[str]:
        if page.ref == _ARRIVAL:
            return [*self._last_messages(page), *self._release(page.as_of)]
        numbered = (self._numbered(item.seq, item.ts, plain.spell_item(item, self._server)) for item in page.items)
        return [self._heading(page.room), *numbered]

    def _last_messages(self, page: Page) -> list[str]:
        """What was said last in the room one came to, looking like what is said from now on."""
        lines = [
            f"[{times.spell_since(item.ts, self._clock(), self._zone)}] {said}"
            for item in page.items
            if not _is_the_beginning(item) and (said := plain.spell_item(item, self._server))
        ]
        return [self._heading(page.room), *lines] if lines or not self._arriving else []

    def _release(self, after: int) -> list[str]:
        """What was held back, without what was shown already."""
        held, self._held = self._held or [], None
        return [line for entry in held if entry.seq > after for line in self._entry_lines(entry)]

    def _company(self, names: list[str]) -> str:
        if names == [self._name]:
            return "* Nobody else is online."
        more = f" and {len(names) - ARRIVAL_NAMES} more" if len(names) > ARRIVAL_NAMES else ""
        return f"* Online: {', '.join(names[:ARRIVAL_NAMES])}{more}"

    def _whither(self) -> list[str]:
        room = self._rooms.get(self._room)
        return [f"You write in {room.name}; /join takes you to another."] if room else []

    def _heading(self, room: str) -> str:
        known = self._rooms.get(room)
        return f"--- {known.name if known else 'history'} ---"

    def _numbered(self, seq: int, ts: int, said: str) -> str:
        """A line of the past, with the number by which it can be answered, edited and reacted to."""
        return f"{seq:>5}  [{times.spell_since(ts, self._clock(), self._zone)}] {said}"

    def _entry_lines(self, entry: Entry) -> list[str]:
        self._follow(entry)
        if entry.author.id == self._account and isinstance(entry.body, Created | Joined | Granted):
            return []  # the heading of the room one came to tells it, or one's own account's log does
        said = self._own(entry) if entry.room == self._account else plain.spell_entry(entry, self._server)
        if not said:
            return []
        return [f"[{times.spell_time(entry.ts, self._zone)}] {self._label(entry)}{said}"]

    def _own(self, entry: Entry) -> str:
        """What one's own account's log tells."""
        match entry.body:
            case Renamed(name=name):
                return f"* You are {name} now."
            case Departed(room=room):
                here = self._rooms.get(self._room)
                place = f"You write in {here.name}." if here else "You are in no room: /rooms lists them."
                return f"* You are no longer in {room.name}. {place}"
            case _:
                return plain.spell_entry(entry)

    def _follow(self, entry: Entry) -> None:
        """Keeps in mind which rooms there are and what one is called."""
        match entry.body:
            case Entered(room=room):
                self._rooms[room.id] = room
            case Departed(room=room):
                self._rooms.pop(room.id, None)
                if room.id == self._room:
                    lobby = next((known.id for known in self._rooms.values() if known.kind != "direct"), "")
                    self._room = lobby
            case Renamed(name=name):
                self._name = name
            case RoomRenamed(name=name):
                if (known := self._rooms.get(entry.room)) is not None:
                    self._rooms[entry.room] = structs.replace(known, name=f"#{name}")
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
        time = times.spell_time(self._clock(), self._zone)
        news = [line for person in presence.people for line in self._person(person)]
        return [f"[{time}] * {line}" for line in news]

    def _person(self, person: Person) -> list[str]:
        """What is new about somebody: nothing about oneself, and nothing that was in the list of who is online."""
        before = self._people.pop(person.id, None)
        if person.state != "offline":
            self._people[person.id] = person
        if person.id == self._account:
            return []
        if person.state == "offline":
            return [f"{person.name} went."]
        if before is None:
            return [f"{person.name} came."]
        renamed = self._renamed(before.name, person.name) if before.name != person.name else []
        if (before.state, before.status) == (person.state, person.status):
            return renamed
        return [*renamed, f"{person.name} {_doing(before.state, person.state, make_inert(person.status))}"]

    def _renamed(self, before: str, now: str) -> list[str]:
        for known in list(self._rooms.values()):
            if known.kind == "direct" and known.name == f"@{before}":
                self._rooms[known.id] = structs.replace(known, name=f"@{now}")
        return [f"{before} is {now} now."]


def _doing(before: str, now: str, status: str) -> str:
    if now == "away":
        return f"is away{f': {status}' if status else '.'}"
    if before == "away":
        return f"is back{f': {status}' if status else '.'}"
    return f"is here: {status}" if status else "has no status any more."


def _is_the_beginning(item: Item) -> bool:
    """Whether a line only says that the server made the first room."""
    return isinstance(item.body, Created) and item.author.name == SERVER_NAME
