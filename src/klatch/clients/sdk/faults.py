"""What can go wrong at a client besides a refusal; each is one sentence for people."""

from typing import Final

AWAY_BEHIND_PROXY: Final = frozenset({502, 503, 504})  # what proxies answer in place of a server


class BadAddress(Exception):  # noqa: N818 - read as a sentence: this is a bad address
    """What was given as a server's address is none."""


class Unreachable(Exception):  # noqa: N818 - read as a sentence: the server is unreachable
    """No Klatch server answers there now."""


class Unanswered(Exception):  # noqa: N818 - read as a sentence: the request stayed unanswered
    """The server did not answer in time. Whether a command was done is not known; the same cid may be sent again."""


class CannotKeep(Exception):  # noqa: N818 - read as a sentence: the client cannot keep it
    """This machine cannot keep what was to be sent or remembered: says where and why."""


class Unreadable(Exception):  # noqa: N818 - read as a sentence: the answer is unreadable
    """The server answered something that this version does not understand."""


class Untrusted(Exception):  # noqa: N818 - read as a sentence: the server is untrusted
    """The server may be another than the one it should be: says why, and what to do."""
