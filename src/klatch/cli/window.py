"""`klatch desktop`: the window."""

import click

from klatch.cli.ending import FAILED, fail


@click.command(short_help="Talk, in a window.")
@click.argument("url", required=False)
@click.option("--server", envvar="KLATCH_SERVER", metavar="URL", help="Where the server is; the same as URL.")
@click.option("--name", envvar="KLATCH_NAME", help="Name to go by, as a guest.  [default: asked for]")
@click.option("--token", envvar="KLATCH_TOKEN", help="Token to sign in with.  [default: the login's]")
def desktop(*, url: str | None, server: str | None, name: str | None, token: str | None) -> None:
    """Talk with everybody on the server at URL, in a window of its own; what is not given is asked for."""
    from klatch.clients.desktop.opening import NoWindow, open_window

    try:
        open_window(url or server, name, token)
    except NoWindow as fault:
        fail(str(fault), FAILED)
