"""How much is allowed: every limit that may be set, with its default."""

import msgspec


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rates are sends a second; bursts are sends at once; times are milliseconds; backlogs are bytes."""

    member_burst: int = 10
    member_rate: float = 5.0
    address_burst: int = 400
    address_rate: float = 200.0
    entrance_burst: int = 600
    entrance_rate: float = 20.0
    sessions_of_account: int = 50
    sessions_of_address: int = 500
    backlog: int = 1_048_576
    slow_within: int = 30_000
    register_within: int = 15_000
    heads_every: int = 20_000
    ping_after: int = 30_000
    errors_a_minute: int = 20
    guest_days: int = 30


# For benchmarks and tests, on loopback only (--no-limits).
UNLIMITED = Limits(
    member_burst=1_000_000_000,
    member_rate=1e9,
    address_burst=1_000_000_000,
    address_rate=1e9,
    entrance_burst=1_000_000_000,
    entrance_rate=1e9,
    sessions_of_account=1_000_000,
    sessions_of_address=1_000_000,
)
