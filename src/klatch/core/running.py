"""The settings that may change while the server runs: what each may be, and what it does."""

import math
from collections.abc import Iterator
from typing import Final

import msgspec

from klatch.core.limits import Limits
from klatch.core.refusals import Refused
from klatch.core.rooms import PREVIEWS_AS_SERVER, Room

Value = bool | int | float | str

LOCAL: Final = "local"
_SWITCH: Final = {"on": True, "true": True, "off": False, "false": False}
_LIMITS: Final = frozenset(Limits.__struct_fields__)
_OF_A_LAN: Final = {"address_burst": "lan_burst", "address_rate": "lan_rate"}


class Running(msgspec.Struct, frozen=True):
    """These settings as they are at one time; klatch.toml says what each is for.

    `guests`: who may come in by name alone, `all`, `none`, or those on this machine itself, `local`; `registration`:
    `invite` or `open`; `read_receipts`: people see how far others have read; `link_previews`: where links are shown
    with what they lead to, `everywhere`, in `open_rooms` or `nowhere`, unless a room has it otherwise. With `lan` the
    addresses of private networks have limits of their own.
    """

    guests: str = LOCAL
    registration: str = "invite"
    read_receipts: bool = True
    link_previews: str = "open_rooms"
    limits: Limits = Limits()
    lan: bool = False

    def lets_guests_in(self, *, here: bool) -> bool:
        """Whether guests come in; `here`: from this machine itself, beyond doubt."""
        return here if self.guests == LOCAL else self.guests == "all"

    def previews_links(self, room: Room) -> bool:
        """Whether links in a room are shown with what they lead to."""
        if room.rules.previews != PREVIEWS_AS_SERVER:
            return room.rules.previews == "on" and self.link_previews != "nowhere"
        return self.link_previews == "everywhere" or (self.link_previews == "open_rooms" and room.kind == "open")


class Setting(msgspec.Struct, frozen=True):
    """One of them. `kind` is choice (one of `words`), switch (true or false), count (a whole number), size (bytes) or
    rate (a number); these are from `least` to `most`."""

    name: str
    kind: str
    does: str
    words: tuple[str, ...] = ()
    least: float = 1
    most: float = 0


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("guests", "choice", "Who may come in by name alone.", ("all", LOCAL, "none")),
    Setting("registration", "choice", "Who may register, and so come back from anywhere.", ("invite", "open")),
    Setting("read_receipts", "switch", "Whether people see how far others have read."),
    Setting(
        "link_previews",
        "choice",
        "In which rooms links are shown with what they lead to, unless a room has it otherwise.",
        ("everywhere", "open_rooms", "nowhere"),
    ),
    Setting("member_burst", "count", "Messages that a member may send at once.", most=100_000),
    Setting("member_rate", "rate", "Messages a second that a member may send after that.", least=0.1, most=100_000),
    Setting("address_burst", "count", "Messages that all from one address may send at once.", least=10, most=1_000_000),
    Setting(
        "address_rate",
        "rate",
        "Messages a second that all from one address may send after that.",
        least=1,
        most=1_000_000,
    ),
    Setting("lan_burst", "count", "The same at once, for an address of a private network.", least=10, most=1_000_000),
    Setting("lan_rate", "rate", "The same a second, for an address of a private network.", least=1, most=1_000_000),
    # Of these there are always enough for whoever set them too low to come in and set them right.
    Setting("entrance_burst", "count", "Entrances from one address at once.", least=10, most=1_000_000),
    Setting("entrance_rate", "rate", "Entrances a second from one address after that.", least=0.5, most=100_000),
    Setting("sign_ins_a_minute", "count", "Attempts a minute to sign in to one account from one address.", most=10_000),
    Setting(
        "sign_in_burst", "count", "Attempts at once from one address to sign in to any account.", least=5, most=100_000
    ),
    Setting("sign_in_rate", "rate", "Attempts a second from one address after that.", least=0.1, most=10_000),
    Setting("sessions_of_account", "count", "Connections of one account.", least=5, most=100_000),
    Setting("sessions_of_address", "count", "Connections from one address.", least=10, most=1_000_000),
    Setting("guest_days", "count", "Days until a guest who did not come back is gone, and the name free.", most=36_500),
    Setting("session_days", "count", "Days until a sign-in that was not used ends.", most=36_500),
    Setting("file_size", "size", "Bytes that a file may have.", most=2**40),
    Setting("file_quota", "size", "Bytes that all files of an account may have together.", most=2**50),
    Setting("file_quota_of_guest", "size", "Bytes that all files of a guest may have together.", most=2**50),
)


def settings_of(running: Running) -> Iterator[Setting]:
    """Those that have a meaning on a server that was started like this."""
    return (each for each in SETTINGS if running.lan or each.name not in _OF_A_LAN.values())


def find_setting(running: Running, name: str) -> Setting:
    """The one of this name; refuses a name that none has."""
    for each in settings_of(running):
        if each.name == name:
            return each
    raise Refused("no_such_setting", f"There is no setting {_shown(name)} that may change.", field="name")


def value_of(running: Running, name: str) -> Value:
    """What one of them is."""
    value: Value = getattr(running.limits if name in _LIMITS else running, name)
    return value


def change(running: Running, name: str, value: Value) -> Running:
    """These settings with another value of one, which was checked."""
    if name not in _LIMITS:
        return msgspec.structs.replace(running, **{name: value})
    fields = {name: value}
    if not running.lan and name in _OF_A_LAN:
        fields[_OF_A_LAN[name]] = value
    return msgspec.structs.replace(running, limits=msgspec.structs.replace(running.limits, **fields))


def check_value(setting: Setting, value: Value) -> Value:
    """A value that the setting may have; also spelled out, as people type it. Refuses all others."""
    match setting.kind:
        case "choice":
            if value not in setting.words:
                raise Refused("type", f"{setting.name} must be {_either(setting.words)}.", field="value")
            return value
        case "switch":
            found = _SWITCH.get(value.lower()) if isinstance(value, str) else value
            if not isinstance(found, bool):
                raise Refused("type", f"{setting.name} must be on or off.", field="value")
            return found
        case _:
            return _check_number(setting, value)


def _check_number(setting: Setting, value: Value) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except ValueError:
        number = math.nan
    if not setting.least <= number <= setting.most:
        bounds = f"from {setting.least:,g} to {setting.most:,.0f}"
        raise Refused("limit", f"{setting.name} must be a number {bounds}.", field="value")
    if setting.kind == "rate":
        return number
    if not number.is_integer():
        raise Refused("limit", f"{setting.name} must be a whole number.", field="value")
    return int(number)


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _shown(name: str) -> str:
    return name if name.isprintable() and 0 < len(name) <= 32 else "by that name"
