"""How a command becomes a client: whose name it goes by, and what it tells while the server is away."""

import getpass
import re
from collections.abc import Callable

from klatch.clients.sdk import Client, Refused, State
from klatch.core.names import USERNAME_LIMIT, parse_username

_UNFIT = re.compile(r"[^\w.\[\]{}\\|^`-]", re.ASCII)


def make_client(server: str, name: str | None, program: str, warn: Callable[[str], None]) -> Client:
    """A client for a command; without a name it goes by that of the login.

    `warn` is told once when the server goes away, and once when it is back.
    """
    was_away = False

    def tell(state: State) -> None:
        nonlocal was_away
        if state.name == "offline" and not was_away:
            was_away = True
            warn(f"Offline: {state.reason.rstrip('.')}. Trying again ...")
        elif state.name == "online" and was_away:
            was_away = False
            warn("Online again.")

    return Client(server, name=name or name_of_login(), program=program, on_state=tell, on_notice=warn)


def name_of_login() -> str:
    """The name one is logged in under, made one that can be had here."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError, ImportError):
        login = ""
    plain = _UNFIT.sub("_", login.partition("@")[0])[: USERNAME_LIMIT - 1]
    for name in (plain, f"_{plain}"):
        try:
            return parse_username(name)
        except Refused:
            continue
    return "guest"
