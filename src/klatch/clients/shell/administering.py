"""What the commands of administration do, through the HTTP API."""

import contextlib
from typing import Any, Final

from klatch.clients.sdk.api import Api, part
from klatch.core.answers import (
    AccountState,
    AccountsTold,
    Bans,
    CredentialState,
    CredentialsTold,
    LinkState,
    LinksTold,
    Myself,
    Range,
    SettingState,
    SettingsTold,
)
from klatch.core.durations import read_duration
from klatch.core.events import Entry
from klatch.core.refusals import Refused
from klatch.core.rooms import KEEP_ALL, KEEP_NOTHING

DAY: Final = 86_400_000
_SOON: Final = 600_000  # milliseconds that a link has which is used at once
_PAGE: Final = 200


# Accounts.


def add_account(api: Api, name: str, password: str, role: str) -> None:
    """Makes an account, by an invite link that is used at once."""
    made = api.ask("POST", "/links", {"role": role, "expires": _now(api) + _SOON})
    _use_link(api, name, password, made["secret"])


def accounts(api: Api) -> list[AccountState]:
    """All accounts, by name."""
    found: list[AccountState] = []
    while True:
        page = api.look(AccountsTold, "/accounts", limit=_PAGE, after=found[-1].name if found else "")
        found += page.accounts
        if not page.more:
            return found


def make_reset_secret(api: Api, name: str) -> str:
    """The secret of a link with which somebody sets another password, within a day."""
    return str(api.ask("POST", f"/accounts/{part(name)}/reset_link", {})["secret"])


def set_password(api: Api, name: str, password: str) -> None:
    """Gives somebody another password; their sessions end."""
    _use_link(api, name, password, make_reset_secret(api, name))


def suspend(api: Api, name: str, reason: str) -> None:
    """Lets somebody in no more."""
    api.ask("PUT", f"/accounts/{part(name)}/suspension", {"reason": reason})


def unsuspend(api: Api, name: str) -> None:
    """Lets somebody in again."""
    api.ask("DELETE", f"/accounts/{part(name)}/suspension")


def erase(api: Api, name: str) -> None:
    """Ends somebody's account, and has all they wrote go."""
    api.ask("DELETE", f"/accounts/{part(name)}")


def give_role(api: Api, name: str, role: str) -> None:
    """Gives somebody another role on the server."""
    api.ask("PUT", f"/accounts/{part(name)}/role", {"role": role})


# Order.


def ban(api: Api, who: str, room: str | None, length: str | None, reason: str) -> None:
    """Keeps somebody out of the server, or of a room."""
    api.ask("POST", f"{_within(room)}/bans", {"who": who, "seconds": _seconds(length), "reason": reason})


def unban(api: Api, who: str, room: str | None) -> None:
    """Lifts a ban."""
    api.ask("DELETE", f"{_within(room)}/bans/{part(who)}")


def bans(api: Api, room: str | None) -> tuple[Bans, int]:
    """The bans and mutes of the server, or of a room, and the server's time (ms UTC)."""
    return api.look(Bans, f"{_within(room)}/bans"), _now(api)


def mute(api: Api, name: str, room: str | None, length: str | None, reason: str) -> None:
    """Has somebody read only."""
    api.ask("PUT", f"{_someone(name, room)}/mute", {"seconds": _seconds(length), "reason": reason})


def unmute(api: Api, name: str, room: str | None) -> None:
    """Lets somebody write again."""
    api.ask("DELETE", f"{_someone(name, room)}/mute")


def pause(api: Api, reason: str) -> None:
    """Has only moderators of the server write."""
    api.ask("PUT", "/pause", {"reason": reason})


def resume(api: Api) -> None:
    """Lets everyone write again."""
    api.ask("DELETE", "/pause")


# Settings.


def settings(api: Api) -> list[SettingState]:
    """Those that may change while the server runs."""
    return api.look(SettingsTold, "/settings").settings


def configure(api: Api, name: str, value: str) -> None:
    """Gives one another value, or with `default` what the server was started with."""
    state = next((each for each in settings(api) if each.name == name), None)
    if state is not None and state.command == "keep":
        days = {"nothing": KEEP_NOTHING, "all": KEEP_ALL, "default": KEEP_ALL}.get(value)
        api.ask("PUT", "/keep", {"days": _number(value) if days is None else days})
    elif value == "default":
        api.ask("DELETE", f"/settings/{part(name)}")
    else:
        api.ask("PUT", f"/settings/{part(name)}", {"value": value})


# Links and tokens.


def make_link(api: Api, wanted: dict[str, Any], days: float) -> tuple[str, int]:
    """The secret of an invite link, and when it expires (ms UTC)."""
    expires = _now(api) + round(days * DAY)
    return str(api.ask("POST", "/links", wanted | {"expires": expires})["secret"]), expires


def links(api: Api) -> list[LinkState]:
    """The links that can still be used."""
    return api.look(LinksTold, "/links").links


def revoke_link(api: Api, link: str) -> None:
    """Takes a link back."""
    api.ask("DELETE", f"/links/{part(link)}")


def make_token(api: Api, wanted: dict[str, Any], days: float | None) -> str:
    """A token, which lasts for so many days or for ever."""
    if days is not None:
        wanted = wanted | {"expires": _now(api) + round(days * DAY)}
    return str(api.ask("POST", "/tokens", wanted)["secret"])


def credentials(api: Api) -> list[CredentialState]:
    """One's sessions and tokens."""
    return api.look(CredentialsTold, "/sessions").credentials


def revoke_credential(api: Api, credential: str) -> None:
    """Ends one of one's own sessions or tokens."""
    api.ask("DELETE", f"/sessions/{part(credential)}")


# What was done.


def audit(api: Api, count: int) -> list[Entry]:
    """The last entries of the audit log, the oldest first."""
    last = api.look(Range, "/audit", limit=1)
    found: list[Entry] = []
    after, more = max(0, last.head - count), last.head > 0
    while more:
        page = api.look(Range, "/audit", after=after, limit=_PAGE)
        found += page.entries
        after, more = after + len(page.entries), page.more
    return found[-count:]


def _use_link(api: Api, name: str, password: str, secret: str) -> None:
    """Uses a link in somebody's place; the session that this begins ends at once."""
    body = {"name": name, "password": password, "link": secret, "client": "klatch user"}
    begun = Api(api.address).ask("POST", "/sessions", body)
    with contextlib.suppress(Refused):
        Api(api.address, begun["token"]).ask("DELETE", "/sessions/current")


def _within(room: str | None) -> str:
    return "" if room is None else f"/rooms/{part(room)}"


def _someone(name: str, room: str | None) -> str:
    return f"/accounts/{part(name)}" if room is None else f"{_within(room)}/members/{part(name)}"


def _seconds(length: str | None) -> int | None:
    seconds = None if length is None else read_duration(length)
    if length is not None and seconds is None:
        raise Refused("type", f"{length} is no length of time; write it like 90s, 10m, 2h, 3d or 1w.")
    return seconds


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused("type", f"{text} is no number of days, nothing or all.") from None


def _now(api: Api) -> int:
    """The server's time (ms UTC): this machine's clock may be another."""
    return api.look(Myself, "/me").now
