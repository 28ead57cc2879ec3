"""`klatch rooms` and `klatch users`: the rooms one may see, and who is online."""

import click

from klatch.cli.ending import run, warn
from klatch.cli.options import show, talks_to_a_server


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@talks_to_a_server
def rooms(*, as_json: bool, server: str, name: str | None, token: str | None) -> None:
    """List the rooms you may see."""
    from klatch.clients.shell import spelling
    from klatch.clients.shell.entering import make_client

    async def print_rooms() -> None:
        async with make_client(server, name, token, "klatch-rooms", warn) as klatch:
            found = await klatch.rooms()
        for line in map(spelling.row_as_json, found) if as_json else spelling.rooms_as_text(found):
            show(line)

    run(print_rooms)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@talks_to_a_server
def users(*, as_json: bool, server: str, name: str | None, token: str | None) -> None:
    """List who is online, yourself among them."""
    from klatch.clients.shell import spelling
    from klatch.clients.shell.entering import make_client

    async def print_users() -> None:
        async with make_client(server, name, token, "klatch-users", warn) as klatch:
            found, now = await klatch.online(), klatch.welcome.now
        for line in map(spelling.row_as_json, found) if as_json else spelling.people_as_text(found, now):
            show(line)

    run(print_users)
