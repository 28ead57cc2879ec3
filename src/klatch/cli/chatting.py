"""`klatch chat`: the conversation, full screen or line by line."""

import sys

import click

from klatch.cli.ending import FAILED, WRONG_USAGE, fail


@click.command(short_help="Talk, in a full-screen client.")
@click.argument("url", required=False)
@click.option("--server", envvar="KLATCH_SERVER", metavar="URL", help="Where the server is; the same as URL.")
@click.option("--name", envvar="KLATCH_NAME", help="Name to go by, as a guest.  [default: asked for]")
@click.option("--token", envvar="KLATCH_TOKEN", help="Token to sign in with.  [default: the login's]")
@click.option("--theme", type=click.Choice(["dark", "light", "mono"]), help="How it looks; F4 changes it.")
def chat(*, url: str | None, server: str | None, name: str | None, token: str | None, theme: str | None) -> None:
    """Talk with everybody on the server at URL; what is not given is asked for."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.__stderr__)):
        fail("`klatch chat` needs a terminal. In a pipe, `klatch send` and `klatch tail` do.", WRONG_USAGE)

    from klatch.clients.sdk import BadAddress, CannotKeep
    from klatch.clients.shell.entering import name_of_login
    from klatch.clients.terminal.app import Chat
    from klatch.clients.terminal.entering import look_around, settle
    from klatch.clients.terminal.entrance import complete_address
    from klatch.clients.terminal.ways import Way

    try:
        way = settle(Way(url=complete_address(url or server or ""), name=name or "", token=token or ""))
    except BadAddress as bad:
        fail(str(bad), WRONG_USAGE)
    except CannotKeep as cannot:
        fail(str(cannot), FAILED)
    app = Chat(way, suggested=name_of_login(), look=theme or "", find=look_around)
    app.run()
    sys.exit(app.return_code or 0)
