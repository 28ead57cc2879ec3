"""Preferences: how somebody wants a room to be listed, and to be told of what is said in it."""

from typing import Final

import msgspec

from klatch.core.refusals import Refused

# When one is told of what is said in a room. Nothing chosen: of all in direct rooms, of mentions elsewhere.
NOTIFY: Final = ("", "all", "mentions", "none")
NOT_CHOSEN: Final = ""
FOR_GOOD: Final = -1  # a time that does not come
ARRANGED_MOST: Final = 1_500  # rooms that one puts in order: as many as one is told of


class Preferences(msgspec.Struct, frozen=True):
    """`star`: it stands with the rooms that matter most; `place`: the number by which one sorts it, counted from 0
    (None: after those that have one); `notify`: one of NOTIFY."""

    star: bool = False
    place: int | None = None
    notify: str = NOT_CHOSEN


PLAIN: Final = Preferences()


def check_notify(notify: str) -> str:
    """When one may be told. Refuses others."""
    if notify not in NOTIFY:
        raise Refused(
            "type", f"One is told of {', '.join(NOTIFY[1:])}, or of what is usual: leave it empty.", field="notify"
        )
    return notify
