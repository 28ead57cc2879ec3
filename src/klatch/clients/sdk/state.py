"""How the connection is, as a client tells its user."""

from typing import Literal

import msgspec

from klatch.core.answers import IsTyping, PauseTold, Presence

Hint = Presence | IsTyping | PauseTold


class State(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` says why it is not online; `retry_in` are the seconds until the next try. `closed` is for good."""

    name: Literal["connecting", "online", "offline", "closed"]
    reason: str = ""
    retry_in: float | None = None

    def __str__(self) -> str:
        """As people read it."""
        said = f"{self.name}: {self.reason}" if self.reason else self.name
        return said if self.retry_in is None else f"{said.rstrip('.')}, retry in {self.retry_in:.1f} s"
