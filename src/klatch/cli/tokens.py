"""`klatch token`: what lets scripts in."""

from typing import Any, Final

import click

from klatch.cli.ending import WRONG_USAGE, fail
from klatch.cli.options import show
from klatch.cli.reaching import administers, reach

SCOPES: Final = ("read", "write", "admin")


@click.group(short_help="Make, list and revoke tokens for scripts.")
def token() -> None:
    """Make, list and revoke tokens, with which scripts act in somebody's name: KLATCH_TOKEN, or --token.

    From afar they are your own, after `klatch login URL`; on the server's machine --user says whose.
    """


@token.command()
@click.argument("name")
@click.option("--user", help="In whose name the script acts.")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="What for.  [default: read, write]")
@click.option("--days", type=click.FloatRange(0, 36_500, min_open=True), help="How long it lasts.  [default: for ever]")
@administers
def add(
    *,
    name: str,
    user: str | None,
    scopes: tuple[str, ...],
    days: float | None,
    server: str | None,
    token: str | None,
    data: str | None,
) -> None:
    """Make a token called NAME and print it: it is told this once and never again."""
    from klatch.clients.shell import administering

    if server is None and user is None:
        fail("Say with --user in whose name the script acts, or with --server where you are signed in.", WRONG_USAGE)
    with reach(server, token, data) as reached:
        wanted: dict[str, Any] = {"name": name, "scopes": list(scopes or ("read", "write"))}
        if user is not None:
            wanted["user"] = user
        show(administering.make_token(reached.api, wanted, days))


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@administers
def list_(*, as_json: bool, server: str | None, token: str | None, data: str | None) -> None:
    """List your sessions and tokens."""
    from klatch.clients.shell import administering, spelling

    with reach(server, token, data) as reached:
        found = administering.credentials(reached.api)
    for line in map(spelling.row_as_json, found) if as_json else spelling.credentials_as_text(found):
        show(line)


@token.command()
@click.argument("credential", metavar="ID")
@administers
def revoke(*, credential: str, server: str | None, token: str | None, data: str | None) -> None:
    """End the session or token ID, as `klatch token list` tells it; whoever is connected by it is sent away."""
    from klatch.clients.shell import administering

    with reach(server, token, data) as reached:
        administering.revoke_credential(reached.api, credential)
    click.echo(f"{credential} lets nobody in any more.")
