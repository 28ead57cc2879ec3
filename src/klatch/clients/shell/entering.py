"""How a command becomes a client: whose name it goes by, and what it tells while the server is away."""

import getpass
import platform
import re
from collections.abc import Callable
from typing import Final

from klatch.clients.sdk import Client, Refused, State, Unreadable
from klatch.clients.sdk.address import read_address
from klatch.clients.sdk.logins import Login, forget_login, keep_login, read_login
from klatch.core.commands import SignOut
from klatch.core.grammar import secret_of_link, server_of_link
from klatch.core.names import USERNAME_LIMIT, parse_username, username_key

_OVER: Final = frozenset({"bad_token", "signed_out", "suspended"})  # the token lets nobody in as it is
_UNFIT = re.compile(r"[^\w.\[\]{}\\|^`-]", re.ASCII)


def make_client(server: str, name: str | None, token: str | None, program: str, warn: Callable[[str], None]) -> Client:
    """A client for a command: by the token; else by the saved login, unless it is for another name; else a guest, who
    without a name goes by that of the machine's login.

    `warn` is told once when the server goes away, and once when it is back. Raises BadAddress, or CannotKeep.
    """
    saved = read_login(read_address(server)) if token is None else None
    if saved is not None and (name is None or username_key(name) == username_key(saved.name)):
        token = saved.token
    was_away = False

    def tell(state: State) -> None:
        nonlocal was_away
        if state.name == "offline" and not was_away:
            was_away = True
            warn(f"Offline: {state.reason.rstrip('.')}. Trying again ...")
        elif state.name == "online" and was_away:
            was_away = False
            warn("Online again.")

    if token is not None:
        return Client(server, token=token, program=program, on_state=tell, on_notice=warn)
    return Client(server, name=name or name_of_login(), program=program, on_state=tell, on_notice=warn)


def server_behind(link: str) -> str | None:
    """The server that a link leads to, if it says so."""
    return server_of_link(link)


async def sign_in(server: str, name: str, password: str, link: str | None, warn: Callable[[str], None]) -> str:
    """Signs in to an account, by a link if there is one, and saves the login; gives the account's name.

    Raises Refused, Unreachable, BadAddress, or CannotKeep.
    """
    secret = secret_of_link(link) if link is not None else None
    device = f"klatch on {platform.node() or 'a machine'}"
    async with Client(server, name=name, password=password, link=secret, program=device, on_notice=warn) as klatch:
        if klatch.token is None:
            raise Unreadable("The server gave no token. It may be older than this client.")
        keep_login(klatch.address, Login(klatch.account.name, klatch.token))
        return klatch.account.name


async def sign_out(server: str, warn: Callable[[str], None]) -> bool:
    """Revokes and forgets the saved login; False if there is none. Raises Refused, Unreachable, or CannotKeep."""
    address = read_address(server)
    saved = read_login(address)
    if saved is None:
        return False
    try:
        async with Client(server, token=saved.token, program="klatch-logout", on_notice=warn) as klatch:
            mine = next(each.id for each in await klatch.credentials() if each.mine)
            await klatch.act(SignOut(cid="", credential=mine))
    except Refused as refused:
        if refused.code not in _OVER:
            raise
    forget_login(address)
    return True


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
