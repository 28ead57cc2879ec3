"""The client library: one connection that comes back by itself, and loses and doubles nothing."""

from klatch.clients.sdk.client import Client
from klatch.clients.sdk.faults import BadAddress, CannotKeep, Unanswered, Unreachable, Unreadable, Untrusted
from klatch.clients.sdk.state import State
from klatch.core.refusals import Refused

__all__ = [
    "BadAddress",
    "CannotKeep",
    "Client",
    "Refused",
    "State",
    "Unanswered",
    "Unreachable",
    "Unreadable",
    "Untrusted",
]
