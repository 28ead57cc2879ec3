"""Ways in: where one goes and as whom, and the servers that are near."""

from typing import Final

import msgspec

DEFAULT_PORT: Final = 8000
# What is typed to be in another room from then on.
GOING: Final = ("/join", "/create", "/msg", "/p")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where one goes and as whom; what is empty is not given."""

    url: str = ""
    name: str = ""
    token: str = ""
    password: str = ""

    @property
    def known(self) -> bool:
        """Whether nothing is left to ask."""
        return bool(self.url and (self.name or self.token))


class Near(msgspec.Struct, frozen=True):
    """A server that was found on the local network."""

    url: str
    title: str


def complete_address(text: str) -> str:
    """What people write for a server: `host` alone means Klatch's usual port there."""
    text = text.strip()
    if not text or "://" in text or text.startswith("[") or text.rpartition(":")[2].isdigit():
        return text
    return f"{text}:{DEFAULT_PORT}"
