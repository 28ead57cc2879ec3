"""What is told to one session: the answers to what it asked, and hints.

Each is one frame of docs/protocol.md, `op` being its tag. Times are milliseconds UTC, ids strings.
"""

import msgspec

from klatch.core.events import Author, Entry, RoomName
from klatch.core.files import File
from klatch.core.rooms import Rules
from klatch.core.view import Item


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", omit_defaults=True):
    """Something said to one session."""


class RoomState(msgspec.Struct, frozen=True, kw_only=True):
    """A room as one account sees it. `rules` are left out if they are those of every new room.

    `head` is the number of its last entry, `horizon` the first that one may read, `read` the last one has read;
    `unread` and `mentions` count messages of others after that (at most 100). `role` is None for a room one is not in.
    `star`, `place` and `notify` are one's preferences; `muted` is until when one may not write there (ms UTC; -1: for
    good; None: one may).
    `members` is how many there are, where that was asked for.
    """

    id: str
    name: str
    kind: str
    topic: str
    head: int
    role: str | None = None
    horizon: int = 1
    read: int = 0
    unread: int = 0
    mentions: int = 0
    star: bool = False
    place: int | None = None
    notify: str = ""
    muted: int | None = None
    rules: Rules | msgspec.UnsetType = msgspec.UNSET
    members: int | msgspec.UnsetType = msgspec.UNSET


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody as others see them.

    `state` is online, away or offline; `since` is when they came online; `active` when they last did something;
    `role` is the role in the room that was asked about; `avatar` names the picture that shows them, if there is one.
    """

    id: str
    name: str
    display_name: str
    state: str
    status: str = ""
    since: int | None = None
    active: int | None = None
    role: str | None = None
    avatar: str = ""


class Standing(Answer, frozen=True, kw_only=True):
    """What holds for oneself. Times are ms UTC, -1 is for good: `quiet_until`, nothing is to disturb one; `muted`, one
    may write nowhere. `guests_write`: one takes direct messages from guests; `shares_reading`: others see
    how far one has read; `blocked` are those whom one has blocked,
    `invitations` the closed rooms that one is invited to."""

    quiet_until: int | None = None
    muted: int | None = None
    guests_write: bool = True
    shares_reading: bool = True
    blocked: list[Author] = []
    invitations: list[RoomName] = []


class Welcome(Standing, frozen=True, kw_only=True, tag="welcome"):
    """Hello was accepted. `head` is the last number of one's own account's log; `role` is one's role on the server;
    `token` is that of the session which a password has begun; `paused`: only moderators of the server may write;
    `ignored` are cursors of rooms one is not in; `began` is when the account did (ms UTC), which with its id tells it
    from that of any other store."""

    version: str
    epoch: str
    account: Person
    head: int
    rooms: list[RoomState]
    heads_every: int
    now: int
    role: str = "guest"
    token: str | None = None
    paused: bool = False
    ignored: list[str] = []
    began: int = 0


class Ack(Answer, frozen=True, kw_only=True, tag="ack"):
    """The command is done and on disk: entry `seq` of `room` holds it. `seq` 0: nothing needed to be added."""

    cid: str
    room: str
    seq: int
    id: str
    ts: int


class Refusal(Answer, frozen=True, kw_only=True, tag="error"):
    """What was asked will not be done."""

    code: str
    message: str
    field: str | None = None
    retry_after: int | None = None
    cid: str | None = None
    ref: str | None = None


class Range(Answer, frozen=True, kw_only=True, tag="range"):
    """Raw entries in order. `more`: the log goes on after them."""

    room: str
    entries: list[Entry]
    head: int
    more: bool
    ref: str | None = None


class Page(Answer, frozen=True, kw_only=True, tag="page"):
    """Messages as they are at number `as_of`, in order. `more`: there are others before them, or, where the first
    after a number or time were asked for, after them."""

    room: str
    items: list[Item]
    as_of: int
    more: bool
    ref: str | None = None


class Rooms(Answer, frozen=True, kw_only=True, tag="rooms"):
    """The rooms one may see."""

    rooms: list[RoomState]
    ref: str | None = None


class OneRoom(Answer, frozen=True, kw_only=True, tag="room"):
    """A room as one sees it."""

    room: RoomState
    ref: str | None = None


class Members(Answer, frozen=True, kw_only=True, tag="members"):
    """The members of a room, by name. `more`: these are only the first 1,000."""

    room: str
    people: list[Person]
    more: bool = False
    ref: str | None = None


class Readers(Answer, frozen=True, kw_only=True, tag="readers"):
    """Who has read a room as far as number `seq`, by name, but for the one who asks and the one who wrote it. `more`:
    only the first 1,000 members were looked at."""

    room: str
    seq: int
    people: list[Author]
    more: bool = False
    ref: str | None = None


class Online(Answer, frozen=True, kw_only=True, tag="online"):
    """Who is online, by name. `more`: these are only the first 1,000."""

    people: list[Person]
    more: bool = False
    ref: str | None = None


class Myself(Standing, frozen=True, kw_only=True, tag="me"):
    """Who one is: the account, its role on the server, and the last number of its own log in this epoch."""

    account: Person
    role: str
    head: int
    epoch: str
    now: int
    ref: str | None = None


class BlockList(Answer, frozen=True, kw_only=True, tag="blocked"):
    """Whom one has blocked, by name."""

    people: list[Author]
    ref: str | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ban or mute: `act` is ban or mute; `who` a username, a pattern or a network; times are ms UTC."""

    act: str
    who: str
    by: str
    since: int
    reason: str = ""
    until: int | None = None


