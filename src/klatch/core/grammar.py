"""What people type: one table of slash commands, the same in every client, and /help made from it."""

import difflib
from collections.abc import Callable
from typing import Final

import msgspec

from klatch.core import commands as ask
from klatch.core.answers import CommandHelp
from klatch.core.days import read_day
from klatch.core.durations import read_duration
from klatch.core.refusals import Refused
from klatch.core.rooms import KEEP_ALL, KEEP_AS_SERVER, KEEP_NOTHING

_LINKS: Final = frozenset({"i", "owner", "reset"})  # the paths of links
SERVER: Final = "server"  # a name that nobody may have
_KEEPS: Final = {"nothing": KEEP_NOTHING, "all": KEEP_ALL, "default": KEEP_AS_SERVER}


class Place(msgspec.Struct, frozen=True):
    """Where something was typed: the room, and the id that the command is to have."""

    room: str
    cid: str


class SwitchAck(msgspec.Struct, frozen=True):
    """Turns the short confirmations of the line door on or off."""

    on: bool


class AskPassword(msgspec.Struct, frozen=True):
    """Passwords are asked for, never typed into a command. `to` is login (as `name`), register (by `link`, if one was
    given) or password."""

    to: str
    name: str = ""
    link: str | None = None


# What typing may ask for; the last three concern only the one who types.
Asked = ask.AnyCommand | ask.AnyQuery | ask.Quit | SwitchAck | AskPassword
Build = Callable[[Place, str], Asked]


class Row(msgspec.Struct, frozen=True):
    """One typed command: its names, how it is written, what it does, and the request it stands for."""

    names: tuple[str, ...]
    arguments: str
    does: str
    build: Build

    @property
    def usage(self) -> str:
        """How it is written, with its first name."""
        return f"/{self.names[0]} {self.arguments}".rstrip()


def parse(text: str, place: Place, *, private_at: bool = False) -> Asked:
    """Reads what was typed. Text without a command is a message; a first `//` stands for one `/`.

    `private_at`: `@user text` at the start is a private message, else a mention. Refuses unknown commands with the
    nearest one's name, and known ones that lack something with how they are written.
    """
    if private_at and text.startswith("@"):
        user, _, words = text[1:].partition(" ")
        return _message(Place(room=f"@{user}", cid=place.cid), words.strip())
    if not text.startswith("/") or text.startswith("//"):
        return _message(place, text.removeprefix("/") if text.startswith("//") else text)
    name, _, arguments = text[1:].partition(" ")
    row = _BY_NAME.get(name.lower())
    if row is None:
        raise Refused("unknown_command", _unknown(name))
    try:
        return row.build(place, arguments.strip())
    except _LacksError:
        raise Refused("usage", f"Write it as: {row.usage}") from None


def describe() -> list[CommandHelp]:
    """The table as help: one row for each command."""
    return [CommandHelp(row.usage, row.does, [f"/{name}" for name in row.names[1:]]) for row in COMMANDS]


class _LacksError(Exception):
    """An argument is missing or not of its form."""


def _unknown(name: str) -> str:
    shown = name if name.isprintable() and len(name) <= 32 else "that"
    typed = name.lower()[:32]
    begun = [known for known in _BY_NAME if typed and known.startswith(typed)]
    near = begun or difflib.get_close_matches(typed, _BY_NAME, n=1, cutoff=0.5)
    hint = f"Did you mean /{near[0]}?" if near else "/help lists the commands."
    return f"There is no command /{shown}. {hint} To send it as text, start it with //."


def _message(place: Place, text: str) -> ask.SendMessage:
    return ask.SendMessage(cid=place.cid, room=place.room, text=text)


def _needed(text: str) -> str:
    if not text:
        raise _LacksError
    return text


def _nothing(text: str) -> None:
    if text:
        raise _LacksError


def _two(text: str) -> tuple[str, str]:
    first, _, rest = text.partition(" ")
    return _needed(first), rest.strip()


def _number(text: str) -> int:
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise _LacksError
    return int(digits)


def _numbered(text: str) -> tuple[int | None, str]:
    """An optional number at the start, and the rest."""
    first, _, rest = text.partition(" ")
    digits = first.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 16:
        return int(digits), rest.strip()
    return None, text


def _user(text: str) -> str:
    return _needed(text.removeprefix("@"))


def _room(text: str) -> str:
    _needed(text)
    return text if text.startswith(("#", "@")) else f"#{text}"


