"""The command line: `klatch serve` and the tools around it."""

import click

from klatch import __version__
from klatch.cli.checking import verify
from klatch.cli.keeping import backup, restore
from klatch.cli.listing import rooms, users
from klatch.cli.serving import serve
from klatch.cli.talking import send, tail


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="klatch")
def cli() -> None:
    """Chat on one machine: one command, every kind of client, one conversation."""


for command in (serve, send, tail, rooms, users, backup, restore, verify):
    cli.add_command(command)


def main() -> None:
    """The entry point."""
    cli()
