"""Rate limits: a bucket of tokens for each member and each address, shared by all doors."""

from collections.abc import Callable
from typing import Final

from klatch.core.addresses import household, is_private
from klatch.core.limits import Limits
from klatch.core.names import caseless
from klatch.core.refusals import Refused
from klatch.engine.settings import Settings

_BUCKETS_MOST: Final = 10_000
_NAME_MOST: Final = 64  # characters of a name that is none


class Bucket:
    """Holds up to `burst` tokens and gains `rate` a second."""

    __slots__ = ("_at", "_burst", "_tokens", "rate")

    def __init__(self, burst: int, rate: float, now: float) -> None:
        self._burst = burst
        self.rate = rate
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float) -> float:
        """Takes a token; gives 0, or the seconds until there is one (then none is taken)."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.rate
        self._tokens -= 1
        return 0.0

    def full(self, now: float) -> bool:
        """Whether the bucket is as good as new."""
        return self._tokens + (now - self._at) * self.rate >= self._burst


class RateLimits:
    """Who has sent how much lately. `clock` tells monotonic seconds."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._known = settings.limits
        self._clock = clock
        self._members: dict[str, Bucket] = {}
        self._addresses: dict[str, Bucket] = {}
        self._entrances: dict[str, Bucket] = {}
        self._sign_ins: dict[str, Bucket] = {}
        self._attempts: dict[str, Bucket] = {}

    @property
    def _limits(self) -> Limits:
        """Once they change, everyone begins anew with the new ones."""
        limits = self._settings.limits
        if limits is not self._known:
            self._known = limits
            for buckets in (self._members, self._addresses, self._entrances, self._sign_ins, self._attempts):
                buckets.clear()
        return limits

    def admit_entrance(self, address: str) -> None:
        """Counts one entrance; refuses it if too many come in from the address."""
        now, limits, address = self._clock(), self._limits, household(address)
        door = self._entrances.get(address) or self._bucket(
            self._entrances, address, limits.entrance_burst, limits.entrance_rate, now
        )
        if wait := door.take(now):
            raise _too_fast(wait, f"From your address {limits.entrance_rate:g} may come in a second")

    def admit_sign_in(self, name: str, address: str) -> None:
        """Counts one attempt to sign in to an account from an address; refuses it if there were too many, to that
        account or to any: each costs the server much, and who tries many names guesses, too."""
        now, limits, address = self._clock(), self._limits, household(address)
        most = limits.sign_ins_a_minute
        key = f"{address} {caseless(name[:_NAME_MOST])}"
        tries = self._sign_ins.get(key) or self._bucket(self._sign_ins, key, most, most / 60, now)
        if wait := tries.take(now):
            raise _too_fast(wait, f"There may be {most} attempts a minute to sign in to one account")
        attempts = self._attempts.get(address) or self._bucket(
            self._attempts, address, limits.sign_in_burst, limits.sign_in_rate, now
        )
        if wait := attempts.take(now):
            raise _too_fast(wait, f"From your address {limits.sign_in_rate:g} attempts a second may be made to sign in")

    def admit(self, account: str, address: str) -> None:
        """Counts one command; refuses it if the member or the address sends too fast."""
        now, limits = self._clock(), self._limits
        member = self._members.get(account) or self._bucket(
            self._members, account, limits.member_burst, limits.member_rate, now
        )
        if wait := member.take(now):
            raise _too_fast(wait, f"You may send {limits.member_rate:g} messages a second")
        home = household(address)
        origin = self._addresses.get(home) or self._add_address(home, address, now)
        if wait := origin.take(now):
            raise _too_fast(wait, f"Your address may send {origin.rate:g} messages a second")

    def _add_address(self, home: str, address: str, now: float) -> Bucket:
        limits = self._limits
        if is_private(address):
            return self._bucket(self._addresses, home, limits.lan_burst, limits.lan_rate, now)
        return self._bucket(self._addresses, home, limits.address_burst, limits.address_rate, now)

    @staticmethod
    def _bucket(buckets: dict[str, Bucket], key: str, burst: int, rate: float, now: float) -> Bucket:
        if len(buckets) >= _BUCKETS_MOST:
            for idle in [name for name, bucket in buckets.items() if bucket.full(now)]:
                del buckets[idle]
        bucket = buckets[key] = Bucket(burst, rate, now)
        return bucket


def _too_fast(wait: float, rule: str) -> Refused:
    milliseconds = max(1, round(wait * 1000))
    return Refused("rate_limited", f"{rule}. Try again in {milliseconds / 1000:.1f} s.", retry_after=milliseconds)