def _private(place: Place, text: str) -> Asked:
    user, words = _two(text)
    return ask.SendMessage(cid=place.cid, room=f"@{_user(user)}", text=_needed(words))


def _act(place: Place, text: str) -> Asked:
    return ask.SendMessage(cid=place.cid, room=place.room, text=_needed(text), action=True)


def _topic(place: Place, text: str) -> Asked:
    return ask.SetTopic(cid=place.cid, room=place.room, topic="" if text == "-" else _needed(text))


def _history(place: Place, text: str) -> Asked:
    since = read_day(text)
    if since is not None:
        return ask.History(room=place.room, since=since)
    limit = ask.check_limit(_number(text)) if text else ask.PAGE_DEFAULT
    return ask.History(room=place.room, limit=limit)


def _create(place: Place, text: str) -> Asked:
    room, how = _two(text)
    if how not in ("", "closed"):
        raise _LacksError
    return ask.CreateRoom(cid=place.cid, name=room, closed=how == "closed")


def _leave(place: Place, text: str) -> Asked:
    return ask.LeaveRoom(cid=place.cid, room=_room(text) if text else place.room)


def _edit(place: Place, text: str) -> Asked:
    seq, words = _numbered(text)
    return ask.EditMessage(cid=place.cid, room=place.room, seq=seq, text=_needed(words))


def _delete(place: Place, text: str) -> Asked:
    return ask.DeleteMessage(cid=place.cid, room=place.room, seq=_number(text) if text else None)


def _reply(place: Place, text: str) -> Asked:
    seq, words = _two(text)
    return ask.SendMessage(cid=place.cid, room=place.room, text=_needed(words), reply_to=_number(seq))


def _react(place: Place, text: str) -> Asked:
    seq, emoji = _two(text)
    return ask.React(cid=place.cid, room=place.room, seq=_number(seq), emoji=_needed(emoji))


def _unreact(place: Place, text: str) -> Asked:
    seq, emoji = _two(text)
    return ask.Unreact(cid=place.cid, room=place.room, seq=_number(seq), emoji=_needed(emoji))


def _kick(place: Place, text: str) -> Asked:
    user, reason = _two(text)
    return ask.Kick(cid=place.cid, room=place.room, user=_user(user), reason=reason)


def _grant(place: Place, text: str) -> Asked:
    user, role = _two(text)
    return ask.Grant(cid=place.cid, room=place.room, user=_user(user), role=_needed(role))


def _restrained(text: str, room: str) -> tuple[str | None, str]:
    """Where a ban or mute is to hold, here or everywhere (`server` first), and the rest."""
    first, _, rest = text.partition(" ")
    return (None, rest.strip()) if first.lower() == SERVER else (room, text)


def _timed(text: str) -> tuple[int | None, str]:
    """An optional duration at the start, and the rest."""
    first, _, rest = text.partition(" ")
    seconds = read_duration(first)
    return (None, text) if seconds is None else (seconds, rest.strip())


def _ban(place: Place, text: str) -> Asked:
    room, rest = _restrained(text, place.room)
    who, rest = _two(rest)
    seconds, reason = _timed(rest)
    return ask.Ban(cid=place.cid, room=room, who=who, seconds=seconds, reason=reason)


def _unban(place: Place, text: str) -> Asked:
    room, who = _restrained(text, place.room)
    return ask.Unban(cid=place.cid, room=room, who=_needed(who))


def _mute(place: Place, text: str) -> Asked:
    room, rest = _restrained(text, place.room)
    user, rest = _two(rest)
    seconds, reason = _timed(rest)
    return ask.Mute(cid=place.cid, room=room, user=_user(user), seconds=seconds, reason=reason)


def _unmute(place: Place, text: str) -> Asked:
    room, user = _restrained(text, place.room)
    return ask.Unmute(cid=place.cid, room=room, user=_user(user))


def _bans(place: Place, text: str) -> Asked:
    room, rest = _restrained(text, place.room)
    _nothing(rest if room is None else text)
    return ask.ListBans(room=room)


def _slow(place: Place, text: str) -> Asked:
    seconds = 0 if text == "off" else read_duration(text)
    if seconds is None:
        seconds = _number(text)
    return ask.SetRoom(cid=place.cid, room=place.room, slow=seconds)


