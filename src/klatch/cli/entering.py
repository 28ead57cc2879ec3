"""`klatch login` and `klatch logout`: signs in to an account for all that follows, and out."""

import sys

import click
from click.core import ParameterSource

from klatch.cli.ending import FAILED, fail, run, warn


@click.command(short_help="Sign in to an account.")
@click.argument("url", envvar="KLATCH_SERVER", required=False)
@click.option("--name", help="Name of the account.")
@click.option("--link", metavar="LINK", help="An invite link, the first owner's, or one that sets a new password.")
def login(*, url: str | None, name: str | None, link: str | None) -> None:
    """Sign in to the server at URL; the other commands are that account there from now on. Without URL it is the server
    of the link, else http://127.0.0.1:8000.

    Asks for the password, which is kept nowhere: a token is, in your configuration folder. With --link an account is
    made, or gets a new password. Without a terminal the password is a line of standard input.
    """
    from klatch.clients.shell.entering import server_behind, sign_in

    # Who was sent a link means its server, whatever KLATCH_SERVER says.
    given = click.get_current_context().get_parameter_source("url") is ParameterSource.COMMANDLINE
    of_link = server_behind(link) if link is not None and not given else None
    url = of_link or url or "http://127.0.0.1:8000"
    name = name or _ask("Name: ")
    password = _ask_password(again=link is not None)

    async def enter() -> None:
        account = await sign_in(url, name, password, link, warn)
        click.echo(f"You are {account} at {url} from now on. `klatch logout {url}` ends that.", err=True)

    run(enter)


@click.command(short_help="Sign out again.")
@click.argument("url", envvar="KLATCH_SERVER", default="http://127.0.0.1:8000")
def logout(*, url: str) -> None:
    """Sign out of the server at URL: the token that was kept lets nobody in any more."""
    from klatch.clients.shell.entering import sign_out

    async def leave() -> None:
        if not await sign_out(url, warn):
            fail(f"You are not signed in to {url}.", FAILED)

    run(leave)


def _ask(prompt: str) -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo(prompt, nl=False, err=True)
    return (sys.stdin.readline() if sys.stdin is not None else "").rstrip("\r\n")


def _ask_password(*, again: bool) -> str:
    """A password, asked for without showing it, twice where it is a new one."""
    import getpass

    if sys.stdin is None or not sys.stdin.isatty():
        return _ask("")
    while True:
        password = getpass.getpass("A new password (8 characters or more): " if again else "Password: ")
        if not again or getpass.getpass("The same again: ") == password:
            return password
        warn("These were not the same.")
