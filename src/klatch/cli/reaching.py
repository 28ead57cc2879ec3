"""How the commands of administration reach a server: with the key in its data directory, or from afar as somebody who
may."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from klatch.cli.checking import data_folder
from klatch.cli.ending import FAILED, TRY_AGAIN, WRONG_USAGE, advise, fail, status_of, warn

if TYPE_CHECKING:
    from klatch.clients.sdk.api import Api

_OPEN_WITHIN: Final = 30.0  # seconds for a server that is started for this alone
_IN_USE: Final = 73
_USUAL_PAGE: Final = "http://127.0.0.1:8000"


class Reach:
    """A server that can be asked through `api`."""

    def __init__(self, api: "Api", page: str | None, pin: str = "") -> None:
        """`page` is where people find it, if that is known; `pin` tells its key, if it made that itself."""
        self.api = api
        self._page = page
        self._pin = pin

    def link(self, path: str) -> str:
        """A link for other people; says so if it must be completed."""
        if self._page is None:
            warn(f"No server is running: if people find it elsewhere, put that in place of {_USUAL_PAGE}.")
        return f"{self._page or _USUAL_PAGE}{path}{self._pin}"


def administers(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --server, --token and --data to a command."""
    for option in (
        click.option("--data", help="Folder in which the server keeps everything, on the server's machine."),
        click.option("--token", envvar="KLATCH_TOKEN", help="Token, from afar.  [default: `klatch login`'s]"),
        click.option("--server", envvar="KLATCH_SERVER", metavar="URL", help="Where the server is, from afar."),
    ):
        command = option(command)
    return command


@contextlib.contextmanager
def reach(
    server: str | None, token: str | None, data: str | None, *, begins: bool = False, runs: bool = False
) -> Iterator[Reach]:
    """The server, from afar if `server` is given, else by the key in its data directory; where none runs, one is
    started for as long as this takes, with one door on this machine; where nothing is kept and no folder was named
    only if it `begins` something. `runs`: only a server that runs already will do. Ends with a sentence if it cannot be
    reached."""
    from klatch.clients.sdk import BadAddress, CannotKeep, Refused, Unreachable, Untrusted

    if server is not None and data is not None:
        raise click.UsageError("--server is for a server elsewhere and --data for one on this machine; give one.")
    try:
        if server is not None:
            yield _from_afar(server, token)
        else:
            folder = data_folder(data)
            if data is None and not begins and not folder.exists():
                fail(
                    f"No server keeps anything in {folder}. Say where with --data, or --server for one elsewhere.",
                    FAILED,
                )
            with _by_key(folder, runs=runs) as reached:
                yield reached
    except Refused as refused:
        fail(advise(refused), status_of(refused))
    except Unreachable as unreachable:
        fail(str(unreachable), TRY_AGAIN)
    except BadAddress as bad:
        fail(str(bad), WRONG_USAGE)
    except (CannotKeep, Untrusted) as fault:
        fail(str(fault), FAILED)


def _from_afar(server: str, token: str | None) -> Reach:
    from klatch.clients.sdk.address import read_address
    from klatch.clients.sdk.api import Api
    from klatch.clients.sdk.logins import read_login
    from klatch.clients.sdk.pins import read_pin

    address = read_address(server)
    if token is None:
        login = read_login(address)
        if login is None:
            fail(f"Sign in first: `klatch login {address.url}`, or give --token.", FAILED)
        token = login.token
    known = read_pin(address) or address.fingerprint
    return Reach(Api(address, token), address.url, f"#sha256={known}" if address.secure and known else "")


@contextlib.contextmanager
def _by_key(folder: Path, *, runs: bool) -> Iterator[Reach]:
    found = _read_key(folder)
    if found is not None:
        yield found
        return
    if runs:
        fail(
            f"No server runs in {folder}. Start one with `klatch serve`; klatch.toml tells what it starts with.", FAILED
        )
    with _private_server(folder):
        found = _read_key(folder)
        if found is None:
            fail(f"The server left no key in {folder}.", FAILED)
        yield Reach(found.api, None)


def _read_key(folder: Path) -> Reach | None:
    """The running server, if there is one. A key may be left of one that was killed."""
    from klatch.clients.sdk import Refused, Unreachable
    from klatch.clients.sdk.address import read_address
    from klatch.clients.sdk.api import Api
    from klatch.housekey import read_key

    try:
        key = read_key(folder)
    except OSError as fault:
        fail(f"The key in {folder} cannot be read: {fault.strerror}. Run this as the user that the server has.", FAILED)
    if key is None:
        return None
    api = Api(read_address(key.server), key.token)
    try:
        api.ask("GET", "/me")
    except (Unreachable, Refused):
        return None
    return Reach(api, key.page, key.pin)


@contextlib.contextmanager
def _private_server(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "klatch", "serve", "--json", "--data", str(folder)]
    doors = ["--host", "127.0.0.1", "--port", "0", "--line-port", "off", "--no-guests"]
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*command, *doors], **pipes, text=True) as process:  # noqa: S603 - Klatch itself
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            if not process.stdout.readline():
                _explain(process, folder)
            yield
        finally:
            process.terminate()
            process.communicate()  # what it still says is read, and its end awaited


def _explain(process: "subprocess.Popen[str]", folder: Path) -> None:
    """Ends as the server that did not start ended, with the last thing it said."""
    _, said = process.communicate(timeout=_OPEN_WITHIN)
    if process.returncode == _IN_USE:
        fail(f"A server has {folder}, but its HTTP door does not answer to the key in there.", TRY_AGAIN)
    fail((said.strip().splitlines() or ["It did not start."])[-1].removeprefix("klatch: "), process.returncode)