def _keep(place: Place, text: str) -> Asked:
    room, words = _restrained(text, place.room)
    days = _KEEPS.get(words)
    if days is None:
        days = _number(words)
    if room is None:
        return ask.SetKeep(cid=place.cid, days=days)
    return ask.SetRoom(cid=place.cid, room=room, keep=days)


def _archive(*, archived: bool) -> Build:
    def built(place: Place, text: str) -> Asked:
        return ask.SetRoom(cid=place.cid, room=_room(text) if text else place.room, archived=archived)

    return built


def _switched(text: str) -> bool:
    if text not in ("on", "off"):
        raise _LacksError
    return text == "on"


def _rooms(_place: Place, text: str) -> Asked:
    if text not in ("", "archived"):
        raise _LacksError
    return ask.ListRooms(archived=text == "archived")


def _block(place: Place, text: str) -> Asked:
    return ask.Block(cid=place.cid, user=_user(text)) if text else ask.ListBlocked()


def _star(*, star: bool) -> Build:
    def built(place: Place, text: str) -> Asked:
        return ask.Prefer(cid=place.cid, room=_room(text) if text else place.room, star=star)

    return built


def _notify(place: Place, text: str) -> Asked:
    if text not in ("all", "mentions", "none", "default"):
        raise _LacksError
    return ask.Prefer(cid=place.cid, room=place.room, notify="" if text == "default" else text)


def _arrange(place: Place, text: str) -> Asked:
    return ask.Arrange(cid=place.cid, rooms=[_room(each) for each in text.split()])


def _quiet(place: Place, text: str) -> Asked:
    seconds = None if not text else 0 if text == "off" else read_duration(text)
    if text and seconds is None:
        raise _LacksError
    return ask.Quiet(cid=place.cid, seconds=seconds)


def _audit(_place: Place, text: str) -> Asked:
    return ask.Audit(limit=ask.check_limit(_number(text)) if text else ask.PAGE_DEFAULT)


def _configure(place: Place, text: str) -> Asked:
    name, value = _two(text)
    return ask.Configure(cid=place.cid, name=name, value=None if _needed(value) == "default" else value)


def _read(place: Place, text: str) -> Asked:
    return ask.MarkRead(cid=place.cid, room=place.room, seq=_number(text) if text else None)


def _login(_place: Place, text: str) -> Asked:
    if " " in text:  # never a password here: it would be shown
        raise _LacksError
    return AskPassword("login", name=_user(text))


def _register(_place: Place, text: str) -> Asked:
    if " " in text:
        raise _LacksError
    return AskPassword("register", link=secret_of_link(text) if text else None)


def secret_of_link(text: str) -> str:
    """The secret at the end of a link, or the secret itself."""
    return text.partition("#")[0].rstrip("/").rpartition("/")[2]


def server_of_link(text: str) -> str | None:
    """The address of the server that a link leads to, with the key that the link says it has; None where only the
    secret is given."""
    path, mark, pin = text.partition("#")
    server, kind, _ = path.rstrip("/").rsplit("/", 2) if path.count("/") >= 4 else ("", "", "")
    return f"{server}{mark}{pin}" if "://" in server and kind in _LINKS else None


