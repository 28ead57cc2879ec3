"""`klatch audit`: what those did who run the server and keep order."""

import click

from klatch.cli.options import show
from klatch.cli.reaching import administers, reach


@click.command(short_help="Show who did what to whom.")
@click.option("-n", "count", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@administers
def audit(*, count: int, as_json: bool, server: str | None, token: str | None, data: str | None) -> None:
    """Show the last acts of those who run the server and keep order, the oldest first."""
    from klatch.clients.shell import administering, spelling

    with reach(server, token, data) as reached:
        found = administering.audit(reached.api, count)
    for entry in found:
        line = spelling.act_as_json(entry) if as_json else spelling.as_text(entry)
        if line is not None:
            show(line)
