"""How much is allowed: every limit that may be set, with its default."""

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Rate = Annotated[float, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rates are sends a second; bursts are sends at once; times are milliseconds; backlogs are bytes."""

    member_burst: Count = 10
    member_rate: Rate = 5.0
    address_burst: Count = 400
    address_rate: Rate = 200.0
    lan_burst: Count = 2_000
    lan_rate: Rate = 1_000.0
    entrance_burst: Count = 600
    entrance_rate: Rate = 20.0
    sign_ins_a_minute: Count = 10
    sign_in_burst: Count = 100
    sign_in_rate: Rate = 2.0
    sessions_of_account: Count = 50
    sessions_of_address: Count = 500
    backlog: Count = 1_048_576
    slow_within: Count = 30_000
    register_within: Count = 15_000
    heads_every: Count = 20_000
    ping_after: Count = 30_000
    errors_a_minute: Count = 20
    guest_days: Count = 30
    session_days: Count = 90
    file_size: Count = 536_870_912
    file_quota: Count = 10_737_418_240
    file_quota_of_guest: Count = 1_073_741_824


# For benchmarks and tests, on loopback only (--no-limits).
UNLIMITED = Limits(
    member_burst=1_000_000_000,
    member_rate=1e9,
    address_burst=1_000_000_000,
    address_rate=1e9,
    lan_burst=1_000_000_000,
    lan_rate=1e9,
    entrance_burst=1_000_000_000,
    entrance_rate=1e9,
    sign_ins_a_minute=1_000_000_000,
    sign_in_burst=1_000_000_000,
    sign_in_rate=1e9,
    sessions_of_account=1_000_000,
    sessions_of_address=1_000_000,
)