def _id(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise _LacksError
    return text


def _sign_out(place: Place, text: str) -> Asked:
    if text == "others":
        return ask.SignOut(cid=place.cid, others=True)
    return ask.SignOut(cid=place.cid, credential=_id(text))


def _suspend(place: Place, text: str) -> Asked:
    user, reason = _two(text)
    return ask.Suspend(cid=place.cid, user=_user(user), reason=reason)


def _give_role(place: Place, text: str) -> Asked:
    user, role = _two(text)
    return ask.GiveServerRole(cid=place.cid, user=_user(user), role=_needed(role))


def _resume(place: Place, text: str) -> Asked:
    _nothing(text)
    return ask.Resume(cid=place.cid)


def _files(place: Place, text: str) -> Asked:
    _nothing(text)
    return ask.ListFiles(room=place.room)


def _alone(build: Callable[[], Asked]) -> Build:
    """A command without arguments."""

    def built(_place: Place, text: str) -> Asked:
        _nothing(text)
        return build()

    return built


def _switch_ack(_place: Place, text: str) -> Asked:
    return SwitchAck(_switched(text))


COMMANDS: Final[tuple[Row, ...]] = (
    Row(("help",), "", "Lists what can be typed.", _alone(ask.Help)),
    Row(("list", "listusers", "who", "names"), "", "Lists who is online.", _alone(ask.ListOnline)),
    Row(("msg", "p"), "USER TEXT", "Says something to one person only.", _private),
    Row(("me",), "ACTION", "Says what you are doing.", _act),
    Row(("rooms",), "[archived]", "Lists the rooms you may see.", _rooms),
    Row(
        ("join",),
        "ROOM",
        "Joins a room and writes there from now on.",
        lambda p, t: ask.JoinRoom(cid=p.cid, room=_room(t)),
    ),
    Row(("leave",), "[ROOM]", "Leaves this room, or the one named.", _leave),
    Row(("create",), "ROOM [closed]", "Makes a room; a closed one is joined by invitation only.", _create),
    Row(("topic",), "TEXT|-", "Says what this room is about; - takes the topic away.", _topic),
    Row(
        ("history",), "[N|DATE]", "Shows the last messages of this room, or those from a day on (2026-11-20).", _history
    ),
    Row(("reply",), "SEQ TEXT", "Answers message number SEQ.", _reply),
    Row(("edit",), "[SEQ] TEXT", "Changes your last message, or number SEQ.", _edit),
    Row(("delete",), "[SEQ]", "Takes back your last message, or number SEQ.", _delete),
    Row(("file",), "[PATH]", "Sends a file.", lambda p, t: ask.MakeUploadLink(room=p.room, file=t)),
    Row(("files",), "", "Lists the files of this room.", _files),
    Row(("react",), "SEQ EMOJI", "Puts an emoji to message number SEQ.", _react),
    Row(("unreact",), "SEQ EMOJI", "Takes your emoji back.", _unreact),
    Row(("read",), "[SEQ]", "Marks this room as read.", _read),
    Row(("nick",), "NAME", "Takes another username.", lambda p, t: ask.Rename(cid=p.cid, name=_needed(t))),
    Row(
        ("display",), "NAME", "Takes another display name.", lambda p, t: ask.SetDisplayName(cid=p.cid, name=_needed(t))
    ),
    Row(("status",), "TEXT", "Tells others what you are doing.", lambda p, t: ask.SetStatus(cid=p.cid, text=t)),
    Row(
        ("away",), "[TEXT]", "Tells others that you are away.", lambda p, t: ask.SetStatus(cid=p.cid, text=t, away=True)
    ),
    Row(("back",), "", "Tells others that you are back.", lambda p, _: ask.SetStatus(cid=p.cid)),
    Row(
        ("invite",),
        "USER",
        "Lets somebody into this room.",
        lambda p, t: ask.Invite(cid=p.cid, room=p.room, user=_user(_needed(t))),
    ),
    Row(("kick",), "USER [REASON]", "Removes somebody from this room.", _kick),
    Row(("role",), "USER ROLE", "Gives somebody a role in this room.", _grant),
    Row(("login",), "NAME", "Signs in to an account; asks for the password.", _login),
    Row(("register",), "[LINK]", "Makes an account of a guest; asks for a password.", _register),
    Row(("password",), "", "Takes another password; asks for both.", _alone(lambda: AskPassword("password"))),
    Row(("sessions",), "", "Lists your sessions and tokens.", _alone(ask.ListCredentials)),
    Row(("signout",), "ID|others", "Revokes a session or token of yours, or all but this one.", _sign_out),
    Row(("links",), "", "Lists the links that were made.", _alone(ask.ListLinks)),
    Row(("unlink",), "ID", "Takes a link back.", lambda p, t: ask.RevokeLink(cid=p.cid, link=_id(t))),
    Row(("accounts",), "[NAME]", "Lists all accounts, after a name.", lambda _, t: ask.ListAccounts(after=t)),
    Row(("suspend",), "USER [REASON]", "Lets somebody in no more.", _suspend),
    Row(
        ("unsuspend",), "USER", "Lets somebody in again.", lambda p, t: ask.Unsuspend(cid=p.cid, user=_user(_needed(t)))
    ),
    Row(("serverrole",), "USER ROLE", "Gives somebody a role on the server.", _give_role),
    Row(("ban",), "[server] WHO [TIME] [WHY]", "Keeps a USER, a pattern (spam*) or an address out.", _ban),
    Row(("unban",), "[server] WHO", "Lifts a ban.", _unban),
    Row(("mute",), "[server] USER [TIME] [WHY]", "Has somebody read only: for 10m, 2h, 3d, or for good.", _mute),
    Row(("unmute",), "[server] USER", "Lets somebody write again.", _unmute),
    Row(("bans",), "[server]", "Lists the bans and mutes.", _bans),
    Row(("slow",), "TIME|off", "Lets a member of this room write once in a while.", _slow),
    Row(
        ("readonly",),
        "on|off",
        "Lets only moderators write in this room, or everyone.",
        lambda p, t: ask.SetRoom(cid=p.cid, room=p.room, posting="moderators" if _switched(t) else "everyone"),
    ),
    Row(
        ("posting",),
        "everyone|members|moderators",
        "Says who may write in this room.",
        lambda p, t: ask.SetRoom(cid=p.cid, room=p.room, posting=_needed(t)),
    ),
    Row(
        ("closed",),
        "on|off",
        "Has this room joined by invitation only, or by all.",
        lambda p, t: ask.SetRoom(cid=p.cid, room=p.room, closed=_switched(t)),
    ),
    Row(
        ("newcomers",),
        "all|joining",
        "Lets newcomers read all, or from their joining on.",
        lambda p, t: ask.SetRoom(cid=p.cid, room=p.room, newcomers=_needed(t)),
    ),
    Row(
        ("previews",),
        "on|off|default",
        "Shows links here with what they lead to, or not.",
        lambda p, t: ask.SetRoom(cid=p.cid, room=p.room, previews=_needed(t)),
    ),
    Row(("keep",), "[server] DAYS|nothing|all|default", "Says how long words are kept.", _keep),
    Row(
        ("rename",),
        "NAME",
        "Gives this room another name.",
        lambda p, t: ask.RenameRoom(cid=p.cid, room=p.room, name=_needed(t)),
    ),
    Row(("archive",), "[ROOM]", "Has a room read only, and out of lists.", _archive(archived=True)),
    Row(("unarchive",), "[ROOM]", "Takes it back.", _archive(archived=False)),
    Row(
        ("deleteroom",),
        "ROOM",
        "Ends a room for all, with its words.",
        lambda p, t: ask.DeleteRoom(cid=p.cid, room=_room(t)),
    ),
    Row(("block",), "[USER]", "Keeps somebody from writing to you; alone, lists whom.", _block),
    Row(("unblock",), "USER", "Lets them again.", lambda p, t: ask.Unblock(cid=p.cid, user=_user(t))),
    Row(
        ("guests",),
        "on|off",
        "Lets guests write to you directly, or not.",
        lambda p, t: ask.SetContact(cid=p.cid, guests=_switched(t)),
    ),
    Row(("star",), "[ROOM]", "Lists this room first, or the one named.", _star(star=True)),
    Row(("unstar",), "[ROOM]", "Takes that back.", _star(star=False)),
    Row(("notify",), "all|mentions|none|default", "Says of what in this room you are told.", _notify),
    Row(("arrange",), "[ROOM ...]", "Lists your rooms in this order, and the others after them.", _arrange),
    Row(("quiet",), "[TIME|off]", "Has nothing disturb you, for 2h or until you say off.", _quiet),
    Row(
        ("readers",),
        "SEQ",
        "Lists who has read message number SEQ.",
        lambda p, t: ask.ListReaders(room=p.room, seq=_number(t)),
    ),
    Row(
        ("receipts",),
        "on|off",
        "Lets others see what you have read, and you what they have, or not.",
        lambda p, t: ask.ShareReading(cid=p.cid, share=_switched(t)),
    ),
    Row(("pause",), "[WHY]", "Has only moderators of the server write.", lambda p, t: ask.Pause(cid=p.cid, reason=t)),
    Row(("resume",), "", "Lets everyone write again.", _resume),
    Row(
        ("erase",),
        "USER",
        "Ends an account, or yours, and takes out all it wrote.",
        lambda p, t: ask.Erase(cid=p.cid, user=_user(t)),
    ),
    Row(("settings",), "", "Lists the settings that may change.", _alone(ask.ListSettings)),
    Row(("set",), "NAME VALUE|default", "Gives a setting another value.", _configure),
    Row(("figures",), "", "Shows how the server is.", _alone(ask.ListFigures)),
    Row(("audit",), "[N]", "Shows what was done by those who keep order.", _audit),
    Row(("ack",), "on|off", "Confirms each line with `ok` and its number (line door).", _switch_ack),
    Row(("quit", "exit"), "", "Leaves.", _alone(ask.Quit)),
)

_BY_NAME: Final = {name: row for row in COMMANDS for name in row.names}
