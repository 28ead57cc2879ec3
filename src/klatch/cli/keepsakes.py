"""`klatch history`: what was said in a room, to read or to keep."""

import click

from klatch.cli.ending import run, warn
from klatch.cli.options import names_a_room, show, talks_to_a_server
from klatch.cli.progress import progress


@click.command(short_help="Print a room's history as it is now.")
@names_a_room
@click.option("-n", "last", type=click.IntRange(1), help="How many messages.  [default: all]")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown", "html"]), default="text", show_default=True
)
@talks_to_a_server
def history(*, room: str, last: int | None, form: str, server: str, name: str | None, token: str | None) -> None:
    """Print what was said in ROOM, with edits applied and reactions counted; `klatch tail` prints what happened."""
    from klatch.clients.shell.entering import make_client
    from klatch.clients.shell.history import read_history, spell_history
    from klatch.clients.shell.rooms import spell_room

    room = spell_room(room)

    async def print_history() -> None:
        async with make_client(server, name, token, "klatch-history", warn) as klatch:
            with progress("Reading", "messages", last) as done:
                items = await read_history(klatch, room, last, done)
        for line in spell_history(items, room, form, server=klatch.address.url):  # type: ignore[arg-type] # click checked the choice
            show(line)

    run(print_history)
