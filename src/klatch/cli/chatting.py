"""`klatch chat`: the conversation, full screen or line by line."""

import sys

import click

from klatch.cli.ending import WRONG_USAGE, fail
from klatch.cli.options import refuse_token


@click.command(short_help="Talk, in a full-screen client.")
@click.argument("url", required=False)
@click.option("--server", envvar="KLATCH_SERVER", metavar="URL", help="Where the server is; the same as URL.")
@click.option("--name", envvar="KLATCH_NAME", help="Name to go by, as a guest.  [default: asked for]")
@click.option("--token", envvar="KLATCH_TOKEN", help="Sign in to an account. This version has none yet.")
@click.option(
    "--theme", type=click.Choice(["dark", "light", "mono"]), help="How it looks; remembered when you press F4."
)
def chat(*, url: str | None, server: str | None, name: str | None, token: str | None, theme: str | None) -> None:
    """Talk with everybody on the server at URL; what is not given is asked for."""
    from klatch.clients.shell.entering import name_of_login

    refuse_token(token)
    where = url or server or ""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.__stderr__)):
        fail("`klatch chat` needs a terminal. In a pipe, `klatch send` and `klatch tail` do.", WRONG_USAGE)

    from klatch.clients.terminal.app import Chat
    from klatch.clients.terminal.entrance import complete_address
    from klatch.clients.terminal.logins import recall

    where = complete_address(where)
    known = next((place.name for place in recall().places if place.url.rstrip("/") == where.rstrip("/")), "")
    app = Chat(where, name or known, suggested=name_of_login(), look=theme or "")
    app.run()
    sys.exit(app.return_code or 0)
