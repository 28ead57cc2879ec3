"""Restraints: bans and mutes; whom they mean, and whom they cover."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import msgspec

from klatch.core.durations import spell_duration
from klatch.core.members import RANK, Account
from klatch.core.names import USERNAME_LIMIT, caseless, parse_username, username_key
from klatch.core.refusals import Refused

FOREVER: Final = 2**53  # beyond any clock: a restraint without an end
RESTRAINTS_MOST: Final = 1_000  # bans, and mutes, of a room or of the server
_WILD: Final = frozenset("*?")
_LETTERS_LEAST: Final = 3
_WIDEST: Final = {4: 8, 6: 16}  # the shortest prefix of a network, by version
_HERE: Final = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

Network = IPv4Network | IPv6Network


class Whom(msgspec.Struct, frozen=True):
    """Whom a ban means: the `kind` is account (by its username), pattern (of usernames) or network."""

    kind: str
    text: str


class Restraint(msgspec.Struct, frozen=True):
    """A ban or a mute: `act` is ban or mute, `kind` account, pattern or network, `target` the account's id, the
    pattern or the network, `name` how people read it. It ends at `until` (ms UTC); `by` is the id of who laid it."""

    act: str
    kind: str
    target: str
    name: str
    reason: str
    until: int
    by: str
    since: int

    def holds(self, now: int) -> bool:
        """Whether it has not ended."""
        return now < self.until


def read_whom(text: str) -> Whom:
    """What `bob`, `spam*`, `192.0.2.7` or `192.0.2.0/24` stands for. Refuses what would cover everyone."""
    text = text.strip().removeprefix("@")
    if _WILD & set(text):
        return Whom("pattern", _parse_pattern(text))
    network = _network(text)
    if network is not None:
        return Whom("network", _spell_network(network))
    return Whom("account", parse_username(text))


def covers(restraint: Restraint, account: str | None, name: str, address: str | None) -> bool:
    """Whether a restraint is about somebody; what is None is not known, or does not count there."""
    match restraint.kind:
        case "account":
            return restraint.target == account
        case "pattern":
            return pattern_covers(restraint.target, name)
        case _:
            return address is not None and network_covers(restraint.target, address)


def banned_by(
    restraints: Iterable[Restraint], now: int, account: Account | None, name: str, address: str | None
) -> Restraint | None:
    """The ban that covers somebody, if there is one. Patterns and networks do not lock out who keeps order on the
    server."""
    keeps_order = account is not None and RANK[account.role] >= RANK["moderator"]
    for each in restraints:
        if each.act != "ban" or not each.holds(now) or (keeps_order and each.kind != "account"):
            continue
        if covers(each, account.id if account is not None else None, name, address):
            return each
    return None


def spell_ban(where: str, ban: Restraint, now: int) -> str:
    """What somebody is told who is banned."""
    length = "" if ban.until >= FOREVER else f" for another {spell_duration(ban.until - now)}"
    return f"You are banned from {where}{length}{f': {ban.reason}' if ban.reason else ''}."


def spell_end(until: int | None) -> int | None:
    """When a mute ends, as one is told: -1 is never; None: there is none."""
    return -1 if until is not None and until >= FOREVER else until


def pattern_covers(pattern: str, name: str) -> bool:
    """Whether a pattern of usernames covers a name, or one that looks like it."""
    return _matches(caseless(pattern), caseless(name)) or _matches(_key(pattern), username_key(name))


def network_covers(network: str, address: str) -> bool:
    """Whether an address lies in a network; one of IPv4 that is written as IPv6 counts as what it is."""
    parsed = _address(address)
    return parsed is not None and parsed in _read_network(network)


def _parse_pattern(text: str) -> str:
    if len(text) > USERNAME_LIMIT:
        raise Refused("too_long", f"A pattern has at most {USERNAME_LIMIT} characters.", field="who")
    if not text.isprintable() or " " in text:
        raise Refused("bad_name", "A pattern holds what usernames hold, and * or ?.", field="who")
    if sum(character not in _WILD for character in text) < _LETTERS_LEAST:
        raise Refused(
            "bad_name",
            f"A pattern has at least {_LETTERS_LEAST} characters beside * and ?, so that it does not cover everyone.",
            field="who",
        )
    return text


def _network(text: str) -> Network | None:
    """The network that a text stands for; None if it is none at all."""
    bare, slash, size = text.partition("/")
    address = _address(bare)
    if address is None:
        return None
    try:
        network = ip_network(f"{address}/{size}" if slash else str(address), strict=False)
    except ValueError:
        raise Refused("bad_name", f"A network is written like {address}/24.", field="who") from None
    if network.prefixlen < _WIDEST[network.version]:
        raise Refused(
            "limit",
            f"A network may not be wider than /{_WIDEST[network.version]}: it would cover nearly everyone.",
            field="who",
        )
    if any(here in network for here in _HERE):
        raise Refused(
            "not_allowed", "That covers the machine that the server runs on, and any proxy there.", field="who"
        )
    return network


def _spell_network(network: Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


@lru_cache(maxsize=4096)
def _read_network(text: str) -> Network:
    return ip_network(text)


@lru_cache(maxsize=4096)
def _key(pattern: str) -> str:
    """A pattern of the keys of names: what is between its wildcards looks like what it looks like."""
    parts = [""]
    for character in pattern:
        if character in _WILD:
            parts += [character, ""]
        else:
            parts[-1] += character
    return "".join(part if part in _WILD else username_key(part) for part in parts)


def _matches(pattern: str, text: str) -> bool:
    """Whether `*` (anything) and `?` (one character) match, in time that no pattern makes long."""
    at = star = tried = 0
    back = -1
    while at < len(text):
        if star < len(pattern) and pattern[star] == "*":
            back, tried, star = star, at, star + 1
        elif star < len(pattern) and pattern[star] in ("?", text[at]):
            at, star = at + 1, star + 1
        elif back >= 0:
            tried, star = tried + 1, back + 1
            at = tried
        else:
            return False
    return all(character == "*" for character in pattern[star:])