class Bans(Answer, frozen=True, kw_only=True, tag="bans"):
    """The bans and mutes of a room, or of the server (`room` None), the last laid first."""

    bans: list[Held]
    room: str | None = None
    ref: str | None = None


class CommandHelp(msgspec.Struct, frozen=True):
    """One typed command: how it is written and what it does."""

    usage: str
    does: str
    also: list[str]


class FileTold(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a room: the message that carries it, and who sent it when (ms UTC)."""

    seq: int
    ts: int
    author: Author
    file: File


class FilesTold(Answer, frozen=True, kw_only=True, tag="files"):
    """The files of a room, the last first. `more`: there are earlier ones."""

    room: str
    files: list[FileTold]
    more: bool = False
    ref: str | None = None


class UploadLink(Answer, frozen=True, kw_only=True, tag="upload_link"):
    """Where one file may be sent to, to be said in `room`: a PUT to this path with the file's name after it; until
    `expires` (ms UTC)."""

    room: str
    path: str
    expires: int
    file: str = ""
    ref: str | None = None


class FileKey(Answer, frozen=True, kw_only=True, tag="file_key"):
    """What shows over HTTP who one is, at the routes of files alone, until `expires` (ms UTC) or the server stops:
    `Authorization: Bearer KEY`."""

    key: str
    expires: int
    ref: str | None = None


class HelpText(Answer, frozen=True, kw_only=True, tag="help"):
    """What can be typed."""

    commands: list[CommandHelp]
    ref: str | None = None


class Heads(Answer, frozen=True, kw_only=True, tag="heads"):
    """The last number of each log named: whoever has less has missed something and asks for it."""

    rooms: dict[str, int]


class CredentialState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What lets one in. `kind` is session or token; `live`: somebody is connected by it now; `mine`: the very one that
    asks. `address` is where it was used last; times are ms UTC."""

    id: str
    kind: str
    name: str
    scopes: list[str]
    created: int
    seen: int
    address: str
    expires: int | None = None
    live: bool = False
    mine: bool = False


class CredentialsTold(Answer, frozen=True, kw_only=True, tag="credentials"):
    """One's sessions and tokens, the one that was seen last first."""

    credentials: list[CredentialState]
    ref: str | None = None


class LinkState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link that can still be used. `kind` is owner, invite or reset; `person` is whose password a reset sets; times
    are ms UTC."""

    id: str
    kind: str
    by: Author
    created: int
    uses_left: int
    expires: int | None = None
    room: RoomName | None = None
    role: str | None = None
    person: Author | None = None


class LinksTold(Answer, frozen=True, kw_only=True, tag="links"):
    """Links, the last first."""

    links: list[LinkState]
    ref: str | None = None


class AccountState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account as administrators see it; times are ms UTC, `suspended` since when."""

    id: str
    name: str
    display_name: str
    role: str
    registered: bool
    state: str
    created: int
    seen: int
    suspended: int | None = None


class AccountsTold(Answer, frozen=True, kw_only=True, tag="accounts"):
    """Accounts by name. `more`: there are others after them."""

    accounts: list[AccountState]
    more: bool = False
    ref: str | None = None


class SettingState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A setting that may change. `kind` is choice (one of `words`), switch, count, size or rate (from `least` to
    `most`); `default` is what the server was started with; `locked` is where it is set, if it is fixed by that: the
    name of a file or of an option; `command` is the op that changes it, where it is not `configure`."""

    name: str
    kind: str
    value: bool | int | float | str
    default: bool | int | float | str
    does: str
    words: list[str] = []
    least: float | None = None
    most: float | None = None
    locked: str = ""
    command: str = ""


class SettingsTold(Answer, frozen=True, kw_only=True, tag="settings"):
    """The settings that may change while the server runs."""

    settings: list[SettingState]
    ref: str | None = None


class FiguresTold(Answer, frozen=True, kw_only=True, tag="figures"):
    """How the server is. `since` and `now` are ms UTC, and so is `paused`, if it is.

    Just now: `sessions` (connections by door), people `online`, decisions `waiting` for the writer, bytes of the
    `backlog` that wait for readers, of the `store` and its write-ahead log `wal`, `free` on its disk, and of `memory`
    (None where the system does not tell). In the store: `accounts`, `guests`, `rooms` by kind, `entries` in all logs,
    `files` and the bytes of them, `file_bytes`.
    Since the start: `messages`, `commits` and the seconds they took, `refusals`, `defects`.
    """

    version: str
    since: int
    now: int
    sessions: dict[str, int]
    online: int
    accounts: int
    guests: int
    rooms: dict[str, int]
    entries: int
    messages: int
    commits: int
    commit_seconds: float
    refusals: int
    defects: int
    waiting: int
    backlog: int
    store: int
    wal: int
    free: int
    files: int = 0
    file_bytes: int = 0
    memory: int | None = None
    paused: int | None = None
    ref: str | None = None


class PauseTold(Answer, frozen=True, kw_only=True, tag="paused"):
    """Somebody paused the conversation for all, or lets it go on."""

    paused: bool
    by: Author
    reason: str = ""


class Presence(Answer, frozen=True, kw_only=True, tag="presence"):
    """Who came, went, or changed name, status or presence since the last such hint."""

    people: list[Person]


class IsTyping(Answer, frozen=True, kw_only=True, tag="typing"):
    """Somebody is typing in a room."""

    room: str
    person: Author


class Pong(Answer, frozen=True, kw_only=True, tag="pong"):
    """The answer to a ping."""

    ref: str | None = None


class Bye(Answer, frozen=True, kw_only=True, tag="bye"):
    """The server ends the connection. `retry_after`: milliseconds after which to come back, or None: do not."""

    reason: str
    retry_after: int | None = None


AnyAnswer = (
    Welcome
    | Ack
    | Refusal
    | Range
    | Page
    | Rooms
    | OneRoom
    | Members
    | Readers
    | Online
    | Myself
    | BlockList
    | Bans
    | FilesTold
    | UploadLink
    | FileKey
    | HelpText
    | Heads
    | CredentialsTold
    | LinksTold
    | AccountsTold
    | SettingsTold
    | FiguresTold
    | PauseTold
    | Presence
    | IsTyping
    | Pong
    | Bye
)
