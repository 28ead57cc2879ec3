"""Coming in: where one wants to go and as whom, the client for it, and what was wrong with it."""

from typing import Any, Final

import msgspec

from klatch.clients.desktop.scene import Failed
from klatch.clients.sdk import BadAddress, Client, Unreachable, Untrusted
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.logins import read_login
from klatch.core.grammar import secret_of_link
from klatch.core.names import username_key

_OF_THE_NAME: Final = frozenset({"name_taken", "bad_name", "suspended", "banned"})
_OF_THE_LINK: Final = frozenset({"bad_link"})
_OF_THE_PASSWORD: Final = frozenset({"bad_credentials", "bad_token", "bad_password", "password_needed"})


class Wanted(msgspec.Struct, frozen=True):
    """Where to go, and as whom: a guest by name, an account with its password or its token, or whoever has a link, with
    the password to be."""

    server: str
    name: str
    password: str = ""
    token: str = ""
    link: str = ""


def make_client(wanted: Wanted, **listeners: Any) -> Client:
    """The client for what is wanted. Raises BadAddress, CannotKeep, or Refused for what no server would take."""
    options: dict[str, Any] = {"program": "klatch-desktop", "patience": None, "outbox": True, **listeners}
    if wanted.token:
        return Client(wanted.server, token=wanted.token, **options)
    if wanted.link:
        link = secret_of_link(wanted.link)
        return Client(wanted.server, name=wanted.name, password=wanted.password, link=link, **options)
    if wanted.password:
        return Client(wanted.server, name=wanted.name, password=wanted.password, **options)
    saved = read_login(read_address(wanted.server))
    if saved is not None and username_key(saved.name) == username_key(wanted.name):
        return Client(wanted.server, token=saved.token, **options)
    return Client(wanted.server, name=wanted.name, **options)


def explain(fault: Exception, untrusted: str) -> Failed:
    """What was wrong, and which field of the connect page can mend it."""
    if isinstance(fault, BadAddress | Unreachable | Untrusted):
        return Failed(str(fault), "server", untrusted)
    code = getattr(fault, "code", "")
    message = str(fault)
    if code == "guests_refused":
        message += " Ask whoever runs it to let guests in."
    if code in _OF_THE_LINK:
        return Failed(message, "link")
    if code == "token_needed" or code in _OF_THE_PASSWORD:
        return Failed(message, "password")
    return Failed(message, "name" if code in _OF_THE_NAME else None)
